"""A note of an upload that outlives its kernel: which volume is half-filled, by which file.

It is a small file in Jupyter's data folder, beside one that the kernel keeps locked as long as it
lives. So another kernel, or the next one, tells what was left from what still runs.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import logging
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from qvirt_jupyter._private_files import jupyter_folder, private_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOG = logging.getLogger(__name__)
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class NotedUpload:
    """What is known of an upload.

    Parameters
    ----------
    uri, pool, volume
        The connection, the UUID of the pool, and the name of the volume in it.
    name, size, modified
        The file, by which it is known again: bytes, and milliseconds since the epoch.
    at
        How much of it lies in the volume for sure, in bytes.
    """

    uri: str
    pool: str
    volume: str
    name: str
    size: int
    modified: int
    at: int = 0


class UploadNote:
    """The note of one upload, held by this process.

    Parameters
    ----------
    path
        Its file.
    lock
        The locked file beside it.
    upload
        What stands in it.
    """

    def __init__(self, path: Path, lock: int, upload: NotedUpload) -> None:
        self._path, self._lock, self.upload = path, lock, upload

    @classmethod
    def write(cls, upload: NotedUpload) -> Self | None:
        """Write a new one; None where that is not possible, which is no reason not to upload."""
        try:
            path = private_folder(_folder()) / f"{secrets.token_hex(8)}.json"
            lock = _locked(path)
        except OSError as error:
            _LOG.warning("The upload of %s cannot be noted: %s", upload.name, error)
            return None
        if lock is None:
            return None
        note = cls(path, lock, upload)
        note._save()
        return note

    @classmethod
    def left(cls, uri: str) -> Iterator[Self]:
        """Take and yield those of a connection whose kernels have ended.

        Parameters
        ----------
        uri
            The connection's.
        """
        for path in sorted(_folder().glob("*.json")):
            lock = _locked(path)
            if lock is None:
                # Its kernel lives.
                continue
            found = _read(path)
            if found is not None and found.uri == uri:
                yield cls(path, lock, found)
            else:
                os.close(lock)

    def say(self, at: int) -> None:
        """Note how far it is."""
        if at != self.upload.at:
            self.upload = dataclasses.replace(self.upload, at=at)
            self._save()

    def forget(self) -> None:
        """Remove it: the volume is whole, or gone."""
        self._path.unlink(missing_ok=True)
        _lock_of(self._path).unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Leave it to whoever looks next."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _save(self) -> None:
        try:
            write_private(
                self._path, json.dumps({"format": _FORMAT, **dataclasses.asdict(self.upload)})
            )
        except OSError as error:
            _LOG.warning("The upload of %s cannot be noted: %s", self.upload.name, error)


def _folder() -> Path:
    return jupyter_folder("data") / "uploads"


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _locked(path: Path) -> int | None:
    """Return the descriptor of a note's lock; None where another has it, or nobody can."""
    descriptor = os.open(_lock_of(path), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _read(path: Path) -> NotedUpload | None:
    try:
        said: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if said.pop("format") != _FORMAT:
            return None
        found = NotedUpload(**said)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        _LOG.warning("The note %s of an upload makes no sense: %s", path, error)
        return None
    return found
