"""Folders of files that a machine uses become pools, and only where that makes sense."""

import pytest

from qvirt_jupyter.hypervisor import NotFound
from qvirt_jupyter.provision import Creation, DiskRequest, GuestRequest, NoInstall
from qvirt_jupyter.provision.guest.folder_pools import may_have_pool, name_for, pool_of_folder
from qvirt_jupyter.provision.osinfo import Database


def asked(*disks, **values):
    return GuestRequest(
        **{
            "name": "new",
            "memory": 64 * 1024,
            "vcpus": 1,
            "network": None,
            "hypervisor": "test",
            "install": NoInstall(),
            "disks": disks,
            **values,
        }
    )


@pytest.mark.parametrize(
    ("path", "result"),
    [
        ("/srv/images/a.img", True),
        ("/dev/vg/lv", False),
        ("/dev/sda", False),
        ("/proc/self/fd/3", False),
        ("/sys/a", False),
        ("/device/a.img", True),
        ("/a.img", False),
        ("http://server/a.iso", False),
        ("pool/volume", False),
    ],
)
def test_what_is_no_folder_of_images_is_left_alone(path, result):
    assert may_have_pool(path) is result


def test_the_folder_of_a_disk_becomes_a_pool_that_starts_with_its_host(a_connection):
    path = "/lab/elsewhere/disk.img"
    before = set(a_connection.storage_pools.names)
    creation = Creation(a_connection, Database([]), manages_folders=True)
    creation.run(asked(DiskRequest(path=path)), start=False)
    assert set(a_connection.storage_pools.names) - before == {"elsewhere"}
    pool = a_connection.storage_pools["elsewhere"]
    assert (pool.is_active, pool.autostart) == (True, True)
    assert pool_of_folder(a_connection, "/lab/elsewhere/") == pool
    assert name_for(a_connection, "/other/elsewhere") == "elsewhere-1"
    assert creation.take_back() == (), "it is the user's now"
    assert pool.is_active


def test_a_caller_who_did_not_ask_for_it_gets_no_pool(a_connection):
    before = a_connection.storage_pools.names
    asked(DiskRequest(path="/lab/elsewhere/disk.img")).create(
        a_connection, start=False, database=Database([])
    )
    assert a_connection.storage_pools.names == before


def test_what_fails_afterwards_takes_the_pool_away(a_connection):
    before = a_connection.storage_pools.names
    creation = Creation(a_connection, Database([]), manages_folders=True)
    request = asked(DiskRequest(path="/lab/elsewhere/disk.img"))
    refused = request.final(a_connection, database=Database([]))
    # Another machine has it.
    refused.uuid = a_connection.domains["running"].uuid
    with pytest.raises(Exception, match="new"):
        creation.run(request, definition=refused, start=False)
    assert "elsewhere" in a_connection.storage_pools.names, "another attempt can use it"
    assert creation.take_back() == ()
    assert a_connection.storage_pools.names == before
    with pytest.raises(NotFound):
        a_connection.storage_pools["elsewhere"]
