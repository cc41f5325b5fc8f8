"""What could not be taken back, told to whoever waits although the connection was lost."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.hypervisor.errors import ConnectionLost

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

_MOMENT: Final = 10
"""Seconds that taking back may need once the connection is lost: all of it fails at once."""


@contextmanager
def named_where_lost(
    left: Sequence[str], begun: threading.Event, over: threading.Event
) -> Iterator[None]:
    """Have the error of a lost connection say what is left.

    Parameters
    ----------
    left
        What could not be taken back, in sentences; complete when it is over.
    begun, over
        Whether the work, which another thread does, was begun, and whether it was given up.
    """
    try:
        yield
    except ConnectionLost as error:
        # The job was given up; what could not be taken back is known in a moment.
        if begun.is_set():
            over.wait(_MOMENT)
        for note in left:
            if note not in getattr(error, "__notes__", ()):
                error.add_note(note)
        raise
