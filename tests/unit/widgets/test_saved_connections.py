import json
import stat

import pytest

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, SavedConnections


@pytest.fixture
def a_file(tmp_path):
    return tmp_path / "qvirt" / "connections.json"


def test_what_is_added_is_there_for_the_next_process(a_file):
    SavedConnections(a_file).add(SavedConnection("qemu:///session", "Mine", autoconnect=True))
    found = SavedConnections(a_file)
    assert found.all == (SavedConnection("qemu:///session", "Mine", autoconnect=True),)
    assert stat.S_IMODE(a_file.stat().st_mode) == 0o600


def test_one_uri_is_remembered_once_and_forgotten(a_file):
    saved = SavedConnections(a_file)
    saved.add(SavedConnection("test:///default"))
    saved.add(SavedConnection("test:///default", read_only=True))
    assert saved.all == (SavedConnection("test:///default", read_only=True),)
    saved.remove("test:///default")
    saved.remove("test:///default")
    assert SavedConnections(a_file).all == ()


@pytest.mark.parametrize("text", ["{", "[]", '{"connections": [{"label": "no uri"}]}', '{"a": 1}'])
def test_a_broken_file_is_kept_and_named(a_file, text):
    a_file.parent.mkdir()
    a_file.write_text(text)
    saved = SavedConnections(a_file)
    assert saved.all == ()
    kept = [path for path in a_file.parent.iterdir() if ".broken-" in path.name]
    assert [path.read_text() for path in kept] == [text]
    assert kept[0].name in str(saved.problem)
    saved.add(SavedConnection("test:///default"))
    assert kept[0].read_text() == text


def test_a_newer_file_is_understood_as_far_as_possible_and_kept_whole(a_file):
    a_file.parent.mkdir()
    text = json.dumps({"version": 9, "connections": [{"uri": "qemu:///system", "colour": "red"}]})
    a_file.write_text(text)
    saved = SavedConnections(a_file)
    assert [item.uri for item in saved.all] == ["qemu:///system"]
    assert "newer" in str(saved.problem)
    saved.add(SavedConnection("test:///default"))
    assert a_file.with_name("connections.json.newer").read_text() == text


def test_a_write_that_fails_changes_nothing(a_file):
    saved = SavedConnections(a_file)
    saved.add(SavedConnection("qemu:///session"))
    broken = SavedConnections(a_file / "below-a-file" / "connections.json")
    with pytest.raises(OSError, match="below-a-file"):
        broken.add(SavedConnection("test:///default"))
    assert [item.uri for item in saved.all] == ["qemu:///session"]


def test_observers_hear_of_changes_only(a_file):
    saved = SavedConnections(a_file)
    heard = []
    subscription = saved.observe(lambda: heard.append(saved.all))
    saved.add(SavedConnection("test:///default"))
    publisher.flush()
    saved.add(SavedConnection("test:///default"))
    publisher.flush()
    assert len(heard) == 1
    subscription.close()
    saved.remove("test:///default")
    publisher.flush()
    assert len(heard) == 1


def test_ten_are_kept_that_were_open_lately_and_none_twice(a_file):
    saved = SavedConnections(a_file)
    for number in range(12):
        saved.opened(f"test:///{number}")
    saved.opened("test:///5")
    found = SavedConnections(a_file).recent
    assert found[:3] == ("test:///5", "test:///11", "test:///10")
    assert len(found) == 10
    saved.add(SavedConnection("test:///11"))
    assert saved.recent[:2] == ("test:///5", "test:///10")
