"""Real guests come to their systems in each way, and start again when their installer has ended."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import libvirt
import numpy as np
import pytest
from a_file_server import an_http_server
from a_serial_port import Serial
from PIL import Image

from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.hypervisor import (
    ConnectionState,
    DomainState,
    OperationCancelled,
    OperationFailed,
    QvirtError,
    jobs,
)
from qvirt_jupyter.provision import (
    Creation,
    DiskRequest,
    GuestRequest,
    InstallFromMedia,
    InstallFromNetwork,
    InstallFromTree,
    NetworkRequest,
    tiny_guest,
)
from qvirt_jupyter.provision.guest.found_installations import found_installations
from qvirt_jupyter.provision.osinfo import Database

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

BOOT = 240
"""Seconds; ten suffice on a machine that does nothing else."""
NOTHING_KNOWN = Database([])
IMAGES = "/current/images/"
NETBOOT = f"{IMAGES}netboot/debian-installer/amd64/"
MANIFEST = b"netboot/debian-installer/amd64/linux -- kernel image for netboot\n"
DEBIAN = next(
    Path("/usr/lib/debian-installer/images").glob("*/amd64/text/debian-installer/amd64"), None
)
RESCUE = Path("/usr/lib/grub-rescue/grub-rescue-cdrom.iso")
OVMF = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
GRUB = Path("/usr/lib/grub/i386-pc")
MENU = """
set timeout=0
menuentry tiny {
  linux /vmlinuz console=ttyS0
  initrd /initramfs
}
"""


# The range is one for documentation: RFC 5737.
@pytest.fixture(scope="module")
def a_place(a_qemu_connection_of_the_module, tmp_path_factory):
    """The connection, with a pool of the test's own to put disks and kernels into."""
    connection = a_qemu_connection_of_the_module
    folder = tmp_path_factory.mktemp("installed")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o777)
    pool = connection.storage_pools.define(
        str(StoragePool(type="dir", name="installed", path=str(folder)))
    )
    pool.start()
    # New disks, kernels and initial RAM disks go into the pool of this name.
    others = [each for each in connection.storage_pools if each.is_active and each != pool]
    for each in others:
        each.stop()
    yield pool
    for each in others:
        # Who connects again switches the pool of the name default on.
        if not each.is_active:
            each.start()
    pool.stop()
    pool.delete()


@pytest.fixture
def a_creation(a_place):
    """A machine that is about to be made; it and its disks are gone afterwards."""
    creation = Creation(a_place.connection, NOTHING_KNOWN)
    yield creation
    creation.take_back()
    for machine in a_place.connection.domains:
        if machine.name.startswith("new-"):
            if machine.is_active:
                machine.destroy()
            machine.undefine()
    if creation.installation is not None:
        creation.installation.cancel()
    for volume in tuple(a_place.volumes):
        volume.delete()


@pytest.fixture
def a_console():
    """Read what a machine writes to its serial port, until the test ends."""
    opened = []

    def read(machine):
        serial = Serial(machine.connection.call(lambda raw: raw.lookupByUUIDString(machine.uuid)))
        opened.append(serial)
        return serial

    yield read
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def a_tree():
    """The tiny guest as if it were Debian's installer: it is up in seconds."""
    guest = tiny_guest()
    files = {
        f"{IMAGES}MANIFEST": MANIFEST,
        f"{NETBOOT}linux": guest.kernel,
        f"{NETBOOT}initrd.gz": guest.initramfs,
    }
    with an_http_server(files) as server:
        yield server


@pytest.fixture(scope="module")
def an_installed_disk(tmp_path_factory):
    """A disk with a boot loader that starts the tiny guest."""
    if not shutil.which("grub-mkrescue") or not shutil.which("xorriso") or not GRUB.is_dir():
        pytest.skip("grub-mkrescue, xorriso or GRUB's modules for the BIOS are not installed")
    folder = tmp_path_factory.mktemp("disk")
    content = folder / "content"
    (content / "boot" / "grub").mkdir(parents=True)
    (content / "boot" / "grub" / "grub.cfg").write_text(MENU)
    guest = tiny_guest()
    shutil.copyfile(guest.kernel, content / "vmlinuz")
    shutil.copyfile(guest.initramfs, content / "initramfs")
    disk = folder / "disk.img"
    subprocess.run(
        ["grub-mkrescue", "-d", GRUB, "-o", disk, content],
        check=True,
        capture_output=True,
        timeout=120,
    )
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o777)
    disk.chmod(0o666)
    return disk


