import json

import pytest

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.preferences import Preferences, PreferenceStore


@pytest.fixture
def a_file(tmp_path):
    return tmp_path / "qvirt" / "preferences.json"


def test_defaults_ask_before_data_may_be_lost_and_nothing_else(a_file):
    now = PreferenceStore(a_file).now
    assert now.confirm_force_off
    assert not now.confirm_power_off
    assert not now.confirm_pause


def test_a_change_lasts_and_is_told(a_file):
    store = PreferenceStore(a_file)
    heard = []
    with store.observe(heard.append):
        store.set(confirm_force_off=False, update_interval=5)
        publisher.flush()
    assert heard == [Preferences(confirm_force_off=False, update_interval=5)]
    assert PreferenceStore(a_file).now == heard[0]


@pytest.mark.parametrize(
    ("values", "words"),
    [({"update_interval": 0}, "1"), ({"console_scaling": "huge"}, "fit")],
)
def test_a_wrong_value_names_the_right_ones(a_file, values, words):
    store = PreferenceStore(a_file)
    with pytest.raises(ValueError, match=words):
        store.set(**values)
    assert store.now == Preferences()
    assert not a_file.exists()


def test_an_unknown_preference_is_refused(a_file):
    with pytest.raises(TypeError):
        PreferenceStore(a_file).set(colour="red")


@pytest.mark.parametrize("text", ["{", "[1]", "7"])
def test_a_broken_file_is_kept(a_file, text):
    a_file.parent.mkdir()
    a_file.write_text(text)
    store = PreferenceStore(a_file)
    assert store.now == Preferences()
    assert "kept" in str(store.problem)
    assert [p.read_text() for p in a_file.parent.iterdir()] == [text]


def test_what_a_newer_version_wrote_is_kept(a_file):
    a_file.parent.mkdir()
    a_file.write_text(json.dumps({"version": 7, "confirm_pause": True, "colour": "red"}))
    store = PreferenceStore(a_file)
    assert store.now.confirm_pause
    store.set(confirm_pause=False)
    kept = json.loads(a_file.read_text())
    assert kept["colour"] == "red"
    assert kept["version"] == 7


def test_one_wrong_value_does_not_spoil_the_others(a_file):
    a_file.parent.mkdir()
    a_file.write_text(json.dumps({"update_interval": "often", "confirm_pause": True}))
    store = PreferenceStore(a_file)
    assert store.now == Preferences(confirm_pause=True)
    assert "Update interval" in str(store.problem)


def test_a_write_that_fails_changes_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    store = PreferenceStore(tmp_path / "file" / "preferences.json")
    with pytest.raises(OSError, match="file"):
        store.set(confirm_pause=True)
    assert not store.now.confirm_pause
