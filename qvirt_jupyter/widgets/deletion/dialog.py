"""The dialog that deletes machines: shows the plan, asks, does it, and says what is left."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.hypervisor import OperationCancelled, QvirtError, publisher
from qvirt_jupyter.provision.deletion import DeleteRequest, NotAllDeleted
from qvirt_jupyter.widgets.confirmations import joined
from qvirt_jupyter.widgets.deletion.choice import Choice, Share
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.panel_part import PanelPart
from qvirt_jupyter.widgets.questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from qvirt_jupyter.hypervisor import Domain, Job, Subscription
    from qvirt_jupyter.provision.deletion import DeletePlan, DeleteResults
    from qvirt_jupyter.widgets._deletion_messages import DeletionState
    from qvirt_jupyter.widgets._panel_messages import ButtonState
    from qvirt_jupyter.widgets.details.work import Boards
    from qvirt_jupyter.widgets.questions import Answer

ASKING: Final = "confirm_delete_storage"
"""The preference that asks once more before files are deleted (DEL-05)."""
_LISTED: Final = 12
"""So many paths stand in that question."""
Phase = Literal["looking", "choosing", "deleting", "over"]


class Deletion(PanelPart):
    """Deletes virtual machines, with the files that are ticked.

    Parameters
    ----------
    domains
        The machines.
    boards
        Where the panel asks and explains.
    close
        Called when the dialog is no longer needed.
    """

    _part: ClassVar[str] = "deletion"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "delete": _("Delete"),
        "all": _("Delete all files that can be deleted"),
        "what": _("What"),
        "path": _("Name or path"),
        "machines": _("Used by"),
        "size": _("Size"),
        "reason": _("Reason"),
        "result": _("Result"),
    }

    def __init__(
        self, domains: Iterable[Domain], boards: Boards, close: Callable[[], object]
    ) -> None:
        super().__init__()
        self._boards, self._close_dialog = boards, close
        self._choice = Choice(domains)
        self._names = [
            str(domain.subject) for share in self._choice.shares for domain in share.request.domains
        ]
        self._phase: Phase = "looking"
        self._problem = ""
        self._view, self._answered = "", 0
        self._jobs: dict[int, Job[Any]] = {}
        self._waiting = 0
        self._subscriptions: list[Subscription] = []
        self._look()

    @property
    def is_busy(self) -> bool:
        """Whether it deletes just now."""
        return self._phase == "deleting"

    def close(self) -> None:
        """Take the dialog away; what it deletes goes on."""
        for subscription in self._subscriptions:
            subscription.close()
        self._boards.questions.withdraw(self._about)
        super().close()

    # What would become of it. --------------------------------------------------------------------

    def _look(self) -> None:
        """Make the plans; what they say is shown together."""
        self._phase, self._problem = "looking", ""
        self._choice.shares = [share for share in self._choice.shares if share.is_left]
        for share in self._choice.shares:
            share.plan = share.results = None
            work_in_pool(
                share.request.connection,
                share.request.plan,
                partial(self._planned, share),
                self._not_planned,
            )
        self._draw()

    def _planned(self, share: Share, plan: DeletePlan) -> None:
        share.plan = plan
        if not self._choice.is_known or self._phase != "looking":
            return
        if not self._choice.machines:
            self._problem = str(_("It is gone already: somebody else deleted it."))
        self._phase = "choosing"
        self._draw()

    def _not_planned(self, error: BaseException) -> None:
        self._phase, self._problem = "over", _words(error)
        self._draw()

    # What is chosen. -----------------------------------------------------------------------------

    def _said(self, content: dict[str, Any], client: str) -> None:
        publisher.post(None, lambda: self._take(content, client))

    def _take(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {
                "type": "tick",
                "id": str(row),
                "ticked": bool(ticked),
                "view": str(view),
                "number": int(number),
            }:
                self._view, self._answered = view, number
                if self._phase == "choosing":
                    if row == "force":
                        self._choice.forced = ticked
                    else:
                        self._choice.tick(row, ticked)
                self._draw()
            case {"type": "press", "id": "delete"} if self._refusal() is None:
                self._ask(client)
            case {"type": "press", "id": "stop"}:
                for job in self._jobs.values():
                    job.cancel()
            case {"type": "press", "id": "again"} if self._phase == "over":
                self._again()
            case {"type": "press", "id": "close"} if not self.is_busy:
                self._close_dialog()

    def _ask(self, client: str) -> None:
        """Ask once more where files go, unless the preferences want no question (DEL-05)."""
        paths = [row.path for row in self._choice.files]
        if not paths or not self._boards.wishes.wants(ASKING):
            self._delete()
            return

        def go_on(answer: Answer | None) -> None:
            if answer is None:
                return
            if answer.remember:
                try:
                    self._boards.wishes.stop_asking(ASKING)
                except OSError as error:
                    text = _("The preferences could not be saved.")
                    self._boards.notices.put_error(text, error)
            publisher.post(None, self._delete)

        shown = "\n".join(paths[:_LISTED])
        if len(paths) > _LISTED:
            shown += "\n" + str(_("and {count} more").format(count=len(paths) - _LISTED))
        # Who asks twice is asked once.
        self._boards.questions.withdraw(self._about)
        self._boards.questions.ask(
            Question(
                _("Delete these files for good?"),
                shown,
                self._choice.action,
                danger=True,
                remember=_("Don't ask again"),
                client=client,
                about=self._about,
            ),
            go_on,
        )

    def _refusal(self) -> str | None:
        """Return why it cannot be done now; None where it can."""
        if self._phase != "choosing" or not self._choice.machines:
            return ""
        if self._choice.running and not self._choice.forced:
            return str(
                _("{names} runs: agree that it is forced off, or shut it down first.").format(
                    names=joined(self._choice.running)
                )
            )
        return None

    # What is done. -------------------------------------------------------------------------------

    def _delete(self) -> None:
        if self._refusal() is not None:
            return
        self._phase, self._problem = "deleting", ""
        self._jobs = {}
        for number, share in enumerate(self._choice.shares):
            if share.plan is None or not share.plan.machines:
                continue
            request = DeleteRequest(share.request.domains, power_off=self._choice.forced)
            job = request.submit(share.plan, partial(self._lost, share))
            self._jobs[number] = job
            self._subscriptions.append(job.on_change(self._on_job))
        self._draw()
        # They may have ended before anybody listened.
        self._look_at_jobs()

    def _again(self) -> None:
        """Try once more: files whose machines went first, then what is left with its machine."""
        shares = [share for share in self._choice.shares if share.left_files]
        self._jobs = {}
        self._waiting = len(shares)
        if not shares:
            self._look()
            return
        self._phase, self._problem = "deleting", ""
        for share in shares:
            work_in_pool(
                share.request.connection,
                share.delete_left_files,
                partial(self._tried_again, share),
                partial(self._tried_again, share),
            )
        self._draw()

    def _tried_again(self, share: Share, outcome: DeleteResults | BaseException) -> None:
        if isinstance(outcome, BaseException):
            self._problem = _words(outcome)
        else:
            share.results = outcome
        self._waiting -= 1
        if self._waiting:
            return
        if any(each.is_left for each in self._choice.shares):
            # What stays once more is in no new plan: its machine is gone.
            stays = [
                str(each.of(row.key)) for each in self._choice.shares for row in each.left_files
            ]
            self._look()
            self._problem = " ".join(stays)
        self._end()

    def _on_job(self, _job: Job[Any]) -> None:
        self._look_at_jobs()

    def _look_at_jobs(self) -> None:
        if self._phase != "deleting" or not self._jobs:
            return
        if any(not job.done() for job in self._jobs.values()):
            self._draw()
            return
        for number, job in self._jobs.items():
            share = self._choice.shares[number]
            error = job.error
            if error is None:
                share.results = job.result(0)
            elif isinstance(error, NotAllDeleted):
                share.results = error.results
            else:
                self._problem = _words(error)
        self._end()

    def _end(self) -> None:
        """Show what is left; where nothing is, nobody needs the dialog any more."""
        if self._phase == "deleting":
            self._phase = "over"
        if self._choice.left or self._problem or self._phase != "over":
            self._draw()
        else:
            self._close_dialog()

    def _lost(self, share: Share, results: DeleteResults) -> None:
        """Show what was done before the connection was lost, which its job cannot tell."""

        def show() -> None:
            share.results = results
            if self._phase == "over":
                self._draw()

        publisher.post(None, show)

    # What is shown. ------------------------------------------------------------------------------

    def _draw(self) -> None:
        choice = self._choice
        force = ""
        if choice.running and self._phase == "choosing":
            text = _("Force off {names}: what the guest has not written yet is lost.")
            force = str(text.format(names=joined(choice.running)))
        progress = [job.progress for job in self._jobs.values() if job.progress is not None]
        state: DeletionState = {
            "title": str(_("Delete {names}").format(names=joined(self._names))),
            "phase": self._phase,
            "text": self._text(),
            "problem": self._problem,
            "rows": choice.rows,
            "total": choice.total if self._phase == "choosing" and choice.machines else "",
            "force": force,
            "forced": choice.forced,
            "progress": sum(progress) / len(self._jobs) if progress else None,
            "step": next((job.phase for job in self._jobs.values() if job.phase), ""),
            "view": self._view,
            "answered": self._answered,
            "buttons": self._buttons(),
        }
        self.show(state)

    def _text(self) -> str:
        if self._phase == "looking":
            return str(_("Looking which files belong to it and who else uses them…"))
        if self._phase == "over" and self._choice.left:
            text = ngettext(
                "{count} thing that was to be deleted is still there.",
                "{count} things that were to be deleted are still there.",
                len(self._choice.left),
            )
            return str(text.format(count=len(self._choice.left)))
        return ""

    def _buttons(self) -> list[ButtonState]:
        close: ButtonState = {"id": "close", "label": str(_("Cancel")), "kind": "plain"}
        match self._phase:
            case "choosing" if self._choice.machines:
                delete: ButtonState = {
                    "id": "delete",
                    "label": self._choice.action,
                    "kind": "danger",
                    "reason": self._refusal() or "",
                }
                return [delete, close]
            case "deleting" if not self._jobs:
                # A few files, in a moment.
                return []
            case "deleting":
                can_stop = any(job.can_cancel for job in self._jobs.values())
                reason = "" if can_stop else str(_("It is being stopped."))
                return [{"id": "stop", "label": str(_("Stop")), "reason": reason, "kind": "plain"}]
            case "over":
                close["label"] = str(_("Close"))
                again: ButtonState = {"id": "again", "label": str(_("Try again")), "kind": "plain"}
                is_left = any(share.is_left or share.left_files for share in self._choice.shares)
                return [again, close] if is_left else [close]
        close["label"] = str(_("Close")) if self._phase == "choosing" else close["label"]
        return [close]

    @property
    def _about(self) -> str:
        return f"deletion {id(self)}"


def _words(error: BaseException) -> str:
    if isinstance(error, OperationCancelled):
        return str(_("It was stopped before anything was deleted."))
    if isinstance(error, QvirtError):
        return " ".join(part for part in (error.reason, error.next_step) if part)
    return str(error)
