"""A form that stays until what it asks for is made: a failure costs nobody what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from qvirt_jupyter.hypervisor import OperationCancelled, QvirtError, publisher
from qvirt_jupyter.widgets.forms.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.documents import Declared
    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.widgets.forms.form import Words

T = TypeVar("T")


class RequestForm(Form[T]):
    """A form over a request whose job it follows.

    Parameters
    ----------
    target, declared, title, submit, on_submit, placeholders, narrowed
        As for each form; `on_submit` calls :meth:`follow`.
    close
        Called when the form is no longer needed.
    """

    def __init__(
        self,
        target: T,
        declared: Iterable[Declared] | None = None,
        *,
        title: Words,
        submit: Words,
        on_submit: Callable[[T], object],
        close: Callable[[], object],
        placeholders: Mapping[str, Callable[[T], Words]] | None = None,
        narrowed: Mapping[str, Any] | None = None,
    ) -> None:
        self._close_form = close
        self._job: Job[Any] | None = None
        self._then: Callable[[Any], object] = lambda _made: None
        self._working: LazyString | str = ""
        self._busy: LazyString | str = ""
        super().__init__(
            target,
            declared,
            title=title,
            submit=submit,
            on_submit=on_submit,
            on_cancel=self._cancel,
            placeholders=placeholders,
            narrowed=narrowed,
        )

    def focus(self) -> None:
        """Its first field takes the focus once it is drawn."""

    @property
    def is_busy(self) -> bool:
        """Whether something is made or looked for; nothing is typed meanwhile."""
        return bool(self._busy)

    def edit(self, name: str, text: str) -> None:
        """Take what was typed, unless the thing is being made."""
        if not self.is_busy:
            super().edit(name, text)

    def follow(
        self,
        begin: Callable[[], Job[Any]],
        working: LazyString | str,
        then: Callable[[Any], object],
    ) -> None:
        """Begin a job, say that it is under way, and close the form when it is done.

        Parameters
        ----------
        begin
            Begins it; not called while another one is under way.
        working
            What is said meanwhile, where the job itself says nothing.
        then
            Called with what was made.
        """
        if self._job is not None:
            return
        self._job, self._then = begin(), then
        self._working = self._busy = working
        self._show()
        self._job.on_change(lambda _job: self._look_soon())
        # It may have ended before anybody listened.
        self._look_soon()

    def _look_soon(self) -> None:
        publisher.post(("request-form", id(self)), self._look_at_job)

    def _look_at_job(self) -> None:
        job = self._job
        if job is None:
            return
        if not job.done():
            self._busy = job.phase or self._working
            self._show()
            return
        self._job = None
        if job.error is None:
            self._close_form()
            self._then(job.result(0))
        else:
            self._failed(None if isinstance(job.error, OperationCancelled) else job.error)

    def _failed(self, error: BaseException | None) -> None:
        """Show why it failed; what is typed stays."""
        self._busy = ""
        if isinstance(error, QvirtError):
            parts = (error.reason, error.next_step, *getattr(error, "__notes__", ()))
            self._problem = " ".join(str(part) for part in parts if part)
        else:
            self._problem = str(error or "")
        self._show()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
        else:
            self._close_form()

    def _more(self) -> Mapping[str, Any]:
        return {"busy": str(self._busy)}
