"""The keys of a keyboard: their names in browsers, and their numbers in Linux.

Names are the values of ``KeyboardEvent.code`` (https://www.w3.org/TR/uievents-code/): they say
where a key is, not what it writes. Numbers are those of ``linux/input-event-codes.h``, which
libvirt calls the codeset "linux" (https://libvirt.org/manpages/virsh.html#send-key).
"""

from __future__ import annotations

from typing import Final

_ROWS: Final[dict[int, tuple[str, ...]]] = {
    1: ("Escape", *(f"Digit{digit}" for digit in "1234567890"), "Minus", "Equal", "Backspace"),
    15: ("Tab", *(f"Key{letter}" for letter in "QWERTYUIOP"), "BracketLeft", "BracketRight"),
    28: ("Enter", "ControlLeft", *(f"Key{letter}" for letter in "ASDFGHJKL"), "Semicolon"),
    40: ("Quote", "Backquote", "ShiftLeft", "Backslash"),
    44: (*(f"Key{letter}" for letter in "ZXCVBNM"), "Comma", "Period", "Slash", "ShiftRight"),
    55: ("NumpadMultiply", "AltLeft", "Space", "CapsLock"),
    59: (*(f"F{number}" for number in range(1, 11)), "NumLock", "ScrollLock"),
    71: ("Numpad7", "Numpad8", "Numpad9", "NumpadSubtract"),
    75: ("Numpad4", "Numpad5", "Numpad6", "NumpadAdd"),
    79: ("Numpad1", "Numpad2", "Numpad3", "Numpad0", "NumpadDecimal"),
    85: ("Lang5", "IntlBackslash", "F11", "F12", "IntlRo", "Lang3", "Lang4", "Convert"),
    93: ("KanaMode", "NonConvert"),
    96: ("NumpadEnter", "ControlRight", "NumpadDivide", "PrintScreen", "AltRight"),
    102: ("Home", "ArrowUp", "PageUp", "ArrowLeft", "ArrowRight", "End", "ArrowDown", "PageDown"),
    110: ("Insert", "Delete"),
    113: ("AudioVolumeMute", "AudioVolumeDown", "AudioVolumeUp", "Power", "NumpadEqual"),
    119: ("Pause",),
    121: ("NumpadComma", "Lang1", "Lang2", "IntlYen", "MetaLeft", "MetaRight", "ContextMenu"),
    183: tuple(f"F{number}" for number in range(13, 25)),
}

LINUX_CODES: Final = {
    name: first + offset for first, names in _ROWS.items() for offset, name in enumerate(names)
}
"""The number of each key, by its name."""

KEYS_AT_MOST: Final = 16
"""How many keys one call of ``virDomainSendKey`` takes (VIR_DOMAIN_SEND_KEY_MAX_KEYS)."""
