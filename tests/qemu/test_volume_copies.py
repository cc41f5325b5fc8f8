"""Volumes are copied as they are, holes as holes; what is stopped or fails leaves nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import AlreadyExists, JobState, OperationCancelled, QvirtError
from qvirt_jupyter.hypervisor.storage.image_headers import data_file_of

pytestmark = pytest.mark.qemu
MIB = 1024**2


def filled(pool, name, *, size=64 * MIB, at=8 * MIB, contents=b"qvirt" * 1000):
    """Return a raw volume that has something in it and is hollow otherwise."""
    volume = pool.create_volume(name, size, format="raw", allocation=0)
    with Path(volume.path).open("r+b") as file:
        file.seek(at)
        file.write(contents)
    return volume


def used(path):
    return Path(path).stat().st_blocks * 512


def test_a_sparse_disk_of_a_gigabyte_stays_sparse(a_shelf, another_shelf):
    source = filled(a_shelf, "big.img", size=1024 * MIB)
    copy = another_shelf.create_volume("copy.img", copy_of=source)
    assert copy.record.capacity == 1024 * MIB
    assert Path(copy.path).stat().st_size == 1024 * MIB
    assert used(copy.path) < 2 * MIB
    with Path(copy.path).open("rb") as file:
        file.seek(8 * MIB)
        assert file.read(10) == b"qvirtqvirt"
    copy.delete()
    source.delete()


def test_a_qcow2_image_is_the_same_file_and_libvirt_knows_its_format(a_shelf, wait_until):
    source = a_shelf.create_volume("a.qcow2", 100 * MIB)
    copy = a_shelf.create_volume("b.qcow2", copy_of=source)
    wait_until(lambda: copy.record.format == "qcow2")
    assert copy.record.capacity == 100 * MIB
    assert Path(copy.path).read_bytes() == Path(source.path).read_bytes()


def test_an_overlay_holds_the_differences_and_a_copy_of_it_is_whole(a_shelf, another_shelf):
    base = filled(a_shelf, "base.img")
    document = documents.StorageVolume.overlay(
        "over.qcow2", path=base.path, format="raw", capacity=64 * MIB
    )
    overlay = another_shelf.create_volume(document)
    assert overlay.record.backing == base.path
    assert used(overlay.path) < MIB
    whole = a_shelf.create_volume("whole.qcow2", copy_of=overlay)
    assert not whole.record.backing
    assert b"qvirtqvirt" in Path(whole.path).read_bytes()


def test_a_copy_tells_how_far_it_is_and_stops_when_it_is_cancelled(a_shelf):
    source = filled(a_shelf, "long.img", size=512 * MIB, at=0, contents=os.urandom(MIB) * 512)
    job = a_shelf.submit.create_volume("copy.img", copy_of=source)
    moved = []

    def stop(changed):
        if changed.transfer is not None and changed.transfer.done < 512 * MIB:
            moved.append(changed.transfer)
            changed.cancel()

    job.on_change(stop)
    with pytest.raises(OperationCancelled):
        job.result(60)
    assert job.state is JobState.CANCELLED
    assert moved[0].total == 512 * MIB
    assert job.log[0][1] == "Copying long.img"
    a_shelf.refresh()
    assert a_shelf.volumes.names == ("long.img",)


def test_contents_in_another_file_go_into_the_copy(a_shelf):
    folder = Path(a_shelf.document().path)
    raw = filled(a_shelf, "raw.img")
    split = folder / "split.qcow2"
    options = f"data_file={folder / 'data.raw'},data_file_raw=on"
    command = ["qemu-img", "convert", "-O", "qcow2", "-o", options, raw.path, str(split)]
    subprocess.run(command, check=True)
    a_shelf.refresh()
    copy = a_shelf.create_volume("whole.qcow2", copy_of=a_shelf.volumes["split.qcow2"])
    assert data_file_of(copy.path) is None, "both would write to the same file"
    assert b"qvirtqvirt" in Path(copy.path).read_bytes()


def test_a_name_that_is_taken_loses_nothing(a_shelf):
    source, other = filled(a_shelf, "a.img"), filled(a_shelf, "b.img", contents=b"mine")
    with pytest.raises(AlreadyExists, match="taken"):
        a_shelf.create_volume("b.img", copy_of=source)
    with Path(other.path).open("rb") as file:
        file.seek(8 * MIB)
        assert file.read(4) == b"mine"


def test_a_conversion_is_left_to_the_host(a_shelf):
    source = filled(a_shelf, "a.img")
    document = documents.StorageVolume(name="a.qcow2", capacity=64 * MIB)
    document.format = "qcow2"
    copy = a_shelf.create_volume(document, copy_of=source)
    assert copy.record.format == "qcow2"
    assert used(copy.path) < 2 * MIB


def test_what_libvirt_refuses_to_copy_leaves_nothing(a_shelf):
    source = filled(a_shelf, "a.img")
    document = documents.StorageVolume(name="odd.img", capacity=64 * MIB)
    document.format = "no-such-format"
    with pytest.raises(QvirtError):
        a_shelf.create_volume(document, copy_of=source)
    assert a_shelf.volumes.names == ("a.img",)
