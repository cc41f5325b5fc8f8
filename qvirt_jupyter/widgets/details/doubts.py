"""Asks about what speaks against something, one reason after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qvirt_jupyter.hypervisor import Doubt
    from qvirt_jupyter.widgets.details.work import Work
    from qvirt_jupyter.widgets.questions import Answer, QuestionBoard

_ABOUT: Final = "doubts about hardware"
"""What the questions are about."""


class Doubts:
    """Asks on a board; always on the publisher thread.

    Parameters
    ----------
    questions
        Where it asks.
    work
        How something that waits for libvirt is done.
    """

    def __init__(self, questions: QuestionBoard, work: Work) -> None:
        self._questions, self._work = questions, work

    def settle(
        self,
        doubts: Sequence[Doubt],
        go_on: Callable[[], object],
        failed: Callable[[BaseException], object],
    ) -> None:
        """Ask about each; where all were mended or are no matter, go on.

        Parameters
        ----------
        doubts
            What speaks against it.
        go_on
            Called where nothing does any more.
        failed
            Gets why a reason could not be mended.
        """
        if not doubts:
            go_on()
            return
        first, rest = doubts[0], doubts[1:]
        then = partial(self.settle, rest, go_on, failed)

        def answered(answer: Answer | None) -> None:
            if answer is None:
                return
            if first.mend is None or answer.other:
                publisher.post(None, then)
                return
            mend = first.mend
            publisher.post(None, lambda: self._work(mend, lambda _none: then(), failed))

        anyway = _("Use it all the same")
        self.withdraw()
        self._questions.ask(
            Question(
                first.title,
                first.text,
                first.mend_label or anyway,
                danger=first.mend is None,
                other=anyway if first.mend is not None else "",
                about=_ABOUT,
            ),
            answered,
        )

    def withdraw(self) -> None:
        """Ask no more: it is not wanted any longer, or is something else now."""
        self._questions.withdraw(_ABOUT)