def asked(**values):
    return GuestRequest(
        **{
            "name": "new-machine",
            "memory": 192 * 1024,
            "vcpus": 1,
            "network": None,
            "hypervisor": "qemu",
            "display": "none",
            "disks": (DiskRequest(size=2**20),),
            **values,
        }
    )


def number_of(machine):
    """Return libvirt's number for how it runs now."""
    return machine.connection.call(lambda raw: raw.lookupByUUIDString(machine.uuid).ID())


def test_a_tree_is_started_from_and_the_machine_again_when_the_installer_reboots(
    a_creation, a_place, a_tree, a_console
):
    tree = InstallFromTree(a_tree.url, arguments="console=ttyS0")
    machine = a_creation.run(asked(install=tree))
    console = a_console(machine)
    now, stays = machine.document(), machine.document(inactive=True)
    assert now.os.kernel
    assert now.os.arguments == "console=ttyS0"
    assert (now.on_reboot, stays.on_reboot) == ("destroy", "restart")
    assert stays.os.kernel is None
    assert [each.device for each in stays.os.boot] == ["hd"]
    assert a_place.volumes.names == ("new-machine.qcow2",), "what was fetched is gone again"
    first = number_of(machine)
    console.wait_for("login", BOOT)
    console.stream.send(b"root\n")
    console.wait_for("root@", BOOT)
    console.stream.send(b"reboot -f\n")
    assert a_creation.installation.result(BOOT)
    assert machine.state is DomainState.RUNNING
    assert number_of(machine) != first
    assert machine.document().os.kernel is None
    assert not machine.pending_changes


def test_whoever_stops_the_installer_finds_the_machine_off(a_creation, a_tree):
    machine = a_creation.run(asked(install=InstallFromTree(a_tree.url)))
    machine.destroy()
    with pytest.raises(OperationCancelled, match="stopped the machine"):
        a_creation.installation.result(BOOT)
    assert machine.state is DomainState.SHUTOFF


def test_a_shutdown_by_another_client_is_no_end_of_the_installer(a_creation, a_tree, a_console):
    tree = InstallFromTree(a_tree.url, arguments="console=ttyS0")
    machine = a_creation.run(asked(install=tree))
    # It listens to its power button before it lets anybody log in.
    a_console(machine).wait_for("login", BOOT)
    # As virsh does it: the guest powers off then, and libvirt says no more than that it did.
    acpi = libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN
    machine.connection.call(lambda raw: raw.lookupByUUIDString(machine.uuid).shutdownFlags(acpi))
    with pytest.raises(OperationCancelled, match="asked the machine to shut down"):
        a_creation.installation.result(BOOT)
    assert machine.state is DomainState.SHUTOFF


OTHER_KERNEL = """
import sys, threading
from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.provision import Creation, DiskRequest, GuestRequest, InstallFromTree
from qvirt_jupyter.provision.osinfo import Database

creation = Creation(connect(sys.argv[1]), Database([]))
tree = InstallFromTree(sys.argv[2], arguments="console=ttyS0")
creation.run(GuestRequest(
    name="new-machine", memory=192 * 1024, vcpus=1, network=None, hypervisor="qemu",
    display="none", disks=(DiskRequest(size=2**20),), install=tree,
))
print("follows", flush=True)
threading.Event().wait()
"""


@pytest.mark.usefixtures("a_creation")
def test_another_kernel_follows_when_the_first_is_gone(a_place, a_tree, a_console, wait_until):
    connection = a_place.connection

    def followed():
        return [job for job in jobs.recent if job.title == "Install new-machine" and not job.done()]

    with subprocess.Popen(
        [sys.executable, "-c", OTHER_KERNEL, connection.uri, a_tree.url], stdout=subprocess.PIPE
    ) as other:
        try:
            assert other.stdout.readline() == b"follows\n"
            machine = connection.domains["new-machine"]
            wait_until(lambda: connection.inventory.domain(machine.uuid).is_installing, BOOT)
            following = found_installations.follow(connection)
            console = a_console(machine)
            console.wait_for("login", BOOT)
            assert not followed(), "the first kernel lives"
        finally:
            other.kill()
    wait_until(followed, BOOT)
    (job,) = followed()
    first = number_of(machine)
    console.stream.send(b"root\n")
    console.wait_for("root@", BOOT)
    console.stream.send(b"reboot -f\n")
    assert job.result(BOOT)
    following.close()
    assert number_of(machine) != first
    assert not machine.document().metadata.installing


