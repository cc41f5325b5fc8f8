"""One ssh that runs: what it writes is kept in part, and it is ended for certain."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

KEPT_WORDS: Final = 8 * 1024
"""Bytes of what ssh says that are kept; the rest is read and forgotten."""
PATIENCE: Final = 3.0
"""Seconds that ssh may take to end after it was told to."""


class SshProcess:
    """A process whose input and output are a socket, or nothing.

    Parameters
    ----------
    arguments
        The program and its arguments.
    wire
        The end of a socket that becomes its input and output.

    Raises
    ------
    OSError
        It cannot be started.
    """

    def __init__(self, arguments: Sequence[str], wire: socket.socket | None = None) -> None:
        plug = subprocess.DEVNULL if wire is None else wire.fileno()
        # A session of its own: an interrupt of the kernel is not meant for it.
        self._process = subprocess.Popen(  # noqa: S603 - the user's own ssh; no shell takes part
            arguments,
            stdin=plug,
            stdout=plug,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._words = b""
        self._reader = threading.Thread(target=self._read, name="qvirt-ssh-words", daemon=True)
        self._reader.start()

    def wait(self, seconds: float) -> int | None:
        """Wait for its end, and return its status; None where it still runs."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    @property
    def words(self) -> str:
        """What it has said; all of it once it has ended."""
        if self._process.poll() is not None:
            # A child that it left behind may hold the pipe open.
            self._reader.join(PATIENCE)
        return self._words.decode(errors="replace").replace("\r", "").strip()

    def end(self) -> None:
        """End it, and return when it is gone; safe to call again."""
        if self._process.poll() is None:
            self._process.terminate()
            if self.wait(PATIENCE) is None:
                self._process.kill()
                self._process.wait()

    def _read(self) -> None:
        pipe = self._process.stderr
        if pipe is None:  # unreachable: it was asked for
            return
        with pipe:
            while block := pipe.read1(KEPT_WORDS):  # type: ignore[attr-defined]
                self._words = (self._words + block)[:KEPT_WORDS]
