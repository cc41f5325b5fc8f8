"""Pictures of a guest's screen."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, UnidentifiedImageError

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import OperationFailed, Subject
from qvirt_jupyter.hypervisor.storage import streams

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import libvirt

PIXELS_AT_MOST: Final = 64 * 1024 * 1024
"""Of a screen: what a guest can make of the 256 MiB that QEMU's virtio-gpu has; 8K is half."""
_BYTES_AT_MOST: Final = 3 * PIXELS_AT_MOST + 1024
"""That as a PPM."""


@dataclass(frozen=True, slots=True)
class Screenshot:
    """What a guest's screen showed; a notebook shows it as an image.

    Parameters
    ----------
    png
        The picture as a PNG file.
    width, height
        In pixels.
    name
        The machine's name.
    """

    png: bytes = field(repr=False)
    width: int
    height: int
    name: str

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the PNG to a file and return its path.

        Raises
        ------
        OSError
            The file cannot be written.
        """
        target = Path(path)
        target.write_bytes(self.png)
        return target

    def image(self) -> Image.Image:
        """Return it as an image of Pillow, in RGB."""
        with Image.open(io.BytesIO(self.png), formats=("PNG",)) as picture:
            return picture.convert("RGB")

    def _repr_png_(self) -> bytes:
        return self.png


def take(
    connection: libvirt.virConnect, domain: libvirt.virDomain, screen: int, subject: Subject
) -> Screenshot:
    """Ask the hypervisor for a picture of the screen.

    QEMU answers with a PPM or a PNG, the test driver with a PNG; both become a PNG.
    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainScreenshot

    Parameters
    ----------
    connection, domain
        Open libvirt objects.
    screen
        Number of the screen, from 0.
    subject
        For errors.

    Raises
    ------
    libvirt.libvirtError
        The hypervisor refuses.
    OperationFailed
        What it sent is not a picture.
    """
    return _as_png(sent_picture(connection, domain, screen, subject), subject)


def sent_picture(
    connection: libvirt.virConnect, domain: libvirt.virDomain, screen: int, subject: Subject
) -> bytes:
    """Return the picture of a screen as the hypervisor sends it, a PPM or a PNG.

    Parameters
    ----------
    connection, domain, screen, subject
        As for :func:`take`.

    Raises
    ------
    libvirt.libvirtError
        The hypervisor refuses.
    OperationFailed
        It sends without end.
    """
    data = streams.received(
        connection.newStream(0),
        lambda stream: domain.screenshot(stream, screen, 0),
        _BYTES_AT_MOST,
    )
    if data is None:
        raise OperationFailed(
            _("The hypervisor sent more than a picture of a screen can be."), subject=subject
        )
    return data


@contextlib.contextmanager
def opened(data: bytes, subject: Subject) -> Iterator[Image.Image]:
    """Decode what a hypervisor sent.

    Parameters
    ----------
    data
        The file.
    subject
        For errors.

    Raises
    ------
    OperationFailed
        It is not a picture.
    """
    try:
        # Only what hypervisors send: the guest controls the pixels, not the decoder.
        with Image.open(io.BytesIO(data), formats=("PPM", "PNG")) as image:
            _check_size(image)
            yield image
    except (
        # What claims to be larger than any screen, in the first two of them.
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise OperationFailed(
            _("The hypervisor sent something that is not a picture."),
            subject=subject,
            next_step=_("Open the console instead."),
            details=str(error),
        ) from error


def _check_size(image: Image.Image) -> None:
    # A few kilobytes of PNG can be larger, and fill the memory when they are decoded.
    if image.width * image.height > PIXELS_AT_MOST:
        raise Image.DecompressionBombError(f"{image.width} x {image.height} pixels")


def _as_png(data: bytes, subject: Subject) -> Screenshot:
    with opened(data, subject) as image:
        width, height = image.size
        if image.format != "PNG":
            encoded = io.BytesIO()
            image.save(encoded, "PNG")
            data = encoded.getvalue()
    return Screenshot(data, width, height, subject.name)
