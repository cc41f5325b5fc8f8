"""A kernel and an initial RAM disk are fetched whole, or it is said what is wrong with them."""

import hashlib
import threading

import pytest
from a_file_server import an_ftp_server, an_http_server

from qvirt_jupyter.hypervisor import OperationCancelled, OperationFailed
from qvirt_jupyter.hypervisor.job import Job
from qvirt_jupyter.provision.trees import DetectedTree, boot_files, fetch_boot_file

KERNEL = bytes(0x202) + b"HdrS" + bytes(600_000)
INITRD = b"\x1f\x8b" + bytes(300_000)


@pytest.fixture
def a_server():
    with an_http_server({"/linux": KERNEL, "/initrd": INITRD}) as server:
        yield server


def a_tree(url, **values):
    return DetectedTree(
        **{
            "url": url,
            "os": None,
            "layout": "debian",
            "architecture": "x86_64",
            "kernel": f"{url}linux",
            "initrd": f"{url}initrd",
            **values,
        }
    )


def fetched(tree, kind="kernel", reporter=None):
    found = fetch_boot_file(tree, kind, reporter=reporter or Job("Fetch"))
    with found.file:
        return found.file.read()


def test_both_are_fetched_by_either_way(a_server):
    assert fetched(a_tree(a_server.url)) == KERNEL
    assert fetched(a_tree(a_server.url), "initrd") == INITRD
    with an_ftp_server({"/linux": KERNEL}) as url:
        assert fetched(a_tree(url)) == KERNEL


def test_a_listener_is_told_of_bytes_and_what_arrives_is_counted(a_server):
    told = []

    class Listener:
        def report(self, *, progress=None, phase=None, transfer=None):
            told.append((progress, str(phase or ""), transfer))

        def check_cancelled(self):
            """Nobody asks to stop."""

    fetched(a_tree(a_server.url), reporter=Listener())
    assert any("Fetching linux" in phase for _progress, phase, _transfer in told)
    progress, _phase, transfer = told[-1]
    assert progress == 1.0
    assert (transfer.done, transfer.total) == (len(KERNEL), len(KERNEL))


def test_a_checksum_of_the_tree_counts(a_server):
    url = f"{a_server.url}linux"
    right = hashlib.sha256(KERNEL).hexdigest()
    assert fetched(a_tree(a_server.url, checksums={url: ("sha256", right)})) == KERNEL
    with pytest.raises(OperationFailed, match="arrived damaged"):
        fetched(a_tree(a_server.url, checksums={url: ("sha256", right[::-1])}))


@pytest.mark.parametrize(
    ("kind", "answer", "what"),
    [
        ("kernel", 404, "no such file"),
        ("kernel", b"<html>Sign in first</html>", "something else than a kernel"),
        ("kernel", INITRD, "no Linux kernel"),
        ("initrd", b"", "something else than a initrd"),
        ("initrd", b"\n <!DOCTYPE html>", "something else than a initrd"),
    ],
)
def test_what_is_something_else_is_refused(a_server, kind, answer, what):
    a_server.files["/linux" if kind == "kernel" else "/initrd"] = answer
    with pytest.raises(OperationFailed, match=what):
        fetched(a_tree(a_server.url), kind)


def test_what_ends_too_early_is_refused(a_server):
    def cut_off(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(KERNEL)))
        handler.end_headers()
        handler.wfile.write(KERNEL[:1000])
        handler.close_connection = True

    a_server.files["/linux"] = cut_off
    with pytest.raises(OperationFailed, match=r"cannot be reached|Only 1000 of"):
        fetched(a_tree(a_server.url))


def test_what_never_ends_is_stopped(a_server, monkeypatch):
    monkeypatch.setattr(boot_files, "LARGEST", 100_000)
    with pytest.raises(OperationFailed, match="larger than"):
        fetched(a_tree(a_server.url))


def test_a_cancelled_job_stops_while_the_server_stalls(a_server):
    began = threading.Event()

    def stall(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(KERNEL)))
        handler.end_headers()
        handler.wfile.write(KERNEL[:1000])
        began.set()
        handler.server.released.wait(60)

    a_server.files["/linux"] = stall
    job = Job("Fetch", cancel=lambda: None)
    threading.Thread(
        target=lambda: job.run(lambda: fetched(a_tree(a_server.url), reporter=job)), daemon=True
    ).start()
    assert began.wait(30)
    job.cancel()
    with pytest.raises(OperationCancelled):
        job.result(30)
    assert not a_server.released.is_set()
