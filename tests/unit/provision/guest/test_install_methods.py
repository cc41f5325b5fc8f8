"""Both definitions of each way of installation, compared with those of virt-install."""

from pathlib import Path

import pytest
from a_host_offer import capabilities, facts, offer_to
from lxml import etree

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import OperationFailed
from qvirt_jupyter.provision.guest import (
    ContainerApplication,
    ContainerSystem,
    DiskRequest,
    GuestRequest,
    HostOffer,
    ImportDisk,
    InstallFromMedia,
    InstallFromNetwork,
    InstallFromTree,
    NoInstall,
)
from qvirt_jupyter.provision.guest.customising import customised
from qvirt_jupyter.provision.guest.equipment import put_in
from qvirt_jupyter.provision.osinfo import Database
from qvirt_jupyter.provision.osinfo.folders import SYSTEM

EXPECTED = Path(__file__).parents[3] / "data" / "create" / "install"
NEW = (DiskRequest(),)
FILES = {"kernel": "/srv/kernel", "initrd": "/srv/initrd"}
METHODS = {
    "iso": {"install": InstallFromMedia("/srv/some.iso")},
    "win": {
        "os": "win10",
        "install": InstallFromMedia("/srv/some.iso", drivers="/srv/virtio-win.iso"),
    },
    "live": {"install": InstallFromMedia("/srv/some.iso"), "disks": ()},
    "pxe": {"install": InstallFromNetwork()},
    "pxenodisk": {"install": InstallFromNetwork(), "disks": ()},
    "import": {
        "install": ImportDisk(),
        "disks": (DiskRequest(path="/srv/disk.img", format="raw"),),
    },
    "manual": {"install": NoInstall()},
    "tree-debian": {"install": InstallFromTree("http://server/", arguments="quiet", **FILES)},
    "tree-fedora": {
        "os": "fedora36",
        "install": InstallFromTree(
            "http://server/f/", arguments="inst.repo=http://server/f/", **FILES
        ),
    },
    "tree-suse": {
        "os": "opensuse15.4",
        "install": InstallFromTree(
            "http://server/s/", arguments="install=http://server/s/", **FILES
        ),
    },
    "tree-rhel": {
        "os": "rhel9.0",
        "install": InstallFromTree(
            "http://server/f/", arguments="inst.repo=http://server/f/", **FILES
        ),
    },
    "lxc-app": {"os": "generic", "install": ContainerApplication("/bin/sh"), "disks": ()},
    "lxc-os": {
        "os": "generic",
        "install": ContainerSystem("/srv/root"),
        "disks": (),
        "network": "default",
    },
}
# What differs on purpose from virt-install, in the first definition and in the one that stays;
# docs/defaults.md says why of each.
DRIVE = {"domain/devices/disk/driver name=qemu type=raw"}
MEDIUM = {"domain/devices/disk/source file=/srv/some.iso"}
STOPS = {"domain/on_reboot  destroy"}
SHARED = {
    "domain/devices/filesystem accessmode=mapped type=mount",
    "domain/devices/filesystem type=mount",
}
OTHERWISE = {
    "iso": (set(), DRIVE),
    "live": (STOPS, DRIVE | MEDIUM),
    "pxenodisk": (STOPS, set()),
    "lxc-os": (SHARED, SHARED),
}
ONCE = {"import", "manual", "lxc-app", "lxc-os"}
CONTAINERS = """<capabilities><host><cpu><arch>x86_64</arch></cpu></host><guest>
<os_type>exe</os_type><arch name='x86_64'><wordsize>64</wordsize>
<emulator>/usr/lib/libvirt/libvirt_lxc</emulator><domain type='lxc'/></arch></guest></capabilities>"""


@pytest.fixture
def a_host():
    return HostOffer(capabilities("capabilities"), offer_to)


@pytest.fixture
def a_host_of_containers():
    return HostOffer(documents.parse(CONTAINERS), lambda _domain: None)


