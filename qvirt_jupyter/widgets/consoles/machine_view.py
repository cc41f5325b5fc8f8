"""What all views into a machine have in common: its state, its start, and a ticket.

A view draws nothing itself: the browser shows a page of the Jupyter server in a frame, which
bridges it to the machine (:mod:`qvirt_jupyter.server`).
"""

from __future__ import annotations

import html
import logging
import threading
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.console import TicketExpired, TicketUnknown, issue, renew, revoke
from qvirt_jupyter.hypervisor import (
    Action,
    DomainRecord,
    DomainState,
    JobState,
    RecordKey,
    allowed,
    publisher,
)
from qvirt_jupyter.widgets._assets import ModuleWidget
from qvirt_jupyter.widgets.consoles import release_keys
from qvirt_jupyter.widgets.preferences import preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.console import Target
    from qvirt_jupyter.hypervisor import Domain, Job, Subscription
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.widgets._view_messages import (
        MachineState,
        ProblemMessage,
        ReleaseMessage,
        StateMessage,
        TicketMessage,
    )
    from qvirt_jupyter.widgets.preferences import Preferences

_LOG: Final = logging.getLogger(__name__)

_ACTIONS: Final = (Action.START, Action.RESUME)
"""What a page offers where there is nothing to see."""

_PATIENCE: Final = 10.0
"""Seconds to wait for the first news of the machine."""


class MachineView(ModuleWidget):
    """A page in a frame that shows a machine; subclasses say what of it.

    Parameters
    ----------
    domain
        The machine.
    """

    _strings: ClassVar[Mapping[str, LazyString]]
    """The words of the page."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self._key = RecordKey("domain", domain.connection.uri, domain.uuid)
        self._lock = threading.Lock()
        self._ticket = ""
        self._target: Target | None = None
        self._is_known = threading.Event()
        self._machine: MachineState = _gone(str(_("Unknown")))
        self._is_closed = False
        self._subscription: Subscription | None = None
        self._following: Subscription | None = None
        super().__init__()
        # In a tab it fills the tab; in a cell the style sheet gives it a height.
        self.layout.height = "100%"
        self._subscription = domain.connection.inventory.subscribe(self._on_batch)
        self._release = preferences.now.console_release
        self._following = preferences.observe(self._on_preferences)

    def close(self) -> None:
        """End the view and what its ticket opened; the machine is not touched."""
        with self._lock:
            self._is_closed = True
            ticket, self._ticket = self._ticket, ""
        if self._subscription is not None:
            self._subscription.close()
        if self._following is not None:
            self._following.close()
        if ticket:
            revoke(ticket)
        super().close()

    def _repr_mimebundle_(self, **keywords: Any) -> tuple[dict[Any, Any], dict[Any, Any]] | None:  # noqa: ANN401 - IPython's
        # Beside the widget, for notebooks whose kernel is gone: what a screen showed is not kept.
        bundle = super()._repr_mimebundle_(**keywords)
        if bundle is None:
            return None
        data, about = bundle
        words = repr(self)
        return {**data, "text/plain": words, "text/html": f"<p>{html.escape(words)}</p>"}, about

    def __repr__(self) -> str:
        return str(_("Console of {name}").format(name=self.domain.subject))

    # -- what subclasses say ------------------------------------------------------------------

    def _begin(self) -> None:
        """Tell a page all that it needs; on a thread of its own."""
        raise NotImplementedError

    def _permission(self) -> tuple[str, str]:
        """Return a ticket, or why there is none; on a thread of its own."""
        raise NotImplementedError

    def _said(self, content: dict[str, Any]) -> None:
        """Take what only a page of this kind says; it is not to be trusted."""

    # -- what the machine does ----------------------------------------------------------------

    def _on_batch(self, batch: Batch) -> None:
        for record in (*batch.added, *batch.changed):
            if isinstance(record, DomainRecord) and record.uuid == self.domain.uuid:
                self._tell_state(_machine(record, read_only=self.domain.connection.read_only))
        if self._key in batch.removed:
            is_there = self.domain.connection.is_connected
            words = _("The machine was removed.") if is_there else _("The host is not connected.")
            self._tell_state(_gone(str(words)))

    def _tell_state(self, machine: MachineState) -> None:
        self._is_known.set()
        if machine != self._machine:
            self._machine = machine
            message: StateMessage = {"kind": "state", "machine": machine}
            self._tell(message)

    def _known_machine(self) -> MachineState:
        """Return what it does, waiting for a connection that is just being opened."""
        self._is_known.wait(_PATIENCE)
        return self._machine

    # -- what a person prefers ----------------------------------------------------------------

    def _on_preferences(self, now: Preferences) -> None:
        keys = now.console_release
        if keys != self._release:
            self._release = keys
            message: ReleaseMessage = {
                "kind": "release",
                "release": release_keys.parts_of(keys),
                "strings": release_keys.filled(self._strings, keys),
            }
            self._tell(message)

    # -- what the browser says ----------------------------------------------------------------

    def _receive(self, content: dict[str, Any]) -> None:
        if self._is_closed:
            return
        match content.get("kind"):
            case "hello":
                self._in_background(self._begin)
            case "ticket":
                self._in_background(self._renew)
            case "action":
                self._act(content.get("action"))
            case _:
                self._said(content)

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

    def _watch(self, job: Job[Any], then: Callable[[], None] | None = None) -> None:
        """Say why a job failed, if it does; do what follows it where it did not."""

        def tell(job: Job[Any]) -> None:
            if job.done():
                subscription.close()
                if job.state is JobState.FAILED:
                    self._tell_problem(str(job.error))
                elif then is not None and job.state is JobState.SUCCEEDED:
                    self._in_background(then)

        subscription = job.on_change(tell)
        # It may have ended before anybody listened.
        if job.done():
            publisher.post(("view-job", job.id), lambda: tell(job))

    def _tell_problem(self, text: str) -> None:
        message: ProblemMessage = {"kind": "problem", "message": text}
        self._tell(message)

    # -- tickets ------------------------------------------------------------------------------

    def _ticket_for(self, target: Target) -> tuple[str, str]:
        """Return a ticket for a target, or why there is none."""
        with self._lock:
            if self._is_closed:
                return "", ""
            if target == self._target and _is_good(self._ticket):
                return self._ticket, ""
            if self._ticket:
                revoke(self._ticket)
            try:
                self._ticket, self._target = issue(target).id, target
            except OSError as error:
                sentence = _("The console's ticket cannot be written: {reason}.")
                return "", str(sentence.format(reason=error))
            return self._ticket, ""

    # -- threads ------------------------------------------------------------------------------

    def _in_background(self, work: Callable[[], None]) -> None:
        """Do what asks libvirt on a thread: messages arrive on one that must go on."""

        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - logged, and said: else a button does nothing
                _LOG.exception("A console of %s failed", self.domain.uuid)
                sentence = _("Something unexpected happened: {error}. The kernel's log has more.")
                self._tell_problem(str(sentence.format(error=error)))

        threading.Thread(target=run, name="qvirt-machine-view", daemon=True).start()

    def _tell(self, message: Mapping[str, Any]) -> None:
        def send() -> None:
            if not self._is_closed:
                self.send(message)

        publisher.post(("view", id(self), message["kind"]), send)


def _is_good(ticket: str) -> bool:
    """Renew a ticket, and return whether that was possible."""
    try:
        renew(ticket)
    except (TicketUnknown, TicketExpired):
        return False
    return True


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
