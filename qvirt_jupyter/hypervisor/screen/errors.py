# ruff: noqa: N818 - as in errors.py
"""What goes wrong with a screen, with the picture that it showed last.

::

    TimedOut
    └── NotShown     the screen did not show what was waited for
    WrongState
    └── ScreenGone   the machine stopped while somebody looked at its screen

A notebook shows the picture above the words.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from qvirt_jupyter.hypervisor.errors import QvirtError, TimedOut, WrongState

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.screen.screenshot import Screenshot


class _WithPicture(QvirtError):
    """An error that has seen a screen.

    Parameters
    ----------
    *arguments, **keywords
        As for the error that it is.
    picture
        What the screen showed last; None where there was no picture.
    """

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - handed to the error, which names them
        picture: Screenshot | None = None,
        **keywords: Any,  # noqa: ANN401 - handed to the error, which names them
    ) -> None:
        super().__init__(*arguments, **keywords)
        self.picture = picture
        self._shown_by = 0

    def _render_traceback_(self) -> list[str]:
        """Show the picture in a notebook, and return what stands below it.

        IPython asks for it before it prints an exception that a cell raised.
        """
        # Only IPython calls this; the library works without it.
        from IPython import get_ipython  # noqa: PLC0415
        from IPython.display import display  # noqa: PLC0415

        shell = get_ipython()
        # A kernel asks twice for each cell: for what it prints, and for its answer.
        cell = getattr(shell, "execution_count", 0)
        if self.picture is not None and self._shown_by != cell:
            self._shown_by = cell
            display(self.picture)  # type: ignore[no-untyped-call]
        if shell is None:
            return traceback.format_exception(self)
        lines: list[str] = shell.InteractiveTB.structured_traceback(
            type(self), self, self.__traceback__
        )
        return lines


class NotShown(_WithPicture, TimedOut):
    """The screen did not show in time what was waited for; ``picture`` is what it showed."""


class ScreenGone(_WithPicture, WrongState):
    """The machine stopped while its screen was looked at; ``picture`` is the last one."""
