"""Write qvirt_jupyter/data/keyboard-layouts.json from xkeyboard-config: `make keyboard-layouts`.

It asks libxkbcommon, which compiles the layouts as a desktop does, what each key of a PC's keyboard
writes by itself, with Shift, with AltGr and with both. Only who adds a layout runs it: it needs the
packages xkb-data and libxkbcommon0 (Debian's names).

https://xkbcommon.org/doc/current/group__keymap.html
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
from pathlib import Path
from typing import Any, Final

from qvirt_jupyter.hypervisor.screen.key_codes import LINUX_CODES

TARGET: Final = Path(__file__).parents[1] / "qvirt_jupyter" / "data" / "keyboard-layouts.json"

LAYOUTS: Final = {
    "at": ("at", ""),
    "be": ("be", ""),
    "br": ("br", ""),
    "ca": ("ca", ""),
    "ch": ("ch", ""),
    "ch-fr": ("ch", "fr"),
    "cz": ("cz", ""),
    "de": ("de", ""),
    "de-nodeadkeys": ("de", "nodeadkeys"),
    "dk": ("dk", ""),
    "ee": ("ee", ""),
    "es": ("es", ""),
    "fi": ("fi", ""),
    "fr": ("fr", ""),
    "fr-bepo": ("fr", "bepo"),
    "fr-oss": ("fr", "oss"),
    "gb": ("gb", ""),
    "gr": ("gr", ""),
    "hr": ("hr", ""),
    "hu": ("hu", ""),
    "ie": ("ie", ""),
    "is": ("is", ""),
    "it": ("it", ""),
    "jp": ("jp", ""),
    "latam": ("latam", ""),
    "lt": ("lt", ""),
    "lv": ("lv", ""),
    "nl": ("nl", ""),
    "no": ("no", ""),
    "pl": ("pl", ""),
    "pt": ("pt", ""),
    "ro": ("ro", ""),
    "ru": ("ru", ""),
    "se": ("se", ""),
    "si": ("si", ""),
    "sk": ("sk", ""),
    "tr": ("tr", ""),
    "ua": ("ua", ""),
    "us": ("us", ""),
    "us-colemak": ("us", "colemak"),
    "us-dvorak": ("us", "dvorak"),
    "us-intl": ("us", "intl"),
}

# The dead keys of X (keysymdef.h) that Unicode has a combining character for.
DEAD: Final = {
    "dead_grave": "\u0300",
    "dead_acute": "\u0301",
    "dead_circumflex": "\u0302",
    "dead_tilde": "\u0303",
    "dead_perispomeni": "\u0303",
    "dead_macron": "\u0304",
    "dead_breve": "\u0306",
    "dead_abovedot": "\u0307",
    "dead_diaeresis": "\u0308",
    "dead_hook": "\u0309",
    "dead_abovering": "\u030a",
    "dead_doubleacute": "\u030b",
    "dead_caron": "\u030c",
    "dead_doublegrave": "\u030f",
    "dead_horn": "\u031b",
    "dead_belowdot": "\u0323",
    "dead_belowdiaeresis": "\u0324",
    "dead_belowring": "\u0325",
    "dead_belowcomma": "\u0326",
    "dead_cedilla": "\u0327",
    "dead_ogonek": "\u0328",
    "dead_belowcircumflex": "\u032d",
    "dead_belowbreve": "\u032e",
    "dead_belowtilde": "\u0330",
    "dead_belowmacron": "\u0331",
}
MARK: Final = "\u25cc"
"""Unicode's dotted circle stands before what a dead key adds to the next letter."""

# The keys that write, by the names of https://www.w3.org/TR/uievents-code/.
KEYS: Final = (
    *("Backquote", *(f"Digit{digit}" for digit in "1234567890"), "Minus", "Equal", "IntlYen"),
    *(*(f"Key{letter}" for letter in "QWERTYUIOP"), "BracketLeft", "BracketRight"),
    *(*(f"Key{letter}" for letter in "ASDFGHJKL"), "Semicolon", "Quote", "Backslash"),
    *("IntlBackslash", *(f"Key{letter}" for letter in "ZXCVBNM"), "Comma", "Period", "Slash"),
    *("IntlRo", "Space"),
)
# X counts the key codes of Linux from 8 (xkeyboard-config, keycodes/evdev).
FIRST: Final = 8
HEAD: Final = {
    "source": "xkeyboard-config, compiled by libxkbcommon (scripts/keyboard_layouts.py)",
    "licence": "MIT and X11: frontend/THIRD-PARTY-LICENSES.md",
}
LEVELS: Final = (set(), {"Shift"}, {"Mod5"}, {"Shift", "Mod5"})


