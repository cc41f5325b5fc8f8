"""A guest that runs while devices come and go, and what is put into it."""

from __future__ import annotations

import subprocess

import pytest
from a_guest_with_room import LONG, MIB, with_room

from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.provision import tiny_guest


@pytest.fixture(scope="module")
def a_folder(a_qemu_libvirtd):
    """Images that the daemon's machines can read."""
    folder = a_qemu_libvirtd.folder / "images"
    # The daemon outlives a module.
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    for name, size in (("one.iso", MIB), ("two.iso", 2 * MIB)):
        (folder / name).write_bytes(bytes(size))
        (folder / name).chmod(0o666)
    return folder


@pytest.fixture
def an_image(a_folder, request):
    """An empty image of 8 MiB."""
    path = a_folder / f"{request.node.name}.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "8M"], check=True)
    path.chmod(0o666)
    return path


@pytest.fixture(scope="module")
def a_guest(a_qemu_connection_of_the_module, wait_until):
    connection = a_qemu_connection_of_the_module
    guest = tiny_guest(modules=["virtio_scsi", "sd_mod", "sr_mod"]).define(
        connection, "hotplug", accelerator="tcg", memory=256 * 1024
    )
    connection.domains.define(with_room(guest.xml(inactive=True)))
    guest.start()
    wait_until(lambda: is_agent_connected(guest._definition()), LONG)
    yield guest
    if guest.is_active:
        guest.destroy()
    guest.undefine()


@pytest.fixture(autouse=True)
def _nothing_waits_afterwards(request):
    yield
    if "a_guest" in request.fixturenames:
        guest = request.getfixturevalue("a_guest")
        assert guest.pending_changes == ()
