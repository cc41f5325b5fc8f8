"""Secrets that libvirt keeps for those who use them, live. Their values only ever go down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.secret import USAGE_LABELS
from qvirt_jupyter.hypervisor import html, survey
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.definition_names import NOT_THERE, checked_root
from qvirt_jupyter.hypervisor.errors import (
    AlreadyExists,
    InvalidDefinition,
    QvirtError,
    Subject,
)
from qvirt_jupyter.hypervisor.handle import Handle
from qvirt_jupyter.hypervisor.host import secret_users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element

    from qvirt_jupyter.hypervisor.host.secret_record import SecretRecord
    from qvirt_jupyter.hypervisor.host.secret_users import SecretUser

LONGEST_VALUE: Final = 65536
"""Bytes that a value may have: REMOTE_SECRET_VALUE_MAX of libvirt's protocol."""


@dataclass(frozen=True, slots=True)
class SecretCondition:
    """What a list shows of a secret beside its definition.

    Parameters
    ----------
    has_value
        Whether it has one; None where libvirt does not say.
    users
        Who needs it.
    """

    has_value: bool | None
    users: tuple[SecretUser, ...]


_HEADINGS: Final = (_("Used for"), _("Kept in memory only"), _("Never given out"))


class Secret(Handle):
    """A secret: ``connection.secrets["client.admin"]``.

    Its value can be set and not be read: nothing here shows it.

    https://libvirt.org/html/libvirt-libvirt-secret.html
    """

    kind: ClassVar[str] = "secret"
    _collection: ClassVar[str] = "secrets"

    @property
    def record(self) -> SecretRecord:
        """What the inventory knows of it, without asking libvirt."""
        return self.connection.inventory.secret(self.uuid)

    @property
    def code(self) -> str:
        """A Python expression for it, by its UUID: two may be for what has one name."""
        return f"{self.connection.code}.secrets[{self.uuid!r}]"

    @property
    def usage_type(self) -> str:
        """What it is for: ``"volume"``, ``"ceph"``, ``"iscsi"``, ``"tls"``, ``"vtpm"`` or empty."""
        return self._call(lambda found: survey.secret(found).usage_type)

    @property
    def usage_id(self) -> str:
        """The path or the name by which it is found; empty where only its UUID is known."""
        return self._call(lambda found: survey.secret(found).usage_id)

    @property
    def has_value(self) -> bool | None:
        """Whether it has a value; None where libvirt does not say, as for a private secret."""
        return self._call(_has_value)

    def users(self) -> tuple[SecretUser, ...]:
        """Return who needs it, now or from the next start."""
        return self._call(
            lambda found: secret_users.users_of(found.connect(), {self.uuid: survey.secret(found)})[
                self.uuid
            ]
        )

    def xml(self) -> str:
        """Return its definition as libvirt writes it; the value is not part of it."""
        return self._call(lambda found: str(found.XMLDesc(0)))

    def document(self) -> documents.Secret:
        """Return its definition as a document."""
        return documents.Secret.parse(self.xml())

    @action(_("Set the value of the secret {name}"), secrets=["value"])
    def set_value(self, value: bytes | str) -> None:
        """Give it a value, in place of the one that it may have.

        Parameters
        ----------
        value
            Text is stored as UTF-8. A key of Ceph or of LUKS is what it stands for: decode base64
            first.

        Raises
        ------
        InvalidDefinition
            It is empty or longer than 64 KiB.
        AccessDenied
            The connection is read-only.
        """
        raw = checked_value(value, self.subject)
        self._call(lambda found: found.setValue(raw, 0))

    @action(_("Delete the secret {name}"))
    def delete(self) -> None:
        """Remove it with its value. Who needs it (:meth:`users`) does not start any more."""
        self._call(lambda found: found.undefine())

    def _find(self, connection: libvirt.virConnect) -> Any:  # noqa: ANN401 - libvirt has no types
        return connection.secretLookupByUUIDString(self._uuid)

    def _name_of(self, found: Any) -> str:  # noqa: ANN401 - libvirt has no types
        return _name_of(found)

    def __repr__(self) -> str:
        try:
            words = str(self._call(_cells)[0])
        except QvirtError as error:
            words = error.reason
        name = self._known_name or self.uuid
        return f"<{type(self).__name__} {name!r} on {self.connection.uri}: {words}>"

    def _repr_html_(self) -> str:
        try:
            pairs = tuple(zip(_HEADINGS, self._call(_cells), strict=True))
        except QvirtError as error:
            pairs = ((_("State"), error.reason),)
        caption = _("Secret {name}").format(name=self._known_name or self.uuid)
        return html.properties(caption, (*pairs, (_("UUID"), self.uuid)))