# What X alone has there: its French tilde is on AltGr and 2 too, as on consoles and in Windows.
LEFT_OUT: Final = {("fr", "Backquote", 1)}


class RuleNames(ctypes.Structure):
    """``struct xkb_rule_names``."""

    _fields_ = tuple(
        (name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options")
    )


class Xkb:
    """The few calls of libxkbcommon that are needed."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL(ctypes.util.find_library("xkbcommon") or "libxkbcommon.so.0")
        for name in ("xkb_context_new", "xkb_keymap_new_from_names"):
            getattr(self.library, name).restype = ctypes.c_void_p
        for name in ("xkb_keymap_mod_get_name", "xkb_keymap_layout_get_name"):
            getattr(self.library, name).restype = ctypes.c_char_p
        self.context = ctypes.c_void_p(self.library.xkb_context_new(0))

    def layout(self, name: str, variant: str) -> dict[str, Any]:
        """Return what the keys of a layout write on each of their four levels."""
        names = RuleNames(b"evdev", b"pc105", name.encode(), variant.encode(), b"")
        found = self.library.xkb_keymap_new_from_names(self.context, ctypes.byref(names), 0)
        if not found:
            raise SystemExit(f"xkeyboard-config has no layout {name} {variant}")
        keymap = ctypes.c_void_p(found)
        keys = {}
        for code in KEYS:
            levels = self.levels(keymap, LINUX_CODES[code] + FIRST)
            for level in range(len(levels)):
                if (name, code, level) in LEFT_OUT and not variant:
                    levels[level] = ""
            while levels and not levels[-1]:
                levels.pop()
            if levels:
                keys[code] = levels
        label = self.library.xkb_keymap_layout_get_name(keymap, 0).decode()
        return {"label": label, "keys": keys}

    def levels(self, keymap: ctypes.c_void_p, key: int) -> list[str]:
        """Return what a key writes by itself, with Shift, with AltGr and with both."""
        written = [""] * len(LEVELS)
        for level in range(self.library.xkb_keymap_num_levels_for_key(keymap, key, 0)):
            text = self.text(keymap, key, level)
            for modifiers in self.modifiers(keymap, key, level):
                if modifiers in LEVELS:
                    written[LEVELS.index(modifiers)] = text
        return written

    def text(self, keymap: ctypes.c_void_p, key: int, level: int) -> str:
        """Return what a key writes on one of its levels; a dead key has a mark before it."""
        found = ctypes.POINTER(ctypes.c_uint32)()
        count = self.library.xkb_keymap_key_get_syms_by_level(
            keymap, key, 0, level, ctypes.byref(found)
        )
        if count != 1:
            return ""
        buffer = ctypes.create_string_buffer(64)
        self.library.xkb_keysym_get_name(found[0], buffer, len(buffer))
        name = buffer.value.decode()
        if name in DEAD:
            return MARK + DEAD[name]
        character = chr(self.library.xkb_keysym_to_utf32(found[0]))
        return character if character.isprintable() or character == "\u00a0" else ""

    def modifiers(self, keymap: ctypes.c_void_p, key: int, level: int) -> list[set[str]]:
        """Return the sets of modifiers that lead to a level."""
        masks = (ctypes.c_uint32 * 32)()
        count = self.library.xkb_keymap_key_get_mods_for_level(
            keymap, key, 0, level, masks, len(masks)
        )
        names = [
            self.library.xkb_keymap_mod_get_name(keymap, number).decode()
            for number in range(self.library.xkb_keymap_num_mods(keymap))
        ]
        return [
            {name for number, name in enumerate(names) if mask & 1 << number}
            for mask in masks[:count]
        ]


def main() -> None:
    """Write the file."""
    xkb = Xkb()
    parts = []
    for name, place in LAYOUTS.items():
        layout = xkb.layout(*place)
        # One line a key: a change of a layout can be read.
        keys = ",\n".join(
            f"   {text(code)}: {text(levels)}" for code, levels in layout["keys"].items()
        )
        parts.append(
            f'  {text(name)}: {{"label": {text(layout["label"])}, "keys": {{\n{keys}\n  }}}}'
        )
    head = "\n".join(f" {text(key)}: {text(value)}," for key, value in HEAD.items())
    layouts = ",\n".join(parts)
    TARGET.write_text(f'{{\n{head}\n "layouts": {{\n{layouts}\n }}\n}}\n', encoding="utf-8")


def text(value: object) -> str:
    """Return a value as JSON that people can read."""
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
