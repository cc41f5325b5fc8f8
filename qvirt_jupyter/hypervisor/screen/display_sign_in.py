"""Where the password of a display comes from when no person types it into its console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import AccessDenied, QvirtError
from qvirt_jupyter.hypervisor.opening.credentials import CredentialRequest, Questions
from qvirt_jupyter.hypervisor.screen.display_passwords import (
    DisplayPassword,
    display_passwords,
    password_in_definition,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.hypervisor.domain import Domain

_QUESTIONS: Final = 3
"""How often somebody is asked, as ssh does."""


class DisplaySignIn:
    """The passwords to try at one display, one after the other until one is right.

    First what was right earlier in this kernel, then what the definition says to those who may read
    its secrets, then what the user answers, who is asked as for a sign-in to the host.

    Parameters
    ----------
    domain
        The machine.
    index
        Which of its displays.
    """

    def __init__(self, domain: Domain, index: int) -> None:
        self._domain = domain
        self._place = (domain.connection.uri, domain.uuid, index)
        self._passwords = self._all()
        self._last: DisplayPassword | None = None
        self._is_asked_for = False

    def next(self) -> DisplayPassword:
        """Return the next one; the one before, if there was any, was wrong.

        Raises
        ------
        AccessDenied
            There is no other: nobody can be asked, or whoever was asked does not know it.
        """
        self._last = next(self._passwords)
        return self._last

    def was_right(self) -> None:
        """Keep an answer for the next time: nobody types it for each click."""
        if self._last is not None and self._is_asked_for:
            display_passwords.remember(*self._place, "", self._last.password)

    def _all(self) -> Iterator[DisplayPassword]:
        known = display_passwords.recall(*self._place)
        if known is not None:
            yield known
            display_passwords.forget(*self._place)
        written = self._in_the_definition()
        if written is not None and written != known:
            yield written
        self._is_asked_for = True
        questions = Questions(self._domain.connection.credentials)
        for _number in range(_QUESTIONS):
            yield self._asked(questions)
        raise AccessDenied(
            _("The screen does not accept the password."),
            subject=self._domain.subject,
            next_step=_("Look into the machine's definition, or ask whoever set it."),
        )

    def _in_the_definition(self) -> DisplayPassword | None:
        try:
            return password_in_definition(self._domain, self._place[2])
        except QvirtError:
            # Who may not read secrets, by the host's policy, can still know this one.
            return None

    def _asked(self, questions: Questions) -> DisplayPassword:
        name = self._domain.name
        prompt = str(_("Password of the screen of {name}").format(name=name))
        request = CredentialRequest("password", prompt, secret=True, challenge=name, kept=True)
        answers = questions.put([request])
        if answers is not None:
            return DisplayPassword("", answers[0])
        raise AccessDenied(
            _("The question for the password of the screen was cancelled.")
            if questions.cancelled
            else _("The screen asks for a password, and nobody was there to answer."),
            subject=self._domain.subject,
            cancelled=questions.cancelled,
            next_step=_("Try again and answer.")
            if questions.cancelled
            else _("Open the Virtual Machine Manager, which asks, or give connect() credentials."),
        )
