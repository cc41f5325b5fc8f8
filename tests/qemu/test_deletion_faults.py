"""Bad days of a deletion: what happens is said, nothing else is lost, and it can be done again."""

import json
import os
import sys
from pathlib import Path

import pytest

from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.hypervisor import OperationCancelled, connect
from qvirt_jupyter.provision import DeleteRequest
from qvirt_jupyter.provision.deletion import Outcome, file_removal
from qvirt_jupyter.widgets.deletion import Deletion
from qvirt_jupyter.widgets.details.work import Boards
from qvirt_jupyter.widgets.notices import NoticeBoard
from qvirt_jupyter.widgets.questions import QuestionBoard

pytestmark = pytest.mark.qemu

MACHINE = """
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>{disks}</devices>
</domain>
"""
DISK = (
    "<disk type='file'><driver name='qemu' type='raw'/><source file='{path}'/>"
    "<target dev='vd{letter}' bus='virtio'/></disk>"
)


def define(connection, name, *paths):
    disks = "".join(
        DISK.format(path=path, letter=letter) for letter, path in zip("abcdef", paths, strict=False)
    )
    return connection.domains.define(MACHINE.format(name=name, disks=disks))


@pytest.fixture
def a_connection(a_daemon):
    connection = connect(a_daemon.uri)
    yield connection
    connection.close()


@pytest.fixture
def a_shelf(a_connection, a_daemon, tmp_path):
    """A pool of the daemon's user, and its folder."""
    folder = a_daemon.folder / tmp_path.name
    folder.mkdir()
    folder.chmod(0o777)
    pool = a_connection.storage_pools.define(
        str(StoragePool(type="dir", name=tmp_path.name, path=str(folder)))
    )
    pool.start()
    yield pool
    if pool.is_active:
        pool.stop()
    pool.delete()


class Watcher:
    """What a run tells of its progress; does something at the first phase with a word."""

    def __init__(self, word, do):
        self.word, self.do = word, do
        self.is_stopped = False
        self.phases = []

    def check_cancelled(self):
        if self.is_stopped:
            raise OperationCancelled

    def report(self, *, progress=None, phase=None):
        assert 0 <= progress <= 1
        self.phases.append(str(phase))
        if self.word in str(phase) and self.do is not None:
            do, self.do = self.do, None
            do(self)


def test_libvirtd_killed_during_the_run(a_daemon, a_connection, a_shelf, tmp_path, wait_until):
    paths = [a_shelf.create_volume(name, 2**20, format="raw").path for name in ("a", "b", "c")]
    request = DeleteRequest(define(a_connection, "left", *paths))
    plan = request.plan()
    results = request.run(plan, Watcher("/b", lambda _watcher: a_daemon.kill()))
    assert results.of(paths[0]).outcome is Outcome.DELETED
    assert results.of(paths[1]).outcome is Outcome.UNKNOWN
    assert "look" in results.of(paths[1]).reason
    assert results.of(paths[2]).outcome is Outcome.KEPT
    assert "connect again" in results.of("left").reason
    assert {row.what for row in results.left} == {*paths[1:], "left"}
    a_daemon.start()
    # It comes back by itself, and the same request does the rest.
    wait_until(lambda: a_connection.is_connected, 60)
    if not a_shelf.is_active:
        a_shelf.start()
    assert "left" in a_connection.domains
    again = request.run()
    assert not again.left
    assert "left" not in a_connection.domains
    assert list((a_daemon.folder / tmp_path.name).iterdir()) == []


def test_a_run_that_is_stopped_says_what_it_did(a_connection, a_shelf):
    paths = [a_shelf.create_volume(name, 2**20, format="raw").path for name in ("a", "b")]
    request = DeleteRequest(define(a_connection, "stopped", *paths))

    def stop(watcher):
        watcher.is_stopped = True

    results = request.run(request.plan(), Watcher("/a", stop))
    assert results.of(paths[0]).outcome is Outcome.DELETED
    assert results.of(paths[1]).outcome is Outcome.KEPT
    assert "before its turn" in results.of("stopped").reason
    assert "stopped" in a_connection.domains
    assert not DeleteRequest(a_connection.domains["stopped"]).run().left


