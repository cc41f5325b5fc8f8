"""From a button to a job: asks first where that is wanted, and explains what failed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Protocol

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import AccessDenied, OperationCancelled, QvirtError, RestoreFailed
from qvirt_jupyter.hypervisor.lifecycle import Action
from qvirt_jupyter.widgets.confirmations import CONFIRMATIONS
from qvirt_jupyter.widgets.notices import NoticeButton
from qvirt_jupyter.widgets.unheeded_shutdowns import unheeded_shutdowns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qvirt_jupyter.hypervisor import Domain, Job
    from qvirt_jupyter.widgets.notices import NoticeBoard
    from qvirt_jupyter.widgets.questions import Answer, QuestionBoard


class Wishes(Protocol):
    """What is wanted to be asked: the preferences that begin with ``confirm``."""

    def wants(self, name: str) -> bool:
        """Whether the question of this preference is asked."""

    def stop_asking(self, name: str) -> None:
        """Turn the preference off, for good."""


class MachineActions:
    """What the buttons of a panel do to machines; it only submits work and never waits.

    Parameters
    ----------
    questions, notices
        Where the panel asks and explains.
    wishes
        What is to be asked.
    """

    def __init__(self, questions: QuestionBoard, notices: NoticeBoard, wishes: Wishes) -> None:
        self._questions = questions
        self._notices = notices
        self._wishes = wishes
        self._lock = threading.Lock()
        self._busy: set[tuple[str, str, str]] = set()

    def do(self, action: Action, domains: Iterable[Domain], client: str = "") -> None:
        """Do it to these machines, after a question where the preferences want one.

        Parameters
        ----------
        action
            What is to be done.
        domains
            To whom.
        client
            The browser window that wants it.
        """
        wanted = tuple(domains)
        confirmation = CONFIRMATIONS.get(action)
        if not wanted or confirmation is None or not self._wishes.wants(confirmation.preference):
            self._do_now(action, wanted)
            return
        preference = confirmation.preference

        def go_on(answer: Answer | None) -> None:
            if answer is None:
                return
            if answer.remember:
                try:
                    self._wishes.stop_asking(preference)
                except OSError as error:
                    # It is asked again next time, but what was wanted now is done.
                    self._notices.put_error(_("The preferences could not be saved."), error)
            self._do_now(action, wanted)

        names = [str(domain.subject) for domain in wanted]
        self._questions.ask(confirmation.question(action, names, client), go_on)

    def run(self, what: str | LazyString, begin: Callable[[], Job[Any]]) -> Job[Any] | None:
        """Begin a job, and explain in the panel if it fails.

        Parameters
        ----------
        what
            What is tried, for the notice.
        begin
            Returns the job; what it raises itself is explained too.

        Returns
        -------
        Job or None
            None where it could not begin.
        """
        try:
            job = begin()
        except (QvirtError, RuntimeError) as error:
            self._notices.put_error(what, error)
            return None
        self._explain(job, lambda error: self._notices.put_error(job.title, error))
        return job

    def _do_now(self, action: Action, domains: Iterable[Domain]) -> None:
        for domain in domains:
            self._do_one(action, domain)

    def _do_one(self, action: Action, domain: Domain) -> None:
        name = "start" if action is Action.RESTORE else action.value
        key = (domain.subject.uri, domain.uuid, action.value)
        with self._lock:
            # A second click while the first is being done is not a second wish (ERR-04).
            if key in self._busy:
                return
            self._busy.add(key)

        def over(error: BaseException | None) -> None:
            with self._lock:
                self._busy.discard(key)
            if action is Action.SHUTDOWN and error is None:
                unheeded_shutdowns.asked(domain)

        try:
            job = getattr(domain.submit, name)()
        except (QvirtError, RuntimeError) as error:
            over(error)
            self._notices.put_error(f"{action.label}: {domain.subject}", error)
            return
        self._explain(job, lambda error: self._failed(job, domain, error), over)

    def _explain(
        self,
        job: Job[Any],
        failed: Callable[[BaseException], object],
        over: Callable[[BaseException | None], object] = lambda _error: None,
    ) -> None:
        told = threading.Event()

        def look(job: Job[Any]) -> None:
            if not job.done() or told.is_set():
                return
            told.set()
            subscription.close()
            error = job.error
            over(error)
            cancelled = isinstance(error, OperationCancelled) or (
                isinstance(error, AccessDenied) and error.cancelled
            )
            if error is not None and not cancelled:
                failed(error)

        subscription = job.on_change(look)
        # It may have ended before anybody listened.
        look(job)

    def _failed(self, job: Job[Any], domain: Domain, error: BaseException) -> None:
        buttons: tuple[NoticeButton, ...] = ()
        if isinstance(error, RestoreFailed):
            buttons = (
                NoticeButton(
                    _("Drop the saved state and start"),
                    lambda _client: self._start_without_saved_state(domain),
                ),
            )
        self._notices.put_error(job.title, error, buttons=buttons)

    def _start_without_saved_state(self, domain: Domain) -> None:
        job = self.run(Action.DROP_SAVED_STATE.label, domain.submit.drop_saved_state)
        if job is None:
            return

        def then(job: Job[Any]) -> None:
            if job.done() and not started.is_set():
                started.set()
                subscription.close()
                if job.error is None:
                    self._do_one(Action.START, domain)

        started = threading.Event()
        subscription = job.on_change(then)
        then(job)
