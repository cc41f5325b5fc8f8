"""What is said of files on their way; the other half is ``transferMessages.ts`` of the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict

if TYPE_CHECKING:
    from qvirt_jupyter.provision.transfers import Upload
    from qvirt_jupyter.widgets._panel_messages import ButtonState


class BrowserFile(NamedTuple):
    """A file that a browser has.

    ``modified`` is in milliseconds since the epoch; ``number`` is the browser's own for it.
    """

    name: str
    size: int
    modified: int
    number: int


class UploadRow(TypedDict):
    """An upload; ``progress`` is from 0 to 1."""

    id: str
    name: str
    state: str
    stateLabel: str
    text: str
    progress: float
    buttons: list[ButtonState]


class TransfersState(TypedDict):
    """The uploads of a host; ``pool`` is empty where nothing can be uploaded."""

    pool: str
    help: str
    uploads: list[UploadRow]


class TransferMessage(TypedDict):
    """To one browser window: a ticket, a wish for a file, or a text for its clipboard."""

    type: Literal["go", "download", "choose", "copy"]
    client: str
    number: int
    id: str
    ticket: str
    at: int


def file_of(content: dict[str, Any]) -> BrowserFile | None:
    """Return the file that a browser announces; None where that makes no sense."""
    match content:
        case {
            "name": str(name),
            "size": int(size),
            "modified": int(modified),
            "number": int(number),
        } if size >= 0:
            return BrowserFile(name, size, modified, number)
    return None


def go_message(client: str, number: int, upload: Upload) -> TransferMessage:
    """Return what lets a browser send its file.

    Raises
    ------
    OSError
        Jupyter's runtime folder is not writable.
    """
    return {
        "type": "go",
        "client": client,
        "number": number,
        "id": str(upload.job.id),
        "ticket": upload.ticket(),
        "at": upload.at,
    }
