"""The part of a wall that shows the tiles; it is asked for pictures of those that are in sight."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import DomainState, publisher
from qvirt_jupyter.widgets._panel_messages import VERSION
from qvirt_jupyter.widgets.panel_part import PanelPart
from qvirt_jupyter.widgets.screen_wall.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qvirt_jupyter.hypervisor import Domain, DomainRecord, QvirtError
    from qvirt_jupyter.hypervisor.screen.thumbnail import Thumbnail
    from qvirt_jupyter.widgets._wall_messages import TileState, WallPicture, WallState

INTERVAL: Final = 5000
"""Milliseconds between two pictures of a screen that somebody sees."""
_YOUNG: Final = 0.6 * INTERVAL / 1000
"""Seconds in which a second browser gets the picture that the first one asked for."""
_AFTER_FAILURE: Final = 20.0
"""Seconds until a machine is asked again that gave no picture."""
_CHANGES: Final = frozenset({DomainState.RUNNING, DomainState.SHUTTING_DOWN})
"""States in which a screen may change. In the others libvirt is not asked: a paused machine keeps
the picture that it had."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A machine on the wall.

    Parameters
    ----------
    domain
        The machine.
    record
        What is known of it; None for one that is gone, or not known yet.
    host
        What its host is called, where the wall shows several; else empty.
    refused
        Why its connection takes no pictures; empty where it does.
    """

    domain: Domain
    record: DomainRecord | None
    host: str
    refused: str

    @property
    def key(self) -> str:
        """Its id in the browser."""
        return f"{self.domain.connection.uri} {self.domain.uuid}"

    @property
    def is_live(self) -> bool:
        """Whether pictures of it are taken."""
        return not self.refused and self.record is not None and self.record.state in _CHANGES

    @property
    def is_dark(self) -> bool:
        """Whether its screen shows nothing."""
        return bool(self.refused) or self.record is None or not self.record.state.is_active

    def state(self, problem: str) -> TileState:
        """Return what the browser is told.

        Parameters
        ----------
        problem
            Why the last picture failed; empty where it did not.
        """
        record = self.record
        label = str(_("Not available") if record is None else record.state.label)
        if self.is_live:
            words = problem
        elif self.refused and record is not None and record.state.is_active:
            words = self.refused
        else:
            words = label
        return {
            "id": self.key,
            "name": str(self.domain.subject) if record is None else record.label,
            "host": self.host,
            "state": "gone" if record is None else record.state.value,
            "stateLabel": label,
            "words": words,
            "live": self.is_live,
            "dark": self.is_dark,
        }


@dataclass(slots=True)
class _Kept:
    """The last picture of a run of a machine, and when it was asked for."""

    run: int
    picture: Thumbnail | None = None
    problem: str = ""
    asked: float = float("-inf")

    @property
    def is_due(self) -> bool:
        """Whether a new one may be taken."""
        pause = _AFTER_FAILURE if self.problem else _YOUNG
        return time.monotonic() - self.asked >= pause


class Tiles(PanelPart):
    """The tiles, and what chooses among them.

    Parameters
    ----------
    open_console
        Called on the publisher thread with the machine whose tile was pressed, and the window.
    choose
        Called on the publisher thread with a tag (empty: all) and whether machines are shown that
        are off, when somebody chose.
    """

    _module: ClassVar[str] = "wall"
    _part: ClassVar[str] = "wall"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "tiles": _("Screens"),
        "tools": _("Which screens"),
        "open": _("Open the console of {name}"),
        "waiting": _("Waiting for a picture…"),
        "tag": _("Tag"),
        "allTags": _("any"),
        "off": _("Also those that are off"),
        "size": _("Size"),
        "small": _("Small"),
        "medium": _("Medium"),
        "large": _("Large"),
        "count": _("{count} screens"),
    }

    def __init__(
        self,
        open_console: Callable[[Domain, str], object],
        choose: Callable[[str, bool], object],
    ) -> None:
        super().__init__()
        self._open_console = open_console
        self._choose = choose
        self._lock = threading.Lock()
        self._tiles: dict[str, Tile] = {}
        self._kept: dict[str, _Kept] = {}
        self._frame: WallState | None = None
        self._pictures = Pictures(self._on_taken)

    def close(self) -> None:
        """Take the tiles away; no more pictures are taken."""
        self._pictures.close()
        super().close()

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """What is shown."""
        return tuple(self._tiles.values())

    def update(self, tiles: Sequence[Tile], frame: WallState) -> None:
        """Show these machines; on the publisher thread.

        Parameters
        ----------
        tiles
            In their order.
        frame
            What is around them; its tiles are filled in here.
        """
        with self._lock:
            self._tiles = {tile.key: tile for tile in tiles}
            kept: dict[str, _Kept] = {}
            for key, tile in self._tiles.items():
                run = -1 if tile.record is None else tile.record.id
                before = self._kept.get(key)
                kept[key] = before if before is not None and before.run == run else _Kept(run)
            self._kept = kept
            self._frame = frame
        self._redraw()

    def _redraw(self) -> None:
        with self._lock:
            if self._frame is None:
                return
            state: WallState = {
                **self._frame,
                "tiles": [tile.state(self._kept[key].problem) for key, tile in self._tiles.items()],
            }
            if state == self._shown:
                return
        self.show(state)

    # -- what a browser says; it is not to be trusted -------------------------------------------

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "look", "ids": list(ids), "missing": list(missing)}:
                self._look(ids, missing)
            case {"type": "press", "id": str(key)}:
                with self._lock:
                    tile = self._tiles.get(key)
                if tile is not None:
                    publisher.post(None, lambda: self._open_console(tile.domain, client))
            case {"type": "choose", "tag": str(tag), "off": bool(off)}:
                publisher.post(("wall", id(self)), lambda: self._choose(tag, off))

    def _look(self, ids: list[object], missing: list[object]) -> None:
        """Take pictures of tiles that somebody sees; of some a browser has none yet."""
        due: list[tuple[Tile, Thumbnail | None]] = []
        with self._lock:
            for key in ids:
                tile = self._tiles.get(key) if isinstance(key, str) else None
                if tile is None or not tile.is_live:
                    continue
                kept = self._kept[tile.key]
                if kept.is_due:
                    kept.asked = time.monotonic()
                    due.append((tile, kept.picture))
            known = {key: self._kept[key].picture for key in self._kept if key in missing}
        for key, picture in known.items():
            if picture is not None:
                self._send_picture(key, picture)
        for tile, seen in due:
            self._pictures.ask(tile.key, tile.domain, seen)

    # -- pictures ---------------------------------------------------------------------------------

    def _on_taken(self, key: str, picture: Thumbnail | None, problem: QvirtError | None) -> None:
        with self._lock:
            tile, kept = self._tiles.get(key), self._kept.get(key)
            if tile is None or kept is None or tile.is_dark:
                return
            before = kept.problem
            # One that went off meanwhile says so itself.
            kept.problem = problem.reason if problem is not None and tile.is_live else ""
            is_new = picture is not None and picture is not kept.picture
            if picture is not None:
                kept.picture = picture
        if picture is not None and is_new:
            self._send_picture(key, picture)
        if before != kept.problem:
            publisher.post(("wall-words", id(self)), self._redraw)

    def _send_picture(self, key: str, picture: Thumbnail) -> None:
        def send() -> None:
            if self.comm is not None:
                message: WallPicture = {"type": "picture", "version": VERSION, "id": key}
                self.send(message, [picture.data])

        publisher.post(("wall-picture", id(self), key), send)
