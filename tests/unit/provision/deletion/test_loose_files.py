"""What the file system says of a file that is in no pool, and how it goes."""

import os

import pytest

from qvirt_jupyter.provision.deletion import loose_files


def test_a_file_is_looked_at(tmp_path):
    file = tmp_path / "disk.img"
    file.write_bytes(b"x" * 8192)
    found = loose_files.look_at(str(file))
    assert found.exists
    assert found.size >= 8192
    assert found.folder_writable
    assert found.writable
    assert loose_files.look_at(str(tmp_path / "no.img")).exists is False
    assert loose_files.look_at(str(file / "below.img")).exists is False


def test_a_sparse_file_takes_little(tmp_path):
    file = tmp_path / "sparse.img"
    with file.open("wb") as made:
        made.truncate(2**30)
    assert loose_files.look_at(str(file)).size < 2**20


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_ours_is_known(tmp_path):
    file = tmp_path / "disk.img"
    file.touch()
    tmp_path.chmod(0o500)
    assert not loose_files.look_at(str(file)).folder_writable
    tmp_path.chmod(0o000)
    assert loose_files.look_at(str(file)).exists is None
    tmp_path.chmod(0o700)


def test_in_a_folder_of_all_only_owners_may_remove(tmp_path, monkeypatch):
    folder = tmp_path / "of-all"
    folder.mkdir()
    folder.chmod(0o1777)
    (folder / "disk.img").touch()
    assert loose_files.look_at(str(folder / "disk.img")).folder_writable
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 12345)
    assert not loose_files.look_at(str(folder / "disk.img")).folder_writable


def test_what_a_link_points_to_goes_with_the_link(tmp_path):
    file, link = tmp_path / "disk.img", tmp_path / "link.img"
    file.touch()
    link.symlink_to(file)
    loose_files.remove(str(link))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_never_removed(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match="folder"):
        loose_files.remove(str(folder))
    assert folder.exists()


def test_a_folder_is_as_large_as_what_is_in_it(tmp_path):
    (tmp_path / "state").write_bytes(b"x" * 8192)
    assert loose_files.size_of(tmp_path) >= 8192
    assert loose_files.size_of(tmp_path / "none") is None
