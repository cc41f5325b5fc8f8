"""A cloud image becomes a machine with its seed; a real one does on real QEMU what it says."""

import struct
import subprocess
import time
from pathlib import Path

import a_cloud_image
import pytest
from inside_a_guest import run_inside

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import NotFound, OperationFailed, QvirtError, WrongState
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.provision import (
    CloneRequest,
    CloudImage,
    CloudNetwork,
    CloudSeed,
    Creation,
    DiskRequest,
    GuestRequest,
    InvalidSeed,
)

pytestmark = pytest.mark.qemu
MIB = 2**20
GIB = 2**30


@pytest.fixture
def an_image(tmp_path):
    """A qcow2 image in no pool, with something in it."""
    raw, path = tmp_path / "raw", tmp_path / "egg-1.qcow2"
    raw.write_bytes(b"egg" * 100_000)
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", raw, path], check=True)
    subprocess.run(["qemu-img", "resize", "-q", path, "64M"], check=True)
    raw.unlink()
    return path


def asked(image, **values):
    machine = {name: values.pop(name) for name in ("name", "disks", "network") if name in values}
    return GuestRequest(
        **{
            "name": "cloud",
            "memory": 64 * 1024,
            "vcpus": 1,
            "network": None,
            "hypervisor": "qemu",
            "disks": (DiskRequest(pool="shelf", size=128 * MIB),),
            **machine,
        },
        install=CloudImage(str(image), **values),
    )


def image_info(path):
    done = subprocess.run(
        ["qemu-img", "info", "-U", path], check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def forget(a_qemu_connection):
    """Remove the machine that a test has made."""
    yield
    for name in {"cloud", "cloud-2"} & set(a_qemu_connection.domains.names):
        machine = a_qemu_connection.domains[name]
        if machine.is_active:
            machine.destroy()
        machine.undefine()


@pytest.mark.usefixtures("forget")
@pytest.mark.parametrize("in_pool", [False, True])
def test_the_disk_is_a_copy_of_its_own(a_qemu_connection, a_shelf, an_image, in_pool):
    where = str(an_image)
    if in_pool:
        an_image.rename(Path(a_shelf.document().path) / an_image.name)
        a_shelf.refresh()
        where = "shelf/egg-1.qcow2"
    machine = asked(where).create(a_qemu_connection, start=False)
    disk = machine.document().devices.disks[0]
    assert (disk.bus, disk.format) == ("virtio", "qcow2"), "what its kernel surely drives"
    volume = a_shelf.volumes["cloud.qcow2"]
    assert disk.path == volume.path
    assert (volume.record.format, volume.record.capacity) == ("qcow2", 128 * MIB)
    assert volume.record.backing == ""
    copied = subprocess.run(
        [
            "qemu-img",
            "dd",
            "-O",
            "raw",
            "bs=300000",
            "count=1",
            f"if={volume.path}",
            "of=/dev/stdout",
        ],
        capture_output=True,
        check=False,
    )
    assert copied.returncode or copied.stdout.startswith(b"egg")
    assert len(machine.document().devices.disks) == 1, "no seed, no drive"


@pytest.mark.usefixtures("forget")
def test_the_disk_can_lie_over_its_image(a_qemu_connection, a_shelf, an_image):
    machine = asked(an_image, copy=False, size=GIB).create(a_qemu_connection)
    assert machine.is_active
    volume = a_shelf.volumes["cloud.qcow2"]
    assert volume.record.backing == str(an_image)
    assert volume.record.capacity == GIB
    assert "backing file format: qcow2" in image_info(volume.path)


@pytest.mark.usefixtures("forget")
def test_a_definition_that_was_changed_gets_the_disk_and_the_seed(
    a_qemu_connection, a_shelf, tmp_path
):
    image = tmp_path / "egg.img"
    image.write_bytes(b"egg" * 100_000)
    request = asked(image, seed=CloudSeed(network=CloudNetwork()), network="")
    changed = request.build(a_qemu_connection)
    changed.description = "changed by hand"
    changed.devices.interfaces[0].mac = "52:54:00:12:34:56"
    machine = Creation(a_qemu_connection).run(request, definition=changed)
    assert machine.is_active
    made = machine.document()
    assert made.description == "changed by hand"
    disk, drive = made.devices.disks
    assert (disk.path, disk.format) == (a_shelf.volumes["cloud.img"].path, "raw")
    assert drive.path == a_shelf.volumes["cloud-seed.iso"].path
    content = Path(drive.path).read_bytes()
    assert b"52:54:00:12:34:56" in content
    assert machine.uuid.encode() in content


@pytest.mark.usefixtures("forget")
def test_the_seed_is_a_drive_with_a_label(a_qemu_connection, a_shelf, an_image):
    seed = CloudSeed(user="anna", network=CloudNetwork(addresses=("192.0.2.5/24",)))
    machine = asked(an_image, seed=seed, network="").create(a_qemu_connection)
    assert machine.is_active
    definition = machine.document()
    drive = definition.devices.disks[1]
    assert (drive.device, drive.bus) == ("cdrom", "scsi"), "kernels for clouds have no SATA"
    assert drive.path == a_shelf.volumes["cloud-seed.iso"].path
    (controller,) = [
        each for each in definition.devices.of(documents.Controller) if each.type == "scsi"
    ]
    assert controller.model == "virtio-scsi"
    content = Path(drive.path).read_bytes()
    assert content[32808:32814] == b"cidata"
    card = definition.devices.interfaces[0]
    assert str(card.mac).encode() in content, "the card is known by its address"


def test_what_is_built_for_looking_at_is_what_is_made(a_qemu_connection, a_shelf, an_image):
    del a_shelf
    built = asked(an_image, seed=CloudSeed()).build(a_qemu_connection)
    disk, drive = built.devices.disks
    assert (disk.device, drive.device) == (None, "cdrom") or disk.device == "disk"
    assert drive.bus == "scsi"
    assert drive.path.endswith("/cloud-seed.iso")


def wrong_seed():
    return CloudSeed(host_name="not a name")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"image": "/srv/of/nobody.qcow2"}, (NotFound, "There is no such file")),
        ({"image": "nothing"}, (NotFound, "neither a path nor a volume")),
        ({"image": "shelf/nothing"}, (NotFound, "no volume of this name")),
        ({"image": "/etc"}, (OperationFailed, "cannot be read")),
        ({"size": 1000}, (ValueError, "cannot be smaller than its image")),
        ({"seed": wrong_seed()}, (InvalidSeed, "A host name has letters")),
        ({"disks": (DiskRequest(path="/x"),)}, (ValueError, "leave its path out")),
        ({"disks": (DiskRequest(pool="none"),)}, (NotFound, "no storage pool")),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(
    a_qemu_connection, a_shelf, an_image, values, expected
):
    with pytest.raises(expected[0], match=expected[1]):
        asked(**{"image": an_image, **values}).create(a_qemu_connection)
    assert a_shelf.volumes.names == ()
    assert "cloud" not in a_qemu_connection.domains


