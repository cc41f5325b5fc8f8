"""The memory of a machine: what it has, what it may get, and how the host keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Declared, Flag, declarations
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.details.derived import Derived
from qvirt_jupyter.widgets.details.page import DomainPage, changed, select

if TYPE_CHECKING:
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.page import Facts


_SHARED: Final = "shared"


def _share(domain: documents.Domain, shared: bool | None) -> None:  # noqa: FBT001 - a value
    domain.shared_memory = bool(shared)


class MemoryPage(DomainPage):
    """Memory now and at most; a balloon moves between the two while the machine runs."""

    icon = "memory"
    label = _("Memory")
    names = (
        *("current_memory", "memory", "max_memory", "memory_slots"),
        *("memory_backing.", "memory_tune.", "dump_memory"),
    )

    def summary(self, definitions: Definitions) -> str:
        """Return how much it starts with."""
        domain = definitions.stored
        return quantities.size(domain.current_memory or domain.memory or 0, unit="KiB")

    def facts(self, domain: Machine, definitions: Definitions) -> Facts:  # noqa: ARG002 - of the host
        """Return what the host has."""
        return (
            (
                str(_("Memory of the host")),
                quantities.size(domain.connection.host.memory, unit="KiB"),
            ),
        )

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return the fields; the first two are what most people look for."""
        helped = {
            "current_memory": _(
                "The running guest gets it or gives it back where it has a balloon driver."
            ),
            "memory": _("The most that the guest can get without a restart."),
        }
        return [
            *(
                changed(item, help=helped.get(item.name, item.help))
                for item in select(declarations(element), self.names)
            ),
            Derived(
                name=_SHARED,
                type=Flag(),
                label=_("Shared with other processes of the host"),
                help=_("Folders that are shared by virtiofs need it."),
                read=lambda domain: domain.shared_memory,
                write=_share,
            ),
        ]

    def why_fixed(self, element: documents.Element, name: str, *, customise: bool) -> str:
        """Say why memory cannot be shared, too."""
        if name == _SHARED and isinstance(element, documents.Domain):
            return str(element.why_no_shared_memory(None))
        return super().why_fixed(element, name, customise=customise)
