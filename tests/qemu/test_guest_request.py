"""A machine that is asked for runs on real QEMU; what fails half-way leaves nothing behind."""

import pytest

from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.provision import DiskRequest, GuestRequest
from qvirt_jupyter.provision.osinfo import Database

NOTHING_KNOWN = Database([])


@pytest.fixture
def a_shelf(a_qemu_connection, tmp_path):
    """A pool of the test's own."""
    definition = StoragePool(type="dir", name="shelf", path=str(tmp_path / "shelf"))
    (tmp_path / "shelf").mkdir()
    pool = a_qemu_connection.storage_pools.define(str(definition))
    pool.start()
    yield pool
    pool.stop()
    pool.delete()


def asked(**values):
    return GuestRequest(
        **{
            "name": "asked-for",
            "memory": 64 * 1024,
            "vcpus": 1,
            "network": None,
            "hypervisor": "qemu",
            "disks": (DiskRequest(size=2**20, pool="shelf"),),
            **values,
        }
    )


def test_it_runs_with_what_suits_it(a_qemu_connection, a_shelf):
    machine = asked().create(a_qemu_connection, database=NOTHING_KNOWN)
    try:
        assert machine.is_active
        running = machine.document()
        assert running.cpu.mode in ("maximum", "custom"), "TCG plays the most that it can"
        assert running.devices.disks[0].path == a_shelf.volumes["asked-for.qcow2"].path
        assert running.devices.graphics["vnc"].listens[0].type == "none"
        assert not machine.pending_changes
    finally:
        machine.destroy()
        machine.undefine()


@pytest.mark.parametrize("display", ["spice", "none"])
def test_it_can_do_with_another_display_or_none(a_qemu_connection, display):
    machine = asked(display=display, disks=()).create(
        a_qemu_connection, start=False, database=NOTHING_KNOWN
    )
    try:
        assert list(machine.document().devices.graphics.keys()) == (
            [] if display == "none" else [display]
        )
    finally:
        machine.undefine()


def test_a_definition_that_libvirt_refuses_leaves_no_disk(a_qemu_connection, a_shelf):
    with pytest.raises(QvirtError):
        asked(machine="no-such-board").create(a_qemu_connection, database=NOTHING_KNOWN)
    assert "asked-for" not in a_qemu_connection.domains
    assert a_shelf.volumes.names == ()


def test_a_machine_that_does_not_start_goes_again_with_its_disks(a_qemu_connection, a_shelf):
    disks = (DiskRequest(size=2**20, pool="shelf"), DiskRequest(path="/srv/of/nobody.img"))
    with pytest.raises(QvirtError):
        asked(disks=disks).create(a_qemu_connection, database=NOTHING_KNOWN)
    assert "asked-for" not in a_qemu_connection.domains
    assert a_shelf.volumes.names == ()
