"""A pool fills while something is brought into it: what came is removed, and the reason is said."""

from __future__ import annotations

import os
import subprocess

import pytest
from a_file_server import an_http_server

from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.hypervisor import QvirtError, connect
from qvirt_jupyter.provision import Creation, DiskRequest, GuestRequest, InstallFromTree
from qvirt_jupyter.provision.osinfo import Database

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small file system"),
]

ROOM = 4 * 2**20
"""Bytes of the file system."""
IMAGES = "/current/images/"
NETBOOT = f"{IMAGES}netboot/debian-installer/amd64/"
MANIFEST = b"netboot/debian-installer/amd64/linux -- kernel image for netboot\n"
# How a kernel for PCs begins, as far as it is looked at.
KERNEL = bytes(0x202) + b"HdrS" + bytes(2**20)
INITRD = b"\x1f\x8b\x08" + bytes(2 * ROOM)


@pytest.fixture
def a_small_pool(a_daemon, tmp_path):
    """The only pool that is on, with room for a kernel and for no more."""
    connection = connect(a_daemon.uri)
    folder = a_daemon.folder / tmp_path.name
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0777", "tmpfs", folder], check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a file system")
    others = [pool for pool in connection.storage_pools if pool.is_active]
    for each in others:
        each.stop()
    pool = connection.storage_pools.define(
        str(StoragePool(type="dir", name="small", path=str(folder)))
    )
    pool.start()
    yield pool
    pool.stop()
    pool.delete()
    for each in others:
        each.start()
    connection.close()
    subprocess.run(["umount", folder], check=True)


def is_said(error):
    """Whether a person learns that there is no room."""
    return "space" in f"{error.reason} {error.details}".lower() and bool(error.reason)


def test_an_initial_ram_disk_that_does_not_fit_leaves_nothing(a_small_pool):
    connection = a_small_pool.connection
    files = {
        f"{IMAGES}MANIFEST": MANIFEST,
        f"{NETBOOT}linux": KERNEL,
        f"{NETBOOT}initrd.gz": INITRD,
    }
    creation = Creation(connection, Database([]))
    with an_http_server(files) as server:
        request = GuestRequest(
            name="crowded",
            memory=64 * 1024,
            vcpus=1,
            network=None,
            hypervisor="qemu",
            disks=(DiskRequest(size=2**20),),
            install=InstallFromTree(server.url),
        )
        with pytest.raises(QvirtError) as caught:
            creation.run(request)
    assert is_said(caught.value), caught.value.details
    assert a_small_pool.volumes.names == ("crowded-kernel",), "another attempt can use it"
    assert creation.take_back() == ()
    assert a_small_pool.volumes.names == ()
    assert "crowded" not in connection.domains
