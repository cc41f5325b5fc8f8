"""What a connection asks before it is open, put to the people who look at the panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.widgets.questions import Question, QuestionBoard, QuestionField

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.opening.credentials import CredentialRequest

# An open connection asks where a screen of its host needs a sign-in or a password of its own.
_ASKING: Final = frozenset(
    {ConnectionState.CONNECTING, ConnectionState.RECONNECTING, ConnectionState.CONNECTED}
)
_YES_OR_NO: Final = frozenset({"host_key", "confirm"})


@dataclass(frozen=True, slots=True)
class SignIn:
    """Answers the questions of libvirt and ssh; it is called on a thread that may wait.

    Parameters
    ----------
    connection
        Who asks.
    board
        Where people are asked.
    """

    connection: Connection
    board: QuestionBoard

    def __call__(self, requests: list[CredentialRequest]) -> list[str] | None:
        """Return the answers, or None where nobody wants to give them."""
        watching = self.connection.observe(self._on_state)
        try:
            if self.connection.state not in _ASKING:
                return None
            return self._ask(requests)
        finally:
            watching.close()

    def _on_state(self, connection: Connection) -> None:
        # An answer to an attempt that is over would go nowhere.
        if connection.state not in _ASKING:
            self.board.withdraw(connection.uri)

    def _ask(self, requests: list[CredentialRequest]) -> list[str] | None:
        title = _("Sign in to {label}").format(label=self.connection.label)
        first = requests[0]
        if len(requests) == 1 and first.kind in _YES_OR_NO:
            yes = _("Accept") if first.kind == "host_key" else _("Yes")
            question = Question(title, first.prompt, yes, about=self.connection.uri)
            return None if self.board.ask_and_wait(question) is None else ["yes"]
        text = _("The answers are passed on and not kept.")
        if any(request.kept for request in requests):
            text = _("If it is right, it stays in the memory of this kernel until that ends.")
        if any(request.again for request in requests):
            text = _("That was not accepted. {text}").format(text=text)
        fields = tuple(
            QuestionField(
                str(index),
                request.prompt,
                request.secret,
                "" if request.secret else request.default,
            )
            for index, request in enumerate(requests)
        )
        question = Question(title, text, _("Sign in"), fields=fields, about=self.connection.uri)
        answer = self.board.ask_and_wait(question)
        if answer is None:
            return None
        return [answer.values.get(field.name, "") for field in fields]
