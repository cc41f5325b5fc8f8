"""The guest's operating system: what it is said to be, and what its agent says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Text
from qvirt_jupyter.documents.devices.channel import AGENT
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.provision import osinfo
from qvirt_jupyter.widgets.details.derived import Derived
from qvirt_jupyter.widgets.details.page import DomainPage, Known
from qvirt_jupyter.widgets.system_names import system_name

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.documents import Declared
    from qvirt_jupyter.provision.osinfo import Database
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.page import Facts

_NO_CHANNEL: Final = _(
    "The machine has no channel to an agent. Add hardware, “Channel”, makes one; the program "
    "qemu-guest-agent must run in the guest."
)
_FOUND: Final = 40
"""So many systems are offered at once; typing more finds the others."""


class SystemPage(DomainPage):
    """The system by its name, which is searched in libosinfo's database.

    Parameters
    ----------
    key
        What the tree calls it.
    systems
        The database; None before it was read, when the system is shown by its identifier.
    """

    icon = "system"
    label = _("OS information")
    names = ("metadata.os_id",)

    def __init__(self, key: str, systems: Database | None = None) -> None:
        super().__init__(key)
        self._systems = systems

    def summary(self, definitions: Definitions) -> str:
        """Return the system's name."""
        os_id = definitions.stored.metadata.os_id
        return system_name(os_id) if os_id else ""

    def look_up(self, domain: Machine, definitions: Definitions) -> Known:
        """Return what the guest's agent says, and read the database of systems."""
        systems = osinfo()
        page = SystemPage(self.key, systems) if systems.is_installed else None
        return Known(self.facts(domain, definitions), page=page)

    def facts(self, domain: Machine, definitions: Definitions) -> Facts:
        """Return what the guest's agent says; why it says nothing, where it does not."""
        if definitions.is_drafted:
            return ()
        if not domain.is_active:
            return ((str(_("Agent")), str(_("The machine is off."))),)
        running = definitions.running or definitions.stored
        if AGENT not in [channel.name for channel in running.devices.channels]:
            return ((str(_("Agent")), str(_NO_CHANNEL)),)
        try:
            info = domain.guest_info()
        except QvirtError as error:
            return ((str(_("Agent")), error.reason),)
        said = (
            (_("System in the guest"), info.system),
            (_("Kernel"), info.kernel),
            (_("Host name"), info.hostname),
            (_("Time zone"), info.timezone),
        )
        return tuple((str(label), value) for label, value in said if value)

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return the system: by its name, once the names are known."""
        if self._systems is None:
            return super().declared(element)
        return [
            Derived(
                name="metadata.os_id",
                type=Text(),
                label=_("Operating system"),
                help=_("Type a part of its name, such as “debian 12” or “windows 11”."),
                read=self._name,
                write=self._choose,
                search=self._search,
            )
        ]

    def _search(self, text: str) -> tuple[str, ...]:
        assert self._systems is not None  # noqa: S101 - without it nothing is searched
        found = self._systems.search(text, old=True)
        return tuple(system.label for system in found[:_FOUND])

    def _name(self, domain: documents.Domain) -> str | None:
        os_id = domain.metadata.os_id
        system = self._systems.get(os_id) if self._systems is not None and os_id else None
        return system.label if system is not None else os_id

    def _choose(self, domain: documents.Domain, text: str | None) -> None:
        if not text or self._systems is None or text == domain.metadata.os_id:
            domain.metadata.os_id = text or None
            return
        wanted = text.strip().casefold()
        for system in self._systems:
            names = (system.label, system.name, system.id, *system.short_ids)
            if wanted in (name.casefold() for name in names):
                domain.metadata.os_id = system.id
                return
        message = _("No operating system is called {text}: go on typing, and choose from the list.")
        raise ValueError(str(message.format(text=f"“{text}”")))
