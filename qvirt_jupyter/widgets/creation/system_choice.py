"""Which operating system: searched while it is typed, or found on the medium by itself."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.hypervisor import QvirtError, publisher
from qvirt_jupyter.provision import detect_image, detect_tree
from qvirt_jupyter.provision.osinfo import GENERIC, detect_media

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.osinfo import Database, DetectedMedia, OperatingSystem
    from qvirt_jupyter.widgets._creation_messages import SystemsState, SystemState
    from qvirt_jupyter.widgets.details.work import Work

PAUSE: Final = 0.5
"""Seconds after the last letter until a medium is looked at."""
SHOWN: Final = 40
_KINDS: Final = frozenset({"media", "tree", "cloud"})
"""Ways to install whose medium can be looked at."""
"""How many systems are listed; who looks for another one types more of its name."""


class SystemChoice:
    """The search for a system; always on the publisher thread.

    Parameters
    ----------
    on_change
        Called when it shows something else.
    on_choose
        Called with the id of the system that is chosen now, or an empty text.
    """

    def __init__(self, on_change: Callable[[], object], on_choose: Callable[[str], object]) -> None:
        self._on_change, self._on_choose = on_change, on_choose
        self._systems: Database | None = None
        self._text = ""
        self._old = False
        self._chosen: OperatingSystem | None = None
        self._is_by_hand = False
        self._detected: tuple[str, OperatingSystem | None, LazyString | str] | None = None
        self._looking = ""
        self._has_medium = False
        self._note: LazyString | str = ""
        self.error: LazyString | str = ""

    @property
    def chosen(self) -> str:
        """The id of the system that is chosen; empty where none is."""
        return self._chosen.id if self._chosen is not None else ""

    @property
    def is_looking(self) -> bool:
        """Whether a medium is being looked at."""
        return bool(self._looking)

    def take(self, systems: Database) -> None:
        """Take the systems that are known."""
        self._systems = systems

    def take_over(self, before: SystemChoice) -> None:
        """Go on with what was chosen or found in another search."""
        self._chosen, self._is_by_hand = before._chosen, before._is_by_hand
        self._detected, self._note, self._old = before._detected, before._note, before._old

    def search(self, text: str) -> None:
        """List the systems for what was typed."""
        self._text, self.error = text, ""
        self._on_change()

    def show_old(self, *, wanted: bool) -> None:
        """List those too that are no longer maintained, or do not."""
        self._old = wanted
        self._on_change()

    def choose(self, name: str) -> None:
        """Take a system that somebody chose."""
        found = self._systems.get(name) if self._systems is not None else None
        if found is None:
            return
        self._is_by_hand, self._text, self._note, self.error = True, "", "", ""
        self._set(found)

    def automatic(self) -> None:
        """Let the medium say which system it is again."""
        self._is_by_hand = False
        _where, system, self._note = self._detected or ("", None, "")
        self._set(system)
        self._on_change()

    def detect(self, connection: Connection, kind: str, where: str, work: Work) -> None:
        """Look which system a medium holds, once for each.

        Parameters
        ----------
        connection
            Whose host it lies on.
        kind
            The way to install; of most nothing is known.
        where
            Its path there, or its address; empty forgets what was found.
        work
            How that is done which waits.
        """
        self._has_medium, self.error = kind in _KINDS, ""
        known = (self._looking, self._detected[0] if self._detected is not None else "")
        if where and where in known:
            return
        self._detected, self._looking = None, where
        if not self._is_by_hand:
            self._set(None)
        self._note = ""
        looks: dict[str, Callable[[], OperatingSystem | None]] = {
            "media": partial(_system_of_medium, connection, where),
            "tree": lambda: detect_tree(where).os,
            "cloud": partial(detect_image, where),
        }
        if where and kind in looks:
            # Not at each letter of an address that is being typed.
            timer = threading.Timer(
                PAUSE, lambda: publisher.post(None, lambda: self._look(where, looks[kind], work))
            )
            timer.daemon = True
            timer.start()
        else:
            self._looking = ""
        self._on_change()

    def _look(self, where: str, look: Callable[[], OperatingSystem | None], work: Work) -> None:
        if where == self._looking:
            work(look, partial(self._found, where), partial(self._not_found, where))

    def state(self) -> SystemsState:
        """Return what it shows."""
        found = self._matching()
        more = len(found) - SHOWN
        options = found if more <= 0 else (*found[: SHOWN - 1], *_generic(found))
        return {
            "label": str(_("Operating system")),
            "chosen": _label(self._chosen) if self._chosen is not None else "",
            "options": [_option(system) for system in options],
            "text": self._text,
            "more": str(
                ngettext(
                    "{number} more: type more of its name.",
                    "{number} more: type more of its name.",
                    more,
                )
            )
            if more > 0
            else "",
            "old": self._old,
            "automatic": not (self._is_by_hand and self._has_medium),
            "busy": self.is_looking,
            "note": str(self._remark()),
            "error": str(self.error),
        }

    def _matching(self) -> tuple[OperatingSystem, ...]:
        """Return the systems for what was typed.

        Who types the name of one that is no longer maintained has not to find the tick first.
        """
        if self._systems is None:
            return ()
        found = self._systems.search(self._text, old=self._old)
        if self._text.strip() and all(system.is_generic for system in found):
            return self._systems.search(self._text, old=True)
        return found

    def _remark(self) -> LazyString | str:
        if self.is_looking:
            return _("Looking which system it is…")
        if self._systems is not None and not self._systems.is_installed:
            return _(
                "No operating systems are known on this machine. Install the package osinfo-db "
                "for choices that suit them."
            )
        ended = _ended(self._chosen) if self._chosen is not None else ""
        return " ".join(str(each) for each in (self._note, ended) if each)

    def _set(self, system: OperatingSystem | None) -> None:
        self._chosen = system
        self._on_choose(self.chosen)

    def _found(self, where: str, system: OperatingSystem | None) -> None:
        self._end_look(
            where,
            system,
            _("Found on the medium.")
            if system is not None
            else _("It does not say which system it holds. Choose it here."),
        )

    def _not_found(self, where: str, error: BaseException) -> None:
        # Whether the medium can be used at all is said where its path is typed.
        self._end_look(where, None, str(error.reason if isinstance(error, QvirtError) else error))

    def _end_look(self, where: str, system: OperatingSystem | None, note: LazyString | str) -> None:
        if where != self._looking:
            return
        self._looking, self._detected = "", (where, system, note)
        if not self._is_by_hand:
            self._note, self.error = note, ""
            self._set(system)
        self._on_change()


def _system_of_medium(connection: Connection, where: str) -> OperatingSystem | None:
    found = look_at(connection, where)
    if found is None:
        raise OSError(_("The medium could not be looked at. Choose its system here."))
    return found.os


def look_at(connection: Connection, where: str) -> DetectedMedia | None:
    """Return what a medium of a host holds; for threads that may wait.

    Parameters
    ----------
    connection
        The connection to the host.
    where
        The path there.

    Returns
    -------
    DetectedMedia or None
        None where nobody here can read it.

    Raises
    ------
    ValueError
        It is no ISO image.
    QvirtError
        The connection is lost.
    """
    if not connection.parts.is_remote:
        try:
            return detect_media(Path(where))
        except OSError:
            # The hypervisor may read what this user cannot.
            pass
    if not connection.features.storage:
        return None
    try:
        volume = connection.storage_pools.volume_at(where)
        return detect_media(volume) if volume is not None else None
    except QvirtError:
        if not connection.is_connected:
            raise
        return None


def _generic(found: tuple[OperatingSystem, ...]) -> tuple[OperatingSystem, ...]:
    return (GENERIC,) if GENERIC in found else found[-1:]


def _option(system: OperatingSystem) -> SystemState:
    return {"id": system.id, "label": _label(system), "note": str(_ended(system))}


def _label(system: OperatingSystem) -> str:
    return str(_("Generic or unknown system")) if system is GENERIC else system.label


def _ended(system: OperatingSystem) -> LazyString | str:
    if not system.is_old(datetime.now(UTC).date()):
        return ""
    if system.eol_date is None:
        return _("No longer maintained.")
    return _("No longer maintained since {date}.").format(date=system.eol_date.isoformat())