@pytest.fixture(scope="session")
def systems():
    if not (SYSTEM / "os").is_dir():
        pytest.skip("osinfo-db is not installed")
    return Database([SYSTEM])


def asked(**values):
    return GuestRequest(
        **{
            "name": "a",
            "os": "debian11",
            "memory": 1024 * 1024,
            "vcpus": 1,
            "network": None,
            "display": "spice",
            "disks": NEW,
            **values,
        }
    )


@pytest.mark.parametrize("name", METHODS)
def test_both_definitions_are_those_of_virt_install(request, systems, name):
    host = request.getfixturevalue("a_host_of_containers" if "lxc" in name else "a_host")
    wanted = asked(**METHODS[name])
    first = wanted.build(host=host, database=systems)
    final = wanted.final(host=host, database=systems)
    answers = etree.parse(EXPECTED / f"{name}.xml").findall("domain")
    assert len(answers) == 1 + (name in {*METHODS} - ONCE)
    for mine, theirs, otherwise in zip(
        (first, final), (answers[0], answers[-1]), OTHERWISE.get(name, (set(), set())), strict=True
    ):
        differ = set(facts(str(mine))) ^ set(facts(etree.tostring(theirs)))
        assert differ == otherwise


def test_the_install_medium_comes_before_other_drives(a_host):
    disks = (DiskRequest(device="cdrom", path="/srv/other.iso"), DiskRequest())
    request = asked(os="generic", disks=disks, install=InstallFromMedia("/srv/some.iso"))
    built = request.build(host=a_host, database=Database([]))
    drives = [each.path for each in built.devices.disks if each.device == "cdrom"]
    assert drives == ["/srv/some.iso", "/srv/other.iso"]


@pytest.mark.parametrize(
    ("install", "first"),
    [(InstallFromMedia("/srv/some.iso"), "cdrom"), (InstallFromNetwork(), "interface")],
)
def test_a_boot_order_that_somebody_chose_stays_behind_what_is_installed_from(
    a_host, install, first
):
    request = asked(os="generic", network="default", install=install)
    domain = request.final(host=a_host, database=Database([]))
    disk, card = domain.devices.disks[0], domain.devices.interfaces[0]
    domain.boot_order = (disk, card)
    assert request.begin(domain, Database([]))
    order = domain.boot_order
    assert (getattr(order[0], "device", None) or order[0].tag) == first
    assert [each for each in order[1:] if each in (disk, card)] == (
        [disk, card] if first == "cdrom" else [disk]
    )
    assert not domain.os.boot


def test_a_medium_that_is_a_device_is_one_in_the_drive(a_host):
    request = asked(os="generic", install=InstallFromMedia("/dev/sr0"))
    drive = request.build(host=a_host, database=Database([])).devices.disks[1]
    assert (drive.type, drive.path) == ("block", "/dev/sr0")


def test_a_medium_that_is_a_volume_is_named_so_until_it_is_looked_up(a_host):
    request = asked(os="generic", disks=(), install=InstallFromMedia("images/some.iso"))
    (drive,) = request.build(host=a_host, database=Database([])).devices.disks
    assert (drive.type, drive.source.pool, drive.source.volume) == (
        "volume",
        "images",
        "some.iso",
    )


@pytest.mark.parametrize("medium", ["", "some.iso", "images/"])
def test_a_medium_that_is_neither_a_path_nor_a_volume_is_refused(medium):
    with pytest.raises(ValueError, match="no volume of a pool"):
        InstallFromMedia(medium)


@pytest.mark.parametrize(
    ("setting", "features"),
    [
        ("", {}),
        ("off", {"secure-boot": False}),
        ("on", {"secure-boot": True, "enrolled-keys": True}),
    ],
)
def test_secure_boot_is_left_to_libvirt_or_as_it_was_asked_for(a_host, setting, features):
    request = asked(os="generic", firmware="uefi", secure_boot=setting)
    built = request.build(host=a_host, database=Database([]))
    assert {each.name: each.enabled for each in built.os.firmware_features} == features


