"""Questions of a panel: the first answer counts, and nobody waits for ever."""

from __future__ import annotations

import threading

import pytest

from qvirt_jupyter.hypervisor.lifecycle import Action
from qvirt_jupyter.widgets.confirmations import CONFIRMATIONS, joined
from qvirt_jupyter.widgets.preferences import Preferences
from qvirt_jupyter.widgets.questions import (
    Answer,
    Question,
    QuestionBoard,
    QuestionField,
    Questions,
)

WHO = Question(
    "Sign in", "to far", "Sign in", fields=(QuestionField("0", "Password", secret=True),)
)


@pytest.fixture
def a_board():
    return QuestionBoard()


@pytest.fixture
def a_view(a_board):
    view = Questions(a_board)
    yield view
    view.close()


def says(view, key, button="yes", *, remember=False, **values):
    view._handle_custom_msg(
        {
            "type": "answer",
            "id": key,
            "button": button,
            "values": values,
            "remember": remember,
            "client": "",
        },
        [],
    )


def test_a_question_is_shown_and_its_first_answer_counts(a_board, a_view):
    answers = []
    key = a_board.ask(WHO, answers.append)
    (shown,) = a_view.shown["questions"]
    assert shown["title"] == "Sign in"
    assert shown["fields"][0]["secret"] is True
    says(a_view, key, **{"0": "s3cret"})
    says(a_view, key, button="no")
    assert answers == [Answer({"0": "s3cret"}, remember=False)]
    assert a_view.shown["questions"] == []


def test_a_secret_is_in_no_repr_and_no_trait(a_board, a_view):
    answers = []
    says(a_view, a_board.ask(WHO, answers.append), **{"0": "s3cret"})
    assert "s3cret" not in repr(answers)
    assert "s3cret" not in str(a_view.get_state())


@pytest.mark.parametrize("button", ["no", "", "yes please"])
def test_anything_but_yes_is_no(a_board, a_view, button):
    answers = []
    says(a_view, a_board.ask(WHO, answers.append), button=button)
    assert answers == [None]


def test_who_waits_is_released_when_the_last_view_closes(a_board):
    first, second = Questions(a_board), Questions(a_board)
    answers = []
    waiter = threading.Thread(target=lambda: answers.append(a_board.ask_and_wait(WHO)))
    waiter.start()
    while not a_board.questions:
        threading.Event().wait(0.01)
    first.close()
    assert a_board.questions
    second.close()
    waiter.join(30)
    assert answers == [None]


def test_without_a_view_the_answer_is_no_at_once(a_board):
    assert a_board.ask_and_wait(WHO) is None


def test_a_dangerous_answer_is_marked(a_board, a_view):
    question = CONFIRMATIONS[Action.DESTROY].question(Action.DESTROY, ["web"], "window-1")
    a_board.ask(question, lambda _answer: None)
    (shown,) = a_view.shown["questions"]
    assert shown["client"] == "window-1"
    assert [button["kind"] for button in shown["buttons"]] == ["danger", "plain"]
    assert shown["title"] == "Force off web?"
    assert shown["remember"] == "Don't ask again"


def test_each_confirmation_has_its_preference_with_the_right_default():
    defaults = Preferences()
    on = {
        action
        for action, asked in CONFIRMATIONS.items()
        if asked.preference and getattr(defaults, asked.preference)
    }
    assert on == {Action.DESTROY, Action.RESET}
    assert all(asked.preference for asked in CONFIRMATIONS.values())


def test_many_names_are_cut_short():
    assert joined(["a", "b", "c"]) == "a, b, c"
    assert joined(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


@pytest.mark.parametrize(
    "message",
    [{}, {"type": "answer"}, {"type": "answer", "id": 1}, {"type": 7}, {"type": "ready"}],
)
def test_nonsense_of_a_browser_does_nothing(a_board, a_view, message):
    answers = []
    a_board.ask(WHO, answers.append)
    a_view._handle_custom_msg(message, [])
    assert answers == []
