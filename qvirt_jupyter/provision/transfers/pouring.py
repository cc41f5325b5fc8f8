"""Chunks of an upload into a volume: one stream for many of them, committed now and then.

libvirt reads a pool again after each upload into it, so a stream for each chunk would be dear in
large pools. What was sent through a stream is safe only when the stream has ended without an error.
So the stream ends after some chunks, and when no more come for a while; where it fails, the upload
goes back to where it was safe.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.hypervisor.storage import streams
from qvirt_jupyter.hypervisor.storage.volume_pieces import REFUSALS

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import StorageVolume

COMMIT: Final = 64 * 1024 * 1024
"""Bytes after which a stream is ended."""
IDLE: Final = 10.0
"""Seconds without a chunk after which it is ended, too: nobody knows whether more come."""
PATIENCE: Final = 30.0
"""Seconds for which the end of a stream is waited for."""
_PIECE: Final = 256 * 1024
_NOTHING: Final = bytes(_PIECE)


@dataclass(slots=True)
class _Chunk:
    content: bytes | int
    is_last: bool
    taken: Future[None] = field(default_factory=Future)

    @property
    def length(self) -> int:
        return self.content if isinstance(self.content, int) else len(self.content)


class Pouring:
    """Fills one new volume from its begin to its end; one caller at a time.

    Parameters
    ----------
    volume
        It is new: what nobody wrote in it is zeros.
    at
        How much of it is there already, in bytes.
    """

    def __init__(self, volume: StorageVolume, at: int = 0) -> None:
        self._volume = volume
        self._lock = threading.Lock()
        # None ends the stream.
        self._chunks: queue.Queue[_Chunk | None] = queue.Queue()
        self._future: Future[None] | None = None
        self._current: _Chunk | None = None
        self._run_number = 0
        self._is_running = False
        self.at = at
        """How much was sent, in bytes."""
        self.safe = at
        """How much of it lies in the volume for sure."""

    def pour(self, content: bytes | int, *, is_last: bool) -> None:
        """Send a chunk, and return when libvirt has taken it; the last, when all of it is safe.

        Parameters
        ----------
        content
            Its bytes, or of how many zeros it consists.
        is_last
            Whether the file ends with it.

        Raises
        ------
        QvirtError
            The host refuses, or the connection broke: :attr:`at` is where it goes on.
        """
        chunk = _Chunk(content, is_last)
        with self._lock:
            if not self._is_running:
                # Of its own: a thread that was given up takes no chunk of the next one.
                self._chunks = queue.Queue()
            # First the chunk: a run that finds none ends at once.
            self._chunks.put(chunk)
            if not self._is_running:
                self._begin_run(self._chunks)
        chunk.taken.result()

    def _begin_run(self, chunks: queue.Queue[_Chunk | None]) -> None:
        """Have a thread of the connection's pool take chunks; the caller has the lock."""
        self._run_number += 1
        number = self._run_number
        future = self._volume.connection.pool.submit(
            lambda: self._volume.call(lambda volume: self._run(volume, number, chunks))
        )
        self._future, self._is_running = future, True
        # The pool may also give up a thread that hangs in a connection that broke.
        future.add_done_callback(lambda ended: self._ended(number, ended.exception()))

    def _ended(self, number: int, error: BaseException | None) -> None:
        if error is None:
            return
        with self._lock:
            if number != self._run_number:
                return
            self._run_number += 1
            self._is_running = False
            self.at = self.safe
            left = [self._current]
            self._current = None
            while not self._chunks.empty():
                left.append(self._chunks.get())
        for chunk in left:
            if chunk is not None:
                chunk.taken.set_exception(error)

    def stop(self) -> None:
        """End the stream, and return when it is ended: only then can the volume be deleted."""
        with self._lock:
            future = self._future if self._is_running else None
            if future is not None:
                self._chunks.put(None)
        if future is not None:
            # What it says is no matter any more: the volume is given up.
            wait({future}, timeout=PATIENCE)

    def _run(self, volume: Any, number: int, chunks: queue.Queue[_Chunk | None]) -> None:  # noqa: ANN401 - libvirt has no types
        stream, began, is_sparse = None, 0, False
        try:
            while True:
                chunk = _next(chunks, IDLE if stream is not None else 0.0)
                if chunk is None:
                    if stream is not None:
                        stream.finish()
                        stream = None
                    if self._is_over(number):
                        return
                    continue
                self._current = chunk
                if stream is None:
                    stream, is_sparse = self._begin(volume)
                    began = self.at
                _send(stream, chunk.content, is_sparse=is_sparse)
                is_enough = chunk.is_last or self.at + chunk.length - began >= COMMIT
                if is_enough:
                    stream.finish()
                    stream = None
                if not self._took(chunk, number, is_safe=is_enough):
                    return
        except BaseException:
            if stream is not None:
                streams.abort(stream)
            raise

    def _is_over(self, number: int) -> bool:
        """Note that all is safe; return whether no chunk came meanwhile, which ends the run."""
        with self._lock:
            if number != self._run_number:
                return True
            self.safe = self.at
            if self._chunks.empty():
                self._is_running = False
            return not self._is_running

    def _took(self, chunk: _Chunk, number: int, *, is_safe: bool) -> bool:
        """Tell who waits for a chunk; return whether more may come."""
        with self._lock:
            if number != self._run_number:
                # Nobody waits for this thread any more.
                return False
            self.at += chunk.length
            if is_safe:
                self.safe = self.at
            if chunk.is_last:
                self._is_running = False
            self._current = None
        chunk.taken.set_result(None)
        return not chunk.is_last

    def _begin(self, volume: Any) -> tuple[Any, bool]:  # noqa: ANN401 - libvirt has no types
        flag = getattr(libvirt, "VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM", 0)
        if flag and hasattr(libvirt.virStream, "sendHole"):
            stream = volume.connect().newStream(0)
            try:
                volume.upload(stream, self.at, 0, flag)
            except libvirt.libvirtError as error:
                streams.abort(stream)
                if error.get_error_code() not in REFUSALS:
                    raise
            else:
                return stream, True
        stream = volume.connect().newStream(0)
        volume.upload(stream, self.at, 0, 0)
        return stream, False


def _next(chunks: queue.Queue[_Chunk | None], patience: float) -> _Chunk | None:
    """Return the next chunk; None where none comes."""
    try:
        return chunks.get(timeout=patience)
    except queue.Empty:
        return None


def _send(stream: Any, content: bytes | int, *, is_sparse: bool) -> None:  # noqa: ANN401 - libvirt has no types
    if isinstance(content, int):
        left = content
        while left:
            part = left if is_sparse else min(left, _PIECE)
            if is_sparse:
                stream.sendHole(part, 0)
            else:
                streams.send_all(stream, _NOTHING[:part])
            left -= part
        return
    for at in range(0, len(content), _PIECE):
        piece = content[at : at + _PIECE]
        if is_sparse and piece == _NOTHING[: len(piece)]:
            stream.sendHole(len(piece), 0)
        else:
            streams.send_all(stream, piece)
