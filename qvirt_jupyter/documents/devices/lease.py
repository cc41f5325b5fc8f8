"""Leases of a lock manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Integer, Path, Text

if TYPE_CHECKING:
    from collections.abc import Hashable

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities


class Lease(Device):
    """A lease that the guest holds while it runs, so that no other guest runs that needs it too.

    https://libvirt.org/formatdomain.html#device-leases
    """

    tag = "lease"
    collection = "leases"
    title = _("Lease")

    lockspace = Field("lockspace", Text(), label=_("Lock space"))
    resource = Field("key", Text(), label=_("Name of the lease"))
    path = Field("target/@path", Path(), label=_("Lease file"))
    offset = Field(
        "target/@offset",
        Integer(),
        label=_("Place in the file"),
        unit="bytes",
        advanced=True,
    )

    @property
    def display_name(self) -> str:
        """What a list calls it: ``Lease web``."""
        return f"{self.title} {self.resource or self._number(self._siblings())}"

    @property
    def summary(self) -> str:
        """The lease file."""
        return self.path or ""

    @property
    def identity(self) -> Hashable:
        """The lock space and the name in it."""
        return (self.tag, self.lockspace, self.resource)

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say what is missing, or that the guest holds the lease already."""
        del host
        if not (self.resource and self.path):
            return _("A lease needs a name and a file. Enter both.")
        if any(each.identity == self.identity for each in domain.devices.of(Lease)):
            return _("The guest holds the lease {name} already.").format(name=self.resource)
        return ""
