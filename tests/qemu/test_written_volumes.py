"""What is written into a volume over libvirt lies there, holes stay holes, and it can be stopped."""

import io
import os
import threading

import pytest

from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.hypervisor import (
    InvalidDefinition,
    OperationCancelled,
    OperationFailed,
    action_log,
)

MIB = 2**20


@pytest.fixture
def a_shelf(a_qemu_connection, tmp_path):
    """A pool of the test's own."""
    (tmp_path / "shelf").mkdir()
    definition = StoragePool(type="dir", name="written", path=str(tmp_path / "shelf"))
    pool = a_qemu_connection.storage_pools.define(str(definition))
    pool.start()
    yield pool
    pool.stop()
    pool.delete()


def a_raw(shelf, size=MIB, name="a.img", allocation=None):
    return shelf.create_volume(name, size, format="raw", allocation=allocation)


def content_of(volume):
    with open(volume.path, "rb") as file:  # noqa: PTH123 - a path of the host
        return file.read()


class Trickle:
    """A source that cannot say how much comes, and gives it in small pieces."""

    def __init__(self, content):
        self._file = io.BytesIO(content)

    def read(self, size):
        return self._file.read(min(size, 1000))


@pytest.mark.parametrize("source", [bytes, io.BytesIO, Trickle])
def test_bytes_lie_in_the_volume(a_shelf, source):
    content = os.urandom(300_000)
    volume = a_raw(a_shelf)
    assert volume.write(source(content)) == len(content)
    assert content_of(volume)[: len(content)] == content


def test_holes_stay_holes(a_shelf):
    content = b"begin" + bytes(64 * MIB - 8) + b"end"
    volume = a_raw(a_shelf, 64 * MIB, allocation=0)
    volume.write(io.BytesIO(content))
    assert content_of(volume) == content
    assert volume.record.allocation < 2 * MIB


def test_zeros_replace_what_was_there(a_shelf):
    volume = a_raw(a_shelf)
    volume.write(b"x" * MIB)
    volume.write(bytes(MIB))
    assert content_of(volume) == bytes(MIB), "a hole would show what was there before"


def test_an_image_is_known_for_what_it_is(a_shelf, a_qemu_libvirtd, tmp_path):
    image = tmp_path / "source.qcow2"
    done = a_qemu_libvirtd.run("qemu-img", "create", "-f", "qcow2", str(image), "3G")
    assert done.returncode == 0, done.stderr
    volume = a_raw(a_shelf, image.stat().st_size, name="web.qcow2")
    with image.open("rb") as file:
        volume.write(file)
    a_shelf.refresh()
    assert (volume.record.format, volume.record.capacity) == ("qcow2", 3 * 1024 * MIB)


def test_what_does_not_fit_is_refused_before_anything_is_written(a_shelf):
    volume = a_raw(a_shelf, 1000)
    with pytest.raises(InvalidDefinition, match="1000 bytes, which is less than the 1001"):
        volume.write(b"x" * 1001)
    assert content_of(volume) == bytes(1000)
    with pytest.raises(InvalidDefinition, match="1000 bytes"):
        volume.write(Trickle(b"x" * 1001))


@pytest.mark.parametrize(
    ("length", "message"), [(11, "after 10 of 11"), (9, "More came than the 9 bytes")]
)
def test_a_source_of_another_length_than_it_said_is_told(a_shelf, length, message):
    with pytest.raises(OperationFailed, match=message):
        a_raw(a_shelf).write(b"0123456789", length=length)


def test_a_source_of_text_is_refused(a_shelf):
    with pytest.raises(TypeError, match="bytes, not from str"):
        a_raw(a_shelf).write(io.StringIO("text"))


def test_a_source_that_breaks_leaves_a_volume_that_can_be_written_again(a_shelf):
    class Broken:
        count = 0

        def read(self, _size):
            self.count += 1
            if self.count > 1:
                raise OSError("the cable is out")
            return b"x" * 1000

    volume = a_raw(a_shelf)
    with pytest.raises(OSError, match="the cable"):
        volume.write(Broken())
    assert volume.write(b"again") == 5
    assert content_of(volume)[:5] == b"again"


def test_it_tells_how_far_it_is_and_can_be_cancelled(a_shelf, wait_until):
    half, go_on = threading.Event(), threading.Event()

    class Slow:
        given = 0

        def read(self, size):
            self.given += size
            if self.given > 2 * size:
                half.set()
                assert go_on.wait(60)
            return b"x" * size

    volume = a_raw(a_shelf, 16 * MIB)
    job = volume.submit.write(Slow(), length=16 * MIB)
    assert half.wait(60)
    wait_until(lambda: 0 < (job.progress or 0) < 1)
    assert job.can_cancel
    assert job.cancel()
    go_on.set()
    with pytest.raises(OperationCancelled):
        job.result(60)
    volume.delete()


def test_the_log_does_not_hold_what_was_written(a_shelf):
    a_raw(a_shelf).write(b"the secret of the seed")
    # Not within the assertion: of a long log, pytest would look for what is most like it.
    is_kept = "the secret of the seed" in repr(action_log.entries)
    assert not is_kept
