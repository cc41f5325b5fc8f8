"""Persistent stores for what a crashing kernel says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Path, Size

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

_BACKENDS = Choice("acpi-erst", labels={"acpi-erst": "ACPI ERST"})


class Pstore(Device):
    """A file of the host that keeps the last words of the guest's kernel; libvirt 10.2 has it.

    https://libvirt.org/formatdomain.html#pstore
    """

    tag = "pstore"
    collection = "pstores"
    title = _("Crash log store")
    needs_full_virtualization = True
    is_single = True
    order = ("@backend", "path", "size")

    backend = Field("@backend", _BACKENDS, label=_("Backend"))
    path = Field(
        "path",
        Path(),
        label=_("File"),
        help=_("Empty lets libvirt choose a place; the file is made where it is missing."),
    )
    size = Field("size", Size(), label=_("Size"), help=_("8 KiB by default."), advanced=True)

    @property
    def display_name(self) -> str:
        """``Crash log store``."""
        return self._numbered(self.title)

    @property
    def summary(self) -> str:
        """The file."""
        return self.path or ""

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get one: an older libvirt forgets it without a word."""
        # No host says whether it knows it. Those that are older than libvirt 9.10 do not speak of
        # panic notifiers either (https://libvirt.org/news.html).
        if host is not None and host.supports("panic") is None:
            return _("This host does not know it: it needs libvirt 10.2.")
        return super().unavailable(domain, host)

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one whose file libvirt chooses."""
        del domain, host
        return cls(backend="acpi-erst")
