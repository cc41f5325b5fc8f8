"""What an image builds on, by its header, as qemu-img writes it."""

import os
import shutil
import subprocess

import pytest

from qvirt_jupyter.hypervisor.storage.image_headers import (
    HEAD,
    backing_of,
    data_file_of,
    file_of_name,
)


@pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")
@pytest.mark.parametrize("form", ["{name}", "{folder}/{name}", "json", "file:{folder}/{name}"])
def test_the_file_below_is_found(tmp_path, form):
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", "base.qcow2", "1M"], check=True, cwd=tmp_path
    )
    named = form.format(name="base.qcow2", folder=tmp_path)
    if form == "json":
        named = (
            'json:{"driver":"qcow2","file":{"driver":"file","filename":"'
            f'{tmp_path}/base.qcow2"}}}}'
        )
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", named, "top.qcow2"],
        check=True,
        cwd=tmp_path,
    )
    assert backing_of(str(tmp_path / "top.qcow2")) == str(tmp_path / "base.qcow2")
    assert backing_of(str(tmp_path / "base.qcow2")) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"QFI\xfb", b"QFI\xfb" + b"\xff" * 16, b"\0" * 64, b"QFI\xfb\0\0\0\3" + b"\0" * 12],
)
def test_what_is_no_image_builds_on_nothing(tmp_path, content):
    file = tmp_path / "odd.img"
    file.write_bytes(content)
    assert backing_of(str(file)) is None


@pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")
def test_the_file_that_holds_the_contents_is_found(tmp_path):
    for name, options in (
        ("whole", "compat=1.1"),
        ("old", "compat=0.10"),
        ("split", "data_file=d"),
    ):
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", "-o", options, name, "1M"],
            check=True,
            cwd=tmp_path,
        )
    split = tmp_path / "split"
    assert data_file_of(str(split)) == str(tmp_path / "d")
    assert data_file_of("/elsewhere/split", split.read_bytes()[:HEAD]) == "/elsewhere/d"
    assert data_file_of(str(tmp_path / "whole")) is None
    assert data_file_of(str(tmp_path / "old")) is None
    assert data_file_of(str(tmp_path / "d")) is None
    assert data_file_of(str(tmp_path)) is None
    head = split.read_bytes()
    assert [data_file_of("/x", head[:length]) for length in (0, 8, 80, 104, 110, 120)] == [None] * 6


def test_a_pipe_does_not_keep_us_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert backing_of(str(tmp_path / "pipe")) is None
    assert backing_of(str(tmp_path / "none")) is None


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("/srv/a:b.qcow2", "/srv/a:b.qcow2"),
        ("nbd://host/export", None),
        ("json:{", None),
        ('json:{"driver":"nbd"}', None),
        ('json:{"file.filename":"/srv/x"}', "/srv/x"),
        ("file:/srv/x", "/srv/x"),
    ],
)
def test_a_name_of_qemu_is_a_file_or_not(name, file):
    assert file_of_name(name) == file
