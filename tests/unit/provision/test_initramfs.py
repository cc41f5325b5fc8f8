import gzip
import shutil
import subprocess

import pytest

from qvirt_jupyter.provision.initramfs import Initramfs

# An independent reader of the format; busybox is a package that the guest needs anyway.
CPIO = shutil.which("cpio") or shutil.which("busybox")


@pytest.fixture
def a_tree():
    tree = Initramfs()
    tree.file("usr/bin/program", b"#!/bin/sh\n", 0o755)
    tree.file("etc/odd", b"12345")
    tree.link("bin", "usr/bin")
    tree.character_device("dev/console", 5, 1)
    tree.folder("tmp", 0o1777)
    return tree


def listing(archive: bytes) -> list[str]:
    command = [CPIO] if CPIO.endswith("cpio") else [CPIO, "cpio"]
    done = subprocess.run([*command, "-tv"], input=archive, capture_output=True, check=True)
    return done.stdout.decode().splitlines()


@pytest.mark.skipif(CPIO is None, reason="no cpio to read the archive with")
def test_another_program_reads_what_was_written(a_tree):
    lines = {
        line.split()[-1] if " -> " not in line else line.split()[-3]: line
        for line in listing(a_tree.archive())
    }
    assert set(lines) == {
        "usr",
        "usr/bin",
        "usr/bin/program",
        "etc",
        "etc/odd",
        "bin",
        "dev",
        "dev/console",
        "tmp",
    }
    assert lines["usr/bin/program"].startswith("-rwxr-xr-x")
    assert lines["bin"].startswith("lrwxrwxrwx")
    assert lines["bin"].endswith("bin -> usr/bin")
    assert lines["dev/console"].startswith("crw-------")
    assert "5," in lines["dev/console"].replace("5,1", "5, 1")
    assert lines["tmp"].startswith("drwxrwxrwt")


def test_headers_and_data_are_aligned_and_everything_is_roots(a_tree):
    archive = a_tree.archive()
    offset, names = 0, []
    while True:
        assert offset % 4 == 0
        assert archive[offset : offset + 6] == b"070701"
        fields = [int(archive[offset + 6 + 8 * i : offset + 14 + 8 * i], 16) for i in range(13)]
        _inode, _mode, owner, group, _links, time, size = fields[:7]
        assert (owner, group, time) == (0, 0, 0)
        name_size = fields[11]
        start = offset + 110
        name = archive[start : start + name_size - 1].decode()
        names.append(name)
        data = (start + name_size + 3) // 4 * 4
        if name == "etc/odd":
            assert archive[data : data + size] == b"12345"
        if name == "TRAILER!!!":
            break
        offset = (data + size + 3) // 4 * 4
    # A parent comes before its children, or the kernel would have nowhere to put them.
    assert names.index("usr") < names.index("usr/bin") < names.index("usr/bin/program")


def test_the_same_tree_gives_the_same_bytes(a_tree):
    other = Initramfs()
    other.folder("tmp", 0o1777)
    other.character_device("dev/console", 5, 1)
    other.link("bin", "usr/bin")
    other.file("etc/odd", "12345")
    other.file("usr/bin/program", b"#!/bin/sh\n", 0o755)
    assert other.compressed() == a_tree.compressed()
    assert gzip.decompress(other.compressed()) == a_tree.archive()


@pytest.mark.parametrize("path", ["", "/", "../etc/passwd", "usr/../../x"])
def test_a_path_outside_is_refused(path):
    with pytest.raises(ValueError, match="initramfs"):
        Initramfs().file(path, b"")


def test_what_was_added_is_in_it_under_either_spelling(a_tree):
    assert "etc/odd" in a_tree
    assert "/etc/odd" in a_tree
    assert "etc/other" not in a_tree
