"""Pictures compared: whether one differs from another, and where one is in another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

_NEAR: Final = 24
"""How much a channel of a pixel (0 to 255) may be off and still count as the same colour."""
_ANCHORS: Final = 48
"""So many pixels of a picture are looked for everywhere, and all pixels only where these are."""
_CANDIDATES: Final = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture is most like a part of another.

    Parameters
    ----------
    x, y
        Its upper left corner, in pixels.
    width, height
        Its size.
    share
        Which share of its pixels are the same there, from 0 to 1.
    """

    x: int
    y: int
    width: int
    height: int
    share: float

    @property
    def centre(self) -> tuple[int, int]:
        """Its middle, in pixels: ``vm.mouse.click(*place.centre)``."""
        return self.x + self.width // 2, self.y + self.height // 2

    def moved(self, x: int, y: int) -> Place:
        """Return the same place, counted from another corner."""
        return replace(self, x=self.x + x, y=self.y + y)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return which share of the pixels differ, from 0 to 1; 1 where the sizes do."""
    if one.size != other.size:
        return 1.0
    first, second = np.asarray(one.convert("RGB")), np.asarray(other.convert("RGB"))
    return float((first != second).any(axis=2).mean())


def is_blank(picture: Image.Image) -> bool:
    """Whether all of it has one colour."""
    pixels = np.asarray(picture.convert("RGB"))
    return bool((pixels == pixels[:1, :1]).all())


def find(part: Image.Image, whole: Image.Image) -> Place | None:
    """Return the place where a picture is most like a part; None where it does not fit in.

    Parameters
    ----------
    part
        What is looked for.
    whole
        Where it is looked for.
    """
    small = np.asarray(part.convert("RGB")).astype(np.int16)
    large = np.asarray(whole.convert("RGB")).astype(np.int16)
    height, width = small.shape[:2]
    rows, columns = large.shape[0] - height + 1, large.shape[1] - width + 1
    if rows <= 0 or columns <= 0:
        return None
    small_grey, large_grey = small.mean(axis=2), large.mean(axis=2)
    votes = np.zeros((rows, columns), np.int16)
    for y, x in _anchors(small_grey):
        window = large_grey[y : y + rows, x : x + columns]
        votes += np.abs(window - small_grey[y, x]) <= _NEAR
    best = Place(0, 0, width, height, -1.0)
    order = np.argpartition(votes, -min(_CANDIDATES, votes.size), axis=None)
    for index in order[-_CANDIDATES:]:
        y, x = divmod(int(index), columns)
        window = large[y : y + height, x : x + width]
        share = float((np.abs(window - small) <= _NEAR).all(axis=2).mean())
        if share > best.share:
            best = Place(x, y, width, height, share)
    return best


def _anchors(grey: np.ndarray) -> list[tuple[int, int]]:
    """Return pixels that tell a picture from others: those unlike most, spread over it."""
    distance = np.abs(grey - np.median(grey))
    # A grid of parts, and of each the pixel that stands out most.
    side = max(1, round(_ANCHORS**0.5))
    found = []
    for band in np.array_split(np.arange(grey.shape[0]), side):
        for strip in np.array_split(np.arange(grey.shape[1]), side):
            if len(band) and len(strip):
                part = distance[band[0] : band[-1] + 1, strip[0] : strip[-1] + 1]
                y, x = np.unravel_index(int(part.argmax()), part.shape)
                found.append((int(band[0] + y), int(strip[0] + x)))
    return found
