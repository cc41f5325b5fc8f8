import json
from pathlib import Path

import pytest

from qvirt_jupyter.documents import declarations
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


UUIDS = ("6d3f0000-0000-4000-8000-0000000000a1", "6d3f0000-0000-4000-8000-0000000000a2")


def test_a_machine_may_have_something_of_its_own(a_file):
    store = PreferenceStore(a_file)
    store.set_for(UUIDS[0], console_scaling="actual")
    store.set_for(UUIDS[0], console_autoconnect=False)
    found = PreferenceStore(a_file).now
    own = found.of_machine(UUIDS[0])
    assert (own.console_scaling, own.console_autoconnect) == ("actual", False)
    assert found.of_machine(UUIDS[1]).console_scaling == found.console_scaling == "fit"
    # What is as for all follows it again.
    store.set_for(UUIDS[0], console_scaling="fit")
    store.set(console_scaling="resize")
    assert store.now.of_machine(UUIDS[0]).console_scaling == "resize"
    assert not store.now.of_machine(UUIDS[0]).console_autoconnect


def test_two_kernels_prefer_something_for_two_machines(a_file):
    mine, other = PreferenceStore(a_file), PreferenceStore(a_file)
    mine.set_for(UUIDS[0], console_scaling="actual")
    other.set_for(UUIDS[1], console_scaling="resize")
    assert [mine.now.of_machine(uuid).console_scaling for uuid in UUIDS] == ["actual", "resize"]


@pytest.mark.parametrize(
    "values", [{"console_scaling": "huge"}, {"confirm_pause": True}, {"colour": "red"}]
)
def test_what_a_machine_cannot_have_is_refused(a_file, values):
    store = PreferenceStore(a_file)
    with pytest.raises(ValueError, match=r"huge|confirm_pause|colour"):
        store.set_for(UUIDS[0], **values)
    assert store.now == Preferences()


@pytest.mark.parametrize(
    "machines",
    [7, ["x"], {UUIDS[0]: 7}, {UUIDS[0]: {"console_scaling": "huge"}}, {UUIDS[0]: {"colour": 1}}],
)
def test_nonsense_about_machines_spoils_nothing_else(a_file, machines):
    a_file.parent.mkdir()
    a_file.write_text(json.dumps({"confirm_pause": True, "machines": machines}))
    now = PreferenceStore(a_file).now
    assert now.confirm_pause
    assert now.of_machine(UUIDS[0]) == now


def test_every_preference_is_in_the_documentation():
    page = (Path(__file__).parents[3] / "docs" / "preferences.md").read_text()
    missing = [str(each.label) for each in declarations(Preferences) if str(each.label) not in page]
    assert missing == []
