"""What becomes of the fields of a device when somebody has chosen a file for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter import documents
from qvirt_jupyter.documents.devices.filesystem_sources import MountSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord

_FILES: Final = frozenset(
    ("os.kernel", "os.initrd", "os.device_tree", "os.loader", "os.nvram", "os.shim")
)
_IMAGES: Final = frozenset({"qcow2", "raw", "vmdk", "vdi", "vhdx", "qed"})


def is_folder(element: documents.Element, name: str) -> bool:
    """Whether a field names a folder of the host."""
    return (
        isinstance(element, documents.Filesystem)
        and name == "source.folder"
        and (isinstance(element.source, MountSource))
    )


def browsable(element: documents.Element, name: str) -> bool:
    """Whether a field names a file or a folder that can be looked for."""
    if is_folder(element, name):
        return True
    if isinstance(element, documents.Disk):
        return name in ("source.file", "source.device")
    return isinstance(element, documents.Domain) and name in _FILES


def source_of(
    element: documents.Element, name: str, path: str, volume: StorageVolumeRecord | None
) -> Iterator[tuple[str, Any]]:
    """Return the fields that a chosen file fills in, with their values, in order.

    Parameters
    ----------
    element
        What the file is for.
    name
        The field that asked for it.
    path
        The file.
    volume
        What a pool knows of it; None where it was typed.
    """
    if not isinstance(element, documents.Disk):
        yield name, path
        return
    is_block = volume.type == "block" if volume is not None else path.startswith("/dev/")
    yield "type", "block" if is_block else "file"
    yield "source.device" if is_block else "source.file", path
    if volume is not None:
        # An ISO image is raw to the emulator; what nobody knows is not guessed from its content.
        yield "format", volume.format if volume.format in _IMAGES else "raw"
