"""Folders of the host are looked for in the dialog for a new pool."""

from __future__ import annotations

import os
import pathlib
import threading
import time

import pytest

from qvirt_jupyter.hypervisor import AccessDenied, ConnectionUri, NotFound, Unsupported
from qvirt_jupyter.provision import host_folders
from qvirt_jupyter.provision.host_folders import folder_listing
from qvirt_jupyter.provision.pools.offer import pool_types
from qvirt_jupyter.widgets.storage.pool_dialog import PoolDialog


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


@pytest.fixture
def a_shelf(tmp_path):
    """A folder with folders, a file, and links to both and to nowhere."""
    for name in ("Images", "backup", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "Images" / "deep").mkdir()
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "isos").symlink_to(tmp_path / "Images")
    (tmp_path / "text").symlink_to(tmp_path / "notes.txt")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkdir(os.fsencode(tmp_path) + b"/no-\xff-text")  # noqa: PTH102 - not a text
    return tmp_path


@pytest.fixture
def a_dialog(a_connection):
    dialog = PoolDialog(a_connection, pool_types(a_connection), lambda: None, lambda _pool: None)
    yield dialog
    dialog.close()


def say(dialog, wish, path=""):
    dialog._said({"type": "folders", "wish": wish, "path": path}, "")


def folders(dialog):
    """What is shown once the folder is read."""
    return wait_for(
        lambda: (found := dialog.shown["folders"]) is not None and not found["busy"] and found
    )


def field(dialog, name):
    return next(each for each in dialog.shown["fields"] if each["name"] == name)


def test_folders_are_listed_and_nothing_else(a_connection, a_shelf):
    found = host_folders.list_folders(a_connection, str(a_shelf))
    assert found.folders == ("backup", "Images", "isos", ".hidden")
    assert (found.path, found.left_out) == (str(a_shelf), 0)


@pytest.mark.parametrize("path", ["{shelf}/Images/..", "/{shelf}//backup/../", "{shelf}/."])
def test_a_path_is_made_plain(path, a_connection, a_shelf):
    found = host_folders.list_folders(a_connection, path.format(shelf=a_shelf))
    assert found.path == str(a_shelf)


def test_no_folder_is_named_and_the_nearest_is_found(a_connection, a_shelf):
    for path in (a_shelf / "new" / "one", a_shelf / "notes.txt"):
        with pytest.raises(NotFound, match=str(path)):
            host_folders.list_folders(a_connection, str(path))
        found = host_folders.list_folders(a_connection, str(path), nearest=True)
        assert found.path == str(a_shelf)
    with pytest.raises(NotFound, match="one line"):
        host_folders.list_folders(a_connection, f"{a_shelf}\nImages")


def test_who_may_not_list_a_folder_is_told(a_connection, a_shelf, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    # Root may list any folder, and tests are run by root, too.
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(AccessDenied, match=f"may not list {a_shelf}") as caught:
        host_folders.list_folders(a_connection, str(a_shelf))
    assert "type the path" in caught.value.next_step


def test_a_very_full_folder_is_cut(a_connection, a_shelf, monkeypatch):
    monkeypatch.setattr(folder_listing, "MOST", 2)
    found = host_folders.list_folders(a_connection, str(a_shelf))
    assert (found.folders, found.left_out) == (("backup", "Images"), 2)


@pytest.mark.parametrize(
    ("uri", "listed"),
    [
        ("qemu:///system", True),
        ("qemu+ssh://far.example.org/system", True),
        ("qemu+libssh2://far.example.org/system", True),
        ("qemu+tls://far.example.org/system", False),
        ("qemu+tcp://far.example.org/system", False),
    ],
)
def test_only_some_hosts_can_be_looked_at(uri, listed, a_connection, monkeypatch):
    monkeypatch.setattr(type(a_connection), "parts", ConnectionUri.parse(uri))
    reason = str(host_folders.why_not_listed(a_connection))
    assert (reason == "") is listed
    if not listed:
        assert "far.example.org" in reason
        with pytest.raises(Unsupported, match="not reached by SSH"):
            host_folders.list_folders(a_connection, "/")


def test_a_folder_is_looked_for_and_taken(a_dialog, a_shelf):
    assert field(a_dialog, "target")["browse"] == "Browse…"
    a_dialog.edit("target", str(a_shelf / "Images" / "new"))
    say(a_dialog, "look", "target")
    assert folders(a_dialog)["path"] == str(a_shelf / "Images")
    assert folders(a_dialog)["folders"] == ["deep"]
    say(a_dialog, "open", folders(a_dialog)["parent"])
    wait_for(lambda: folders(a_dialog)["path"] == str(a_shelf))
    say(a_dialog, "choose", str(a_shelf / "backup"))
    assert a_dialog.shown["folders"] is None
    assert field(a_dialog, "target")["value"] == str(a_shelf / "backup")


def test_a_folder_that_went_is_named_and_the_one_before_stays(a_dialog, a_shelf):
    a_dialog.edit("target", str(a_shelf))
    say(a_dialog, "look", "target")
    folders(a_dialog)
    say(a_dialog, "open", str(a_shelf / "went"))
    problem = wait_for(lambda: folders(a_dialog)["problem"])
    assert str(a_shelf / "went") in problem
    assert folders(a_dialog)["path"] == str(a_shelf)
    say(a_dialog, "close")
    assert a_dialog.shown["folders"] is None
    assert field(a_dialog, "target")["value"] == str(a_shelf)


def test_another_kind_of_pool_is_looked_for_anew(a_dialog, a_shelf):
    a_dialog.edit("target", str(a_shelf))
    say(a_dialog, "look", "target")
    folders(a_dialog)
    a_dialog.edit("type", "fs")
    assert a_dialog.shown["folders"] is None


def test_what_comes_late_is_not_shown(a_dialog, a_shelf, monkeypatch):
    """Two folders are opened at once: the last one counts, whichever is read first."""
    slow, opened = threading.Event(), []
    really = os.scandir

    def scan(path):
        opened.append(str(path))
        if pathlib.PurePath(path).name == "Images":
            slow.wait(20)
        return really(path)

    a_dialog.edit("target", str(a_shelf))
    say(a_dialog, "look", "target")
    folders(a_dialog)
    monkeypatch.setattr(os, "scandir", scan)
    say(a_dialog, "open", str(a_shelf / "Images"))
    wait_for(lambda: opened)
    say(a_dialog, "open", str(a_shelf / "backup"))
    wait_for(lambda: folders(a_dialog)["path"] == str(a_shelf / "backup"))
    slow.set()
    say(a_dialog, "open", str(a_shelf))
    wait_for(lambda: folders(a_dialog)["path"] == str(a_shelf))


def test_the_form_cannot_be_told_to_look_elsewhere(a_dialog):
    say(a_dialog, "look", "name")
    say(a_dialog, "open", "/")
    say(a_dialog, "choose", "/")
    assert a_dialog.shown["folders"] is None
    assert field(a_dialog, "target")["value"] == ""
