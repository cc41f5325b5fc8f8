"""Files of a browser become volumes and volumes become downloads, by a real Jupyter server."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import tempfile
import threading
import time
from pathlib import Path

import pytest
from a_jupyter_server import TOKEN, running_server

from qvirt_jupyter.console.transfer_service import service
from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.hypervisor import (
    JobState,
    NotFound,
    OperationCancelled,
    OperationFailed,
    connect,
)
from qvirt_jupyter.provision.transfers import Download, Upload, UploadState, upload, uploads

pytestmark = pytest.mark.qemu
MIB = 2**20
CHUNK = 4 * MIB


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server
    service.close()


@pytest.fixture(autouse=True)
def _runtime_folder_of_the_server(a_server, monkeypatch, _jupyter_folders_of_the_test):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", a_server.app.runtime_dir)


class ABrowser:
    """Sends and takes as the page does, with Jupyter's token for a cookie."""

    def __init__(self, server):
        self._server = server

    def ask(self, ticket, method="GET", query="", body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        connection.request(
            method,
            f"/user/x/qvirt/transfer?ticket={ticket}&{query}",
            body,
            {"Authorization": f"token {TOKEN}", **(headers or {})},
        )
        return connection, connection.getresponse()

    def say(self, *arguments, **keywords):
        connection, answer = self.ask(*arguments, **keywords)
        said = json.loads(answer.read())
        connection.close()
        return answer.status, said

    def put(self, ticket, at, chunk):
        return self.say(ticket, "PUT", f"at={at}", chunk)

    def look(self, ticket):
        return self.say(ticket, query="look=1")

    def send(self, ticket, file, at=0, until=None):
        """Upload a file from a place on, as long as it is asked to."""
        while chunk := os.pread(file.fileno(), CHUNK, at):
            status, said = self.put(ticket, at, chunk)
            assert status == 200, said
            at = said["at"]
            if until is not None and at >= until:
                return at
        return at

    def fetch(self, ticket, sink, start=0):
        """Download into a file, and return how many bytes came."""
        connection, answer = self.ask(
            ticket, headers={"Range": f"bytes={start}-"} if start else None
        )
        assert answer.status == (206 if start else 200)
        done = 0
        try:
            while block := answer.read(MIB):
                sink(block)
                done += len(block)
        except http.client.IncompleteRead as error:
            sink(error.partial)
            done += len(error.partial)
        connection.close()
        return done


@pytest.fixture
def a_browser(a_server):
    return ABrowser(a_server)


def begun(pool, name, size, wait_until):
    made = Upload(pool, name, size)
    made.begin()
    wait_until(lambda: made.state is not UploadState.STARTING)
    return made


@pytest.fixture(autouse=True)
def _no_uploads_left(a_qemu_connection):
    yield
    for each in uploads.of(a_qemu_connection.uri):
        each.remove()
        uploads.dismiss(each)


def memory():
    """Return what this process has in memory now, and what it had at most since it was reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    known = dict(line.split(":", 1) for line in lines)
    return tuple(int(known[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))


def test_a_gigabyte_goes_up_and_comes_down_in_little_memory(
    a_browser, a_shelf, tmp_path, wait_until
):
    """Kernel, server and browser are this one process: together they grow by less than 64 MiB."""
    source = tmp_path / "source"
    with source.open("wb") as file:
        for number in range(200):
            file.seek(number * 5 * MIB)
            file.write(os.urandom(MIB))
        file.truncate(1024 * MIB)
    digest = hashlib.sha256()
    with source.open("rb") as file:
        while block := file.read(MIB):
            digest.update(block)
    made = begun(a_shelf, "big.iso", 1024 * MIB, wait_until)
    ticket = made.ticket()
    Path("/proc/self/clear_refs").write_text("5")
    before, _most = memory()
    with source.open("rb") as file:
        a_browser.send(ticket, file)
    assert Path(made.job.result(60)) == Path(a_shelf.document().path) / "big.iso"
    volume = a_shelf.volumes["big.iso"]
    assert volume.record.allocation < 220 * MIB
    back = hashlib.sha256()
    assert a_browser.fetch(Download(volume).ticket(), back.update) == 1024 * MIB
    _now, most = memory()
    assert back.digest() == digest.digest()
    assert most - before < 64 * MIB


def test_an_upload_goes_on_where_it_was_when_the_connection_drops(
    a_browser, a_server, a_shelf, tmp_path, wait_until
):
    content = os.urandom(20 * MIB)
    (tmp_path / "file").write_bytes(content)
    made = begun(a_shelf, "disk.img", len(content), wait_until)
    ticket = made.ticket()
    with (tmp_path / "file").open("rb") as file:
        at = a_browser.send(ticket, file, until=8 * MIB)
        # It drops within a chunk.
        connection = http.client.HTTPConnection("127.0.0.1", a_server.port)
        connection.putrequest("PUT", f"/user/x/qvirt/transfer?ticket={ticket}&at={at}")
        connection.putheader("Authorization", f"token {TOKEN}")
        connection.putheader("Content-Length", str(CHUNK))
        connection.endheaders()
        connection.send(content[at : at + 1000])
        connection.close()
        status, said = a_browser.look(ticket)
        assert (status, said["at"], said["size"]) == (200, at, len(content))
        assert a_browser.put(ticket, at + 5, b"x")[0] == 409
        a_browser.send(ticket, file, at)
    made.job.result(60)
    assert Path(a_shelf.volumes["disk.img"].path).read_bytes() == content
    assert a_browser.look(ticket)[1]["at"] == len(content), "also where the last answer was lost"


def test_an_image_is_known_for_what_it_is_afterwards(
    a_browser, a_shelf, a_qemu_libvirtd, tmp_path, wait_until
):
    image = tmp_path / "image"
    done = a_qemu_libvirtd.run("qemu-img", "create", "-f", "qcow2", str(image), "3G")
    assert done.returncode == 0, done.stderr
    made = begun(a_shelf, "..\\up/web.qcow2", image.stat().st_size, wait_until)
    with image.open("rb") as file:
        a_browser.send(made.ticket(), file)
    made.job.result(60)
    record = a_shelf.volumes["web.qcow2"].record
    assert (record.format, record.capacity) == ("qcow2", 3 * 1024 * MIB)


def test_cancel_removes_what_was_made(a_browser, a_shelf, wait_until):
    made = begun(a_shelf, "a.iso", 10 * MIB, wait_until)
    ticket = made.ticket()
    assert a_browser.put(ticket, 0, bytes(MIB) + b"x" * MIB)[1]["at"] == 2 * MIB
    assert "a.iso" in a_shelf.volumes.names
    made.remove()
    with pytest.raises(OperationCancelled):
        made.job.result(60)
    a_shelf.refresh()
    assert a_shelf.volumes.names == ()
    status, said = a_browser.put(ticket, 2 * MIB, b"x")
    assert (status, said["code"]) == (410, "transfer-gone")


def test_a_closed_browser_leaves_an_upload_that_is_named_and_goes_on(
    a_browser, a_shelf, wait_until, monkeypatch
):
    monkeypatch.setattr(upload, "SILENCE", 0.5)
    made = begun(a_shelf, "a.iso", 2 * MIB, wait_until)
    a_browser.put(made.ticket(), 0, b"x" * MIB)
    wait_until(lambda: made.state is UploadState.INTERRUPTED)
    assert made in uploads.of(a_shelf.connection.uri)
    assert made.job.waiting
    assert "choose the file again" in made.job.phase
    assert made.is_of("a.iso", 2 * MIB, 0)
    assert not made.is_of("a.iso", 2 * MIB, 1)
    assert made.job.can_cancel
    assert a_browser.put(made.ticket(), MIB, b"y" * MIB)[0] == 200
    assert Path(made.job.result(60)).read_bytes() == b"x" * MIB + b"y" * MIB


def test_a_file_that_does_not_fit_is_refused_before_anything_is_made(a_shelf):
    made = Upload(a_shelf, "a.iso", 2**60)
    with pytest.raises(OperationFailed, match=r"has .* free, and the file has"):
        made.begin().result(60)
    assert made.state is UploadState.FAILED
    assert a_shelf.volumes.names == ()


@pytest.fixture
def a_small_shelf(a_shelf, a_qemu_libvirtd):
    """A pool with little room."""
    path = a_shelf.document().path
    done = a_qemu_libvirtd.run("mount", "-t", "tmpfs", "-o", "size=8m", "none", path)
    if done.returncode:
        pytest.skip(f"a small file system needs root: {done.stderr.strip()}")
    a_shelf.refresh()
    yield a_shelf
    a_qemu_libvirtd.run("umount", path)


def test_a_full_pool_is_named_and_nothing_of_the_upload_stays(
    a_browser, a_small_shelf, wait_until, monkeypatch
):
    # Somebody else fills it meanwhile.
    monkeypatch.setattr(Upload, "_must_fit", lambda _self: None)
    made = begun(a_small_shelf, "a.iso", 32 * MIB, wait_until)
    ticket, at, status, said = made.ticket(), 0, 200, {}
    while status == 200:
        status, said = a_browser.put(ticket, at, os.urandom(CHUNK))
        at = said.get("at", at)
    assert (status, said["code"]) == (507, "no-room"), said
    wait_until(made.job.done)
    assert made.job.state is JobState.FAILED
    a_small_shelf.refresh()
    assert a_small_shelf.volumes.names == ()


def test_a_refresh_in_the_middle_does_no_harm(a_browser, a_shelf, wait_until):
    content = os.urandom(12 * MIB)
    made = begun(a_shelf, "a.img", len(content), wait_until)
    ticket = made.ticket()
    for at in range(0, len(content), 2 * MIB):
        a_shelf.refresh()
        assert a_browser.put(ticket, at, content[at : at + 2 * MIB])[0] == 200
    assert Path(made.job.result(60)).read_bytes() == content


def test_a_volume_that_goes_in_the_middle_is_named(a_browser, a_shelf, wait_until):
    made = begun(a_shelf, "a.img", 4 * MIB, wait_until)
    ticket = made.ticket()
    assert a_browser.put(ticket, 0, b"x" * MIB)[0] == 200
    Path(made.volume.path).unlink()
    a_shelf.refresh()
    status, said = a_browser.put(ticket, MIB, b"x" * 3 * MIB)
    assert (status, said["code"]) == (410, "transfer-gone")
    assert "does not exist any more" in said["message"]
    with pytest.raises(NotFound):
        made.job.result(60)


def test_a_download_of_a_volume_that_changed_begins_anew(a_browser, a_shelf):
    volume = a_shelf.create_volume("a.img", MIB, format="raw")
    ticket = Download(volume).ticket()
    connection, answer = a_browser.ask(ticket, "HEAD")
    connection.close()
    tag = answer.getheader("Etag")
    volume.write(b"new")
    a_shelf.refresh()
    headers = {"Range": "bytes=10-", "If-Range": tag}
    connection, answer = a_browser.ask(ticket, headers=headers)
    assert answer.status == 200
    assert answer.read()[:3] == b"new"
    connection.close()


def test_a_download_of_a_volume_that_went_is_refused(a_browser, a_shelf):
    volume = a_shelf.create_volume("a.img", MIB, format="raw")
    ticket = Download(volume).ticket()
    volume.delete()
    status, said = a_browser.say(ticket)
    assert (status, said["code"]) == (410, "transfer-gone")


@pytest.fixture
def a_shelf_that_may_die(a_daemon):
    """A pool of a daemon that may be killed."""
    folder = Path(tempfile.mkdtemp(dir=a_daemon.folder))
    status = a_daemon.socket.stat()
    os.chown(folder, status.st_uid, status.st_gid)
    connection = connect(a_daemon.uri)
    pool = connection.storage_pools.define(StoragePool(type="dir", name="mortal", path=str(folder)))
    pool.start()
    yield pool
    if pool.is_active:
        pool.stop()
    pool.delete()
    connection.close()


def killed_and_started(daemon, connection, wait_until):
    daemon.kill()
    daemon.start()
    wait_until(lambda: connection.is_connected, 60)


def test_a_download_outlives_the_daemon(a_browser, a_daemon, a_shelf_that_may_die, wait_until):
    volume = a_shelf_that_may_die.create_volume("a.img", 48 * MIB, format="raw")
    content = os.urandom(48 * MIB)
    volume.write(content)
    a_shelf_that_may_die.refresh()
    ticket = Download(volume).ticket()
    got, half, go_on = bytearray(), threading.Event(), threading.Event()

    def take(block):
        got.extend(block)
        if len(got) >= 8 * MIB and not half.is_set():
            half.set()
            assert go_on.wait(90)

    thread = threading.Thread(target=a_browser.fetch, args=(ticket, take))
    thread.start()
    assert half.wait(60)
    killed_and_started(a_daemon, a_shelf_that_may_die.connection, wait_until)
    if not a_shelf_that_may_die.is_active:
        a_shelf_that_may_die.start()
    go_on.set()
    thread.join(120)
    # Either it went on by itself, or the browser asks for the rest.
    if len(got) < len(content):
        a_browser.fetch(ticket, got.extend, len(got))
    assert bytes(got) == content


def test_an_upload_goes_back_to_what_is_safe_when_the_daemon_dies(
    a_browser, a_daemon, a_shelf_that_may_die, wait_until
):
    content = os.urandom(24 * MIB)
    made = begun(a_shelf_that_may_die, "b.img", len(content), wait_until)
    ticket = made.ticket()
    assert a_browser.put(ticket, 0, content[: 4 * MIB])[0] == 200
    killed_and_started(a_daemon, a_shelf_that_may_die.connection, wait_until)
    if not a_shelf_that_may_die.is_active:
        a_shelf_that_may_die.start()
    at, end = 4 * MIB, time.monotonic() + 120
    while at < len(content):
        assert time.monotonic() < end
        status, said = a_browser.put(ticket, at, content[at : at + 4 * MIB])
        assert status in {200, 409, 503}, said
        at = said["at"]
        time.sleep(0.2 if status == 503 else 0)
    made.job.result(60)
    assert a_shelf_that_may_die.volumes["b.img"].read(0, len(content)) == content
