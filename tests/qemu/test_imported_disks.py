"""A disk that exists is imported as what it is, wherever it lies."""

import subprocess

import pytest

from qvirt_jupyter.hypervisor import NotFound
from qvirt_jupyter.provision import DiskRequest, GuestRequest, ImportDisk

pytestmark = pytest.mark.qemu


@pytest.fixture
def a_place(a_shelf, tmp_path, request):
    """A folder: that of a pool, or one that no pool has."""
    return tmp_path / "shelf" if request.param == "pool" else tmp_path, a_shelf


def imported(path):
    return GuestRequest(
        name="imported",
        memory=64 * 1024,
        vcpus=1,
        network=None,
        hypervisor="qemu",
        disks=(DiskRequest(path=str(path)),),
        install=ImportDisk(),
    )


@pytest.mark.parametrize("a_place", ["pool", "folder"], indirect=True)
@pytest.mark.parametrize("form", ["raw", "qcow2", "vmdk"])
def test_a_disk_starts_in_the_format_that_it_has(a_qemu_connection, a_place, form):
    folder, shelf = a_place
    path = folder / "disk.img"
    subprocess.run(["qemu-img", "create", "-q", "-f", form, path, "1M"], check=True)
    shelf.refresh()
    before = set(shelf.volumes.names)
    machine = imported(path).create(a_qemu_connection)
    try:
        assert machine.is_active
        assert machine.document().devices.disks[0].format == form
        assert machine.document().devices.disks[0].path == str(path)
    finally:
        machine.destroy()
        machine.undefine()
    assert set(shelf.volumes.names) == before, "nothing was made for it"


def test_a_disk_that_is_not_there_is_told(a_qemu_connection, tmp_path):
    with pytest.raises(NotFound, match="no such file"):
        imported(tmp_path / "nothing.img").create(a_qemu_connection)
    assert "imported" not in a_qemu_connection.domains
