"""Parallel ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.character import NumberedPort
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Integer

if TYPE_CHECKING:
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities


class Parallel(NumberedPort):
    """A parallel port, as for old printers.

    https://libvirt.org/formatdomain.html#parallel-port
    """

    tag = "parallel"
    collection = "parallels"
    title = _("Parallel port")

    port = Field(
        "target/@port",
        Integer(),
        label=_("Port"),
        help=_("Counted from 0, as guests do: lp0 is the first."),
        advanced=True,
    )

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one at a pseudo terminal."""
        del domain, host
        return cls(type="pty")