WITH_BACKING = struct.pack(">4sIQIIQIIQ", b"QFI\xfb", 3, 104, 8, 16, 2**20, 0, 1, 104) + bytes(64)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xfd7zXZ\0" + bytes(100), "is compressed with xz"),
        (b"KDMV" + bytes(100), "has the format vmdk"),
        (bytes(32769) + b"CD001", "is an ISO image"),
        (b"QFI\xfb\0\0\0\3", "is cut off"),
        (WITH_BACKING, "needs another file"),
    ],
)
def test_what_is_no_image_is_told(a_qemu_connection, a_shelf, tmp_path, content, message):
    path = tmp_path / "image.qcow2"
    path.write_bytes(content)
    with pytest.raises(OperationFailed, match=message):
        asked(path).create(a_qemu_connection)
    assert a_shelf.volumes.names == ()
    path.rename(tmp_path / "shelf" / "image.qcow2")
    a_shelf.refresh()
    if a_shelf.volumes.names:
        with pytest.raises(OperationFailed, match=f"{message}|has the format"):
            asked("shelf/image.qcow2").create(a_qemu_connection)
        assert a_shelf.volumes.names == ("image.qcow2",)


def test_a_download_that_broke_off_is_told(a_qemu_connection, a_shelf, an_image, tmp_path):
    # The header is whole, and libvirt looks at nothing else.
    with an_image.open("r+b") as file:
        file.truncate(an_image.stat().st_size - 2**17)
    with pytest.raises(OperationFailed, match="is cut off or damaged"):
        asked(an_image).create(a_qemu_connection)
    assert a_shelf.volumes.names == ()
    an_image.rename(tmp_path / "shelf" / "image.qcow2")
    a_shelf.refresh()
    with pytest.raises(OperationFailed, match="is cut off or damaged"):
        asked("shelf/image.qcow2", copy=False).create(a_qemu_connection)
    assert a_shelf.volumes.names == ("image.qcow2",)


def test_a_pool_without_room_is_told_before_anything_is_copied(
    a_qemu_connection, a_qemu_libvirtd, a_shelf, an_image
):
    small = "size=1m"
    path = a_shelf.document().path
    done = a_qemu_libvirtd.run("mount", "-t", "tmpfs", "-o", small, "none", path)
    if done.returncode != 0:
        pytest.skip(f"a small file system needs root: {done.stderr}")
    try:
        a_shelf.refresh()
        with an_image.open("r+b") as file:
            file.seek(0, 2)
            file.write(b"x" * 2 * MIB)
        with pytest.raises(WrongState, match="of room, and the image needs 2"):
            asked(an_image).create(a_qemu_connection)
        assert a_shelf.volumes.names == ()
    finally:
        a_qemu_libvirtd.run("umount", path)


