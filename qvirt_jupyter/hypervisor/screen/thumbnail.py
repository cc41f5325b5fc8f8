"""Small pictures of a guest's screen, made with as little work as possible.

A wall of screens takes many of them. What a hypervisor sends is shrunk before it is encoded, and
not encoded at all where it is what was seen last time: most screens rest most of the time.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.screen import screenshot

if TYPE_CHECKING:
    import libvirt

    from qvirt_jupyter.hypervisor.errors import Subject

WIDTH: Final = 480
"""Pixels: twice what a tile of a wall is wide, for screens with a fine grid."""
_QUALITY: Final = 80
"""Of the JPEG: letters of a console stay readable, a picture takes some 10 to 20 KB."""
_MIME_TYPE: Final = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture of a screen.

    Parameters
    ----------
    data
        The picture, a JPEG file.
    mark
        A checksum of what the screen showed.
    """

    data: bytes = field(repr=False)
    mark: int

    def _repr_mimebundle_(self, **_keywords: object) -> dict[str, str | bytes]:
        return {"text/plain": str(_("A small picture of a screen.")), _MIME_TYPE: self.data}


def take(
    connection: libvirt.virConnect,
    domain: libvirt.virDomain,
    subject: Subject,
    *,
    width: int = WIDTH,
    seen: Thumbnail | None = None,
) -> Thumbnail:
    """Return a small picture of the first screen.

    Parameters
    ----------
    connection, domain
        Open libvirt objects.
    subject
        For errors.
    width
        In pixels at most; a screen that is smaller keeps its size.
    seen
        The picture that is known already; it is returned itself where the screen is as it was.

    Raises
    ------
    libvirt.libvirtError
        The hypervisor refuses.
    OperationFailed
        What it sent is not a picture.
    """
    data = screenshot.sent_picture(connection, domain, 0, subject)
    mark = zlib.crc32(data)
    if seen is not None and seen.mark == mark:
        return seen
    with screenshot.opened(data, subject) as image:
        # By a whole number: the cheapest way that leaves no letter out.
        factor = -(-image.width // width)
        whole = image if image.mode == "RGB" else image.convert("RGB")
        picture = whole.reduce(factor) if factor > 1 else whole
        encoded = io.BytesIO()
        picture.save(encoded, "JPEG", quality=_QUALITY)
    return Thumbnail(encoded.getvalue(), mark)
