"""What a connection does for storage when it opens, on a system daemon of the tests' own."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import action_log, connect
from qvirt_jupyter.hypervisor.storage.default_pool import NAME

pytestmark = pytest.mark.qemu

FOLDER = "/var/lib/libvirt/images"
OTHER = "<pool type='dir'><name>shelf</name><target><path>{folder}</path></target></pool>"


@pytest.fixture
def a_host_without_pools(a_system_libvirtd):
    """The daemon, and nothing in its storage, before the test and after it."""

    def clear():
        for name in a_system_libvirtd.virsh("pool-list", "--all", "--name").split():
            if a_system_libvirtd.virsh("pool-list", "--name").split().count(name):
                a_system_libvirtd.virsh("pool-destroy", name)
            a_system_libvirtd.virsh("pool-undefine", name)

    clear()
    yield a_system_libvirtd
    clear()


def test_images_get_a_pool_and_what_others_put_there_is_seen(a_host_without_pools, wait_until):
    connection = connect(a_host_without_pools.uri)
    try:
        pool = connection.storage_pools[NAME]
        assert pool.is_active
        assert pool.autostart
        assert pool.document().path == FOLDER
        assert action_log.entries[-1].what == "Create a storage pool"
        images = a_host_without_pools.folder / "var-lib-libvirt" / "images"
        (images / "from-elsewhere.img").write_bytes(b"\0" * 512)
        connection.close()
        connection.open().result(90)
        wait_until(lambda: "from-elsewhere.img" in pool.volumes)
        assert connection.storage_pools.names == (NAME,)
    finally:
        connection.close()


def test_a_pool_of_another_name_for_the_same_folder_is_enough(a_host_without_pools, tmp_path):
    file = tmp_path / "shelf.xml"
    file.write_text(OTHER.format(folder=FOLDER))
    a_host_without_pools.virsh("pool-define", str(file))
    connection = connect(a_host_without_pools.uri)
    try:
        # Nor is it started: whoever made it has left it off.
        assert connection.storage_pools.names == ("shelf",)
        assert not connection.storage_pools["shelf"].is_active
    finally:
        connection.close()


def test_who_only_looks_changes_nothing(a_host_without_pools):
    connection = connect(f"{a_host_without_pools.uri}-ro", read_only=True)
    try:
        assert connection.storage_pools.names == ()
    finally:
        connection.close()
