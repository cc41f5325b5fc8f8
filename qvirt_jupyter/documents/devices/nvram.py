"""Non-volatile memory of pSeries machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

_POWER = ("ppc64", "ppc64le")


class Nvram(Device):
    """Where the firmware of a pSeries machine keeps its settings; its address is all it has.

    https://libvirt.org/formatdomain.html#nvram-device
    """

    tag = "nvram"
    collection = "nvrams"
    title = _("NVRAM")
    is_single = True

    @property
    def display_name(self) -> str:
        """``NVRAM``."""
        return self._numbered(self.title)

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get one: other machines keep their settings elsewhere."""
        if domain.os.arch not in _POWER:
            return _("Only pSeries machines have one.")
        return super().unavailable(domain, host)
