"""Which keys write a text: keyboard layouts as data.

A guest gets keys, not characters, and its own layout makes characters of them. To type a text is
therefore to go the other way, with the layout that the guest uses. The data are those of
xkeyboard-config (``scripts/keyboard_layouts.py``), so they hold for guests with X, Wayland and
Debian's console; Windows has the same letters, and other places for a few signs.
"""

from __future__ import annotations

import difflib
import functools
import json
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import InvalidDefinition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FILE: Final = Path(__file__).parents[2] / "data" / "keyboard-layouts.json"

_LEVELS: Final = ((), ("ShiftLeft",), ("AltRight",), ("ShiftLeft", "AltRight"))
"""What is held for each of the four things that a key writes."""

_DEAD: Final = "\u25cc"
"""In the data it stands before what a dead key adds to the next letter."""

_ALONE: Final = {"\u0300": "`", "\u0302": "^", "\u0303": "~", "\u0301": "'", "\u0308": '"'}
"""What a dead key and the space bar write (libX11's Compose, en_US.UTF-8)."""

_EVERYWHERE: Final = {
    "\n": "Enter",
    "\r": "Enter",
    "\t": "Tab",
    "\b": "Backspace",
    "\x1b": "Escape",
}


@dataclass(frozen=True, slots=True)
class KeyStroke:
    """One key, pressed and let go while others are held.

    Parameters
    ----------
    code
        The key, as ``KeyboardEvent.code`` names it (https://www.w3.org/TR/uievents-code/).
    held
        The keys that are held meanwhile, in the order in which they go down.
    """

    code: str
    held: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys in the order in which they go down."""
        return (*self.held, self.code)


@dataclass(frozen=True, slots=True)
class KeyboardLayout:
    """What a keyboard writes.

    Parameters
    ----------
    name
        As X names it, with the variant after a hyphen: ``"de"``, ``"us-intl"``.
    label
        Its name for people.
    strokes
        The key strokes of each character that it has; two where a dead key comes first.
    """

    name: str
    label: str
    strokes: Mapping[str, tuple[KeyStroke, ...]] = field(repr=False)

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the characters of a text that it lacks, each once, in their order."""
        return tuple(
            dict.fromkeys(
                character for character in _characters(text) if character not in self.strokes
            )
        )

    def strokes_of(self, text: str) -> tuple[KeyStroke, ...]:
        r"""Return the key strokes of a text; a line's end (``\n``, ``\r\n``) is one Enter.

        Raises
        ------
        InvalidDefinition
            It has characters that the layout lacks; the error names all of them.
        """
        if missing := self.missing(text):
            raise InvalidDefinition(
                _("The keyboard layout {layout} cannot write {characters}.").format(
                    layout=repr(self.name), characters=", ".join(map(_named, missing))
                ),
                next_step=_(
                    "Name the layout that the guest uses, or leave these characters out; nothing "
                    "was typed."
                ),
            )
        return tuple(
            stroke for character in _characters(text) for stroke in self.strokes[character]
        )

    def to_json(self) -> dict[str, Any]:
        """Return it for a page: each character with its strokes, each a list of keys to press."""
        return {
            "name": self.name,
            "label": self.label,
            "strokes": {
                character: [list(stroke.keys) for stroke in strokes]
                for character, strokes in self.strokes.items()
            },
        }


def layout_names() -> tuple[str, ...]:
    """Return the names of the layouts that there are."""
    return tuple(_data())


def layout_labels() -> dict[str, str]:
    """Return the names of the layouts, each with its name for people."""
    return {name: found["label"] for name, found in _data().items()}


def layout(name: str) -> KeyboardLayout:
    """Return a layout by its name.

    Parameters
    ----------
    name
        As X names it, with the variant after a hyphen: ``"de"``, ``"us-intl"``. ``"uk"`` and
        ``"en"`` are understood too, and an underscore for the hyphen.

    Raises
    ------
    InvalidDefinition
        There is none of this name.
    """
    key = name.strip().casefold().replace("_", "-")
    key = {"uk": "gb", "en": "us", "en-us": "us", "en-gb": "gb"}.get(key, key)
    found = _data().get(key)
    if found is None:
        near = difflib.get_close_matches(key, _data(), n=3)
        raise InvalidDefinition(
            _("There is no keyboard layout {name}.").format(name=repr(name)),
            next_step=_("Did you mean {names}? layout_labels() has them all.").format(
                names=", ".join(map(repr, near))
            )
            if near
            else _("Use one of these: {names}.").format(names=", ".join(map(repr, _data()))),
        )
    return _layout(key)


@functools.cache
def _data() -> dict[str, Any]:
    layouts: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))["layouts"]
    return layouts


@functools.cache
def _layout(name: str) -> KeyboardLayout:
    found = _data()[name]
    strokes: dict[str, tuple[KeyStroke, ...]] = {
        character: (KeyStroke(code),) for character, code in _EVERYWHERE.items()
    }
    # The easiest way counts: without modifiers before Shift before AltGr, and dead keys last.
    written = list(_written(found["keys"]))
    for text, stroke in written:
        if not text.startswith(_DEAD):
            strokes.setdefault(text, (stroke,))
    singles = dict(strokes)
    for text, stroke in written:
        if text.startswith(_DEAD):
            for character, base in _composed(text[1:], singles):
                strokes.setdefault(character, (stroke, *base))
    return KeyboardLayout(name, found["label"], MappingProxyType(strokes))


def _written(keys: Mapping[str, list[str]]) -> Iterator[tuple[str, KeyStroke]]:
    for level, held in enumerate(_LEVELS):
        for code, texts in keys.items():
            if level < len(texts) and texts[level]:
                yield texts[level], KeyStroke(code, held)


def _composed(
    mark: str, singles: Mapping[str, tuple[KeyStroke, ...]]
) -> Iterator[tuple[str, tuple[KeyStroke, ...]]]:
    """Return what a dead key makes of the letters of a layout."""
    for letter, strokes in singles.items():
        composed = unicodedata.normalize("NFC", letter + mark)
        if len(composed) == 1:
            yield composed, strokes
    if mark in _ALONE:
        yield _ALONE[mark], singles[" "]


def _characters(text: str) -> str:
    # A letter and its accent may come as two characters; keys write them as one.
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    shown = repr(character) if character.isprintable() else f"U+{ord(character):04X}"
    return f"{shown} ({name.lower()})" if name else shown
