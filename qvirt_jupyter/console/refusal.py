"""Why a console is not opened or a transfer not made, in a sentence that its page can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus


class Refusal(Exception):  # noqa: N818 - an answer, and often nobody's error
    """A console that is not opened, or a transfer that is not made.

    Parameters
    ----------
    status
        What HTTP calls it.
    code
        A word for programs: the page decides by it what to do next.
    message
        A whole sentence for people. It never holds a ticket's id.
    at
        How far an upload is, in bytes, where it goes on from there.
    """

    def __init__(
        self, status: HTTPStatus, code: str, message: str, *, at: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.at = at
