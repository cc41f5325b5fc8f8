"""Network filters, live: which packets of guests pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.editing.redefining import checked
from qvirt_jupyter.hypervisor.errors import InUse, QvirtError
from qvirt_jupyter.hypervisor.handle import Handle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qvirt_jupyter.hypervisor.editing.effects import EditResult

_HEADINGS: Final = (_("Chain"), _("Priority"), _("Rules"), _("Refers to"))


@dataclass(frozen=True, slots=True)
class FilterUser:
    """Who uses a network filter.

    Parameters
    ----------
    kind
        ``"domain"``, or ``"nw_filter"`` for another filter that refers to it.
    name, uuid
        Which.
    mac
        The network card of the machine, or empty.
    """

    kind: Literal["domain", "nw_filter"]
    name: str
    uuid: str
    mac: str = ""


class NWFilter(Handle):
    """A network filter: ``connection.nw_filters["clean-traffic"]``.

    https://libvirt.org/html/libvirt-libvirt-nwfilter.html
    """

    kind: ClassVar[str] = "nw_filter"
    _collection: ClassVar[str] = "nw_filters"

    def xml(self) -> str:
        """Return its definition as libvirt writes it."""
        text: str = self._call(lambda found: found.XMLDesc(0))
        return text

    def document(self) -> documents.NWFilter:
        """Return its definition as a document."""
        return documents.NWFilter.parse(self.xml())

    def users(self) -> tuple[FilterUser, ...]:
        """Return the network cards and the filters that refer to it."""
        name = self.name

        return self._connection.call(_users, subject=self.subject).get(name, ())

    @action(_("Edit the network filter {name}"))
    def redefine(
        self, definition: str | documents.NWFilter, *, base: str | None = None
    ) -> EditResult:
        """Write it anew; machines that run have it at once.

        Parameters
        ----------
        definition
            XML or a document, with its name.
        base
            The XML that it was made of; a change since then is a conflict. None overwrites.

        Raises
        ------
        EditConflict
            Somebody else changed it since `base` was read.
        InvalidDefinition
            libvirt does not understand it, or it has another name or UUID.
        OperationFailed
            A machine that runs cannot have it: nothing was changed.
        """
        text, result = checked(self.subject, definition, base, self.xml(), is_active=False)
        if result.changes:
            self._connection.call(
                lambda connection: connection.nwfilterDefineXML(text), subject=self.subject
            )
        return result

    @action(_("Delete the network filter {name}"))
    def delete(self) -> None:
        """Remove it; nobody may use it.

        Raises
        ------
        InUse
            Network cards or other filters refer to it.
        """
        users = self.users()
        if users:
            names = ", ".join(dict.fromkeys(user.name for user in users))
            raise InUse(
                _("It is used by {names}.").format(names=names),
                subject=self.subject,
                next_step=_("Take it away there first."),
            )
        self._call(lambda found: found.undefine())

    def _find(self, connection: libvirt.virConnect) -> Any:  # noqa: ANN401 - libvirt has no types
        return connection.nwfilterLookupByUUIDString(self._uuid)

    def __repr__(self) -> str:
        name = self._known_name or self._uuid
        return f"<{type(self).__name__} {name!r} on {self._connection.uri}>"

    def _repr_html_(self) -> str:
        try:
            pairs = tuple(zip(_HEADINGS, self._call(_cells), strict=True))
        except QvirtError as error:
            pairs = ((_("State"), error.reason),)
        caption = _("Network filter {name}").format(name=self._known_name or self._uuid)
        return html.properties(caption, (*pairs, (_("UUID"), self._uuid)))


class NWFilters(Collection[NWFilter]):
    """The network filters of a connection: ``connection.nw_filters``."""

    kind: ClassVar[str] = "nw_filter"
    _attribute: ClassVar[str] = "nw_filters"
    _caption: ClassVar[LazyString] = _("Network filters")
    _missing: ClassVar[LazyString] = _("There is no network filter of this name.")
    _headings: ClassVar[tuple[LazyString, ...]] = (_("Name"), *_HEADINGS)

    def users(self) -> Mapping[str, tuple[FilterUser, ...]]:
        """Return who uses each filter that anybody uses, by its name.

        Raises
        ------
        Unsupported
            The driver has no filters.
        """
        return self._connection.call(_users, subject=self.subject)

    @action(_("Define a network filter"))
    def define(self, definition: str | documents.NWFilter) -> NWFilter:
        """Add a network filter, or replace the one with the same UUID.

        Parameters
        ----------
        definition
            XML or a document.

        Raises
        ------
        AlreadyExists
            Another filter has the name.
        InvalidDefinition
            libvirt does not understand it.
        Unsupported
            The driver has no filters.
        """
        return self._add(
            definition,
            lambda connection, text: connection.nwfilterDefineXML(text),
            may_replace=True,
        )

    def _list(self, connection: libvirt.virConnect) -> Sequence[Any]:
        found: Sequence[Any] = connection.listAllNWFilters(0)
        return found

    def _find(self, connection: libvirt.virConnect, key: str, *, by_uuid: bool) -> Any:  # noqa: ANN401 - libvirt has no types
        if by_uuid:
            return connection.nwfilterLookupByUUIDString(key)
        return connection.nwfilterLookupByName(key)

    def _handle(self, name: str, key: str) -> NWFilter:
        return NWFilter(self._connection, key, name)

    def _row(self, found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        return _cells(found)


def _cells(found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
    definition = documents.NWFilter.parse(found.XMLDesc(0))
    return (
        definition.chain or "root",
        "" if definition.priority is None else definition.priority,
        len(definition.rules),
        ", ".join(str(other.filter) for other in definition.references),
    )


def _users(connection: libvirt.virConnect) -> dict[str, tuple[FilterUser, ...]]:
    """Return who uses each filter that anybody uses; each definition is read once."""
    found: dict[str, list[FilterUser]] = {}
    for machine in connection.listAllDomains(0):
        flags = {0, libvirt.VIR_DOMAIN_XML_INACTIVE if machine.isActive() else 0}
        cards = {
            (card.filter, card.mac or "")
            for flag in flags
            for card in documents.Domain.parse(machine.XMLDesc(flag)).devices.interfaces
            if card.filter
        }
        for name, mac in sorted(cards):
            user = FilterUser("domain", machine.name(), machine.UUIDString(), mac)
            found.setdefault(name, []).append(user)
    for other in connection.listAllNWFilters(0):
        for reference in documents.NWFilter.parse(other.XMLDesc(0)).references:
            user = FilterUser("nw_filter", other.name(), other.UUIDString())
            if user not in found.setdefault(str(reference.filter), []):
                found[str(reference.filter)].append(user)
    return {name: tuple(users) for name, users in found.items()}
