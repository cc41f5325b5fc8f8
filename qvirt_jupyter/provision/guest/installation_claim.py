"""Which kernel of a user follows an installation: one, and another when that one is gone."""

from __future__ import annotations

import fcntl
import logging
import os
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._private_files import jupyter_folder, private_folder

if TYPE_CHECKING:
    from pathlib import Path

_LOG: Final = logging.getLogger(__name__)


class InstallationClaim:
    """The right to follow the installation of one machine; the kernel's end gives it back.

    Parameters
    ----------
    uuid
        Of the machine.
    """

    def __init__(self, uuid: str) -> None:
        self._uuid = uuid
        self._file: int | None = None

    def take(self, *, wait: bool = False) -> bool:
        """Take it, and return whether it was to be had.

        Where files cannot be locked, everybody has it: two that follow do less harm than none.

        Parameters
        ----------
        wait
            Whether to wait until the one who has it gives it back.
        """
        while self._file is None:
            try:
                path = self._path()
                opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                _LOG.info("Installations are followed without a lock: %s", error)
                return True
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                os.close(opened)
                return False
            if _is_there(path, opened):
                self._file = opened
            else:
                # Who had it has taken the file away; there may be a new one.
                os.close(opened)
        return True

    def give_back(self) -> None:
        """Let another one have it."""
        opened, self._file = self._file, None
        if opened is not None:
            try:
                self._path().unlink(missing_ok=True)
            except OSError as error:
                _LOG.debug("A lock stays: %s", error)
            os.close(opened)

    def _path(self) -> Path:
        return private_folder(jupyter_folder("runtime") / "installations") / self._uuid


def _is_there(path: Path, opened: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(opened))
    except FileNotFoundError:
        return False
