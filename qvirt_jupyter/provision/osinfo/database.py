"""All operating systems that are known, read once and searched by name."""

from __future__ import annotations

import logging
import re
import threading
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.documents import InvalidDocument, parse_xml
from qvirt_jupyter.provision.osinfo import resources
from qvirt_jupyter.provision.osinfo.folders import files, folders
from qvirt_jupyter.provision.osinfo.operating_system import GENERIC, Firmware, OperatingSystem
from qvirt_jupyter.provision.osinfo.patterns import read_image, read_media, read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from lxml import etree

    from qvirt_jupyter.provision.osinfo.patterns import MediaPattern, TreePattern

_LOG: Final = logging.getLogger(__name__)
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_WORDS: Final = re.compile(r"[\w.+-]+")


class Database:
    """Operating systems, by id.

    Parameters
    ----------
    within
        The folders to read; those of this machine where it is left out.
    """

    def __init__(self, within: Sequence[Path] | None = None) -> None:
        self._folders = tuple(folders() if within is None else within)
        self._systems: dict[str, OperatingSystem] = {}
        entries: dict[str, list[etree._Element]] = {}
        for path in files(self._folders):
            for node in _entries(path):
                entries.setdefault(str(node.get("id")), []).append(node)
        for name, nodes in entries.items():
            try:
                self._systems[name] = _read(name, nodes, self._systems)
            except ValueError as error:
                _LOG.warning("The entry %s of the operating systems is wrong: %s", name, error)
        self.is_installed = bool(self._systems)
        # libosinfo calls it unknown, and people ask for a generic one.
        self._systems[GENERIC.id] = GENERIC
        self._texts = {system: _search_text(system) for system in self._systems.values()}

    def __getitem__(self, name: str) -> OperatingSystem:
        """Return a system by its id or one of its short names.

        Raises
        ------
        KeyError
            There is none.
        """
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[OperatingSystem]:
        return iter(self._systems.values())

    def __len__(self) -> int:
        return len(self._systems)

    def get(self, name: str) -> OperatingSystem | None:
        """Return a system by its id or one of its short names, or None."""
        if name in self._systems:
            return self._systems[name]
        return next((system for system in self if name in system.short_ids), None)

    def search(
        self, text: str = "", *, old: bool = False, today: date | None = None
    ) -> tuple[OperatingSystem, ...]:
        """Return the systems whose name, short name or code name has all words of a text.

        Parameters
        ----------
        text
            What somebody typed; capitals do not matter.
        old
            Whether those count that are no longer maintained.
        today
            The day that decides about that.

        Returns
        -------
        tuple of OperatingSystem
            What is called exactly so comes first, then the newest; the generic ones come last and
            are always there.
        """
        today = today or datetime.now(UTC).date()
        words = _WORDS.findall(text.casefold())
        found = [
            system
            for system, known in self._texts.items()
            if system.is_generic
            or (all(word in known for word in words) and (old or not system.is_old(today)))
        ]
        wanted = text.strip().casefold()
        return tuple(sorted(found, key=lambda system: _rank(system, wanted)))

    def of_media(
        self, said: Mapping[str, str], size: int
    ) -> tuple[tuple[OperatingSystem, MediaPattern], ...]:
        """Return the systems that a medium may hold, the likeliest first.

        Parameters
        ----------
        said
            What its volume descriptor says: volume, system, publisher, application.
        size
            Bytes of its volume.
        """
        found = [
            (system, pattern)
            for system in self
            for pattern in system.media
            if pattern.matches(said, size)
        ]
        return tuple(sorted(found, key=lambda pair: _likelihood(pair[0], pair[1])))

    def of_tree(self, said: Mapping[str, str]) -> tuple[tuple[OperatingSystem, TreePattern], ...]:
        """Return the systems that an installation tree may hold, the likeliest first.

        Parameters
        ----------
        said
            What its ``.treeinfo`` says: family, variant, version, arch.
        """
        found = [
            (system, pattern)
            for system in self
            for pattern in system.trees
            if pattern.matches(said)
        ]
        return tuple(sorted(found, key=lambda pair: _likelihood(pair[0], pair[1])))


_known: Database | None = None
_lock: Final = threading.Lock()


def osinfo() -> Database:
    """Return the database of this machine; it is read when it is first asked for."""
    global _known  # noqa: PLW0603 - read once in the life of the process
    with _lock:
        if _known is None:
            _known = Database()
        return _known


def _entries(path: Path) -> list[etree._Element]:
    try:
        root = parse_xml(path.read_bytes())
    except (OSError, InvalidDocument) as error:
        _LOG.warning("The operating systems in %s cannot be read: %s", path, error)
        return []
    return [node for node in root.iterfind("os") if node.get("id")]


def _read(
    name: str, nodes: Sequence[etree._Element], known: Mapping[str, OperatingSystem]
) -> OperatingSystem:
    def text(tag: str) -> str:
        found = (
            child.text
            for node in nodes
            for child in node.iterfind(tag)
            if child.get(_LANGUAGE) is None and child.text
        )
        return next(found, "").strip()

    def every(tag: str) -> Iterator[etree._Element]:
        for node in nodes:
            yield from node.iterfind(tag)

    return OperatingSystem(
        id=name,
        short_ids=tuple(str(node.text).strip() for node in every("short-id")),
        name=text("name"),
        version=text("version"),
        vendor=text("vendor"),
        family=text("family"),
        distribution=text("distro"),
        codename=text("codename"),
        release_date=_date(text("release-date")),
        eol_date=_date(text("eol-date")),
        status=text("release-status") or "released",
        parents=tuple(
            str(node.get("id")) for tag in ("derives-from", "clones") for node in every(tag)
        ),
        demands=tuple(each for node in every("resources") for each in resources.read(node)),
        inherits_demands=any(node.get("inherit") == "true" for node in every("resources")),
        own_devices={
            str(node.get("id")): node.get("supported") != "false"
            for node in every("devices/device")
        },
        own_firmware=tuple(
            Firmware(
                node.get("arch", resources.ALL),
                node.get("type", ""),
                node.get("supported") != "false",
            )
            for node in every("firmware")
        ),
        media=tuple(read_media(node) for node in every("media")),
        trees=tuple(read_tree(node) for node in every("tree")),
        images=tuple(read_image(node) for node in every("image")),
        known=known,
    )


def _date(text: str) -> date | None:
    # The day is missing where only the month is known.
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _search_text(system: OperatingSystem) -> str:
    return " ".join((system.name, *system.short_ids, system.codename, system.vendor)).casefold()


def _rank(system: OperatingSystem, wanted: str) -> tuple[object, ...]:
    is_exact = wanted in (system.name.casefold(), *system.short_ids)
    newest = -(system.release_date or date.min).toordinal()
    return (system.is_generic, not is_exact, newest, system.name.casefold())


def _likelihood(system: OperatingSystem, pattern: MediaPattern | TreePattern) -> tuple[object, ...]:
    # What is always up to date, or says nothing of the architecture, matches too much.
    is_vague = pattern.architecture == resources.ALL or system.status == "rolling"
    has_size = getattr(pattern, "size", None) is not None
    newest = -(system.release_date or date.min).toordinal()
    return (is_vague, not has_size, newest, system.id)
