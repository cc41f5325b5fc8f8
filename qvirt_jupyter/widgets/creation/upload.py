"""A file of the browser's machine that is brought into a pool, piece by piece.

The kernel asks for a piece when libvirt has taken the one before, so neither it nor the browser
ever holds more than one of them.
"""

from __future__ import annotations

import queue
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import OperationFailed, Subject
from qvirt_jupyter.hypervisor.actions import submit
from qvirt_jupyter.provision.guest.places import FOLDERS, free_name, pool_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.hypervisor.connection import Connection

PIECE: Final = 2 * 1024**2
"""Bytes; a Jupyter server refuses messages above 10 MiB."""
PATIENCE: Final = 60.0
"""Seconds after which a browser that sends nothing is gone."""


class Upload:
    """One file.

    Parameters
    ----------
    connection
        Whose host.
    name, size
        What the browser calls the file, and its bytes.
    ask
        Asks the browser for the piece at a place; from a pool thread.
    """

    def __init__(
        self, connection: Connection, name: str, size: int, ask: Callable[[int], object]
    ) -> None:
        self._connection, self._ask = connection, ask
        # What a browser calls a file is a name and no path, but it is not to be trusted.
        self._name = PurePosixPath(name.replace("\\", "/")).name or "upload"
        self._size = size
        self._at = 0
        self._held = b""
        self._pieces: queue.Queue[tuple[int, bytes]] = queue.Queue()

    def begin(self, pool: str = "") -> Job[str]:
        """Make the volume and begin to fill it; the job's result is the path.

        Parameters
        ----------
        pool
            Where it goes; empty means the pool named default, or else the first that is on.
        """
        return submit(
            self._connection,
            Subject("volume", self._name, self._connection.uri),
            _("Upload {name}").format(name=self._name),
            "",
            lambda: self._fill(pool),
            # Between two pieces the job is asked, and waits for none any more.
            cancel=lambda: self._pieces.put((-1, b"")),
        )

    def take(self, at: int, piece: bytes) -> None:
        """Take a piece that the browser sent."""
        self._pieces.put((at, piece))

    def read(self, size: int, /) -> bytes:
        """Return the next bytes of the file, once the browser has sent them.

        Raises
        ------
        OperationFailed
            It sends no more.
        """
        if not self._held and self._at < self._size:
            self._held = self._next()
            self._at += len(self._held)
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    def _next(self) -> bytes:
        self._ask(self._at)
        while True:
            try:
                at, piece = self._pieces.get(timeout=PATIENCE)
            except queue.Empty:
                at, piece = self._at, b""
            if at < 0 or (at == self._at and not piece):
                raise OperationFailed(
                    _("The browser sends no more of {name}.").format(name=self._name),
                    subject=Subject("volume", self._name, self._connection.uri),
                    next_step=_("Upload it again, and leave the tab open meanwhile."),
                )
            if at == self._at:
                return piece[: self._size - self._at]

    def _fill(self, name: str) -> str:
        pool = pool_for(self._connection, name)
        is_file = pool.document().type in FOLDERS
        volume = pool.create_volume(
            free_name(pool, self._name),
            max(1, self._size),
            format="raw" if is_file else None,
            allocation=0 if is_file else None,
        )
        try:
            volume.write(self, length=self._size)
            # It may hold an image with a format of its own.
            pool.refresh()
        except BaseException:
            volume.delete()
            raise
        return volume.path
