"""Where the images of new machines lie, by connection."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import ConnectionUri
from qvirt_jupyter.hypervisor.storage.default_pool import image_folder


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("qemu:///system", "/var/lib/libvirt/images"),
        ("qemu+ssh://root@host/system", "/var/lib/libvirt/images"),
        ("xen:///", "/var/lib/libvirt/images"),
        ("qemu:///session", "/somewhere/libvirt/images"),
        # These may belong to another user, whose home we do not know.
        ("qemu+ssh://host/session", None),
        ("qemu+unix:///session?socket=/run/user/7/libvirt/libvirt-sock", None),
        ("qemu:///embed?root=/tmp/x", None),
    ],
)
def test_the_folder_of_a_connection(uri, folder, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert image_folder(ConnectionUri.parse(uri)) == folder


def test_a_home_without_settings(monkeypatch):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    folder = image_folder(ConnectionUri.parse("qemu:///session"))
    assert folder == "/home/me/.local/share/libvirt/images"
