"""Serial ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.character import NumberedPort
from qvirt_jupyter.documents.devices.device import Devices
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Integer

if TYPE_CHECKING:
    from qvirt_jupyter.documents.devices.device import Device
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities


class Serial(NumberedPort):
    """A serial port.

    https://libvirt.org/formatdomain.html#serial-port
    """

    tag = "serial"
    collection = "serials"
    title = _("Serial port")

    target_type = Field(
        "target/@type",
        Choice(
            *("isa-serial", "usb-serial", "pci-serial", "spapr-vio-serial", "system-serial"),
            *("sclp-serial", "isa-debug"),
        ),
        label=_("Target type"),
        help=_("Where the guest finds it: at the board, on USB or on PCI."),
        advanced=True,
    )
    port = Field(
        "target/@port",
        Integer(),
        label=_("Port"),
        help=_("Counted from 0, as guests do: ttyS0 is the first."),
        advanced=True,
    )
    model = Field(
        "target/model/@name",
        Choice(
            *("isa-serial", "usb-serial", "pci-serial", "spapr-vty", "pl011", "16550a"),
            *("sclpconsole", "sclplmconsole", "isa-debugcon"),
        ),
        label=_("Model"),
        essential=True,
        advanced=True,
    )

    @property
    def goes_along(self) -> tuple[Device, ...]:
        """The console that is this port once more: libvirt would bring the port back for it."""
        holder = self._holder
        if not isinstance(holder, Devices) or holder.serials[0] != self:
            return ()
        return tuple(console for console in holder.consoles if console.is_noise)

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one at a pseudo terminal, which libvirt's consoles can open."""
        del domain, host
        return cls(type="pty")
