"""From a button to a job: asks first where that is wanted, and explains what failed."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import (
    AccessDenied,
    NotFound,
    OperationCancelled,
    QvirtError,
    RestoreFailed,
    together,
)
from qvirt_jupyter.hypervisor.lifecycle import Action
from qvirt_jupyter.widgets.confirmations import CONFIRMATIONS
from qvirt_jupyter.widgets.machine.tags import answered_tags, tags_question
from qvirt_jupyter.widgets.notices import NoticeButton
from qvirt_jupyter.widgets.unheeded_shutdowns import unheeded_shutdowns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
        preference = confirmation.preference if confirmation is not None else ""
        if (
            not wanted
            or confirmation is None
            or (preference and not self._wishes.wants(preference))
        ):
            self._do_now(action, wanted)
            return

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

    def tag(self, domains: Iterable[Domain], client: str = "") -> None:
        """Ask for tags, and set those that differ.

        Parameters
        ----------
        domains
            Whose.
        client
            The browser window that wants it.
        """
        wanted = tuple(domains)
        names = [str(domain.subject) for domain in wanted]
        before = [self._tags(domain) for domain in wanted]

        def go_on(answer: Answer | None) -> None:
            if answer is None:
                return
            changes = {
                domain: now
                for domain, tags in zip(wanted, before, strict=True)
                if (now := answered_tags(tags, answer.values)) != tags
            }
            self._together(
                _("Set the tags of {count} virtual machines").format(count=len(changes)),
                [
                    (domain, partial(domain.submit.set_tags, tags))
                    for domain, tags in changes.items()
                ],
            )

        if wanted:
            self._questions.ask(tags_question(names, before[0], client), go_on)

    def _tags(self, domain: Domain) -> tuple[str, ...]:
        try:
            return domain.record.tags
        except NotFound:
            # It went while its row was pressed; setting its tags says so.
            return ()

    def _do_now(self, action: Action, domains: Sequence[Domain]) -> None:
        if len(domains) == 1:
            self._do_one(action, domains[0])
            return
        title = _("{action}: {count} virtual machines")
        self._together(
            title.format(action=action.label, count=len(domains)),
            [(domain, partial(self._begin, action, domain)) for domain in domains],
        )

    def _do_one(self, action: Action, domain: Domain) -> None:
        try:
            job = self._begin(action, domain)
        except (QvirtError, RuntimeError) as error:
            self._notices.put_error(f"{action.label}: {domain.subject}", error)
            return
        if job is not None:
            self._explain(job, lambda error: self._failed(job, domain, error))

    def _begin(self, action: Action, domain: Domain) -> Job[Any] | None:
        """Begin an action, unless it is being done: a second click is no second wish (ERR-04)."""
        name = "start" if action is Action.RESTORE else action.value
        key = (domain.subject.uri, domain.uuid, action.value)
        with self._lock:
            if key in self._busy:
                return None
            self._busy.add(key)

        def over(job: Job[Any] | None = None) -> None:
            with self._lock:
                self._busy.discard(key)
            if action is Action.SHUTDOWN and job is not None and job.error is None:
                unheeded_shutdowns.asked(domain)

        try:
            job: Job[Any] = getattr(domain.submit, name)()
        except (QvirtError, RuntimeError):
            over()
            raise
        _when_done(job, over)
        return job

    def _together(
        self,
        title: str | LazyString,
        begins: Sequence[tuple[Domain, Callable[[], Job[Any] | None]]],
    ) -> None:
        """Begin several jobs as one task, which says how each of them ended.

        Parameters
        ----------
        title
            What is done.
        begins
            Whom to, and what begins it.
        """
        jobs: list[Job[Any]] = []
        for domain, begin in begins:
            try:
                begun = begin()
            except (QvirtError, RuntimeError) as error:
                self._notices.put_error(f"{title}: {domain.subject}", error)
                continue
            if begun is not None:
                jobs.append(begun)
        if jobs:
            job = jobs[0] if len(jobs) == 1 else together(title, jobs)
            self._explain(job, lambda error: self._notices.put_error(job.title, error))

    def _explain(self, job: Job[Any], failed: Callable[[BaseException], object]) -> None:
        def look(job: Job[Any]) -> None:
            error = job.error
            cancelled = isinstance(error, OperationCancelled) or (
                isinstance(error, AccessDenied) and error.cancelled
            )
            if error is not None and not cancelled:
                failed(error)

        _when_done(job, look)

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
            if job.error is None:
                self._do_one(Action.START, domain)

        _when_done(job, then)


def _when_done(job: Job[Any], then: Callable[[Job[Any]], object]) -> None:
    """Call back once, when the job has ended."""
    told = threading.Event()

    def look(job: Job[Any]) -> None:
        if job.done() and not told.is_set():
            told.set()
            subscription.close()
            then(job)

    subscription = job.on_change(look)
    # It may have ended before anybody listened.
    look(job)