def test_containers_and_whole_machines_are_told_apart(a_host, a_host_of_containers):
    with pytest.raises(ValueError, match="no containers"):
        asked(os="generic", install=ContainerApplication()).build(host=a_host)
    with pytest.raises(ValueError, match="containers only"):
        asked(os="generic").build(host=a_host_of_containers)
    with pytest.raises(ValueError, match="begins with /"):
        ContainerSystem("srv/root")


def test_cards_have_addresses_of_their_hypervisor(a_host, a_host_of_containers):
    machine = asked(os="generic", network="default").build(host=a_host)
    assert machine.devices.interfaces[0].mac.startswith("52:54:00:")
    box = asked(os="generic", network="default", install=ContainerApplication(), disks=())
    built = box.build(host=a_host_of_containers)
    assert built.devices.interfaces[0].mac.startswith("00:16:3e:")


def test_a_tree_that_was_not_fetched_yet_can_be_looked_at(a_host):
    request = asked(os="generic", install=InstallFromTree("http://server/", arguments="quiet"))
    built = request.build(host=a_host, database=Database([]))
    assert built.os.kernel == "/var/lib/libvirt/images/a-kernel"
    assert built.os.initrd == "/var/lib/libvirt/images/a-initrd"
    assert built.os.arguments == "quiet"
    assert request.final(host=a_host, database=Database([])).os.kernel is None


def test_a_wrong_address_of_a_tree_is_refused_at_once():
    with pytest.raises(OperationFailed, match="no address of a server"):
        InstallFromTree("ftps:/nowhere")


@pytest.mark.parametrize("path", [None, "/srv/disk.img"])
def test_what_nobody_said_is_import_where_there_is_a_disk(path):
    expected = NoInstall() if path is None else ImportDisk()
    assert asked(disks=(DiskRequest(path=path),)).method == expected


@pytest.mark.parametrize(
    ("said", "change", "outcome"),
    [
        ({}, None, (InstallFromMedia("/srv/some.iso"), None)),
        ({}, "/srv/other.iso", (InstallFromMedia("/srv/other.iso"), None)),
        ({}, "pool/other.iso", (InstallFromMedia("pool/other.iso"), None)),
        ({}, "", (NoInstall(), None)),
        ({"os": "win10"}, None, (InstallFromMedia("/srv/some.iso"), "/srv/some.iso")),
        ({"disks": ()}, "/srv/other.iso", (InstallFromMedia("/srv/other.iso"), "/srv/other.iso")),
    ],
)
def test_the_medium_is_what_is_in_the_drive_when_it_was_customised(
    a_host, systems, said, change, outcome
):
    method, stays = outcome
    request = asked(install=InstallFromMedia("/srv/some.iso"), **{"os": "generic", **said})
    shown = request.final(host=a_host, database=systems)
    request.method.show(shown)
    drive = next(disk for disk in shown.devices.disks if disk.device == "cdrom")
    assert drive.path == "/srv/some.iso"
    if change is not None:
        put_in(drive, change or None)
    changed, final = customised(request, shown, systems)
    assert changed.install == method
    assert next(disk for disk in final.devices.disks if disk.device == "cdrom").path == stays


def test_a_drive_that_somebody_took_out_is_not_installed_from(a_host, systems):
    request = asked(os="generic", disks=NEW, install=InstallFromMedia("/srv/some.iso"))
    shown = request.final(host=a_host, database=systems)
    request.method.show(shown)
    for disk in tuple(shown.devices.disks):
        if disk.device == "cdrom":
            shown.devices.remove(disk)
    changed, _final = customised(request, shown, systems)
    assert changed.install == NoInstall()
    assert not request.begin(shown, systems)
