"""Files on their way between browsers and the volumes of a host."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import QvirtError, publisher
from qvirt_jupyter.provision.transfers import Download, Upload, UploadState, take_up, uploads
from qvirt_jupyter.widgets._panel_messages import VERSION
from qvirt_jupyter.widgets._transfer_messages import file_of, go_message
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor import Job, StoragePool, StorageVolume, Subscription
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets._panel_messages import ButtonState
    from qvirt_jupyter.widgets._transfer_messages import (
        BrowserFile,
        TransferMessage,
        TransfersState,
        UploadRow,
    )
    from qvirt_jupyter.widgets.details.work import Boards

_LABELS: Final[Mapping[UploadState, LazyString]] = {
    UploadState.STARTING: _("Its volume is being made."),
    UploadState.RUNNING: _("Uploading:"),
    UploadState.INTERRUPTED: _("Interrupted: choose the same file again to go on."),
    UploadState.DONE: _("Done."),
    UploadState.FAILED: _("Failed:"),
    UploadState.REMOVED: _("Given up."),
}


class Transfers(PanelPart):
    """The uploads of a host, with what was left half-way; begins downloads.

    Files that are dropped onto the box around it with the class ``qvirt-drop-files`` are uploaded
    into the pool that :meth:`use` names.

    Parameters
    ----------
    connection
        Whose host.
    boards
        Where the panel explains.
    on_done
        Called with the pool and the name of a volume that is whole now.
    """

    _part: ClassVar[str] = "transfers"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "uploads": _("Uploads"),
        "unreached": _("The server cannot be reached: it goes on when it is back."),
    }

    def __init__(
        self,
        connection: Connection,
        boards: Boards,
        on_done: Callable[[StoragePool, str], object],
    ) -> None:
        super().__init__()
        self._connection, self._boards, self._on_done = connection, boards, on_done
        self._pool: StoragePool | None = None
        self._troubles: dict[str, str] = {}
        self._jobs: dict[int, Subscription] = {}
        self._subscription = uploads.subscribe(self._on_upload)
        for upload in uploads.of(connection.uri):
            self._follow(upload)
        self._update()

    def use(self, pool: StoragePool | None) -> None:
        """Say into which pool files go that are dropped; None where none can take any.

        Parameters
        ----------
        pool
            It is on, and volumes can be made in it.
        """
        before, self._pool = self._pool, pool
        self._update_soon()
        if pool is not None and pool != before:
            self._work(
                lambda: take_up(self._connection),
                # They are told of as any other.
                lambda _taken: None,
                _("What uploads left half-way cannot be looked for."),
            )

    def upload(self, pool: StoragePool, client: str) -> None:
        """Have a browser window choose files for a pool."""
        self.use(pool)
        self._tell({"type": "choose", "client": client})

    def download(self, volume: StorageVolume, client: str) -> None:
        """Have a browser window get a volume as a file."""

        def offer() -> tuple[str, str]:
            made = Download(volume)
            return made.name, made.ticket()

        self._work(
            offer,
            lambda found: self._tell(
                {"type": "download", "client": client, "id": found[0], "ticket": found[1]}
            ),
            _("{name} cannot be downloaded.").format(name=volume.name),
        )

    def copy(self, text: str, client: str) -> None:
        """Put a text on the clipboard of a browser window."""
        self._tell({"type": "copy", "client": client, "id": text})

    def close(self) -> None:
        """Take the list away; uploads go on as long as their browsers send."""
        self._subscription.close()
        for subscription in self._jobs.values():
            subscription.close()
        super().close()

    # What browsers say ----------------------------------------------------------------------------

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "file"} if (file := file_of(content)) is not None:
                publisher.post(None, lambda: self._begin(file, client))
            case {"type": "press", "id": str(key), "button": str(button)}:
                publisher.post(None, lambda: self._press(key, button))
            case {"type": "trouble", "id": str(key), "text": str(text)}:
                publisher.post(None, lambda: self._trouble(key, text))

    def _begin(self, file: BrowserFile, client: str) -> None:
        for upload in uploads.of(self._connection.uri):
            if not upload.state.is_over and upload.is_of(file.name, file.size, file.modified):
                # It goes on where it was left, also by another window.
                self._troubles.pop(str(upload.job.id), None)
                self._let_go(client, file.number, upload)
                return
        if self._pool is None:
            return
        made = Upload(self._pool, file.name, file.size, file.modified)
        made.begin(partial(self._let_go, client, file.number))

    def _let_go(self, client: str, number: int, upload: Upload) -> None:
        """Let a browser send a file; the ticket is a file, which no event loop waits for."""
        self._work(
            lambda: go_message(client, number, upload),
            self._tell,
            _("{name} cannot be uploaded.").format(name=upload.name),
        )

    def _press(self, key: str, button: str) -> None:
        for upload in uploads.of(self._connection.uri):
            if str(upload.job.id) == key:
                if button == "remove":
                    upload.remove()
                elif button == "dismiss" and upload.state.is_over:
                    uploads.dismiss(upload)
        self._update()

    def _trouble(self, key: str, text: str) -> None:
        said = text or str(_("The file cannot be read any more: was it changed or moved?"))
        self._troubles[key] = said
        self._update()

    # What is shown --------------------------------------------------------------------------------

    def _on_upload(self, upload: Upload) -> None:
        if upload.pool.connection.uri != self._connection.uri:
            return
        self._follow(upload)
        if upload.state is UploadState.DONE and upload.volume is not None:
            self._on_done(upload.pool, upload.volume.name)
        self._update()

    def _follow(self, upload: Upload) -> None:
        if upload.job.id not in self._jobs and not upload.state.is_over:
            self._jobs[upload.job.id] = upload.job.on_change(self._on_job)

    def _on_job(self, job: Job[Any]) -> None:
        if job.done():
            self._jobs.pop(job.id).close()
        self._update_soon()

    def _update_soon(self) -> None:
        publisher.post(("transfers", id(self)), self._update)

    def _update(self) -> None:
        pool = "" if self._pool is None else self._pool.name
        state: TransfersState = {
            "pool": pool,
            "help": str(_("Files that are dropped here are uploaded into {pool}.")).format(
                pool=pool
            )
            if pool
            else "",
            "uploads": [self._row(each) for each in uploads.of(self._connection.uri)],
        }
        if state != self.shown:
            self.show(state)

    def _row(self, upload: Upload) -> UploadRow:
        key = str(upload.job.id)
        text = self._troubles.get(key, "")
        if upload.state is UploadState.FAILED:
            error = upload.error
            text = (
                f"{error.reason} {error.next_step}" if isinstance(error, QvirtError) else str(error)
            )
        elif not text and upload.state is UploadState.RUNNING and upload.job.transfer is not None:
            text = str(upload.job.transfer)
        made = upload.volume
        if made is not None and made.name != upload.name and not upload.state.is_over:
            other = _("It becomes {name}, as there is a volume {taken} already.")
            text = f"{text} {other.format(name=made.name, taken=upload.name)}".strip()
        return {
            "id": key,
            "name": upload.name,
            "state": upload.state.value,
            "stateLabel": str(_LABELS[upload.state]),
            "text": text,
            "progress": upload.at / upload.size if upload.size else 1.0,
            "buttons": self._buttons(upload, is_troubled=key in self._troubles),
        }

    def _buttons(self, upload: Upload, *, is_troubled: bool) -> list[ButtonState]:
        if upload.state.is_over:
            return [{"id": "dismiss", "label": str(_("Dismiss")), "kind": "plain"}]
        is_left = is_troubled or upload.state is UploadState.INTERRUPTED
        label = _("Remove") if is_left else _("Cancel")
        remove: ButtonState = {"id": "remove", "label": str(label), "kind": "plain"}
        if not is_left:
            return [remove]
        again = str(_("Choose the file again…"))
        return [{"id": "resume", "label": again, "kind": "plain"}, remove]

    def _tell(self, message: TransferMessage | dict[str, Any]) -> None:
        whole = {"number": 0, "id": "", "ticket": "", "at": 0, "version": VERSION, **message}
        publisher.post(None, lambda: self.comm is not None and self.send(whole))

    def _work(
        self, function: Callable[[], Any], then: Callable[[Any], object], failed: LazyString
    ) -> None:
        work_in_pool(
            self._connection,
            function,
            then,
            lambda error: self._boards.notices.put_error(failed, error),
        )
