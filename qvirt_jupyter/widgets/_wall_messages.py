"""What a wall of screens is told; ``frontend/widgets/wall/messages.ts`` is the other half.

The tiles come as a whole, since they are small and change seldom; a picture follows by itself, in a
message of its own with a buffer.
"""

from __future__ import annotations

from typing import Literal, TypedDict


class TileState(TypedDict):
    """A machine; ``words`` stand where its picture would be, or over it where it has one.

    ``live`` says that its screen may change, so that pictures of it are asked for; ``dark`` that it
    has none, so that what was there is no picture of it any more.
    """

    id: str
    name: str
    host: str
    state: str
    stateLabel: str
    words: str
    live: bool
    dark: bool


class WallState(TypedDict):
    """Everything; ``interval`` in milliseconds between two pictures of a screen.

    ``off`` says whether machines that are off are shown too; None where there is no choice.
    """

    title: str
    tiles: list[TileState]
    tags: list[str]
    tag: str
    off: bool | None
    empty: str
    interval: int


class WallPicture(TypedDict):
    """The buffer beside it is the picture of a tile."""

    type: Literal["picture"]
    version: int
    id: str
