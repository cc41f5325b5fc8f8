"""A file of a browser that becomes a volume, chunk by chunk, and goes on where it was left."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.console.refusal import Refusal
from qvirt_jupyter.console.transfer_service import service
from qvirt_jupyter.hypervisor import (
    ConnectionLost,
    Job,
    NotFound,
    OperationCancelled,
    OperationFailed,
    QvirtError,
    Subject,
    Transfer,
    action_log,
)
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.storage.volume_moving import FILE_POOLS
from qvirt_jupyter.provision.guest.places import free_name
from qvirt_jupyter.provision.transfers.pouring import Pouring
from qvirt_jupyter.provision.transfers.upload_note import NotedUpload, UploadNote
from qvirt_jupyter.provision.transfers.upload_state import UploadState
from qvirt_jupyter.provision.transfers.uploads import uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qvirt_jupyter.hypervisor import StoragePool, StorageVolume

SILENCE: Final = 20.0
"""Seconds without a chunk after which an upload is called interrupted."""
_LOOK: Final = 1.0
_FULL: Final = "No space left"
"""What the operating system of a host says where a pool is full (errno 28)."""
_REFRESHES: Final = 20
_LEFT: Final = _(
    "Its browser sends nothing: choose the file again in Storage to go on, or remove it there"
)


class Upload:
    """One file on its way into a pool.

    Parameters
    ----------
    pool
        Where it goes.
    name, size
        What the browser calls the file, and its bytes.
    modified
        When the file was last changed, in milliseconds since the epoch: by name, size and this it
        is known again.
    note
        Of an upload that another kernel left half-way: it goes on where that one ended.
    """

    def __init__(
        self,
        pool: StoragePool,
        name: str,
        size: int,
        modified: int = 0,
        note: UploadNote | None = None,
    ) -> None:
        self.pool, self.size, self.modified = pool, size, modified
        # What a browser calls a file is a name and no path, but it is not to be trusted.
        plain = PurePosixPath(name.replace("\\", "/")).name
        self.name = "".join(sign for sign in plain if sign.isprintable()).strip(". ") or "upload"
        self.volume: StorageVolume | None = None
        self.error: BaseException | None = None
        self.state = UploadState.STARTING
        self.key = ""
        self._pouring: Pouring | None = None
        self._note = note
        self._writing = threading.Lock()
        self._over = threading.Event()
        self._began, self._heard = time.monotonic(), time.monotonic()
        self._first = 0
        self._on_ready: Callable[[Upload], object] | None = None
        self.job: Job[str] = Job(
            _("Upload {name}").format(name=self.name),
            Subject("volume", self.name, pool.connection.uri),
            cancel=self._cancelled,
        )

    @property
    def at(self) -> int:
        """How much of it is there, in bytes."""
        return 0 if self._pouring is None else self._pouring.at

    def begin(self, on_ready: Callable[[Upload], object] | None = None) -> Job[str]:
        """Make the volume, and be ready for chunks; the job's result is the path.

        Parameters
        ----------
        on_ready
            Called on a thread of its own when chunks may come.
        """
        self._on_ready = on_ready
        action_log.record(self.job)
        uploads.add(self)

        def run() -> None:
            self.job.run(self._course)
            action_log.record(self.job)
            uploads.changed(self)

        # Of its own: an upload may wait for its browser for long, and the pool has few threads.
        threading.Thread(target=run, name="qvirt-upload", daemon=True).start()
        return self.job

    def ticket(self) -> str:
        """Return a ticket's id for it: a secret of the browser that has the file.

        Raises
        ------
        OSError
            Jupyter's runtime folder is not writable.
        """
        return service.ticket(self.key).id

    def is_of(self, name: str, size: int, modified: int) -> bool:
        """Whether a file is the one that it began with."""
        mine = (self.size, self.modified)
        return (size, modified) == mine and PurePosixPath(name.replace("\\", "/")).name == self.name

    def remove(self) -> None:
        """Give it up, and delete what is there of it."""
        self.job.cancel()

    # What the Jupyter server asks ----------------------------------------------------------------

    def look(self) -> dict[str, Any]:
        """Return how far it is; as in :mod:`qvirt_jupyter.console.transfer_wire`."""
        self._must_go_on(also_done=True)
        at = self.size if self.state is UploadState.DONE else self.at
        return {"kind": "upload", "name": self.name, "size": self.size, "at": at}

    def read(self, _start: int, _end: int, _tag: str) -> Iterator[bytes]:
        """Refuse: it goes the other way."""
        raise Refusal(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "direction-wrong",
            str(_("The ticket is for a transfer the other way.")),
        )

    def write(self, at: int, chunk: bytes | int, digest: str) -> int:
        """Take a chunk, and return how far it is then.

        Raises
        ------
        Refusal
            It is over, or elsewhere, or the chunk is broken, or the host refuses.
        """
        if not self._writing.acquire(blocking=False):
            raise self._elsewhere()
        try:
            return self._write(at, chunk, digest)
        finally:
            self._writing.release()

    def _write(self, at: int, chunk: bytes | int, digest: str) -> int:
        self._must_go_on()
        pouring = self._pouring
        length = chunk if isinstance(chunk, int) else len(chunk)
        if pouring is None or at != pouring.at:
            raise self._elsewhere()
        if at + length > self.size:
            raise Refusal(
                HTTPStatus.BAD_REQUEST,
                "request-wrong",
                str(_("More comes than the {size} bytes of the file.").format(size=self.size)),
            )
        if digest and isinstance(chunk, bytes) and hashlib.sha256(chunk).hexdigest() != digest:
            raise Refusal(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "digest-wrong",
                str(_("The chunk did not arrive as it was sent.")),
                at=at,
            )
        self._heard_chunk(at)
        is_last = at + length == self.size
        try:
            pouring.pour(chunk, is_last=is_last)
        except ConnectionLost as error:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "connection-lost",
                f"{error.reason} {error.next_step}".strip(),
                at=pouring.at,
            ) from error
        except QvirtError as error:
            self._fail(error)
            raise self._failed() from error
        self._report()
        if is_last:
            self._finish()
        return pouring.at

    # Its course ----------------------------------------------------------------------------------

    def _course(self) -> str:
        self._make()
        while not self._over.wait(_LOOK):
            if self._note is not None and self._pouring is not None:
                self._note.say(self._pouring.safe)
            if self.state is UploadState.RUNNING and time.monotonic() - self._heard > SILENCE:
                self._become(UploadState.INTERRUPTED)
                self.job.report(phase=_LEFT, waiting=True)
        if self.state is UploadState.DONE and self.volume is not None:
            self._forget()
            return self.volume.path
        try:
            self._clear()
        except QvirtError as error:
            if self._note is not None:
                # What stays can be removed by whoever looks next.
                self._note.release()
            if self.error is None:
                raise
            # Why it failed says more; that something stays must be said all the same.
            self.error.add_note(str(error))
        if self.error is not None:
            raise self.error
        raise OperationCancelled(_("It was cancelled."), subject=self.job.subject)

    def _make(self) -> None:
        """Make the volume; what fails is shown, and leaves nothing."""
        try:
            if self._note is None:
                self.volume = self._new_volume()
                self._pouring = Pouring(self.volume)
            else:
                self.volume = self.pool.volumes[self._note.upload.volume]
                self._pouring = Pouring(self.volume, self._note.upload.at)
            self.key = service.offer(self)
        except BaseException as error:
            self.error = error
            if self._note is not None:
                self._note.release()
            self._become(UploadState.FAILED)
            raise
        if self._note is not None:
            self._become(UploadState.INTERRUPTED)
            done = self.at / self.size if self.size else 1.0
            self.job.report(progress=done, phase=_LEFT, waiting=True)
            return
        self._note = UploadNote.write(
            NotedUpload(
                self.pool.connection.uri,
                self.pool.uuid,
                self.volume.name,
                self.name,
                self.size,
                self.modified,
            )
        )
        self._heard = time.monotonic()
        self._become(UploadState.RUNNING)
        self.job.report(progress=0.0, phase=_("Waiting for the browser"))
        if self.size == 0:
            self._finish()
        elif self._on_ready is not None:
            self._on_ready(self)

    def _new_volume(self) -> StorageVolume:
        self._must_fit()
        is_file = self.pool.document().type in FILE_POOLS
        return self.pool.create_volume(
            free_name(self.pool, self.name),
            max(1, self.size),
            format="raw" if is_file else None,
            allocation=0 if is_file else None,
        )

    def _must_fit(self) -> None:
        space = self.pool.space
        if space.capacity and self.size > space.available:
            raise OperationFailed(
                _("The pool has {has} free, and the file has {size}.").format(
                    has=bytes_text(space.available), size=bytes_text(self.size)
                ),
                subject=self.job.subject,
                next_step=_("Make room in the pool, or choose another one."),
            )

    def _finish(self) -> None:
        """Look at what it is now, and say that it is there."""
        volume = self.volume
        if volume is None:  # unreachable: it was made before the first chunk
            raise RuntimeError("There is no volume.")
        try:
            self._refresh()
            # Somebody may have removed its file while it was filled.
            _there = volume.record
        except QvirtError as error:
            self._fail(error)
            raise self._failed() from error
        self._become(UploadState.DONE)
        self._over.set()

    def _refresh(self) -> None:
        """Have libvirt see what the volume holds: it may be an image with a format of its own."""
        for _attempt in range(_REFRESHES):
            try:
                self.pool.refresh()
            except OperationFailed:
                # While another volume is made there libvirt refuses; and after an upload it reads
                # the pool itself.
                time.sleep(0.1)
            else:
                return

    def _cancelled(self) -> None:
        if not self.state.is_over:
            self._become(UploadState.REMOVED)
        self._over.set()

    def _fail(self, error: BaseException) -> None:
        self.error = error
        self._become(UploadState.FAILED)
        self._over.set()

    def _clear(self) -> None:
        """Remove what was made."""
        if self._pouring is not None:
            self._pouring.stop()
        if self.volume is not None:
            # It may have gone behind our back: then there is nothing to remove.
            with contextlib.suppress(NotFound):
                self.volume.delete()
        service.withdraw(self.key)
        self._forget()

    def _forget(self) -> None:
        if self._note is not None:
            self._note.forget()

    # Words ---------------------------------------------------------------------------------------

    def _heard_chunk(self, at: int) -> None:
        now = time.monotonic()
        if self.state is UploadState.INTERRUPTED or self._first == 0 == at:
            self._began, self._first = now, at
        self._heard = now
        if self.state is UploadState.INTERRUPTED:
            self._become(UploadState.RUNNING)

    def _report(self) -> None:
        seconds = time.monotonic() - self._began
        self.job.report(
            progress=self.at / self.size if self.size else 1.0,
            phase=_("Uploading"),
            transfer=Transfer(self.at - self._first, self.size - self._first, seconds),
        )

    def _become(self, state: UploadState) -> None:
        self.state = state
        uploads.changed(self)

    def _must_go_on(self, *, also_done: bool = False) -> None:
        if self.state is UploadState.DONE and also_done:
            return
        if self.state.is_over:
            raise self._failed()

    def _failed(self) -> Refusal:
        error = self.error
        if not isinstance(error, QvirtError):
            return Refusal(
                HTTPStatus.GONE, "transfer-gone", str(_("The upload is over: it was given up."))
            )
        text = f"{error.reason} {error.next_step}".strip()
        if _FULL in f"{error.reason} {error.details}":
            full: LazyString = _("The pool is full; what was uploaded is removed.")
            return Refusal(HTTPStatus.INSUFFICIENT_STORAGE, "no-room", str(full))
        return Refusal(HTTPStatus.GONE, "transfer-gone", text)

    def _elsewhere(self) -> Refusal:
        return Refusal(
            HTTPStatus.CONFLICT,
            "offset-wrong",
            str(_("The upload goes on at another place.")),
            at=self.at,
        )
