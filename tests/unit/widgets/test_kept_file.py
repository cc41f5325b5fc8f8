"""Files of ours that several kernels share: nobody writes back what somebody else replaced."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
import threading

import pytest

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets import kept_file
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, SavedConnections
from qvirt_jupyter.widgets.preferences import Preferences, PreferenceStore

MANY = """
import sys
from pathlib import Path
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, SavedConnections
saved = SavedConnections(Path(sys.argv[1]))
print(len(saved.all), flush=True)
sys.stdin.readline()
for number in range(20):
    saved.add(SavedConnection(f"test:///{sys.argv[2]}/{number}"))
"""


@pytest.fixture
def a_file(tmp_path):
    return tmp_path / "qvirt" / "file.json"


def test_another_kernel_sees_what_one_changes(a_file):
    mine, other = PreferenceStore(a_file), PreferenceStore(a_file)
    assert mine.now == other.now == Preferences()
    mine.set(confirm_pause=True)
    assert other.now.confirm_pause
    other.set(update_interval=7)
    assert mine.now == PreferenceStore(a_file).now
    assert mine.now == Preferences(confirm_pause=True, update_interval=7)


def test_another_kernel_is_told_of_it(a_file, monkeypatch):
    monkeypatch.setattr(kept_file, "LOOK", 0.02)
    mine, other = PreferenceStore(a_file), PreferenceStore(a_file)
    assert not other.now.confirm_pause
    told, heard = threading.Event(), []
    with other.observe(lambda now: (heard.append(now), told.set())):
        mine.set(confirm_pause=True)
        assert told.wait(30)
        publisher.flush()
        assert heard == [Preferences(confirm_pause=True)]


def test_processes_that_write_at_once_lose_nothing(a_file):
    a_file.parent.mkdir(mode=0o700)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", MANY, str(a_file), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("one", "two", "three")
    ]
    for writer in writers:
        assert writer.stdout.readline() == b"0\n"
    for writer in writers:
        writer.stdin.write(b"now\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    assert len(SavedConnections(a_file).all) == 60


def test_the_places_of_the_others_stay_when_one_is_changed(a_file):
    saved = SavedConnections(a_file)
    for name in ("one", "two", "three"):
        saved.add(SavedConnection(f"test:///{name}"))
    saved.replace("test:///two", SavedConnection("test:///three", "Third"))
    assert [item.uri for item in saved.all] == ["test:///one", "test:///three"]
    saved.replace("test:///nowhere", SavedConnection("test:///last"))
    assert [item.uri for item in saved.all][-1] == "test:///last"


def test_a_full_disk_is_said_in_a_sentence_and_changes_nothing(a_file, monkeypatch):
    store = PreferenceStore(a_file)
    store.set(confirm_pause=True)

    def full(_path, _text):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kept_file, "write_private", full)
    with pytest.raises(OSError, match="cannot be written") as caught:
        store.set(update_interval=9)
    assert str(caught.value) == (
        f"{a_file} cannot be written: No space left on device. Nothing was changed."
    )
    assert store.now == PreferenceStore(a_file).now == Preferences(confirm_pause=True)


def test_a_file_that_goes_away_means_the_defaults(a_file):
    store = PreferenceStore(a_file)
    store.set(confirm_pause=True)
    a_file.unlink()
    assert store.now == Preferences()


def test_a_kernel_that_hangs_while_it_writes_keeps_nobody_from_reading(a_file, monkeypatch):
    monkeypatch.setattr(kept_file, "PATIENCE", 0.3)
    store = PreferenceStore(a_file)
    store.set(update_interval=2)
    with (a_file.parent / f".{a_file.name}.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        failed = []

        def write():
            with pytest.raises(OSError, match="another kernel") as caught:
                store.set(update_interval=3)
            failed.append(caught.value)

        writer = threading.Thread(target=write)
        writer.start()
        assert store.now.update_interval == 2
        writer.join(30)
        assert failed
    store.set(update_interval=3)
    assert store.now.update_interval == 3


def test_a_file_system_without_locks_is_written_all_the_same(a_file, monkeypatch):
    def refuse(_file, _how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    PreferenceStore(a_file).set(update_interval=3)
    assert PreferenceStore(a_file).now.update_interval == 3
