"""Public keys of the user are offered; what is none is not."""

import pytest

from qvirt_jupyter.provision.cloud import own_ssh_keys
from qvirt_jupyter.provision.cloud.ssh_keys import wrong_with_key

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"


def test_own_keys_are_those_in_the_folder(tmp_path):
    folder = tmp_path / ".ssh"
    folder.mkdir()
    (folder / "id_ed25519.pub").write_text(f"{KEY} anna@desk\n")
    (folder / "id_ed25519").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    (folder / "again.pub").write_text(f"# the same\n\n{KEY} anna@desk\n")
    (folder / "broken.pub").write_text("hello\n")
    (folder / "binary.pub").write_bytes(b"\xff\xfe")
    (folder / "large.pub").write_text(f"{'x' * 100_000}\n")
    (folder / "folder.pub").mkdir()
    assert own_ssh_keys(tmp_path) == (f"{KEY} anna@desk",)


def test_who_has_no_folder_has_no_keys(tmp_path):
    assert own_ssh_keys(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    "key", [KEY, f"{KEY} a comment", f'restrict,command="/bin/date" {KEY}', f"  {KEY}\n"]
)
def test_a_key_is_a_line_of_authorized_keys(key):
    assert wrong_with_key(key) is None


@pytest.mark.parametrize(
    "key", ["", "x", "ssh-rsa", "ssh-rsa AAAA", KEY.replace("ed25519", "rsa", 1)]
)
def test_what_is_no_key_is_told(key):
    assert wrong_with_key(key) is not None