def test_an_installation_that_nobody_follows_any_more_is_left_alone(a_creation, a_tree):
    machine = a_creation.run(asked(install=InstallFromTree(a_tree.url)))
    assert machine.document().metadata.installing
    assert not machine.document(inactive=True).metadata.installing
    assert a_creation.installation.cancel()
    with pytest.raises(OperationCancelled):
        a_creation.installation.result(BOOT)
    assert machine.state is DomainState.RUNNING
    assert not machine.document().metadata.installing, "nobody is to follow it"


@pytest.mark.skipif(DEBIAN is None, reason="debian-installer-12-netboot-amd64 is not installed")
def test_debians_installer_comes_to_its_first_screen(a_creation, a_console):
    files = {
        f"{IMAGES}MANIFEST": MANIFEST,
        f"{NETBOOT}linux": DEBIAN / "linux",
        f"{NETBOOT}initrd.gz": DEBIAN / "initrd.gz",
    }
    with an_http_server(files) as server:
        tree = InstallFromTree(server.url, arguments="console=ttyS0 TERM=vt100")
        machine = a_creation.run(asked(install=tree, memory=512 * 1024, disks=()))
    # With more memory it asks for the language first, which takes it longer to come to.
    a_console(machine).wait_for("<Continue>", BOOT)


@pytest.mark.skipif(not RESCUE.is_file(), reason="grub-rescue-pc is not installed")
def test_a_medium_shows_its_menu_and_what_follows_starts_from_the_disk(
    a_creation, a_console, an_installed_disk, wait_until
):
    disk = DiskRequest(path=str(an_installed_disk), format="raw")
    machine = a_creation.run(
        asked(install=InstallFromMedia(str(RESCUE)), disks=(disk,), display="vnc")
    )

    def shows_a_menu():
        # The entry that is chosen is a bar across the screen.
        picture = np.asarray(Image.open(io.BytesIO(machine.screenshot().png)).convert("L"))
        return (picture > 100).mean(axis=1).max() > 0.9

    wait_until(shows_a_menu, BOOT)
    assert machine.document().devices.disks[1].path == str(RESCUE)
    assert machine.document(inactive=True).devices.disks[1].path is None

    def press(*keys):
        codes = [f"KEY_{key}" for key in keys]
        machine.connection.call(
            lambda raw: [
                raw.lookupByUUIDString(machine.uuid).sendKey(0, 50, [_CODES[code]], 1, 0)
                for code in codes
            ]
        )

    press("C", *"REBOOT", "ENTER")
    assert a_creation.installation.result(BOOT)
    assert machine.document().devices.disks[1].path is None
    a_console(machine).wait_for("login", BOOT)


# Linux' numbers of keys (include/uapi/linux/input-event-codes.h).
_CODES = {
    f"KEY_{name}": code
    for name, code in {
        "C": 46,
        "R": 19,
        "E": 18,
        "B": 48,
        "O": 24,
        "T": 20,
        "ENTER": 28,
    }.items()
}


def test_a_disk_that_has_a_system_is_imported(a_creation, a_console, an_installed_disk):
    disk = DiskRequest(path=str(an_installed_disk), format="raw")
    machine = a_creation.run(asked(disks=(disk,)))
    assert a_creation.installation is None
    a_console(machine).wait_for("login", BOOT)


@pytest.fixture
def a_network_to_start_from(a_place):
    """A network whose server has a script for iPXE, which ends the first start."""
    # dnsmasq reads it as a user of its own, and pytest closes its folders to all others.
    with tempfile.TemporaryDirectory(prefix="qv-tftp-") as folder:
        Path(folder).chmod(0o755)
        script = Path(folder, "boot.ipxe")
        script.write_text("#!ipxe\nreboot\n")
        script.chmod(0o644)
        try:
            network = NetworkRequest(
                name="pxe",
                mode="isolated",
                ipv4="203.0.113.0/24",
                tftp_root=folder,
                boot_file=script.name,
                autostart=False,
            ).create(a_place.connection)
        except QvirtError as error:
            pytest.skip(f"no network with addresses of its own: {error}")
        yield network
        network.stop()
        network.delete()


def test_the_network_gives_an_address_and_what_to_start(a_creation, a_network_to_start_from):
    machine = a_creation.run(
        asked(install=InstallFromNetwork(), network=a_network_to_start_from.name, display="vnc")
    )
    assert [each.device for each in machine.document().os.boot] == ["network", "hd"]
    # Only the script that came by TFTP ends it.
    assert a_creation.installation.result(BOOT)
    (lease,) = machine.connection.call(lambda raw: raw.networkLookupByName("pxe").DHCPLeases())
    (card,) = machine.document().devices.interfaces
    assert lease["mac"] == card.mac
    assert lease["ipaddr"].startswith("203.0.113.")
    assert [each.device for each in machine.document().os.boot] == ["hd"]


