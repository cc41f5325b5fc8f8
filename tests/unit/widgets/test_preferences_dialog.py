"""The preferences as a form: only what was touched is stored, and others hear of it."""

import pytest

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.preferences import Preferences, PreferenceStore
from qvirt_jupyter.widgets.preferences_dialog import PreferencesDialog


@pytest.fixture
def a_store(tmp_path):
    return PreferenceStore(tmp_path / "qvirt" / "preferences.json")


@pytest.fixture
def closed():
    return []


@pytest.fixture
def a_dialog(a_store, closed):
    return PreferencesDialog(lambda: closed.append(1), a_store)


def test_every_preference_is_in_the_form(a_dialog):
    # What machines have of their own is chosen there, as is the console that was in front last, and
    # how the list is arranged in the list.
    wanted = set(vars(Preferences())) - {"machines", "list_arrangement", "console_shown"}
    assert {field["name"] for field in a_dialog.shown["fields"]} == wanted


def test_only_what_was_touched_is_stored(a_dialog, a_store, closed):
    heard = []
    with a_store.observe(heard.append):
        a_dialog.edit("confirm_pause", "true")
        a_store.set(update_interval=7)
        assert a_dialog.submit()
        publisher.flush()
    assert a_store.now == Preferences(confirm_pause=True, update_interval=7)
    assert heard[-1] == a_store.now
    assert closed == [1]


def test_a_wrong_value_is_not_stored(a_dialog, a_store, closed):
    a_dialog.edit("update_interval", "0")
    assert not a_dialog.submit()
    assert a_store.now == Preferences()
    assert closed == []


def test_a_file_that_cannot_be_written_is_told(tmp_path, closed):
    (tmp_path / "file").write_text("")
    dialog = PreferencesDialog(
        lambda: closed.append(1), PreferenceStore(tmp_path / "file" / "preferences.json")
    )
    dialog.edit("confirm_pause", "true")
    assert not dialog.submit()
    assert "file" in dialog.shown["problem"]
    assert closed == []
