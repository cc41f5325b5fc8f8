"""A machine whose disk runs out of room: it is paused, the list says why, and it goes on later."""

from __future__ import annotations

import tempfile
from pathlib import Path

import a_loop_device
import pytest
from inside_a_guest import ask_agent

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor import DomainState
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.provision import PoolRequest, tiny_guest
from qvirt_jupyter.widgets.room_words import room_warning

MIB = a_loop_device.MIB
pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture
def a_small_pool(a_qemu_connection, tmp_path):
    """A pool with little room that libvirt's service itself mounts, and a large file in it."""
    if reason := a_loop_device.missing("mkfs.ext4"):
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="qv-small-"))
    # The emulator's user must be able to enter it.
    folder.chmod(0o755)
    with a_loop_device.a_loop_device(tmp_path / "disk.img", 32 * MIB) as device:
        pool = PoolRequest(
            type="fs",
            name="small",
            device=device,
            format="ext4",
            target=str(folder),
            preparation="new",
            autostart=False,
        ).create(a_qemu_connection)
        room = pool.record.available - 4 * MIB
        pool.create_volume("filler.raw", room, allocation=room, format="raw")
        yield pool
        pool.stop()
        pool.delete()
    if folder.exists():
        folder.rmdir()


@pytest.fixture
def a_guest(a_qemu_connection, a_small_pool):
    """A guest with an agent whose disk is in that pool."""
    volume = a_small_pool.create_volume("disk.qcow2", 64 * MIB, format="qcow2")
    plain = tiny_guest(disk=None).define(
        a_qemu_connection, "no-room", accelerator="tcg", memory=160 * 1024
    )
    disk = (
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
        f"<source file='{volume.path}'/><target dev='vda' bus='virtio'/></disk></devices>"
    )
    guest = a_qemu_connection.domains.define(plain.xml(inactive=True).replace("</devices>", disk))
    guest.start()
    yield guest
    if guest.is_active:
        guest.destroy()
    guest.undefine()


def test_a_disk_without_room_is_named_and_goes_on_later(
    a_guest, a_small_pool, a_qemu_connection, wait_until
):
    pool, inventory = a_small_pool, a_qemu_connection.inventory
    assert not inventory.domain(a_guest.uuid).full_disks
    wait_until(lambda: is_agent_connected(parse_xml(a_guest.xml())), 240)
    write = "dd if=/dev/urandom of=/dev/vda bs=64k count=128 conv=fsync"
    ask_agent(a_guest, execute="guest-exec", arguments={"path": "/bin/sh", "arg": ["-c", write]})
    # Nobody asks: libvirt's event says that it was paused.
    wait_until(lambda: inventory.domain(a_guest.uuid).state is DomainState.PAUSED, 240)
    record = inventory.domain(a_guest.uuid)
    assert record.full_disks == ("vda",)
    assert record.reason == "no space is left for its disk vda"
    assert "press Resume" in room_warning(record)
    # The pool was measured before; a refresh, anybody's, brings its machines up to date.
    pool.refresh()
    wait_until(lambda: inventory.domain(a_guest.uuid).tight_disks, 120)
    (tight,) = inventory.domain(a_guest.uuid).tight_disks
    assert (tight.disk, tight.pool) == ("vda", "small")
    assert tight.used >= 90
    assert "in the pool small" in room_warning(inventory.domain(a_guest.uuid))
    pool.volumes["filler.raw"].delete()
    a_guest.resume()
    wait_until(lambda: not inventory.domain(a_guest.uuid).full_disks, 120)
    assert inventory.domain(a_guest.uuid).state is DomainState.RUNNING
    pool.refresh()
    wait_until(lambda: room_warning(inventory.domain(a_guest.uuid)) == "", 120)