def test_a_volume_that_went_by_itself_is_gone_and_not_a_failure(a_connection, a_shelf):
    path = a_shelf.create_volume("gone", 2**20, format="raw").path
    request = DeleteRequest(define(a_connection, "without", path))
    plan = request.plan()
    assert plan.ticked
    results = request.run(plan, Watcher("/gone", lambda _watcher: Path(path).unlink()))
    # libvirt deletes a file that is not there without a word.
    assert results.of(path).outcome in (Outcome.GONE, Outcome.DELETED)
    assert not results.left
    assert "without" not in a_connection.domains


def test_who_may_only_read_loses_nothing(a_daemon, a_connection, a_shelf):
    path = a_shelf.create_volume("kept", 2**20, format="raw").path
    machine = define(a_connection, "readable", path)
    # There is one connection for each URI; this is another one to the same daemon.
    reader = connect(a_daemon.uri.replace("socket=/", "socket=//"), read_only=True)
    try:
        request = DeleteRequest(reader.domains["readable"])
        results = request.run()
    finally:
        reader.close()
    assert {row.what for row in results.left} == {path, "readable"}
    assert all(row.outcome is Outcome.FAILED for row in results.left)
    assert "read-only" in results.of(path).reason
    assert Path(path).exists()
    assert not DeleteRequest(machine).run().left


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes folders of somebody else")
def test_files_in_a_folder_of_somebody_else_are_kept(a_daemon, a_connection):
    probe = a_daemon.run(sys.executable, "-c", "import qvirt_jupyter")
    if probe.returncode != 0:
        pytest.skip(f"an ordinary user cannot read this checkout: {probe.stderr[-200:]}")
    folder = a_daemon.folder / "of-root"
    folder.mkdir()
    (folder / "disk.img").write_bytes(b"\0" * 4096)
    define(a_connection, "of-root", folder / "disk.img")
    said = a_daemon.python(
        f"""
import json
from qvirt_jupyter.hypervisor import OperationCancelled, connect
from qvirt_jupyter.provision import DeleteRequest
request = DeleteRequest(connect({a_daemon.uri!r}).domains["of-root"])
(row,) = request.plan()
results = request.run()
print(json.dumps([row.fixed, row.ticked, row.reason, len(results.left)]))
"""
    )
    fixed, ticked, reason, left = json.loads(said)
    assert fixed
    assert not ticked
    assert "may not delete files in its folder" in reason
    assert left == 0
    assert (folder / "disk.img").exists()
    assert "of-root" not in a_connection.domains


class NothingAsked:
    """Somebody who wants no questions."""

    def wants(self, _name):
        return False

    def stop_asking(self, name):
        raise AssertionError(name)


def test_the_dialog_shows_what_was_done_before_the_daemon_died(
    a_daemon, a_connection, a_shelf, wait_until, monkeypatch
):
    paths = [a_shelf.create_volume(name, 2**20, format="raw").path for name in ("a", "b")]
    machine = define(a_connection, "left", *paths)

    def delete_file(connection, row):
        if row.path == paths[1]:
            a_daemon.kill()
        return file_removal.delete_file(connection, row)

    monkeypatch.setattr("qvirt_jupyter.provision.deletion.run.delete_file", delete_file)
    boards = Boards(QuestionBoard(), NoticeBoard(), NothingAsked())
    dialog = Deletion([machine], boards, lambda: None)
    try:
        wait_until(lambda: dialog.shown["phase"] == "choosing", 60)
        dialog._receive({"type": "press", "id": "delete", "client": ""})

        def outcomes():
            return {row["path"]: row["outcome"] for row in dialog.shown["rows"]}

        wait_until(lambda: outcomes().get(paths[0]) == "deleted", 60)
        assert dialog.shown["phase"] == "over"
        assert outcomes() == {"left": "failed", paths[0]: "deleted", paths[1]: "unknown"}
        assert dialog.shown["problem"], "that the connection was lost"
        monkeypatch.undo()
        a_daemon.start()
        wait_until(lambda: a_connection.is_connected, 60)
        if not a_shelf.is_active:
            a_shelf.start()
        # It looks anew, and does the rest.
        dialog._receive({"type": "press", "id": "again", "client": ""})
        wait_until(lambda: dialog.shown["phase"] == "choosing", 60)
        assert {row["path"] for row in dialog.shown["rows"]} >= {"left", paths[1]}
        dialog._receive({"type": "press", "id": "delete", "client": ""})
        wait_until(lambda: "left" not in a_connection.domains, 60)
    finally:
        dialog.close()
