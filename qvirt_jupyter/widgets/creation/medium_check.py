"""Whether the image of a disc is whole: one that was cut off starts, and fails in the midst."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.creation.checks import Problem
from qvirt_jupyter.widgets.creation.system_choice import look_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.creation.checks import Problems


def medium_problem(path: str, connection: Connection, let_be: Callable[[], object]) -> Problems:
    """Say that a file is no image of a disc, or not the whole of one; for threads that may wait.

    Parameters
    ----------
    path
        The file.
    connection
        The host.
    let_be
        Remembers that it is used all the same.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    try:
        found = look_at(connection, path)
        length = _length(path, connection) if found is not None else None
    except ValueError as error:
        text = _("{reason} Choose another file, or download this one again.")
        words = text.format(reason=error)
    else:
        if found is None or length is None or found.size <= length:
            return {}
        words = _(
            "{path} is cut off: {there} of its {size} are there. Download or copy it again."
        ).format(path=path, there=quantities.size(length), size=quantities.size(found.size))
    return {"media": Problem(words, waive=_("Use it all the same"), let_be=let_be)}


def _length(path: str, connection: Connection) -> int | None:
    """Return how many bytes there are; None where nobody here knows, as of a drive."""
    if not connection.parts.is_remote:
        try:
            return Path(path).stat().st_size if Path(path).is_file() else None
        except OSError:
            # The hypervisor may look where this user may not.
            pass
    try:
        volume = connection.storage_pools.volume_at(path)
        length = volume.record.capacity if volume is not None else None
    except QvirtError:
        if not connection.is_connected:
            raise
        return None
    return length
