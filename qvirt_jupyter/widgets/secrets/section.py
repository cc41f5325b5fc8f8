"""The secrets of a host: what each is for, whether it has a value, and who needs it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.secret import USAGE_LABELS
from qvirt_jupyter.hypervisor import Secret, SecretUser, publisher
from qvirt_jupyter.widgets.confirmations import joined
from qvirt_jupyter.widgets.dialog_place import DialogPlace
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.host.conditions import Conditions
from qvirt_jupyter.widgets.host.section import HostSection
from qvirt_jupyter.widgets.machine.actions import MachineActions
from qvirt_jupyter.widgets.questions import Question
from qvirt_jupyter.widgets.secrets.dialogs import new_secret_form, value_form
from qvirt_jupyter.widgets.table import Action, Cell, Column, RecordTable, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor import SecretCondition, SecretRecord
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision import SecretRequest
    from qvirt_jupyter.widgets.host.section import SectionContext

COLUMNS: Final = (
    Column("name", _("Path or name"), least=150),
    Column("usage", _("Used for"), width=110),
    Column(
        "value",
        _("Value"),
        width=70,
        description=_("Whether it has one. libvirt does not say it of those never given out."),
    ),
    Column("users", _("Needed by"), width=150, least=110),
    Column(
        "given",
        _("Given out"),
        width=86,
        description=_("Whether programs that may read secrets get its value from libvirt."),
    ),
    Column(
        "kept",
        _("Kept"),
        width=90,
        description=_("What is in memory only has to be set again when the service starts."),
    ),
    Column("description", _("Description"), width=120),
)
_KINDS: Final[Mapping[str, LazyString]] = {
    "domain": _("machine {name}"),
    "pool": _("storage pool {name}"),
    "volume": _("volume {name}"),
}
_OPENED: Final[Mapping[str, LazyString]] = {
    "domain": _("Open machine {name}"),
    "pool": _("Go to storage pool {name}"),
    "volume": _("Go to the storage of {name}"),
}
_OPEN: Final = "open-user-"
_EMPTY: Final = _(
    "There are no secrets. One holds the password of an encrypted disk, of Ceph or iSCSI storage, "
    "of a TLS key or of an emulated TPM."
)


class SecretsSection(HostSection):
    """A table of secrets, with the dialogs that make, set and delete them.

    Parameters
    ----------
    connection, context
        As for each section.
    """

    def __init__(self, connection: Connection, context: SectionContext) -> None:
        self._conditions: Conditions[SecretCondition] = Conditions(
            self,
            connection.secrets.conditions,
            self._draw,
            _("Who needs the secrets could not be found out."),
        )
        self._actions = MachineActions(context.questions, context.notices, fleet.wishes)
        self.dialog = DialogPlace()
        self.table = RecordTable(
            COLUMNS,
            label=_("Secrets"),
            empty=_EMPTY,
            on_activate=lambda ids, _client: self._act("value", ids, ""),
            on_action=self._act,
            actions=self._offer,
            sort="name",
        )
        super().__init__(connection, context, (self.dialog, self.table))

    def on_seen(self, is_seen: bool) -> None:  # noqa: FBT001 - as the frame calls it
        """Look anew who needs them, when somebody comes to see it."""
        if is_seen:
            self._conditions.forget()
            self.update()

    def update(self) -> None:
        """Show the secrets that are there now."""
        if self.is_closed:
            return
        if self.refused:
            # A dialog that could do nothing any more (HOST-04).
            self.dialog.clear()
        self.table.say(self._why_empty())
        self._draw()
        self._look()

    # What is shown.

    @property
    def _records(self) -> tuple[SecretRecord, ...]:
        return self.connection.inventory.snapshot().secrets

    def _why_empty(self) -> LazyString | str:
        connection = self.connection
        if not connection.is_connected:
            return self.refused
        if connection.features.reason("secrets"):
            return _("The driver of this connection has no secrets.")
        return _EMPTY

    def _draw(self) -> None:
        self.table.update(self._row(record) for record in self._records)

    def _row(self, record: SecretRecord) -> Row:
        condition = self._conditions.known.get(record.uuid)
        return Row(
            record.uuid,
            {
                "name": Cell(record.name, title=record.uuid),
                "usage": str(USAGE_LABELS.get(record.usage_type, _("whoever knows its UUID"))),
                "value": _value_cell(condition),
                "given": str(_("no") if record.private else _("yes")),
                "kept": str(_("in memory") if record.ephemeral else _("on disk")),
                "users": joined(_named(condition.users)) if condition else "",
                "description": record.description,
            },
        )

    def _look(self) -> None:
        """Ask libvirt what is in no definition of a secret, where something may have changed."""
        connection = self.connection
        if not connection.is_connected or connection.features.reason("secrets"):
            return
        snapshot = connection.inventory.snapshot()
        now = (
            snapshot.secrets,
            tuple((each.uuid, each.xml_version, each.is_active) for each in snapshot.domains),
            tuple((each.uuid, each.name) for each in snapshot.storage_pools),
        )
        self._conditions.look(now)

    # What can be done.

    def _offer(self, ids: tuple[str, ...]) -> list[Action]:
        refused = self.refused or self._driver_refuses()
        one = "" if len(ids) == 1 else _("Choose one secret.")
        some = "" if ids else _("Choose secrets.")
        return [
            Action("create", _("New secret…"), refused, icon="create", key="Insert"),
            Action("value", _("Set value…"), refused or one, icon="change"),
            Action(
                "delete", _("Delete…"), refused or some, icon="remove", key="Delete", danger=True
            ),
            *(
                Action(
                    f"{_OPEN}{number}",
                    _OPENED[user.kind].format(name=user.name),
                    icon="open",
                    toolbar=number == 0,
                )
                for number, user in enumerate(self._users(ids))
            ),
        ]

    def _users(self, ids: tuple[str, ...]) -> tuple[SecretUser, ...]:
        """Return who needs the one secret that is selected, as far as there is something to open.

        The volume that a secret is for is seen in its pool.
        """
        condition = self._conditions.known.get(ids[0]) if len(ids) == 1 else None
        return condition.users if condition is not None else ()

    def _open_user(self, user: SecretUser, client: str) -> None:
        if user.kind == "domain":
            self.context.open_machine(user.uuid, client)
        else:
            self.context.open_section("storage")

    def _driver_refuses(self) -> str:
        return self.connection.features.reason("secrets")

    def _act(self, name: str, ids: tuple[str, ...], client: str) -> None:
        if name.startswith(_OPEN):
            # The table lets through what was offered; meanwhile fewer may need it.
            number, users = int(name.removeprefix(_OPEN)), self._users(ids)
            if number < len(users):
                self._open_user(users[number], client)
            return
        if self.refused or self._driver_refuses():
            return
        records = [record for record in self._records if record.uuid in ids]
        if name == "create":
            self.dialog.show_soon(
                lambda: new_secret_form(self._is_taken, self._create, self.dialog.clear)
            )
        elif name == "value" and len(records) == 1:
            record = records[0]
            self.dialog.show_soon(
                lambda: value_form(record, partial(self._set_value, record), self.dialog.clear)
            )
        elif name == "delete" and records:
            self._ask_to_delete(records, client)

    def _is_taken(self, request: SecretRequest) -> bool:
        wanted = (request.usage_type, request.usage_id)
        return wanted in {(record.usage_type, record.usage_id) for record in self._records}

    def _create(self, request: SecretRequest) -> None:
        job = self._actions.run(_("Create a secret"), lambda: request.submit(self.connection))
        if job is None:
            return

        def select(done: Any) -> None:  # noqa: ANN401 - a job of any result
            if done.done() and done.error is None:
                publisher.post(None, lambda: self.table.select(done.result(0).uuid))

        self.follow(job.on_change(select))

    def _set_value(self, record: SecretRecord, value: bytes) -> None:
        secret = self._secret(record)
        self._actions.run(
            _("Set the value of the secret {name}").format(name=record.name),
            lambda: secret.submit.set_value(value),
        )

    def _ask_to_delete(self, records: list[SecretRecord], client: str) -> None:
        names = joined([record.name for record in records])
        users: set[SecretUser] = set()
        for record in records:
            condition = self._conditions.known.get(record.uuid)
            users.update(condition.users if condition else ())
        text = str(_("Its value is gone for good."))
        if users:
            needed = _("Needed by {users}, which then cannot use what it opens any more.")
            ordered = sorted(users, key=lambda user: (user.kind, user.name))
            text = f"{needed.format(users=joined(_named(ordered)))} {text}"

        def go_on(answer: object) -> None:
            if answer is not None:
                for record in records:
                    self._delete(record)

        about = f"secrets {id(self)}"
        # Who asks twice is asked once.
        self.context.questions.withdraw(about)
        self.context.questions.ask(
            Question(
                _("Delete the secret {names}?").format(names=names),
                text,
                _("Delete"),
                danger=True,
                client=client,
                about=about,
            ),
            go_on,
        )

    def _delete(self, record: SecretRecord) -> None:
        title = _("Delete the secret {name}").format(name=record.name)
        self._actions.run(title, self._secret(record).submit.delete)

    def _secret(self, record: SecretRecord) -> Secret:
        return Secret(self.connection, record.uuid, record.name)


def _value_cell(condition: SecretCondition | None) -> Cell | str:
    if condition is None:
        return ""
    if condition.has_value is None:
        return Cell(
            str(_("not said")),
            title=str(_("libvirt says it of no secret that is never given out.")),
        )
    if condition.has_value:
        return str(_("set"))
    return Cell(str(_("none")), title=str(_("Who needs it fails until it is set.")), tone="warning")


def _named(users: tuple[SecretUser, ...] | list[SecretUser]) -> list[str]:
    return [str(_KINDS[user.kind].format(name=user.name)) for user in users]
