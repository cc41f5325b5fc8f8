"""Keys that leave a console: what can be written, and what a page gets of it."""

from __future__ import annotations

import pytest

from qvirt_jupyter.widgets.consoles.release_keys import DEFAULT, ReleaseKeys, label_of, parts_of
from qvirt_jupyter.widgets.preferences import Preferences


@pytest.mark.parametrize(
    ("typed", "kept", "label"),
    [
        ("ctrl-alt-shift", "ctrl-alt-shift", "Ctrl+Alt+Shift"),
        ("Control + Alt", "ctrl-alt", "Ctrl+Alt"),
        ("lctrl-lalt", "lctrl-lalt", "Left Ctrl+Left Alt"),
        ("AltGr-rctrl", "ralt-rctrl", "Right Alt+Right Ctrl"),
        ("ScrollLock", "scrolllock", "Scroll Lock"),
        ("cmd-shift-shift", "super-shift", "Super+Shift"),
    ],
)
def test_what_can_be_written(typed, kept, label):
    kind = ReleaseKeys()
    assert kind.parse(typed) == kept
    kind.check(kept)
    assert label_of(kept) == label
    assert len(parts_of(kept)) == kept.count("-") + 1


@pytest.mark.parametrize("typed", ["", "-", "ctrl-", "ctrl-x", "f12", "ctrl alt"])
def test_what_names_no_key_is_refused_with_those_that_there_are(typed):
    with pytest.raises(ValueError, match="lctrl-lalt"):
        ReleaseKeys().parse(typed)


@pytest.mark.parametrize("keys", ["ctrl", "shift", "lctrl", "super", "ctrl-lctrl", None, 5, "x"])
def test_what_is_pressed_all_the_time_is_no_way_out(keys):
    with pytest.raises(ValueError, match="alone"):
        ReleaseKeys().check(keys)


def test_either_side_counts_where_no_side_is_named():
    assert {"ControlLeft", "ControlRight"} < set(parts_of("ctrl-alt")[0])
    assert parts_of("rctrl") == [["ControlRight"]]


def test_it_is_a_preference_and_all_that_is_suggested_can_be_chosen():
    assert Preferences().console_release == DEFAULT
    kind = ReleaseKeys()
    for suggested in kind.values:
        kind.check(suggested)
        assert kind.parse(suggested) == suggested
        assert kind.label(suggested) == label_of(suggested)
