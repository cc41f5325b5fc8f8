"""USB devices of the machine where a display is watched, brought into the guest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.character import SPICE_TYPES, CharacterDevice
from qvirt_jupyter.documents.devices.controller import missing_controller
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice

if TYPE_CHECKING:
    from typing import Self

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.devices.device import Device
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities


class Redirdev(CharacterDevice):
    """A place for a USB device that the viewer of a SPICE display brings.

    https://libvirt.org/formatdomain.html#redirected-devices
    """

    tag = "redirdev"
    collection = "redirdevs"
    title = _("USB redirection")

    bus = Field("@bus", Choice("usb"), label=_("Bus"), advanced=True, caps="redirdev/bus")

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say that only SPICE brings devices."""
        reason = super().unavailable(domain, host)
        if reason or any(each.type == "spice" for each in domain.devices.graphics):
            return reason
        return _("Only a SPICE display brings USB devices. Add one first.")

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return a place that the viewer of the SPICE display fills."""
        del domain, host
        return cls(bus="usb", type="spicevmc")

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say that the chosen way needs a SPICE display."""
        del host
        has_spice = any(each.type == "spice" for each in domain.devices.graphics)
        if self.type in SPICE_TYPES and not has_spice:
            return _("Only a SPICE display brings USB devices. Add one first.")
        return ""

    def brings(self, domain: Domain, host: DomainCapabilities | None) -> tuple[Device, ...]:
        """Return a USB controller where the guest has none."""
        del host
        return missing_controller(domain, "usb")
