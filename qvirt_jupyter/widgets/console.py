"""The screen of a virtual machine in a tab or a cell."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.console import (
    DisplayTarget,
    TicketExpired,
    TicketUnknown,
    issue,
    renew,
    revoke,
)
from qvirt_jupyter.console.whereabouts import whereabouts
from qvirt_jupyter.hypervisor import (
    Action,
    DomainRecord,
    DomainState,
    JobState,
    QvirtError,
    RecordKey,
    allowed,
    publisher,
)
from qvirt_jupyter.widgets._assets import ModuleWidget
from qvirt_jupyter.widgets._console_messages import VERSION
from qvirt_jupyter.widgets._console_strings import STRINGS
from qvirt_jupyter.widgets.preferences import preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor import Display, Domain, Job, Subscription
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.widgets._console_messages import (
        ConsoleMessage,
        MachineState,
        ProblemMessage,
        StateMessage,
        TicketMessage,
    )

__all__ = ["ConsolePanel"]

_ACTIONS: Final = (Action.START, Action.RESUME)
"""What the page offers in place of a picture."""

_WISHES: Final = frozenset({"scaling", "autoconnect"})
"""What a page may ask to be kept for its machine."""

_PATIENCE: Final = 10.0
"""Seconds to wait for the first news of the machine."""


class ConsolePanel(ModuleWidget):
    """The first VNC display of a virtual machine, with tools above it.

    The panel draws nothing itself: the browser shows a page of the Jupyter server, which bridges it
    to the display (:mod:`qvirt_jupyter.server`). The kernel's part is to say what the machine does,
    to write the ticket that the server asks for, and to start or resume the machine on request.

    Parameters
    ----------
    domain
        The machine.
    """

    _module: ClassVar[str] = "console"

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self._key = RecordKey("domain", domain.connection.uri, domain.uuid)
        self._lock = threading.Lock()
        self._ticket = ""
        self._target: DisplayTarget | None = None
        self._is_known = threading.Event()
        self._machine: MachineState = _gone(str(_("Unknown")))
        self._is_closed = False
        self._subscription: Subscription | None = None
        super().__init__()
        # In a tab it fills the tab; in a cell the style sheet gives it a height.
        self.layout.height = "100%"
        self._subscription = domain.connection.inventory.subscribe(self._on_batch)

    def close(self) -> None:
        """End the panel and what its ticket opened; the machine is not touched."""
        with self._lock:
            self._is_closed = True
            ticket, self._ticket = self._ticket, ""
        if self._subscription is not None:
            self._subscription.close()
        if ticket:
            revoke(ticket)
        super().close()

    # -- what the machine does ----------------------------------------------------------------

    def _on_batch(self, batch: Batch) -> None:
        for record in (*batch.added, *batch.changed):
            if isinstance(record, DomainRecord) and record.uuid == self.domain.uuid:
                self._tell_state(_machine(record, read_only=self.domain.connection.read_only))
        if self._key in batch.removed:
            self._tell_state(_gone(str(_("The machine was removed."))))

    def _tell_state(self, machine: MachineState) -> None:
        self._is_known.set()
        if machine != self._machine:
            self._machine = machine
            message: StateMessage = {"kind": "state", "machine": machine}
            self._tell(message)

    # -- what the browser says ----------------------------------------------------------------

    def _receive(self, content: dict[str, Any]) -> None:
        kind = content.get("kind")
        if self._is_closed:
            return
        if kind == "hello":
            self._in_background(self._begin)
        elif kind == "ticket":
            self._in_background(self._renew)
        elif kind == "action":
            self._act(content.get("action"))
        elif kind == "wish":
            self._keep({f"console_{name}": content[name] for name in _WISHES & content.keys()})

    def _begin(self) -> None:
        # A connection that is just being opened does not know its machines yet.
        self._is_known.wait(_PATIENCE)
        ticket, refusal = self._permission()
        connection = self.domain.connection
        wishes = preferences.now.of_machine(self.domain.uuid)
        message: ConsoleMessage = {
            "kind": "console",
            "version": VERSION,
            "name": self.domain.name,
            "uuid": self.domain.uuid,
            "connection": str(connection.label),
            "ticket": ticket,
            "refusal": refusal,
            "machine": self._machine,
            "scaling": wishes.console_scaling,
            "autoconnect": wishes.console_autoconnect,
            "whereabouts": whereabouts(),
            "strings": {name: str(words) for name, words in STRINGS.items()},
        }
        self._tell(message)

    def _renew(self) -> None:
        ticket, refusal = self._permission()
        message: TicketMessage = {"kind": "ticket", "ticket": ticket, "refusal": refusal}
        self._tell(message)

    def _act(self, name: object) -> None:
        action = next((action for action in _ACTIONS if action.value == name), None)
        if action is Action.START:
            self._watch(self.domain.submit.start())
        elif action is Action.RESUME:
            self._watch(self.domain.submit.resume())

    def _keep(self, wishes: dict[str, Any]) -> None:
        """Begin so with this machine from now on."""
        try:
            preferences.set_for(self.domain.uuid, **wishes)
        except (OSError, TypeError, ValueError) as error:
            self._tell_problem(str(error))

    def _watch(self, job: Job[Any]) -> None:
        def tell(job: Job[Any]) -> None:
            if job.done():
                subscription.close()
                if job.state is JobState.FAILED:
                    self._tell_problem(str(job.error))

        subscription = job.on_change(tell)
        # It may have ended before anybody listened.
        if job.done():
            publisher.post(("console-job", job.id), lambda: tell(job))

    def _tell_problem(self, text: str) -> None:
        message: ProblemMessage = {"kind": "problem", "message": text}
        self._tell(message)

    # -- tickets ------------------------------------------------------------------------------

    def _permission(self) -> tuple[str, str]:
        """Return a ticket, or why there is none."""
        try:
            index, refusal = _choose(self.domain.displays())
        except QvirtError as error:
            return "", str(error)
        if self.domain.connection.read_only:
            # The server opens its own connection, which could do more than this one may.
            refusal = str(_("The connection is read-only: open it without that to see screens."))
        if refusal:
            return "", refusal
        target = DisplayTarget(self.domain.connection.uri, self.domain.uuid, index)
        with self._lock:
            if self._is_closed:
                return "", ""
            if target == self._target and _is_good(self._ticket):
                return self._ticket, ""
            try:
                self._ticket, self._target = issue(target).id, target
            except OSError as error:
                sentence = _("The console's ticket cannot be written: {reason}.")
                return "", str(sentence.format(reason=error))
            return self._ticket, ""

    # -- threads ------------------------------------------------------------------------------

    def _in_background(self, work: Callable[[], None]) -> None:
        """Do what asks libvirt on a thread: messages arrive on one that must go on."""
        threading.Thread(target=work, name="qvirt-console-panel", daemon=True).start()

    def _tell(self, message: Mapping[str, Any]) -> None:
        def send() -> None:
            if not self._is_closed:
                self.send(message)

        publisher.post(("console", id(self), message["kind"]), send)


def _is_good(ticket: str) -> bool:
    """Renew a ticket, and return whether that was possible."""
    try:
        renew(ticket)
    except (TicketUnknown, TicketExpired):
        return False
    return True


def _choose(displays: tuple[Display, ...]) -> tuple[int, str]:
    """Return the index of the display to show, or why there is none."""
    for display in displays:
        if display.type == "vnc":
            return display.index, ""
    if displays:
        types = ", ".join(display.type.upper() for display in displays)
        return 0, str(
            _(
                "The machine's display is {types}; this console shows VNC. Give it a VNC display."
            ).format(types=types)
        )
    return 0, str(_("The machine has no display. Give it a VNC display to see a screen here."))


def _machine(record: DomainRecord, *, read_only: bool) -> MachineState:
    label = str(record.state.label)
    told = record.reason and record.state is not DomainState.RUNNING
    refused: dict[str, str] = {}
    for action in _ACTIONS:
        refusal = allowed(
            record.state, action, persistent=record.persistent, template=record.is_template
        )
        if read_only:
            refused[action.value] = str(_("The connection is read-only."))
        elif refusal is not None:
            refused[action.value] = str(refusal)
    return {
        "state": record.state.value,
        "words": f"{label} ({record.reason})" if told else label,
        "active": record.state.is_active,
        "refused": refused,
    }


def _gone(words: str) -> MachineState:
    return {
        "state": "gone",
        "words": words,
        "active": False,
        "refused": {action.value: words for action in _ACTIONS},
    }
