"""Why a console is not opened, in one sentence that its page can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus


class Refusal(Exception):  # noqa: N818 - an answer, and often nobody's error
    """A console that is not opened.

    Parameters
    ----------
    status
        What HTTP calls it.
    code
        A word for programs: the page decides by it what to do next.
    message
        A whole sentence for people. It never holds a ticket's id.
    """

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
