"""Folders of another host are listed through ssh, by one command that reads the path."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from qvirt_jupyter import connect
from qvirt_jupyter.hypervisor import AccessDenied, NotFound, QvirtError
from qvirt_jupyter.provision.host_folders import list_folders

pytestmark = pytest.mark.qemu


@pytest.fixture
def a_far_connection(an_sshd):
    connection = connect(an_sshd.uri())
    yield connection
    connection.close()


@pytest.fixture
def a_shelf():
    """A folder that whoever signs in may list, with names that a shell would read otherwise."""
    folder = Path(tempfile.mkdtemp(prefix="qv-shelf-"))
    folder.chmod(0o755)
    for name in ("it's $HOME; `id`", "-n", "two\nlines", "plain"):
        (folder / name).mkdir()
    (folder / "plain" / "deep").mkdir()
    (folder / "file").write_text("")
    (folder / "link").symlink_to(folder / "plain")
    (folder / "locked").mkdir(mode=0)
    yield folder
    (folder / "locked").chmod(0o700)
    shutil.rmtree(folder)


def test_folders_of_another_host(a_far_connection, a_shelf, an_sshd):
    found = list_folders(a_far_connection, str(a_shelf))
    assert found.path == str(a_shelf)
    names = {"it's $HOME; `id`", "-n", "two\nlines", "plain", "link", "locked"}
    assert set(found.folders) == names
    assert found.reader == f"{an_sshd.user}@127.0.0.1"
    assert list_folders(a_far_connection, f"{a_shelf}/plain").folders == ("deep",)


@pytest.mark.parametrize("name", ["it's $HOME; `id`", "-n"])
def test_a_path_is_read_and_never_run(name, a_far_connection, a_shelf):
    (a_shelf / name / "inside").mkdir()
    (a_shelf / name / "inside").chmod(0o755)
    found = list_folders(a_far_connection, f"{a_shelf}/{name}")
    assert (found.path, found.folders) == (f"{a_shelf}/{name}", ("inside",))


def test_what_cannot_be_listed_is_named(a_far_connection, a_shelf):
    for path in (f"{a_shelf}/none/at all", f"{a_shelf}/file"):
        with pytest.raises(NotFound, match=path):
            list_folders(a_far_connection, path)
        assert list_folders(a_far_connection, path, nearest=True).path == str(a_shelf)
    with pytest.raises(AccessDenied, match=f"may not list {a_shelf}/locked"):
        list_folders(a_far_connection, f"{a_shelf}/locked")
    with pytest.raises(NotFound):
        list_folders(a_far_connection, f"{a_shelf}\nplain")


def test_a_host_that_is_gone_is_said(a_far_connection, an_sshd):
    an_sshd.cut()
    try:
        with pytest.raises(QvirtError, match=r"127\.0\.0\.1|refused") as caught:
            list_folders(a_far_connection, "/")
        assert caught.value.next_step
    finally:
        an_sshd.start()
