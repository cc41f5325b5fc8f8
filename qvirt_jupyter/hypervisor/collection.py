"""The objects of one kind on a connection, by name or UUID."""

from __future__ import annotations

import difflib
import uuid as uuids
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

import libvirt

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.actions import Submit
from qvirt_jupyter.hypervisor.definition_names import (
    NOT_THERE,
    checked_definition,
    refuse_taken,
)
from qvirt_jupyter.hypervisor.errors import NotFound, QvirtError, Subject, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qvirt_jupyter.hypervisor.connection import Connection

_Handle = TypeVar("_Handle")
_NAMES_IN_ERROR: Final = 5


class Collection(ABC, Generic[_Handle]):
    """A view of what libvirt has now: nothing is kept, every look asks libvirt.

    It behaves like a mapping whose iteration gives the objects, sorted by name.

    Parameters
    ----------
    connection
        The connection.
    """

    kind: ClassVar[str]
    """As in :class:`Subject`."""
    _attribute: ClassVar[str]
    _caption: ClassVar[LazyString]
    _missing: ClassVar[LazyString]
    _headings: ClassVar[tuple[LazyString, ...]]

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """The connection that the objects belong to."""
        return self._connection

    @property
    def subject(self) -> Subject:
        """What the action log calls it: the connection."""
        return Subject("connection", self._connection.label, self._connection.uri)

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self._connection.code}.{self._attribute}"

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted without regard to case."""
        return tuple(name for name, _key in self._listed())

    @property
    def why_missing(self) -> str:
        """Why the driver has none of them; empty where it can have some."""
        try:
            self._connection.call(self._list, subject=self.subject)
        except Unsupported as error:
            return error.reason
        return ""

    def get(self, key: str) -> _Handle | None:
        """Return the object of this name or UUID, or None where there is none."""
        try:
            return self[key]
        except NotFound:
            return None

    def __getitem__(self, key: str) -> _Handle:
        """Return the object of this name or UUID.

        Raises
        ------
        NotFound
            There is none; the error names those that are spelled alike.
        """
        if not isinstance(key, str):
            raise TypeError(f"{self._attribute} are found by name or UUID, not by {key!r}.")
        found = self._connection.call(
            lambda connection: self._look_up(connection, key), subject=self.subject
        )
        if found is None:
            raise self._not_found(key)
        return self._handle(*found)

    def __iter__(self) -> Iterator[_Handle]:
        return iter([self._handle(name, key) for name, key in self._listed()])

    def __len__(self) -> int:
        return len(self._listed())

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            return self.get(key) is not None
        return any(key == handle for handle in self)

    @abstractmethod
    def _list(self, connection: libvirt.virConnect) -> Sequence[Any]:
        """Return libvirt's objects."""

    @abstractmethod
    def _find(self, connection: libvirt.virConnect, key: str, *, by_uuid: bool) -> Any:  # noqa: ANN401 - libvirt has no types
        """Return libvirt's object; its error, or None, says that there is none."""

    @abstractmethod
    def _handle(self, name: str, key: str) -> _Handle:
        """Return the handle for a name and a key."""

    @abstractmethod
    def _row(self, found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        """Return the cells for one of libvirt's objects; in the pool."""

    def _key(self, found: Any) -> str:  # noqa: ANN401 - libvirt has no types
        """Return the key of a handle."""
        key: str = found.UUIDString()
        return key

    def _name(self, found: Any) -> str:  # noqa: ANN401 - libvirt has no types
        """Return what people call one of libvirt's objects."""
        name: str = found.name()
        return name

    def _add(
        self,
        definition: object,
        make: Callable[[libvirt.virConnect, str], Any],
        *,
        may_replace: bool = False,
    ) -> _Handle:
        """Have libvirt make an object of a definition, and return its handle.

        Parameters
        ----------
        definition
            XML or a document.
        make
            Returns libvirt's object.
        may_replace
            Whether the definition of the object with the same UUID may be replaced.
        """
        text = str(definition)
        wanted = checked_definition(text, self.kind, self._connection.uri)

        def write(connection: libvirt.virConnect) -> tuple[str, str]:
            def look_up(name: str) -> object:
                return self._find(connection, name, by_uuid=False)

            refuse_taken(look_up, wanted, also_itself=not may_replace)
            try:
                made = make(connection, text)
            except libvirt.libvirtError as error:
                # Somebody else may have taken the name in this very moment.
                if error.get_error_code() == libvirt.VIR_ERR_OPERATION_FAILED:
                    refuse_taken(look_up, wanted, also_itself=not may_replace)
                raise
            return self._name(made), self._key(made)

        return self._handle(*self._connection.call(write, subject=wanted))

    def _look_up(self, connection: libvirt.virConnect, key: str) -> tuple[str, str] | None:
        # As virsh does: what looks like a UUID is one first, so no name can hide an object.
        for by_uuid in (True, False):
            if by_uuid and not _is_uuid(key):
                continue
            try:
                found = self._find(connection, key, by_uuid=by_uuid)
            except libvirt.libvirtError as error:
                if error.get_error_code() not in NOT_THERE:
                    raise
            else:
                if found is not None:
                    return self._name(found), self._key(found)
        return None

    def _listed(self) -> list[tuple[str, str]]:
        def names_and_keys(connection: libvirt.virConnect) -> list[tuple[str, str]]:
            return [(self._name(found), self._key(found)) for found in self._list(connection)]

        listed = self._connection.call(names_and_keys, subject=self.subject)
        return sorted(listed, key=lambda entry: (entry[0].casefold(), entry[0]))

    def _not_found(self, key: str) -> NotFound:
        names = self.names
        close = difflib.get_close_matches(key, names, n=_NAMES_IN_ERROR, cutoff=0.5) or [
            name for name in names if key and key.casefold() in name.casefold()
        ]
        if close:
            next_step = _("Did you mean {names}?").format(
                names=", ".join(repr(name) for name in close[:_NAMES_IN_ERROR])
            )
        elif names:
            next_step = _("There are {names}.").format(names=_some(names))
        else:
            next_step = _("There are none at all.")
        return NotFound(
            self._missing,
            subject=Subject(self.kind, key, self._connection.uri),
            next_step=next_step,
        )

    def _rows(self) -> list[tuple[object, ...]]:
        def read(connection: libvirt.virConnect) -> list[tuple[str, tuple[object, ...]]]:
            found = sorted(self._list(connection), key=lambda one: self._name(one).casefold())
            rows = []
            for number, one in enumerate(found):
                # What is not shown is counted only: a host may have thousands.
                shown = number < html.ROWS_AT_MOST
                try:
                    rows.append((self._name(one), self._row(one) if shown else ()))
                except libvirt.libvirtError as error:
                    if error.get_error_code() not in NOT_THERE:
                        raise
            return rows

        return [(name, *cells) for name, cells in self._connection.call(read, subject=self.subject)]

    def _ipython_key_completions_(self) -> list[str]:
        try:
            return list(self.names)
        except QvirtError:
            # Completion offers nothing where the host does not answer.
            return []

    def __repr__(self) -> str:
        try:
            return f"{self._title}\n{html.text_table(self._headings, self._rows())}"
        except QvirtError as error:
            return f"{self._title}\n{error.reason}"

    def _repr_html_(self) -> str:
        try:
            return html.table(self._title, self._headings, self._rows())
        except QvirtError as error:
            return html.properties(self._title, [(_("Error"), error)])

    @property
    def _title(self) -> str:
        return f"{self._caption}: {self._connection.label}"


def _is_uuid(text: str) -> bool:
    try:
        uuids.UUID(text)
    except ValueError:
        return False
    return True


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_NAMES_IN_ERROR])
    return shown if len(names) <= _NAMES_IN_ERROR else f"{shown}, ..."
