"""Key combinations as people write them: ``ctrl-alt-f2``.

::

    combination = key { separator key }
    separator   = "-" | "+"             with spaces around it or not
    key         = name | character      upper and lower case are the same

A name is one of the table below or of ``KeyboardEvent.code`` (``KeyA``, ``Numpad1``,
``IntlBackslash``: a place on the keyboard). A character stands for the key that writes it in the
layout of the guest, with Shift or AltGr where it needs them. "-" and "+" themselves are written as
they are after a separator (``ctrl--``, ``ctrl-+``) or as ``minus`` and ``plus``. All keys go down
in their order and up in the opposite one.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import InvalidDefinition
from qvirt_jupyter.hypervisor.screen.key_codes import KEYS_AT_MOST, LINUX_CODES

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.screen.keyboard_layouts import KeyboardLayout

_NAMES: Final = {
    "ctrl": "ControlLeft",
    "control": "ControlLeft",
    "lctrl": "ControlLeft",
    "rctrl": "ControlRight",
    "shift": "ShiftLeft",
    "lshift": "ShiftLeft",
    "rshift": "ShiftRight",
    "alt": "AltLeft",
    "lalt": "AltLeft",
    "altgr": "AltRight",
    "ralt": "AltRight",
    "super": "MetaLeft",
    "meta": "MetaLeft",
    "win": "MetaLeft",
    "cmd": "MetaLeft",
    "rsuper": "MetaRight",
    "menu": "ContextMenu",
    "return": "Enter",
    "esc": "Escape",
    "del": "Delete",
    "ins": "Insert",
    "pgup": "PageUp",
    "pgdn": "PageDown",
    "up": "ArrowUp",
    "down": "ArrowDown",
    "left": "ArrowLeft",
    "right": "ArrowRight",
    "print": "PrintScreen",
    "sysrq": "PrintScreen",
    "break": "Pause",
}
"""Beside the names of ``KeyboardEvent.code``."""

_CHARACTERS: Final = {
    "minus": "-",
    "plus": "+",
    "comma": ",",
    "period": ".",
    "dot": ".",
    "slash": "/",
    "backslash": "\\",
    "semicolon": ";",
    "colon": ":",
    "quote": "'",
    "backquote": "`",
    "equal": "=",
    "bracketleft": "[",
    "bracketright": "]",
}
"""Names of characters; those of ``KeyboardEvent.code`` mean what a US keyboard writes there."""

_CODES: Final = {name.casefold(): name for name in LINUX_CODES}
_KEY: Final = re.compile(r"\s*(?:([^-+\s]+)|([-+]))\s*")
_SEPARATOR: Final = re.compile(r"[-+]")


def keys_of(text: str, layout: KeyboardLayout) -> tuple[str, ...]:
    """Return the keys of a combination, as ``KeyboardEvent.code`` names them, in their order.

    Parameters
    ----------
    text
        Such as ``"ctrl-alt-f2"``.
    layout
        Where the guest has the keys of characters.

    Raises
    ------
    InvalidDefinition
        It is not written in this way, or names a key that there is not; the error says which part
        and which names are near.
    """
    keys: list[str] = []
    for part in _parts(text):
        found = _keys_of_part(part, text, layout)
        if found[-1] in keys:
            raise _wrong(text, _("The key {part} is in it twice.").format(part=repr(part)))
        keys += [key for key in found if key not in keys]
    if len(keys) > KEYS_AT_MOST:
        raise _wrong(
            text,
            _("It has {count} keys, and {most} is the most that can be held at once.").format(
                count=len(keys), most=KEYS_AT_MOST
            ),
        )
    return tuple(keys)


def _parts(text: str) -> list[str]:
    parts, position = [], 0
    while True:
        match = _KEY.match(text, position)
        if match is None:
            before = text[:position].strip()
            raise _wrong(
                text,
                _("A key is missing after {before}.").format(before=repr(before))
                if before
                else _("It names no key."),
            )
        parts.append(match[1] or match[2])
        position = match.end()
        if position == len(text):
            return parts
        if _SEPARATOR.match(text, position) is None:
            raise _wrong(
                text,
                _("Between {before} and {after} there is no - or +.").format(
                    before=repr(parts[-1]), after=repr(text[position:].split(maxsplit=1)[0])
                ),
            )
        position += 1


def _keys_of_part(part: str, text: str, layout: KeyboardLayout) -> tuple[str, ...]:
    name = part.casefold()
    if name in _NAMES:
        return (_NAMES[name],)
    character = _CHARACTERS.get(name, name)
    if len(character) > 1:
        if name in _CODES:
            return (_CODES[name],)
        near = difflib.get_close_matches(name, names(), n=3)
        raise _wrong(
            text,
            _("There is no key {part}.").format(part=repr(part)),
            _("Did you mean {near}?").format(near=", ".join(near)) if near else "",
        )
    strokes = layout.strokes.get(character, ())
    if len(strokes) != 1:
        raise _wrong(
            text,
            _("No single key writes {part} in the layout {layout}.").format(
                part=repr(part), layout=repr(layout.name)
            ),
        )
    return strokes[0].keys


def names() -> tuple[str, ...]:
    """Return all names of keys, in lower case."""
    return tuple(dict.fromkeys((*_NAMES, *_CHARACTERS, *_CODES)))


def _wrong(
    text: str, reason: str | LazyString, next_step: str | LazyString = ""
) -> InvalidDefinition:
    return InvalidDefinition(
        _("{combination} is not a key combination. {reason}").format(
            combination=repr(text), reason=reason
        ),
        next_step=next_step or _("Write names of keys with - between them, such as ctrl-alt-f2."),
    )
