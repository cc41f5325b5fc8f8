"""The files into which a machine's serial ports and other character devices write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter.provision.deletion.finding import Finding
from qvirt_jupyter.provision.deletion.planned_file import FileKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from qvirt_jupyter.hypervisor.storage.stored_images import StoredImages

_DEVICES: Final = ("serial", "parallel", "console", "channel")


def of_definition(definition: _Element, images: StoredImages) -> Iterator[Finding]:
    """Yield the logs of a machine; they are there once it has run.

    Parameters
    ----------
    definition
        Of the machine.
    images
        What the pools of its host hold.
    """
    for tag in _DEVICES:
        for number, device in enumerate(definition.iterfind(f"devices/{tag}")):
            source = device.find("source")
            log = device.find("log")
            paths = {
                source.get("path") if source is not None and device.get("type") == "file" else None,
                None if log is None else log.get("file"),
            }
            for path in sorted(each for each in paths if each):
                yield Finding(images.real(path), FileKind.LOG, path, f"{tag}{number}")
