"""Questions that a panel asks: confirmations, and what a connection needs to sign in."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.widgets._panel_messages import ButtonState, QuestionsState, QuestionState

_NO_TEXT = LazyString("")


@dataclass(frozen=True, slots=True)
class QuestionField:
    """Something to type in.

    Parameters
    ----------
    name
        Its name in the answer.
    label
        What is wanted.
    secret
        Whether it is shown as dots.
    value
        What stands in it at first; never a secret. ``"true"`` sets a check box.
    check
        Whether it is a check box, which answers ``"true"`` or nothing.
    reason
        Why a check box cannot be set.
    """

    name: str
    label: str | LazyString
    secret: bool = False
    value: str = ""
    check: bool = False
    reason: str | LazyString = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one way to say yes, and "Cancel".

    Parameters
    ----------
    title, text
        What is asked.
    yes
        What the button says that does it.
    danger
        Whether the answer may lose data: then Enter alone does not give it.
    fields
        What is to be typed in.
    remember
        Label of the check box that stops this question for good; empty for none.
    client
        The browser window that it is for; empty for any.
    about
        What it belongs to; :meth:`QuestionBoard.withdraw` takes all of one thing away.
    other
        What a second button says that is an answer too; empty for none.
    no
        What the button says that does nothing; empty for "Cancel".
    diff
        What it changes, as a diff of XML without secrets; empty for none.
    """

    title: str | LazyString
    text: str | LazyString
    yes: str | LazyString
    danger: bool = False
    fields: tuple[QuestionField, ...] = ()
    remember: str | LazyString = _NO_TEXT
    client: str = ""
    about: str = ""
    other: str | LazyString = ""
    no: str | LazyString = ""
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes.

    Parameters
    ----------
    values
        What was typed, by the names of the fields. It is not part of the repr: it may be secret.
    remember
        Whether the check box was set.
    other
        Whether it was the second button.
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    remember: bool = False
    other: bool = False


class QuestionBoard:
    """Questions that wait; the first answer from any view counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._questions: dict[str, tuple[Question, Callable[[Answer | None], object]]] = {}
        self._changed: Subscribers[[]] = Subscribers()

    @property
    def questions(self) -> tuple[tuple[str, Question], ...]:
        """What waits, with ids, the oldest first."""
        with self._lock:
            return tuple((key, question) for key, (question, _then) in self._questions.items())

    def ask(self, question: Question, then: Callable[[Answer | None], object]) -> str:
        """Ask, and call ``then`` with the answer on the thread that brings it; None means no.

        Returns
        -------
        str
            The question's id.
        """
        key = str(next(self._numbers))
        with self._lock:
            self._questions[key] = (question, then)
        self._changed.call()
        return key

    def ask_and_wait(self, question: Question) -> Answer | None:
        """Ask, and wait for the answer; at once None where no view could show the question.

        Only for threads that may wait: a sign-in runs in its connection's pool.
        """
        if len(self._changed) == 0:
            return None
        answered = threading.Event()
        answers: list[Answer | None] = []

        def take(answer: Answer | None) -> None:
            answers.append(answer)
            answered.set()

        self.ask(question, take)
        answered.wait()
        return answers[0]

    def answer(self, key: str, answer: Answer | None) -> None:
        """Give an answer; a second one to the same question does nothing."""
        with self._lock:
            _question, then = self._questions.pop(key, (None, None))
        if then is not None:
            self._changed.call()
            then(answer)

    def has_about(self, about: str) -> bool:
        """Whether something about this waits for an answer."""
        return any(question.about == about for _key, question in self.questions)

    def withdraw(self, about: str) -> None:
        """Take the questions about something away, because nobody waits for them any more."""
        for key, question in self.questions:
            if question.about == about:
                self.answer(key, None)

    def subscribe(self, callback: Callable[[], object]) -> Subscription:
        """Call the callback, on any thread, after each change.

        When the last subscription closes nobody can answer any more: all answers are then no.
        """
        return self._changed.add(callback, self._on_view_closed)

    def _on_view_closed(self) -> None:
        if len(self._changed) == 0:
            for key, _question in self.questions:
                self.answer(key, None)


class Questions(PanelPart):
    """A view of a question board.

    Parameters
    ----------
    board
        What it shows.
    """

    _part: ClassVar[str] = "question"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "questions": _("Questions"),
        "diff": _("Changes of the definition"),
    }

    def __init__(self, board: QuestionBoard) -> None:
        super().__init__()
        self._board = board
        self._subscription = board.subscribe(self._update)
        self._update()

    def close(self) -> None:
        """Take the view away; where it was the last, what it asked is answered by no."""
        self._subscription.close()
        super().close()

    def _update(self) -> None:
        state: QuestionsState = {
            "questions": [_state(key, question) for key, question in self._board.questions]
        }
        self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - any may answer
        match content:
            case {
                "type": "answer",
                "id": str(key),
                "button": button,
                "values": dict(values),
                "remember": bool(remember),
            }:
                typed = {str(name): str(value) for name, value in values.items()}
                is_answer = button in ("yes", "other")
                answer = Answer(typed, remember, other=button == "other") if is_answer else None
                self._board.answer(key, answer)


def _state(key: str, question: Question) -> QuestionState:
    kind: Literal["danger", "primary"] = "danger" if question.danger else "primary"
    others: list[ButtonState] = []
    if question.other:
        others.append({"id": "other", "label": str(question.other), "kind": "plain"})
    return {
        "id": key,
        "client": question.client,
        "title": str(question.title),
        "text": str(question.text),
        "diff": question.diff,
        "fields": [
            {
                "name": each.name,
                "label": str(each.label),
                "secret": each.secret,
                "value": each.value,
                "check": each.check,
                "reason": str(each.reason),
            }
            for each in question.fields
        ],
        "remember": str(question.remember) if question.remember else "",
        "buttons": [
            {"id": "yes", "label": str(question.yes), "kind": kind},
            *others,
            {"id": "no", "label": str(question.no or _("Cancel")), "kind": "plain"},
        ],
    }
