"""How key combinations are written; the console's page reads the same cases."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import InvalidDefinition, layout
from qvirt_jupyter.hypervisor.screen.key_codes import LINUX_CODES
from qvirt_jupyter.hypervisor.screen.key_combination import keys_of, names


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("ctrl-alt-f2", "ControlLeft AltLeft F2"),
        ("Ctrl+Alt+Delete", "ControlLeft AltLeft Delete"),
        (" ctrl - alt + del ", "ControlLeft AltLeft Delete"),
        ("super", "MetaLeft"),
        ("alt-sysrq-b", "AltLeft PrintScreen KeyB"),
        ("shift-A", "ShiftLeft KeyA"),
        ("A", "KeyA"),
        ("ctrl--", "ControlLeft Minus"),
        ("ctrl-minus", "ControlLeft Minus"),
        ("ctrl-+", "ControlLeft ShiftLeft Equal"),
        ("ctrl+shift+plus", "ControlLeft ShiftLeft Equal"),
        ("-", "Minus"),
        ("rctrl-altgr-rshift", "ControlRight AltRight ShiftRight"),
        ("numpad1", "Numpad1"),
        ("keyz", "KeyZ"),
        ("AudioVolumeUp", "AudioVolumeUp"),
        ("pgdn", "PageDown"),
        ("ctrl-:", "ControlLeft ShiftLeft Semicolon"),
    ],
)
def test_a_combination(text, keys):
    assert keys_of(text, layout("us")) == tuple(keys.split())


@pytest.mark.parametrize(
    ("text", "name", "keys"),
    [
        ("ctrl-z", "de", "ControlLeft KeyY"),
        ("ctrl-keyz", "de", "ControlLeft KeyZ"),
        ("ctrl-@", "de", "ControlLeft AltRight KeyQ"),
        ("alt-1", "fr", "AltLeft ShiftLeft Digit1"),
        ("ctrl-+", "de", "ControlLeft BracketRight"),
    ],
)
def test_characters_are_where_the_layout_has_them(text, name, keys):
    assert keys_of(text, layout(name)) == tuple(keys.split())


@pytest.mark.parametrize(
    ("text", "reason", "next_step"),
    [
        ("ctrl-alt-dle", "There is no key 'dle'.", "Did you mean"),
        ("ctrl-altt-f2", "There is no key 'altt'.", "alt"),
        ("ctrl-alt-f25", "There is no key 'f25'.", "f2"),
        ("ctrl-alt-", "A key is missing after 'ctrl-alt-'.", "ctrl-alt-f2"),
        ("", "It names no key.", "ctrl-alt-f2"),
        ("ctrl alt", "Between 'ctrl' and 'alt' there is no - or +.", "ctrl-alt-f2"),
        ("ctrl-control-a", "The key 'control' is in it twice.", "ctrl-alt-f2"),
        ("ctrl-é", "No single key writes 'é' in the layout 'us'.", "ctrl-alt-f2"),
        ("-".join(f"f{number}" for number in range(1, 18)), "17 keys, and 16 is the most", ""),
    ],
)
def test_what_is_wrong_is_named(text, reason, next_step):
    with pytest.raises(InvalidDefinition) as caught:
        keys_of(text, layout("us"))
    assert repr(text) in caught.value.reason
    assert reason in caught.value.reason
    assert next_step in caught.value.next_step


@pytest.mark.parametrize("name", names())
def test_each_name_is_a_key(name):
    assert set(keys_of(name, layout("us"))) <= LINUX_CODES.keys()
