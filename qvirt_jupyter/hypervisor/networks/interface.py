"""Network interfaces of the host, live: listed by all drivers that know them, edited by some."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.host_interface import TYPES
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.editing.redefining import checked
from qvirt_jupyter.hypervisor.errors import (
    AccessDenied,
    InvalidDefinition,
    OperationFailed,
    QvirtError,
    Unsupported,
    WrongState,
)
from qvirt_jupyter.hypervisor.named_handle import NamedHandle
from qvirt_jupyter.hypervisor.switchable import definition_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qvirt_jupyter.hypervisor.editing.effects import EditResult

_HEADINGS: Final = (_("State"), _("Type"), _("MAC address"), _("Addresses"))
_READ_ONLY: Final = _(
    "libvirt shows the interfaces of this host, but cannot change them: it was built without netcf."
)
_CHANGE_THERE: Final = _("Change them with the host's own tools, such as nmcli or netplan.")


class Interface(NamedHandle):
    """A network interface of the host: ``connection.interfaces["eth0"]``.

    https://libvirt.org/html/libvirt-libvirt-interface.html
    """

    kind: ClassVar[str] = "interface"
    _collection: ClassVar[str] = "interfaces"

    @property
    def is_active(self) -> bool:
        """Whether it is up."""
        return self._call(lambda found: bool(found.isActive()))

    @property
    def mac(self) -> str:
        """Its hardware address, in lower case."""
        return self._call(lambda found: str(found.MACString() or "").lower())

    def xml(self, *, inactive: bool = False) -> str:
        """Return its definition as libvirt writes it.

        Parameters
        ----------
        inactive
            How it is configured, rather than how it is.
        """
        flags = libvirt.VIR_INTERFACE_XML_INACTIVE if inactive else 0
        return self._call(lambda found: definition_of(found, flags))

    def document(self, *, inactive: bool = False) -> documents.HostInterface:
        """Return its definition as a document.

        Parameters
        ----------
        inactive
            As for :meth:`xml`.
        """
        return documents.HostInterface.parse(self.xml(inactive=inactive))

    @action(_("Start the interface {name}"))
    def start(self) -> None:
        """Bring it up.

        Raises
        ------
        WrongState
            It is up already.
        Unsupported
            The driver only looks.
        """
        self._must_be(active=False)
        self._call(lambda found: found.create())

    @action(_("Stop the interface {name}"))
    def stop(self) -> None:
        """Take it down; who reaches the host by it loses the host.

        Raises
        ------
        WrongState
            It is down already.
        Unsupported
            The driver only looks.
        """
        self._must_be(active=True)
        self._call(lambda found: found.destroy())

    @action(_("Edit the interface {name}"))
    def redefine(
        self, definition: str | documents.HostInterface, *, base: str | None = None
    ) -> EditResult:
        """Write its configuration anew; one that is up stays as it is until it starts again.

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
            libvirt does not understand it, or it has another name.
        Unsupported
            The driver only looks.
        """
        stored = self.xml(inactive=True)
        text, result = checked(self.subject, definition, base, stored, is_active=self.is_active)
        if result.changes:
            self._connection.call(
                lambda connection: connection.interfaceDefineXML(text), subject=self.subject
            )
        return result

    @action(_("Delete the interface {name}"))
    def delete(self) -> None:
        """Remove its configuration; it must be down.

        Raises
        ------
        WrongState
            It is up.
        Unsupported
            The driver only looks.
        """
        if self.is_active:
            raise WrongState(_("It is on."), subject=self.subject, next_step=_("Stop it first."))
        self._call(lambda found: found.undefine())

    def _find(self, connection: libvirt.virConnect) -> Any:  # noqa: ANN401 - libvirt has no types
        return connection.interfaceLookupByName(self._name)

    def _must_be(self, *, active: bool) -> None:
        if self.is_active is not active:
            raise WrongState(
                _("It is off.") if active else _("It is on already."),
                subject=self.subject,
                next_step=_("Look at its present state, then try again."),
            )

    def __repr__(self) -> str:
        try:
            state = str(self._call(_cells)[0])
        except QvirtError as error:
            state = error.reason
        return f"<{type(self).__name__} {self._name!r} on {self._connection.uri}: {state}>"

    def _repr_html_(self) -> str:
        caption = _("Interface {name}").format(name=self._name)
        try:
            cells = self._call(_cells)
        except QvirtError as error:
            return html.properties(caption, [(_("State"), error.reason)])
        return html.properties(caption, zip(_HEADINGS, cells, strict=True))


class Interfaces(Collection[Interface]):
    """The network interfaces of the host: ``connection.interfaces``.

    Where libvirt was built with netcf they can be changed. What changes may be taken back, which
    saves whoever cuts off their own way to the host::

        with conn.interfaces.changes():
            conn.interfaces.define(bridge).start()
            check_that_the_host_answers()  # an error takes all of it back
    """

    kind: ClassVar[str] = "interface"
    _attribute: ClassVar[str] = "interfaces"
    _caption: ClassVar[LazyString] = _("Interfaces of the host")
    _missing: ClassVar[LazyString] = _("There is no interface of this name.")
    _headings: ClassVar[tuple[LazyString, ...]] = (_("Name"), *_HEADINGS)

    @property
    def why_read_only(self) -> str:
        """Why none can be changed; empty where they can."""
        # An empty text defines nothing: a driver that could says that it is no XML.
        try:
            self._connection.call(
                lambda connection: connection.interfaceDefineXML(""), subject=self.subject
            )
        except Unsupported:
            return f"{_READ_ONLY} {_CHANGE_THERE}"
        except AccessDenied as error:
            return f"{error.reason} {error.next_step}"
        except (InvalidDefinition, OperationFailed):
            return ""
        return ""

    @action(_("Define an interface"))
    def define(self, definition: str | documents.HostInterface) -> Interface:
        """Add the configuration of an interface, or replace that of the same name.

        Parameters
        ----------
        definition
            XML or a document.

        Raises
        ------
        InvalidDefinition
            libvirt does not understand it.
        Unsupported
            The driver only looks.
        """
        return self._add(
            definition,
            lambda connection, text: connection.interfaceDefineXML(text),
            may_replace=True,
        )

    @action(_("Begin to change interfaces"))
    def begin(self) -> None:
        """Remember all configurations, so that :meth:`rollback` may bring them back.

        https://libvirt.org/html/libvirt-libvirt-interface.html#virInterfaceChangeBegin

        Raises
        ------
        WrongState
            Somebody has begun already.
        Unsupported
            The driver cannot.
        """
        self._connection.call(lambda connection: connection.changeBegin(), subject=self.subject)

    @action(_("Keep the changes of interfaces"))
    def commit(self) -> None:
        """Forget the configurations of before.

        Raises
        ------
        WrongState
            Nobody has begun.
        """
        self._connection.call(lambda connection: connection.changeCommit(), subject=self.subject)

    @action(_("Take back the changes of interfaces"))
    def rollback(self) -> None:
        """Bring the configurations of before back.

        Raises
        ------
        WrongState
            Nobody has begun.
        """
        self._connection.call(lambda connection: connection.changeRollback(), subject=self.subject)

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Keep what the block changes, or take all of it back where it raises."""
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def _list(self, connection: libvirt.virConnect) -> Sequence[Any]:
        found: Sequence[Any] = connection.listAllInterfaces(0)
        return found

    def _find(self, connection: libvirt.virConnect, key: str, *, by_uuid: bool) -> Any:  # noqa: ANN401 - libvirt has no types
        return None if by_uuid else connection.interfaceLookupByName(key)

    def _key(self, found: Any) -> str:  # noqa: ANN401 - libvirt has no types
        name: str = found.name()
        return name

    def _handle(self, name: str, key: str) -> Interface:  # noqa: ARG002 - the name is the key
        return Interface(self._connection, name)

    def _row(self, found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        return _cells(found)


def _cells(found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
    definition = documents.HostInterface.parse(found.XMLDesc(0))
    addresses = [
        f"{address.address}/{address.prefix}"
        for protocol in definition.protocols
        for address in protocol.addresses
    ]
    return (
        _("up") if found.isActive() else _("down"),
        TYPES.label(definition.type or ""),
        definition.mac or "",
        ", ".join(addresses),
    )
