"""Folders of this process: nobody else enters them, and a killed one's are cleared by the next."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import what_is_open

from qvirt_jupyter import _temporary_folders
from qvirt_jupyter._temporary_folders import (
    OWNER,
    make_temporary_folder,
    remove_left_folders,
    remove_temporary_folder,
    temporary_folder,
)

OTHER = """
import sys
from qvirt_jupyter._temporary_folders import make_temporary_folder
folder = make_temporary_folder("recording", sys.argv[1])
(folder / "picture").write_text("secret")
print(folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def another_process(tmp_path):
    """A process that has such a folder, and the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_nobody_else_enters_and_nothing_stays(tmp_path):
    before = what_is_open.descriptors()
    folder = make_temporary_folder("serial", str(tmp_path))
    assert folder.name.startswith("qvirt-serial-")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert remove_left_folders(tmp_path) == [], "it is in use"
    (folder / "serve").touch()
    remove_temporary_folder(folder)
    remove_temporary_folder(folder)
    assert list(tmp_path.iterdir()) == []
    assert what_is_open.descriptors() == before
    with temporary_folder("why") as other:
        assert other.is_dir()
    assert not other.exists()


def test_what_a_killed_process_left_is_removed_by_the_next(another_process, tmp_path, monkeypatch):
    process, folder = another_process
    assert (folder / "picture").exists()
    assert remove_left_folders(tmp_path) == [], "it still runs"
    # Stopped is not gone.
    process.send_signal(signal.SIGSTOP)
    assert remove_left_folders(tmp_path) == []
    process.kill()
    process.wait(30)
    assert folder.exists()
    monkeypatch.setattr(_temporary_folders, "_CLEARED", set())
    ours = make_temporary_folder("serial", str(tmp_path))
    assert list(tmp_path.iterdir()) == [ours]
    remove_temporary_folder(ours)


def test_what_is_not_known_to_be_left_stays(tmp_path):
    for name in ("qvirt-serial-old", "other-folder"):
        (tmp_path / name).mkdir()
    (tmp_path / "other-folder" / OWNER).touch()
    (tmp_path / "qvirt-file").touch()
    # A link of somebody's to what is ours, and a lock that is a link.
    (tmp_path / "qvirt-link").symlink_to(tmp_path / "other-folder")
    (tmp_path / "qvirt-trap").mkdir()
    (tmp_path / "qvirt-trap" / OWNER).symlink_to(tmp_path / "qvirt-file")
    before = sorted(tmp_path.rglob("*"))
    assert remove_left_folders(tmp_path) == []
    assert sorted(tmp_path.rglob("*")) == before
    assert remove_left_folders(tmp_path / "nowhere") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_is_another_users_stays(tmp_path):
    theirs = tmp_path / "qvirt-serial-theirs"
    theirs.mkdir()
    (theirs / OWNER).touch()
    os.chown(theirs, 65534, 65534)
    assert remove_left_folders(tmp_path) == []
    os.chown(theirs, 0, 0)
    assert remove_left_folders(tmp_path) == [theirs]


def test_a_file_system_without_locks_has_folders_too(tmp_path, monkeypatch):
    def refuse(_descriptor, _operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(_temporary_folders.fcntl, "flock", refuse)
    folder = make_temporary_folder("serial", str(tmp_path))
    assert list(folder.iterdir()) == []
    assert remove_left_folders(tmp_path) == [], "nobody knows whether it is in use"
    remove_temporary_folder(folder)
    assert list(tmp_path.iterdir()) == []
