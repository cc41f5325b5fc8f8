"""Text consoles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.character import NumberedPort
from qvirt_jupyter.documents.devices.device import Devices
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Integer

if TYPE_CHECKING:
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities


class Console(NumberedPort):
    """A text console; the first one mirrors the first serial port.

    https://libvirt.org/formatdomain.html#console
    """

    tag = "console"
    collection = "consoles"
    title = _("Text console")
    needs_full_virtualization = False

    target_type = Field(
        "target/@type",
        Choice(
            *("serial", "virtio", "xen", "lxc", "openvz", "sclp", "sclplm", "usb"),
            labels={"serial": _("Serial port"), "virtio": "VirtIO"},
        ),
        label=_("Target type"),
        advanced=True,
    )
    port = Field("target/@port", Integer(), label=_("Port"), advanced=True)

    @property
    def is_noise(self) -> bool:
        """Whether it is the first serial port, which libvirt writes a second time as console."""
        holder = self._holder
        return (
            isinstance(holder, Devices)
            and bool(holder.serials)
            and holder.consoles[0] == self
            and self.target_type in (None, "serial")
            and self.type == holder.serials[0].type
        )

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one at a pseudo terminal; in QEMU a VirtIO one, since serial ports are others."""
        del host
        console = cls(type="pty")
        if domain.type in ("kvm", "qemu", "hvf"):
            console.target_type = "virtio"
        return console
