"""Hubs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.machine import NO_USB, has_usb
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities


class Hub(Device):
    """A USB hub, for more devices than the controller has ports; libvirt adds them by itself.

    https://libvirt.org/formatdomain.html#hub-devices
    """

    tag = "hub"
    collection = "hubs"
    title = _("USB hub")
    needs_full_virtualization = True

    type = Field("@type", Choice("usb", labels={"usb": "USB"}), label=_("Type"))

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get one: it may have no USB."""
        return super().unavailable(domain, host) or ("" if has_usb(domain) else NO_USB)

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return a hub with eight ports."""
        del domain, host
        return cls(type="usb")
