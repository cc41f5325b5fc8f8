"""Which keys write a text."""

from __future__ import annotations

import json
import string

import pytest

from qvirt_jupyter.hypervisor import InvalidDefinition
from qvirt_jupyter.hypervisor.screen.key_codes import LINUX_CODES
from qvirt_jupyter.hypervisor.screen.keyboard_layouts import (
    KeyStroke,
    layout,
    layout_labels,
    layout_names,
)

LATIN = sorted(set(layout_names()) - {"gr", "ru", "ua"})


def keys(name, text):
    return [stroke.keys for stroke in layout(name).strokes_of(text)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("us", "aA", [("KeyA",), ("ShiftLeft", "KeyA")]),
        ("us", "@", [("ShiftLeft", "Digit2")]),
        ("gb", '"', [("ShiftLeft", "Digit2")]),
        ("gb", "#£", [("Backslash",), ("ShiftLeft", "Digit3")]),
        ("de", "zy", [("KeyY",), ("KeyZ",)]),
        ("de", "@€", [("AltRight", "KeyQ"), ("AltRight", "KeyE")]),
        ("de", "äß", [("Quote",), ("Minus",)]),
        ("de", "|", [("AltRight", "IntlBackslash")]),
        ("de", "^", [("Backquote",), ("Space",)]),
        ("de", "é", [("Equal",), ("KeyE",)]),
        ("de", "È", [("ShiftLeft", "Equal"), ("ShiftLeft", "KeyE")]),
        ("de-nodeadkeys", "^", [("Backquote",)]),
        ("fr", "aq1&", [("KeyQ",), ("KeyA",), ("ShiftLeft", "Digit1"), ("Digit1",)]),
        ("fr", "m.,", [("Semicolon",), ("ShiftLeft", "Comma"), ("KeyM",)]),
        (
            "fr",
            "êË",
            [("BracketLeft",), ("KeyE",), ("ShiftLeft", "BracketLeft"), ("ShiftLeft", "KeyE")],
        ),
        ("es", "ñ", [("Semicolon",)]),
        ("ch", "ü", [("BracketLeft",)]),
        ("ch-fr", "è", [("BracketLeft",)]),
        ("jp", "_", [("ShiftLeft", "IntlRo")]),
        ("us-intl", "é'", [("AltRight", "KeyE"), ("AltRight", "Quote")]),
        ("us", "\r\n\t", [("Enter",), ("Tab",)]),
    ],
)
def test_a_text_is_written_by_the_keys_of_its_layout(name, text, expected):
    assert keys(name, text) == expected


@pytest.mark.parametrize("name", LATIN)
def test_a_latin_layout_writes_a_password(name):
    assert not layout(name).missing(string.ascii_letters + string.digits + " .,-_/:;!?\n")


@pytest.mark.parametrize(
    "name", ["us", "gb", "de", "fr", "es", "it", "pt", "ch", "be", "se", "dk", "no", "pl", "jp"]
)
def test_the_layouts_of_programmers_write_all_of_ascii(name):
    assert not layout(name).missing(string.printable.replace("\x0b", "").replace("\x0c", ""))


@pytest.mark.parametrize("name", layout_names())
def test_a_layout_uses_keys_that_there_are(name):
    for strokes in layout(name).strokes.values():
        assert 1 <= len(strokes) <= 2
        for stroke in strokes:
            assert set(stroke.keys) <= LINUX_CODES.keys()


def test_a_letter_and_its_accent_are_typed_as_one():
    assert keys("de", "u\u0308") == keys("de", "ü") == [("BracketLeft",)]


def test_characters_that_a_layout_lacks_are_named_all_at_once():
    with pytest.raises(InvalidDefinition) as caught:
        layout("us").strokes_of("é is ü, é")
    assert "'é' (latin small letter e with acute)" in caught.value.reason
    assert "'ü' (latin small letter u with diaeresis)" in caught.value.reason
    assert caught.value.reason.count("é") == 1
    assert "nothing was typed" in caught.value.next_step


def test_a_character_that_does_not_show_is_named_by_its_number():
    with pytest.raises(InvalidDefinition, match=r"U\+0007"):
        layout("us").strokes_of("\a")


@pytest.mark.parametrize(("said", "meant"), [("DE", "de"), ("uk", "gb"), ("us_intl", "us-intl")])
def test_other_ways_to_name_a_layout(said, meant):
    assert layout(said).name == meant


def test_a_layout_that_there_is_not():
    with pytest.raises(InvalidDefinition, match="'us-intl'"):
        layout("us-international")
    with pytest.raises(InvalidDefinition, match="'de', "):
        layout("qqqq")


def test_a_layout_for_a_page():
    shown = json.loads(json.dumps(layout("de").to_json()))
    assert (shown["name"], shown["label"]) == ("de", "German")
    assert shown["strokes"]["^"] == [["Backquote"], ["Space"]]
    assert shown["strokes"]["Z"] == [["ShiftLeft", "KeyY"]]


def test_layouts_have_names_for_people():
    assert layout_labels()["gb"] == "English (UK)"
    assert list(layout_labels()) == list(layout_names())


def test_a_stroke_is_its_keys_in_order():
    assert KeyStroke("KeyA", ("ControlLeft", "AltLeft")).keys == ("ControlLeft", "AltLeft", "KeyA")