def test_what_fails_later_leaves_neither_disk_nor_seed(a_qemu_connection, a_shelf, an_image):
    disks = (DiskRequest(pool="shelf", size=GIB), DiskRequest(path="/srv/of/nobody.img"))
    with pytest.raises(QvirtError):
        asked(an_image, seed=CloudSeed(), disks=disks).create(a_qemu_connection)
    assert a_shelf.volumes.names == ()


@pytest.mark.usefixtures("forget")
def test_a_second_attempt_uses_the_disk_of_the_first(a_qemu_connection, a_shelf, an_image):
    creation = Creation(a_qemu_connection)
    disk = DiskRequest(pool="shelf", size=GIB)
    wrong = asked(an_image, seed=CloudSeed(), disks=(disk, DiskRequest(path="/srv/of/nobody")))
    with pytest.raises(QvirtError):
        creation.run(wrong)
    made = Path(a_shelf.volumes["cloud.qcow2"].path).stat().st_ino
    creation.run(asked(an_image, seed=CloudSeed(), disks=(disk,)))
    assert Path(a_shelf.volumes["cloud.qcow2"].path).stat().st_ino == made
    assert len(a_shelf.volumes.names) == 2, "the seed of the first attempt is gone"


# A real one -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def a_debian():
    """A real image with cloud-init; made once."""
    if reason := a_cloud_image.missing():
        pytest.skip(reason)
    try:
        return a_cloud_image.a_cloud_image()
    except RuntimeError as error:
        # No packages without a mirror, which is no fault of ours.
        pytest.skip(str(error))


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh anna@desk"
HORSE = "correct horse: battery"


def wait_for_cloud_init(machine):
    end = time.monotonic() + 1200
    while not is_agent_connected(documents.parse_xml(machine.xml())):
        assert machine.is_active, "it has ended"
        assert time.monotonic() < end, "the agent does not answer"
        time.sleep(1)
    assert "status: done" in run_inside(machine, "cloud-init status --wait", 1200)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("forget")
def test_a_real_system_does_what_its_seed_says(a_qemu_connection, a_shelf, a_debian):
    seed = CloudSeed(
        user="anna",
        password=HORSE,
        ssh_keys=(KEY,),
        host_name="web",
        commands=("echo 'a: b' > /etc/told",),
        network=CloudNetwork(addresses=("10.0.2.99/24",), gateway="10.0.2.2"),
        user_data="write_files:\n- path: /etc/hello\n  content: good day\n",
    )
    request = GuestRequest(
        name="cloud",
        memory=768 * 1024,
        vcpus=2,
        hypervisor="qemu",
        network="",
        display="none",
        disks=(DiskRequest(pool="shelf"),),
        install=CloudImage(str(a_debian), seed=seed, copy=False, size=3 * GIB),
    )
    machine = request.create(a_qemu_connection)
    wait_for_cloud_init(machine)
    told = run_inside(
        machine,
        "hostname; cat /etc/hello; echo; cat /etc/told; id -un anna; "
        "cat /home/anna/.ssh/authorized_keys; getent shadow anna; cat /sys/class/net/eth0/address; "
        "df --output=size -B1 / | tail -1",
    ).splitlines()
    assert told[:6] == ["web", "good day", "a: b", "anna", KEY, told[5]]
    assert told[5].startswith("anna:$6$rounds=")
    assert told[6] == machine.document().devices.interfaces[0].mac
    assert int(told[7]) > 2 * GIB, "its file system has grown with the disk"
    assert "10.0.2.99" in {found.address for found in machine.addresses()}
    assert a_shelf.volumes["cloud.qcow2"].record.backing == str(a_debian)
    everything = b"".join(
        Path(path.path).read_bytes() for path in (a_shelf.volumes["cloud-seed.iso"],)
    )
    assert HORSE.encode() not in everything
    # A linked clone with a seed of its own is another machine inside, too.
    old_id = run_inside(machine, "sync; cat /etc/machine-id")
    machine.destroy()
    request = CloneRequest(
        source=machine, name="cloud-2", linked=True, renew_guest=True, start=True
    )
    assert request.plan().renewal == "cloud-init"
    (clone,) = request.create()
    wait_for_cloud_init(clone)
    name, new_id, address, again = run_inside(
        clone, "hostname; cat /etc/machine-id /sys/class/net/eth0/address /etc/told"
    ).splitlines()
    assert (name, again) == ("cloud-2", "a: b")
    assert len(new_id) == len(old_id.strip())
    assert new_id != old_id.strip()
    assert address == clone.document().devices.interfaces[0].mac
