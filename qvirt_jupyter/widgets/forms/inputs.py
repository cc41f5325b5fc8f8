"""Which input a type of value gets, and how its text and the value become each other."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Flag, Integer, OnOff, Size, Text, ValueType, YesNo

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from qvirt_jupyter.widgets._form_messages import Kind

_ON, _OFF = "true", "false"
_BYTES = {"bytes": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_DECIMAL = re.compile(r"([0-9]*\.[0-9]+)\s*([A-Za-z]*)")
_WHOLE = 1024
"""So many of a unit are a whole number of the next smaller one, in which libvirt counts."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input.

    Parameters
    ----------
    kind
        What the browser draws.
    read
        Makes the value of a text; raises ValueError with the right ones.
    write
        Makes the text of a value.
    choices
        Words to choose from, with labels.
    unit
        What stands behind it, where it is another unit than the value's.
    """

    kind: Kind
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""


def input_of(
    kind: ValueType[Any], *, optional: bool, choices: Collection[str] | None = None
) -> Input:
    """Return the input of a type.

    Parameters
    ----------
    kind
        The type of the value.
    optional
        Whether there may be no value, which means the default of the hypervisor.
    choices
        The words that there really are, where they are fewer or others than those declared. What
        is typed has them as suggestions.
    """
    if isinstance(kind, Flag | YesNo | OnOff):
        three = optional and not isinstance(kind, Flag)
        return _tristate() if three else Input("check", _ON.__eq__, _switch)
    if isinstance(kind, Choice):
        return _choice(kind, optional=optional, narrowed=choices)
    if isinstance(kind, Size):
        return _size(kind)
    typed = _typed(kind, optional=optional)
    if choices is not None and typed.kind == "text":
        # What there is can be chosen, and anything else typed.
        return Input("suggest", typed.read, typed.write, tuple((word, word) for word in choices))
    return typed


def _typed(kind: ValueType[Any], *, optional: bool) -> Input:
    if kind.secret:
        return Input("secret", str, _text)
    if isinstance(kind, Integer):
        return Input("number", _or_none(kind.parse), _text)
    multiline = isinstance(kind, Text) and kind.multiline
    read = _or_none(kind.parse) if optional else _or_empty(kind.parse)
    return Input("multiline" if multiline else "text", read, _text)


def _tristate() -> Input:
    return Input(
        "choice",
        lambda text: None if not text else text == _ON,
        _switch,
        (("", _default()), (_ON, str(_("On"))), (_OFF, str(_("Off")))),
    )


def _choice(kind: Choice, *, optional: bool, narrowed: Collection[str] | None) -> Input:
    words = kind.values if narrowed is None else tuple(narrowed)
    labelled = tuple((word, kind.label(word)) for word in words)
    if kind.open and narrowed is None:
        return Input("suggest", _or_none(kind.parse), _text, labelled)
    if optional:
        labelled = (("", _default()), *labelled)
    return Input("choice", _or_none(kind.parse), _text, labelled)


def _size(kind: Size) -> Input:
    """People think of memory in MiB and of disks in GiB; other units can be typed too."""
    per_unit = _BYTES[kind.typed] // _BYTES[kind.unit]

    def read(text: str) -> int | None:
        if not text:
            return None
        number = text.strip()
        decimal = _DECIMAL.fullmatch(number)
        if decimal is not None:
            # Half a GiB is a size to people; libvirt takes whole numbers only.
            try:
                unit = kind.parse(f"{_WHOLE} {decimal[2] or kind.typed}")
            except ValueError:
                # It says what is wrong with what was typed.
                return kind.parse(text)
            return math.ceil(Fraction(decimal[1]) * unit / _WHOLE)
        return kind.parse(f"{number} {kind.typed}" if number.isdecimal() else text)

    def write(value: int | None) -> str:
        if value is None:
            return ""
        if value % per_unit == 0:
            return str(value // per_unit)
        size = value * _BYTES[kind.unit]
        unit = next(unit for unit in reversed(_BYTES) if size % _BYTES[unit] == 0)
        return f"{size // _BYTES[unit]} {unit}"

    return Input("text", read, write, unit=kind.typed)


def _or_none(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: parse(text) if text.strip() else None


def _or_empty(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: parse(text) if text.strip() else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _switch(value: object) -> str:
    return "" if value is None else _ON if value else _OFF


def _default() -> str:
    return str(_("Hypervisor default"))
