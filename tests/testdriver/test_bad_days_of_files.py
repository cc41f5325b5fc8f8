"""The preferences' file on a bad day, seen in the open manager: nothing lost, a sentence each time.

The full disk is a real one: a file system of some pages where the test may mount one, else a limit
on the size of the process's files.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
from contextlib import contextmanager

import pytest
from a_manager import act, domains, wait_for

import qvirt_jupyter
from qvirt_jupyter.hypervisor import DomainState, RecordKey, connect
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.preferences import Preferences, PreferenceStore, preferences
from qvirt_jupyter.widgets.preferences_dialog import PreferencesDialog
from qvirt_jupyter.widgets.questions import Answer

RUNNING = "11111111-1111-4111-8111-111111111101"
SOMEBODY_ELSE = 65534
PAGES = 64 * 1024


pytestmark = pytest.mark.usefixtures("a_user_without_a_past")


@pytest.fixture
def a_folder(tmp_path, monkeypatch):
    """Where the files are kept."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    folder = tmp_path / "qvirt"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def a_manager(a_driver_file):
    panels = []

    def open_it():
        saved_connections.add(SavedConnection(f"test://{a_driver_file}", autoconnect=True))
        panel = qvirt_jupyter.manager()
        panels.append(panel)
        assert wait_for(lambda: len(domains(panel)) == 10)
        return panel

    yield open_it
    for panel in panels:
        panel.close()


@contextmanager
def limited_files():
    """Let no file of this process grow (EFBIG): for who may mount nothing."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def a_full_disk(a_folder):
    """A context in which the folder's disk is full; before and after it is not."""
    mounted = (
        os.geteuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={PAGES},mode=0700", "tmpfs", a_folder],
            check=False,
            capture_output=True,
        ).returncode
        == 0
    )

    @contextmanager
    def full():
        filler = a_folder / "filler"
        with filler.open("wb", buffering=0) as file:
            while True:
                try:
                    file.write(b"x" * 4096)
                except OSError:
                    break
        try:
            yield
        finally:
            filler.unlink()

    yield full if mounted else limited_files
    if mounted:
        subprocess.run(["umount", "--lazy", a_folder], check=True)


@contextmanager
def unwritable(folder):
    """Somebody else's folder for root, who may write into all others."""
    if os.geteuid() == 0:
        os.chown(folder, SOMEBODY_ELSE, -1)
    else:
        folder.chmod(0o500)
    try:
        yield
    finally:
        if os.geteuid() == 0:
            os.chown(folder, 0, -1)
        folder.chmod(0o700)


def a_dialog(panel):
    panel._edit_preferences()
    return wait_for(
        lambda: next(
            (child for child in panel._dialog.children if isinstance(child, PreferencesDialog)),
            None,
        )
    )


def refused(panel, folder):
    """Save in the dialog, see why that fails and that nothing is lost; then return the dialog."""
    names = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    dialog = a_dialog(panel)
    dialog.edit("confirm_pause", "true")
    dialog.edit("update_interval", "7")
    assert not dialog.submit()
    problem = dialog.shown["problem"]
    assert "preferences.json cannot be written" in problem
    assert problem.endswith("Nothing was changed.")
    assert "Traceback" not in problem
    assert preferences.now == Preferences()
    # what was typed is still there, to be saved later
    assert {field["name"]: field["value"] for field in dialog.shown["fields"]}[
        "update_interval"
    ] == "7"
    assert {path.name: path.read_bytes() for path in folder.glob("*.json")} == names
    assert not list(folder.glob(".*.json.?*[!k]")), "half a file was left"
    return dialog


def test_a_full_disk_is_said_in_the_dialog_and_saving_works_once_there_is_room(
    a_manager, a_folder, a_full_disk
):
    panel = a_manager()
    with a_full_disk():
        dialog = refused(panel, a_folder)
    assert dialog.submit()
    assert preferences.now == PreferenceStore().now
    assert preferences.now == Preferences(confirm_pause=True, update_interval=7)


def test_a_folder_that_cannot_be_written_is_said_in_the_dialog(a_manager, a_folder):
    panel = a_manager()
    with unwritable(a_folder):
        dialog = refused(panel, a_folder)
    assert dialog.submit()
    assert preferences.now == Preferences(confirm_pause=True, update_interval=7)


def test_what_was_wanted_is_done_though_the_answer_cannot_be_remembered(a_manager, a_full_disk):
    panel = a_manager()
    (uri,) = (item.uri for item in saved_connections.all)
    act(panel, "destroy", RecordKey("domain", uri, RUNNING))
    (question,) = wait_for(lambda: panel._questions.questions)
    with a_full_disk():
        panel._questions.answer(question[0], Answer(remember=True))
        (notice,) = wait_for(lambda: fleet.notices.notices)
    assert "could not be saved" in str(notice.title)
    assert "Nothing was changed." in str(notice.text) + str(notice.details)
    domain = connect(uri).domains[RUNNING]
    assert wait_for(lambda: domain.state is DomainState.SHUTOFF)
    assert preferences.wants("confirm_force_off")


@pytest.mark.parametrize(
    "text", ["", "{ half a fi", "[]", '"words"', "\x00\x01\x02", '{"connections": 3}'], ids=repr
)
def test_saved_connections_that_make_no_sense_are_set_aside_and_others_can_be_added(
    a_manager, a_folder, text
):
    (a_folder / "connections.json").write_text(text)
    panel = a_manager()
    (kept,) = a_folder.glob("connections.json.broken-*")
    assert kept.read_text() == text
    assert len(json.loads((a_folder / "connections.json").read_text())["connections"]) == 1
    (notice,) = [each for each in fleet.notices.notices if each.level == "warning"]
    assert kept.name in str(notice.text)
    assert len(domains(panel)) == 10


def test_the_file_of_a_newer_version_works_and_keeps_what_this_one_does_not_know(
    a_manager, a_folder
):
    newer = {"version": 9, "update_interval": 5, "console_scaling": "hologram", "colour": "red"}
    (a_folder / "preferences.json").write_text(json.dumps(newer))
    dialog = a_dialog(a_manager())
    # what it does not understand has the default, and that is said
    assert preferences.now == Preferences(update_interval=5)
    said = [str(each.text) for each in fleet.notices.notices if each.level == "warning"]
    assert any("Screen size" in text for text in said), said
    dialog.edit("confirm_pause", "true")
    assert dialog.submit()
    written = json.loads((a_folder / "preferences.json").read_text())
    assert written["version"] == 9
    assert written["colour"] == "red"
    assert written["confirm_pause"] is True
    assert written["console_scaling"] == "hologram"
    preferences.set(console_scaling="actual")
    assert json.loads((a_folder / "preferences.json").read_text())["console_scaling"] == "actual"
