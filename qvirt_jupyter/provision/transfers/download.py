"""A volume that a browser gets: a link, behind which the kernel reads a window at a time."""

from __future__ import annotations

import hashlib
import time
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.console.refusal import Refusal
from qvirt_jupyter.console.transfer_service import service
from qvirt_jupyter.hypervisor import ConnectionLost, QvirtError
from qvirt_jupyter.hypervisor.storage.volume_pieces import Hole, pieces_of
from qvirt_jupyter.hypervisor.storage.volume_saving import length_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.hypervisor import StorageVolume

WINDOW: Final = 4 * 1024 * 1024
"""Bytes that are read at once, which is what the kernel holds of it."""
PATIENCE: Final = 60.0
"""Seconds for which a connection that broke may take to come back."""
_LOOK: Final = 0.25
_ZEROS: Final = bytes(256 * 1024)


class Download:
    """A volume that is offered; each request of a browser reads a part of it.

    No stream stays open between two windows, so a daemon that is started anew, or a browser that
    pauses, holds up nobody.

    Parameters
    ----------
    volume
        The volume.
    """

    def __init__(self, volume: StorageVolume) -> None:
        self.volume = volume
        self.key = service.offer(self)

    @property
    def name(self) -> str:
        """What the file is called in the browser."""
        return PurePosixPath(self.volume.name).name or "volume"

    def ticket(self) -> str:
        """Return a ticket's id for it: a secret of the browser that gets it.

        Raises
        ------
        OSError
            Jupyter's runtime folder is not writable.
        """
        return service.ticket(self.key).id

    def look(self) -> dict[str, Any]:
        """Return what it is; as in :mod:`qvirt_jupyter.console.transfer_wire`."""
        size, tag = self._facts()
        return {"kind": "download", "name": self.name, "size": size, "tag": tag}

    def read(self, start: int, end: int, tag: str) -> Iterator[bytes]:
        """Yield the bytes of a part.

        Raises
        ------
        Refusal
            The host refuses, or it is another volume by now.
        """
        if self._facts()[1] != tag:
            raise _changed()
        return self._blocks(start, end, tag)

    def write(self, _at: int, _chunk: bytes | int, _digest: str) -> int:
        """Refuse: it goes the other way."""
        raise Refusal(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "direction-wrong",
            str(_("The ticket is for a transfer the other way.")),
        )

    def _blocks(self, start: int, end: int, tag: str) -> Iterator[bytes]:
        while start < end:
            window = min(WINDOW, end - start)
            for piece in self._window(start, window, tag):
                if isinstance(piece, Hole):
                    left = piece.length
                    while left:
                        yield _ZEROS[:left]
                        left -= min(left, len(_ZEROS))
                else:
                    yield piece
            start += window

    def _window(self, start: int, length: int, tag: str) -> list[bytes | Hole]:
        """Read a window, once more where the connection broke meanwhile."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                found = self.volume.call(lambda volume: list(pieces_of(volume, start, length)))
            except ConnectionLost as error:
                if time.monotonic() > until:
                    raise OSError(str(error)) from error
                self._wait(until)
                if self._facts()[1] != tag:
                    raise OSError(str(_("The volume has changed meanwhile."))) from error
                continue
            except QvirtError as error:
                # The answer has begun: all that can be told is that it breaks off.
                raise OSError(str(error)) from error
            read = sum(part.length if isinstance(part, Hole) else len(part) for part in found)
            if read != length:
                raise OSError(str(_("The volume ends before.")))
            return found

    def _wait(self, until: float) -> None:
        while not self.volume.connection.is_connected and time.monotonic() < until:
            time.sleep(_LOOK)

    def _facts(self) -> tuple[int, str]:
        """Return the size and what changes with the contents, as far as the host tells."""
        try:
            size = self.volume.call(length_of)
            document = self.volume.document()
        except QvirtError as error:
            raise Refusal(
                HTTPStatus.BAD_GATEWAY if isinstance(error, ConnectionLost) else HTTPStatus.GONE,
                "transfer-gone",
                f"{error.reason} {error.next_step}".strip(),
            ) from error
        told = (document.key, size, document.timestamps.written, self.volume.connection.uri)
        return size, hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _changed() -> Refusal:
    return Refusal(
        HTTPStatus.GONE,
        "transfer-gone",
        str(_("The volume has changed meanwhile: download it again.")),
    )
