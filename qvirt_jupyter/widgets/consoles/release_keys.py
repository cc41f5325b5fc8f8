"""The keys that a console keeps for itself: pressed together and let go, they leave the screen.

They go to the guest too, as all keys do, so that they are such that do nothing by themselves there:
modifiers, Scroll Lock and Pause. A modifier that is pressed alone all the time while somebody types
cannot be it alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.values import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString

DEFAULT: Final = "ctrl-alt-shift"

# What people read, and where the key may be (KeyboardEvent.code). Some keyboards on screens say
# which key it is (KeyboardEvent.key) and not where.
_KEYS: Final[Mapping[str, tuple[LazyString | str, tuple[str, ...]]]] = {
    "ctrl": ("Ctrl", ("ControlLeft", "ControlRight", "Control")),
    "lctrl": (_("Left Ctrl"), ("ControlLeft",)),
    "rctrl": (_("Right Ctrl"), ("ControlRight",)),
    "alt": ("Alt", ("AltLeft", "AltRight", "Alt", "AltGraph")),
    "lalt": (_("Left Alt"), ("AltLeft",)),
    "ralt": (_("Right Alt"), ("AltRight",)),
    "shift": ("Shift", ("ShiftLeft", "ShiftRight", "Shift")),
    "lshift": (_("Left Shift"), ("ShiftLeft",)),
    "rshift": (_("Right Shift"), ("ShiftRight",)),
    "super": ("Super", ("MetaLeft", "MetaRight", "Meta", "OSLeft", "OSRight")),
    "scrolllock": ("Scroll Lock", ("ScrollLock",)),
    "pause": ("Pause", ("Pause",)),
}
_SAME: Final = {"control": "ctrl", "altgr": "ralt", "meta": "super", "win": "super", "cmd": "super"}
_ALONE: Final = frozenset({"rctrl", "rshift", "scrolllock", "pause"})
"""Those that are seldom pressed for anything else."""
_SUGGESTED: Final = (DEFAULT, "lctrl-lalt", "rctrl", "rshift-rctrl", "scrolllock")


def _names(text: str) -> tuple[str, ...]:
    """Return the keys of a text, in its order; ValueError where it has none or is nonsense."""
    found = [each.strip().casefold() for each in re.split(r"[-+]", text)]
    names = tuple(dict.fromkeys(_SAME.get(each, each) for each in found))
    if not all(name in _KEYS for name in names):
        raise ValueError(text)
    return names


def label_of(text: str) -> str:
    """Return what people read for keys, such as ``"Ctrl+Alt+Shift"``."""
    return "+".join(str(_KEYS[name][0]) for name in _names(text))


def parts_of(text: str) -> list[list[str]]:
    """Return the keys as ``KeyboardEvent.code`` has them; of each part one must be down."""
    return [list(_KEYS[name][1]) for name in _names(text)]


def filled(strings: Mapping[str, LazyString], keys: str) -> dict[str, str]:
    """Return the words of a page, those that name the keys with their label.

    Parameters
    ----------
    strings
        The words by name; ``{chord}`` stands for the keys.
    keys
        The keys.
    """
    label = label_of(keys)
    return {name: str(words).replace("{chord}", label) for name, words in strings.items()}


class ReleaseKeys(Choice):
    """Keys that leave the screen: a few that are known to work, or any others."""

    def __init__(self) -> None:
        super().__init__(*_SUGGESTED, labels={each: label_of(each) for each in _SUGGESTED})

    def parse(self, text: str) -> str:
        """Return the keys in the one way in which they are kept."""
        try:
            return "-".join(_names(text))
        except ValueError as error:
            raise self._refuse(text) from error

    def check(self, value: str | None) -> None:
        """Refuse what would be pressed all the time, or names no key."""
        try:
            names = _names(value if isinstance(value, str) else "")
        except ValueError as error:
            raise self._refuse(value) from error
        # "ctrl-lctrl" is one key as well.
        is_one = bool(frozenset.intersection(*(frozenset(_KEYS[name][1]) for name in names)))
        if is_one and names[0] not in _ALONE:
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        """The right values in words."""
        return _(
            "two or more of {keys} with - between them, such as lctrl-lalt, or one of {alone} alone"
        ).format(keys=", ".join(_KEYS), alone=", ".join(sorted(_ALONE)))
