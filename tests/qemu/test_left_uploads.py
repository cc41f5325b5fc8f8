"""An upload whose kernel ends half-way is known to the next one, which goes on or removes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qvirt_jupyter._private_files import jupyter_folder
from qvirt_jupyter.hypervisor import OperationCancelled
from qvirt_jupyter.provision.transfers import Upload, UploadState, take_up, uploads

pytestmark = pytest.mark.qemu
MIB = 2**20
KERNEL = """
import sys, time
from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.provision.transfers import Upload, UploadState, pouring
pouring.IDLE = 0.2
uri, pool = sys.argv[1:]
made = Upload(connect(uri).storage_pools[pool], "left.iso", 3 * 2**20, 7)
made.begin()
while made.state is UploadState.STARTING:
    time.sleep(0.05)
made.write(0, b"x" * 2**20, "")
while '"at": 1048576' not in made._note._path.read_text():
    time.sleep(0.05)
print("half-way", flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _no_uploads_left(a_qemu_connection):
    yield
    for each in uploads.of(a_qemu_connection.uri):
        each.remove()
        uploads.dismiss(each)


@pytest.fixture
def a_kernel(a_shelf, tmp_path):
    """Another process that has filled the first MiB of three."""
    script = tmp_path / "kernel.py"
    script.write_text(KERNEL)
    with subprocess.Popen(
        [sys.executable, script, a_shelf.connection.uri, a_shelf.uuid],
        stdout=subprocess.PIPE,
        text=True,
    ) as kernel:
        assert kernel.stdout.readline() == "half-way\n"
        yield kernel
        kernel.kill()


def notes():
    return [path.name for path in (jupyter_folder("data") / "uploads").glob("*")]


def taken_up(pool, wait_until):
    (upload,) = take_up(pool.connection)
    wait_until(lambda: upload.state is not UploadState.STARTING)
    return upload


def test_what_was_left_goes_on_where_it_was_safe(a_kernel, a_shelf, wait_until):
    assert take_up(a_shelf.connection) == (), "its kernel lives"
    a_kernel.kill()
    a_kernel.wait()
    upload = taken_up(a_shelf, wait_until)
    assert (upload.state, upload.at, upload.size) == (UploadState.INTERRUPTED, MIB, 3 * MIB)
    assert upload in uploads.of(a_shelf.connection.uri)
    assert "choose the file again" in upload.job.phase
    assert upload.is_of("left.iso", 3 * MIB, 7)
    assert take_up(a_shelf.connection) == (), "it is ours now"
    upload.write(MIB, b"y" * 2 * MIB, "")
    path = Path(upload.job.result(60))
    assert path.read_bytes() == b"x" * MIB + b"y" * 2 * MIB
    assert notes() == []


def test_what_was_left_is_removed(a_kernel, a_shelf, wait_until):
    a_kernel.kill()
    a_kernel.wait()
    upload = taken_up(a_shelf, wait_until)
    assert "left.iso" in a_shelf.volumes.names
    upload.remove()
    with pytest.raises(OperationCancelled):
        upload.job.result(60)
    assert "left.iso" not in a_shelf.volumes.names
    assert notes() == []


def test_a_volume_that_went_meanwhile_is_forgotten(a_kernel, a_shelf):
    a_kernel.kill()
    a_kernel.wait()
    a_shelf.volumes["left.iso"].delete()
    assert take_up(a_shelf.connection) == ()
    assert notes() == []


def test_a_pool_that_is_off_keeps_what_was_left(a_kernel, a_shelf, wait_until):
    a_kernel.kill()
    a_kernel.wait()
    a_shelf.stop()
    assert take_up(a_shelf.connection) == ()
    a_shelf.start()
    assert taken_up(a_shelf, wait_until).name == "left.iso"


def test_a_note_that_makes_no_sense_is_left_alone(a_qemu_connection, caplog):
    folder = jupyter_folder("data") / "uploads"
    folder.mkdir(parents=True)
    (folder / "one.json").write_text("nothing")
    (folder / "two.json").write_text(json.dumps({"format": 1, "uri": "x"}))
    (folder / "three.json").write_text(json.dumps({"format": 99}))
    assert take_up(a_qemu_connection) == ()
    assert "makes no sense" in caplog.text


def test_an_upload_goes_on_where_nothing_can_be_noted(a_shelf, wait_until, caplog):
    blocked = jupyter_folder("data")
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("no folder")
    upload = Upload(a_shelf, "a.iso", MIB)
    upload.begin()
    wait_until(lambda: upload.state is not UploadState.STARTING)
    upload.write(0, os.urandom(MIB), "")
    assert Path(upload.job.result(60)).name == "a.iso"
    assert "cannot be noted" in caplog.text
