"""The form of the preferences: nothing counts before it is submitted."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import declarations
from qvirt_jupyter.widgets.preferences import Preferences, PreferenceStore
from qvirt_jupyter.widgets.preferences_dialog import PreferencesDialog


@pytest.fixture
def a_store(tmp_path):
    return PreferenceStore(tmp_path / "preferences.json")


@pytest.fixture
def closings():
    return []


@pytest.fixture
def a_dialog(a_store, closings):
    dialog = PreferencesDialog(lambda: closings.append(True), a_store)
    yield dialog
    dialog.close()


def test_all_preferences_are_in_it(a_dialog):
    names = [each["name"] for each in a_dialog.shown["fields"]]
    assert names == [each.name for each in declarations(Preferences)]


def test_a_change_counts_when_it_is_submitted(a_dialog, a_store, closings):
    a_dialog.edit("update_interval", "5")
    a_dialog.edit("confirm_pause", "true")
    assert a_store.now == Preferences()
    assert closings == []
    assert a_dialog.submit()
    assert a_store.now == Preferences(update_interval=5, confirm_pause=True)
    assert PreferenceStore(a_store.path).now == a_store.now
    assert closings == [True]


def test_what_somebody_else_changed_stays(a_dialog, a_store):
    a_store.set(confirm_force_off=False)
    a_dialog.edit("console_scaling", "actual")
    assert a_dialog.submit()
    assert a_store.now == Preferences(confirm_force_off=False, console_scaling="actual")


@pytest.mark.parametrize("text", ["0", "61", "often", ""])
def test_a_wrong_value_changes_nothing(a_dialog, a_store, closings, text):
    a_dialog.edit("confirm_pause", "true")
    a_dialog.edit("update_interval", text)
    assert not a_dialog.submit()
    assert "from 1 to 60" in str(a_dialog.shown)
    assert a_store.now == Preferences()
    assert closings == []


def test_cancel_changes_nothing(a_dialog, a_store, closings):
    a_dialog.edit("confirm_pause", "true")
    a_dialog._receive({"type": "cancel"})
    assert closings == [True]
    assert a_store.now == Preferences()
    assert not a_store.path.exists()


def test_a_file_that_cannot_be_written_is_said(a_dialog, closings, monkeypatch):
    def full(_path, _text):
        raise OSError("No space left on device")

    monkeypatch.setattr("qvirt_jupyter.widgets.kept_file.write_private", full)
    a_dialog.edit("confirm_pause", "true")
    assert not a_dialog.submit()
    assert "No space left" in a_dialog.shown["problem"]
    assert closings == []