# "secret is private" has a code of its own; who may only look may not see any value.
_NOT_TOLD: Final = frozenset(
    {
        libvirt.VIR_ERR_INVALID_SECRET,
        libvirt.VIR_ERR_OPERATION_DENIED,
        libvirt.VIR_ERR_ACCESS_DENIED,
    }
)


def _has_value(found: Any) -> bool | None:  # noqa: ANN401 - libvirt has no types
    try:
        # There is no other way to learn it; what comes is dropped at once.
        found.value(0)
    except libvirt.libvirtError as error:
        code = error.get_error_code()
        if code == libvirt.VIR_ERR_NO_SECRET:
            return False
        if code in _NOT_TOLD:
            return None
        raise
    return True


class Secrets(Collection[Secret]):
    """The secrets of a connection, by what they are for or by UUID: ``connection.secrets``."""

    kind: ClassVar[str] = "secret"
    _attribute: ClassVar[str] = "secrets"
    _caption: ClassVar[LazyString] = _("Secrets")
    _missing: ClassVar[LazyString] = _("There is no secret of this name.")
    _headings: ClassVar[tuple[LazyString, ...]] = (_("Name"), *_HEADINGS)

    def of_usage(self, usage_type: str, usage_id: str) -> Secret | None:
        """Return the secret that is for something, or None where there is none.

        Parameters
        ----------
        usage_type
            ``"volume"``, ``"ceph"``, ``"iscsi"``, ``"tls"`` or ``"vtpm"``.
        usage_id
            The path or the name.
        """

        def look(connection: libvirt.virConnect) -> tuple[str, str] | None:
            found = _of_usage(connection, usage_type, usage_id)
            return None if found is None else (_name_of(found), found.UUIDString())

        found = self._connection.call(look, subject=self.subject)
        return None if found is None else self._handle(*found)

    def conditions(self) -> dict[str, SecretCondition]:
        """Return of each, by UUID, whether it has a value and who needs it; one look for all."""

        def look(connection: libvirt.virConnect) -> dict[str, SecretCondition]:
            secrets = survey.secrets(connection)
            users = secret_users.users_of(
                connection, {uuid: usage for uuid, (_found, usage) in secrets.items()}
            )
            return {
                uuid: SecretCondition(_has_value(found), users[uuid])
                for uuid, (found, _usage) in secrets.items()
            }

        return self._connection.call(look, subject=self.subject)

    @action(_("Define a secret"))
    def define(self, definition: str | documents.Secret) -> Secret:
        """Add a secret without a value, or replace the definition of the one with the same UUID.

        Parameters
        ----------
        definition
            XML or a document.

        Raises
        ------
        AlreadyExists
            Another secret is for the same.
        InvalidDefinition
            libvirt does not understand it.
        """
        return self._write(definition, None, may_replace=True)

    @action(_("Create a secret"), secrets=["value"])
    def create(
        self, definition: str | documents.Secret, value: bytes | str | None = None
    ) -> Secret:
        """Add a secret and give it its value; where that fails nothing of it is left.

        Parameters
        ----------
        definition
            XML or a document.
        value
            As for :meth:`Secret.set_value`; None for one whose value is set later.

        Raises
        ------
        AlreadyExists
            Another secret is for the same, or has the UUID.
        InvalidDefinition
            libvirt does not understand it, or the value is empty or longer than 64 KiB.
        """
        return self._write(definition, value, may_replace=False)

    def _write(self, definition: object, value: bytes | str | None, *, may_replace: bool) -> Secret:
        text = str(definition)
        uri = self._connection.uri
        root = checked_root(text, self.kind, uri)
        usage_type, usage_id = _usage_of(root)
        uuid = root.findtext("uuid")
        wanted = Subject(self.kind, usage_id or uuid or "", uri, uuid)
        raw = None if value is None else checked_value(value, wanted)

        def write(connection: libvirt.virConnect) -> tuple[str, str]:
            _refuse_taken(connection, wanted, usage_type, usage_id, may_replace=may_replace)
            made = connection.secretDefineXML(text, 0)
            if raw is not None:
                try:
                    made.setValue(raw, 0)
                except BaseException:
                    made.undefine()
                    raise
            return _name_of(made), made.UUIDString()

        return self._handle(*self._connection.call(write, subject=wanted))

    def _list(self, connection: libvirt.virConnect) -> Sequence[Any]:
        found: Sequence[Any] = connection.listAllSecrets(0)
        return found

    def _find(self, connection: libvirt.virConnect, key: str, *, by_uuid: bool) -> Any:  # noqa: ANN401 - libvirt has no types
        if by_uuid:
            return connection.secretLookupByUUIDString(key)
        return next((found for found in self._list(connection) if found.usageID() == key), None)

    def _name(self, found: Any) -> str:  # noqa: ANN401 - libvirt has no types
        return _name_of(found)

    def _handle(self, name: str, key: str) -> Secret:
        return Secret(self._connection, key, name)

    def _row(self, found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        return _cells(found)


def checked_value(value: bytes | str, subject: Subject) -> bytes:
    """Return a value as libvirt stores it.

    Parameters
    ----------
    value
        Text or bytes.
    subject
        What errors are about. They never have the value in them.

    Raises
    ------
    InvalidDefinition
        It is empty or longer than 64 KiB.
    """
    raw = value.encode() if isinstance(value, str) else value
    if not raw:
        raise InvalidDefinition(
            _("A secret needs a value that is not empty."),
            subject=subject,
            next_step=_("Type one, or have one generated."),
        )
    if len(raw) > LONGEST_VALUE:
        raise InvalidDefinition(
            _("The value is longer than the 64 KiB that libvirt keeps."),
            subject=subject,
            next_step=_("Check that it is the right one."),
        )
    return raw


def _refuse_taken(
    connection: libvirt.virConnect,
    wanted: Subject,
    usage_type: str,
    usage_id: str,
    *,
    may_replace: bool,
) -> None:
    """Raise where another secret is for the same: libvirt would call that an internal error."""
    other = _of_usage(connection, usage_type, usage_id) if usage_type else None
    if other is not None and not (may_replace and other.UUIDString() == wanted.uuid):
        raise AlreadyExists(
            _("There is a secret for {name} already.").format(name=repr(usage_id)),
            subject=wanted,
            next_step=_("Set the value of that one, or delete it first."),
        )
    if (
        wanted.uuid
        and not may_replace
        and _found(lambda: connection.secretLookupByUUIDString(wanted.uuid))
    ):
        raise AlreadyExists(
            _("There is a secret with this UUID already."),
            subject=wanted,
            next_step=_("Leave the UUID out: libvirt makes one."),
        )


def _of_usage(connection: libvirt.virConnect, usage_type: str, usage_id: str) -> Any:  # noqa: ANN401 - libvirt has no types
    if usage_type not in survey.USAGE_TYPES:
        return None
    number = survey.USAGE_TYPES.index(usage_type)
    return _found(lambda: connection.secretLookupByUsage(number, usage_id))


def _found(look: Any) -> Any:  # noqa: ANN401 - libvirt has no types
    try:
        return look()
    except libvirt.libvirtError as error:
        if error.get_error_code() not in NOT_THERE:
            raise
        return None


def _usage_of(root: _Element) -> tuple[str, str]:
    """Return what a definition is for: its type, and the one text that its ``<usage>`` holds."""
    usage = root.find("usage")
    if usage is None:
        return "", ""
    texts = (child.text or "" for child in usage.iterchildren("*"))
    return usage.get("type", ""), next(texts, "").strip()


def _name_of(found: Any) -> str:  # noqa: ANN401 - libvirt has no types
    name: str = found.usageID() or found.UUIDString()
    return name


def _cells(found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
    definition = documents.Secret.parse(found.XMLDesc(0))
    yes, no = _("yes"), _("no")
    return (
        USAGE_LABELS.get(definition.usage_type or "", _("whoever knows its UUID")),
        yes if definition.ephemeral else no,
        yes if definition.private else no,
    )