@pytest.mark.skipif(not OVMF.is_file(), reason="ovmf is not installed")
@pytest.mark.skipif(not shutil.which("swtpm"), reason="swtpm is not installed")
def test_uefi_without_secure_boot_and_with_a_tpm_starts_what_nobody_signed(a_creation, a_console):
    machine = a_creation.run(asked(firmware="uefi", secure_boot="off", machine="q35", disks=()))
    assert machine.document().devices.tpms
    assert not machine.document().os.is_secure
    # The firmware's own shell is not signed.
    a_console(machine).wait_for("UEFI Interactive Shell", BOOT)


def test_a_tree_that_ends_half_way_leaves_nothing(a_creation, a_place, a_tree):
    def cut_off(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(b"\x1f\x8b")
        handler.close_connection = True

    whole = a_tree.files[f"{NETBOOT}initrd.gz"]
    a_tree.files[f"{NETBOOT}initrd.gz"] = cut_off
    request = asked(install=InstallFromTree(a_tree.url))
    try:
        with pytest.raises(OperationFailed, match=r"initrd\.gz"):
            a_creation.run(request)
        kernel = a_place.volumes.names
        assert kernel == ("new-machine-kernel",), "another attempt can use it"
        asked_before = a_tree.asked.count(f"{NETBOOT}linux")
    finally:
        a_tree.files[f"{NETBOOT}initrd.gz"] = whole
    a_creation.run(request)
    assert a_tree.asked.count(f"{NETBOOT}linux") == asked_before, "it was not fetched again"
    assert a_place.volumes.names == ("new-machine.qcow2",)


def test_a_server_that_stalls_does_not_keep_whoever_cancels(
    a_creation, a_place, a_tree, wait_until
):
    def stall(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(b"\x1f\x8b")
        handler.server.released.wait(BOOT)

    whole = a_tree.files[f"{NETBOOT}initrd.gz"]
    a_tree.files[f"{NETBOOT}initrd.gz"] = stall
    try:
        job = a_creation.submit(asked(install=InstallFromTree(a_tree.url)))
        wait_until(lambda: "initrd" in job.phase or job.done(), BOOT)
        assert job.cancel()
        with pytest.raises(OperationCancelled):
            job.result(BOOT)
    finally:
        a_tree.files[f"{NETBOOT}initrd.gz"] = whole
    assert "new-machine" not in a_place.connection.domains
    assert a_place.volumes.names == ()


def test_a_name_that_no_file_can_have_is_refused_and_leaves_nothing(a_creation, a_place):
    name = "new-" + "x" * 296
    with pytest.raises(QvirtError) as caught:
        a_creation.run(asked(name=name))
    assert "too long" in f"{caught.value} {caught.value.details}"
    assert a_creation.take_back() == ()
    assert name not in a_place.connection.domains
    assert a_place.volumes.names == ()


def test_a_name_with_markup_and_quotes_is_a_name(a_creation, a_place):
    machine = a_creation.run(asked(name="new-<&\"'>"))
    assert machine.name == "new-<&\"'>"
    assert a_place.volumes.names == ("new-<&\"'>.qcow2",)


def test_what_a_daemon_that_dies_keeps_is_named(
    a_creation, a_place, a_tree, a_qemu_libvirtd, wait_until
):
    connection = a_place.connection
    goes_on = threading.Event()

    def wait(handler):
        goes_on.wait(BOOT)
        handler.send_error(503)

    whole = a_tree.files[f"{NETBOOT}initrd.gz"]
    a_tree.files[f"{NETBOOT}initrd.gz"] = wait
    try:
        job = a_creation.submit(asked(install=InstallFromTree(a_tree.url)))
        wait_until(lambda: "initrd" in job.phase or job.done(), BOOT)
        a_qemu_libvirtd.kill()
        goes_on.set()
        with pytest.raises(QvirtError):
            job.result(BOOT)
        (left,) = a_creation.take_back()
        assert left.startswith("new-machine-kernel was made and could not be removed again: ")
    finally:
        a_tree.files[f"{NETBOOT}initrd.gz"] = whole
        a_qemu_libvirtd.start()
        wait_until(lambda: connection.state is ConnectionState.CONNECTED, BOOT)
    if not a_place.is_active:
        a_place.start()
    assert "new-machine" not in connection.domains
    a_place.volumes["new-machine-kernel"].delete()
