"""What can be done with a pool, as a table: when, and what is asked first.

==========  =======================  ==========================================================
action      pool must be             asked first
==========  =======================  ==========================================================
start       off
stop        on                       always: machines lose what they have in it
refresh     on
build       off, defined             always; whether what is on the device may be erased
autostart   defined
rename      off, defined             the new name
delete      off                      always: only its definition goes, and its own secret if wanted
contents    off, defined             always: what it lives in goes
==========  =======================  ==========================================================
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import StoragePool as PoolDocument
from qvirt_jupyter.hypervisor import StoragePool, publisher
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.machine.actions import MachineActions
from qvirt_jupyter.widgets.questions import Question, QuestionField
from qvirt_jupyter.widgets.table import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor import Job, Secret
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import StoragePoolRecord
    from qvirt_jupyter.widgets.details.work import Boards
    from qvirt_jupyter.widgets.questions import Answer

_OFF: Final = _("It is off: start it first.")
_ON: Final = _("It is on: stop it first.")
_ON_ALREADY: Final = _("It is on already.")
_OFF_ALREADY: Final = _("It is off already.")
_TRANSIENT: Final = _("It has no definition: it is gone when it stops.")
_NO_POOL: Final = _("Select a storage pool.")


@dataclass(frozen=True, slots=True)
class PoolAction:
    """One of them.

    Parameters
    ----------
    id
        Its name.
    label
        What its button says.
    refusals
        What is said by the state of a pool that does not allow it: ``on``, ``off`` or
        ``transient``.
    icon, toolbar, danger
        As for an action of a table.
    key
        The key that does it.
    """

    id: str
    label: LazyString
    refusals: Mapping[str, LazyString]
    icon: str = ""
    toolbar: bool = False
    danger: bool = False
    key: str = ""

    def reason(self, record: StoragePoolRecord) -> LazyString | str:
        """Return why it is not possible for a pool; empty where it is."""
        states = ["on" if record.active else "off"]
        if not record.persistent:
            states.append("transient")
        return next((self.refusals[state] for state in states if state in self.refusals), "")


_AUTOSTART: Final = PoolAction("autostart", _("Start with the host"), {"transient": _TRANSIENT})
ACTIONS: Final = (
    PoolAction("start", _("Start"), {"on": _ON_ALREADY}, icon="start", toolbar=True),
    PoolAction("stop", _("Stop"), {"off": _OFF_ALREADY}, icon="state-shutoff", toolbar=True),
    PoolAction("refresh", _("Refresh"), {"off": _OFF}, icon="reboot", toolbar=True),
    _AUTOSTART,
    PoolAction("build", _("Build…"), {"on": _ON, "transient": _TRANSIENT}),
    PoolAction("rename", _("Rename…"), {"on": _ON, "transient": _TRANSIENT}, icon="change"),
    PoolAction(
        "delete", _("Delete…"), {"on": _ON}, icon="remove", toolbar=True, danger=True, key="Delete"
    ),
    PoolAction("contents", _("Delete what it lives in…"), {"on": _ON, "transient": _TRANSIENT}),
)
_FOLDERS: Final = frozenset({"dir", "netfs", "gluster"})
"""Building these makes a folder at most: there is nothing to erase."""


_SIGNED_IN: Final = frozenset({"iscsi", "iscsi-direct", "rbd"})
"""Those that may have a secret to sign in with."""


class PoolDesk:
    """Does what is pressed; it only asks and submits, and never waits.

    Parameters
    ----------
    connection
        Whose pools.
    boards
        Where it asks and explains.
    """

    def __init__(self, connection: Connection, boards: Boards) -> None:
        self._connection, self._boards = connection, boards
        self._runner = MachineActions(boards.questions, boards.notices, boards.wishes)

    def offers(self, record: StoragePoolRecord | None, refused: str) -> list[Action]:
        """Return the actions as a table wants them.

        Parameters
        ----------
        record
            The pool that is selected.
        refused
            Why nothing can be changed on the host; empty where it can.
        """
        offered = [Action("new", _("New…"), refused, icon="create")]
        for each in ACTIONS:
            label = each.label
            if each is _AUTOSTART and record is not None and record.autostart:
                label = _("Don't start with the host")
            reason = refused or (_NO_POOL if record is None else each.reason(record))
            offered.append(
                Action(
                    each.id,
                    label,
                    reason,
                    icon=each.icon,
                    key=each.key,
                    toolbar=each.toolbar,
                    danger=each.danger,
                )
            )
        return offered

    def perform(self, name: str, record: StoragePoolRecord, client: str) -> None:
        """Do it, after a question where there is one.

        Parameters
        ----------
        name
            The id of an action.
        record
            The pool.
        client
            The browser window that wants it.
        """
        pool = StoragePool(self._connection, record.uuid, record.name)
        submit = pool.submit
        match name:
            case "start":
                self._run(pool, submit.start)
            case "refresh":
                self._run(pool, submit.refresh)
            case "autostart":
                self._run(pool, partial(submit.set_autostart, not record.autostart))
            case _:
                self._ask(name, pool, record, client)

    def _ask(self, name: str, pool: StoragePool, record: StoragePoolRecord, client: str) -> None:
        if name != "delete" or record.type not in _SIGNED_IN:
            self._put(name, pool, record, client)
            return

        def not_known(error: BaseException) -> None:
            self._boards.notices.put_error(_("The secret of {name}").format(name=pool.name), error)
            self._put(name, pool, record, client)

        work_in_pool(
            self._connection,
            lambda: pool.own_secret,
            lambda secret: self._put(name, pool, record, client, secret),
            not_known,
        )

    def _put(
        self,
        name: str,
        pool: StoragePool,
        record: StoragePoolRecord,
        client: str,
        secret: Secret | None = None,
    ) -> None:
        question, do = self._questions(name, pool, record, secret)
        about = f"{name} {record.uuid}"

        def go_on(answer: Answer | None) -> None:
            if answer is not None:
                publisher.post(None, lambda: do(answer))

        # Who asks twice is asked once.
        self._boards.questions.withdraw(about)
        asked = dataclasses.replace(question, client=client, about=about)
        self._boards.questions.ask(asked, go_on)

    def _questions(
        self, name: str, pool: StoragePool, record: StoragePoolRecord, secret: Secret | None
    ) -> tuple[Question, Callable[[Answer], object]]:
        """Return what is asked, and what an answer does."""
        submit = pool.submit
        match name:
            case "stop":
                return Question(
                    title=_("Stop {name}?").format(name=record.name),
                    text=_(
                        "Its volumes are out of reach until it starts again; machines that run "
                        "on network or device pools lose their disks."
                    )
                    if record.persistent
                    else _("It has no definition: it is gone then. What is in it stays."),
                    yes=_("Stop"),
                ), lambda _answer: self._run(pool, submit.stop)
            case "build":
                fields: tuple[QuestionField, ...] = ()
                if record.type not in _FOLDERS:
                    label = _("Erase what is on {source}").format(
                        source=record.source or record.path
                    )
                    fields = (QuestionField("erase", label, check=True),)
                return Question(
                    title=_("Build {name}?").format(name=record.name),
                    text=_("This makes its folder.")
                    if record.type in _FOLDERS
                    else _(
                        "This makes a file system, a volume group or a partition table. On a "
                        "device that is not empty it is refused, unless you say that all that "
                        "is on it may be erased."
                    ),
                    yes=_("Build"),
                    danger=record.type not in _FOLDERS,
                    fields=fields,
                ), lambda answer: self._build(pool, record, answer)
            case "rename":
                return Question(
                    title=_("Rename {name}").format(name=record.name),
                    text=_("Its UUID, its autostart and all that is in it stay."),
                    yes=_("Rename"),
                    fields=(QuestionField("name", _("New name"), value=record.name),),
                ), lambda answer: self._rename(pool, record, answer)
            case "contents":
                place = record.path or record.source
                return Question(
                    title=_("Delete what {name} lives in?").format(name=record.name),
                    text=_(
                        "{place} is removed: an empty folder, or a volume group or partition "
                        "table with all that is in it. The definition of the pool stays."
                    ).format(place=place),
                    yes=_("Delete for good"),
                    danger=True,
                ), lambda _answer: self._run(pool, submit.tear_down)
            case _:
                return Question(
                    title=_("Delete {name}?").format(name=record.name),
                    text=_(
                        "Only its definition is deleted. What is in it stays on the host: {place}"
                    ).format(place=record.path or record.source),
                    yes=_("Delete"),
                    danger=True,
                    fields=_secret_fields(secret),
                ), lambda answer: self._run(
                    pool, partial(submit.delete, secret=answer.values.get("secret") == "true")
                )

    def _build(self, pool: StoragePool, record: StoragePoolRecord, answer: Answer) -> None:
        overwrite: bool | None = answer.values.get("erase") == "true"
        if record.type in _FOLDERS:
            overwrite = None
        self._run(pool, partial(pool.submit.build, overwrite=overwrite))

    def _rename(self, pool: StoragePool, record: StoragePoolRecord, answer: Answer) -> None:
        name = answer.values.get("name", "").strip()
        title = _("Rename {name}").format(name=record.name)
        try:
            PoolDocument.name.type.check(name)
        except ValueError as error:
            self._boards.notices.put_error(title, error)
            return
        if name != record.name:
            self._run(pool, partial(pool.submit.rename, name))

    def _run(self, pool: StoragePool, begin: Callable[[], Job[object]]) -> None:
        self._runner.run(str(pool.subject), begin)


def _secret_fields(secret: Secret | None) -> tuple[QuestionField, ...]:
    if secret is None:
        return ()
    label = _("Delete the secret {name} as well: nothing else needs it").format(name=secret.name)
    return (QuestionField("secret", label, check=True),)
