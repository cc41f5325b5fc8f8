"""What a new machine gets by itself, compared with what virt-install gives it."""

import dataclasses
import json
from datetime import date
from pathlib import Path

import pytest
from a_host_offer import capabilities, facts, offer_to
from lxml import etree

from qvirt_jupyter import documents
from qvirt_jupyter.provision.guest import DiskRequest, GuestRequest, HostLink, HostOffer
from qvirt_jupyter.provision.osinfo import GENERIC, Database
from qvirt_jupyter.provision.osinfo.folders import SYSTEM
from qvirt_jupyter.provision.osinfo.operating_system import Firmware, OperatingSystem
from qvirt_jupyter.provision.osinfo.resources import Demand, Resources

DATA = Path(__file__).parents[3] / "data"
REQUESTS = {
    each["id"]: each for each in json.loads((DATA / "create" / "requests.json").read_text())
}

# What differs on purpose from virt-install; docs/defaults.md says why of each.
OURS = {
    "freebsd12-tcg": {"domain/cpu mode=maximum"},
}
EFI = Firmware("x86_64", "efi", is_supported=True)
NO_BIOS = Firmware("x86_64", "bios", is_supported=False)
TEST_HOST = """<capabilities><host><cpu><arch>i686</arch></cpu></host><guest><os_type>hvm</os_type>
<arch name='i686'><wordsize>32</wordsize><emulator>/usr/bin/test-hv</emulator>
<domain type='test'/></arch><features><pae/><nonpae/></features></guest></capabilities>"""


@pytest.fixture
def a_host():
    return HostOffer(capabilities("capabilities"), offer_to)


@pytest.fixture(scope="session")
def systems():
    if not (SYSTEM / "os").is_dir():
        pytest.skip("osinfo-db is not installed")
    return Database([SYSTEM])


def asked_for(record):
    disks = tuple(DiskRequest(size=disk["size_gib"] * 2**30) for disk in record["disks"])
    if record["install"] == "cdrom":
        disks += (DiskRequest(device="cdrom", path="/var/lib/libvirt/images/install.iso"),)
    return GuestRequest(
        name=record["id"],
        os=record["os"],
        memory=record["memory_mib"] * 1024,
        vcpus=record["vcpus"],
        disks=disks,
        network=record["network"],
        display=record.get("graphics", "spice"),
        firmware=record.get("firmware", ""),
        hypervisor=record.get("virt", ""),
    )


@pytest.mark.parametrize("name", REQUESTS)
def test_the_defaults_are_those_of_virt_install(a_host, systems, name):
    record = REQUESTS[name]
    if record["connect"].startswith("test"):
        a_host = HostOffer(documents.parse(TEST_HOST))
    built = asked_for(record).build(host=a_host, database=systems)
    expected = (DATA / "create" / "expected" / f"{name}.xml").read_text()
    mine, theirs = facts(str(built)), facts(expected)
    assert sorted(set(mine) - OURS.get(name, set())) == sorted(set(theirs))
    assert len(mine) - len(OURS.get(name, ())) == len(theirs)


@pytest.mark.skipif(
    not Path("/usr/share/libvirt/schemas").exists(), reason="libvirt's schemas are not installed"
)
@pytest.mark.parametrize("name", REQUESTS)
def test_what_is_built_is_what_libvirts_schema_allows(a_host, systems, name):
    if REQUESTS[name]["connect"].startswith("test"):
        a_host = HostOffer(documents.parse(TEST_HOST))
    built = asked_for(REQUESTS[name]).build(host=a_host, database=systems)
    schema = etree.RelaxNG(etree.parse("/usr/share/libvirt/schemas/domain.rng"))
    schema.assertValid(etree.fromstring(str(built)))


def a_system(**values):
    known = {}
    known["x"] = OperatingSystem(id="http://example.org/x", short_ids=("x",), known=known, **values)
    database = Database([])
    database._systems["x"] = known["x"]
    return database


def build(host, system=None, **values):
    asked = {"name": "new", "memory": 1024, "vcpus": 1, "network": None, "os": "x", **values}
    return GuestRequest(**asked).build(host=host, database=system or a_system())


def test_a_display_that_nobody_reaches_by_the_network_where_the_host_is_this_one(a_host):
    assert build(a_host).devices.graphics["vnc"].listens[0].type == "none"
    far = build(dataclasses.replace(a_host, is_local=False))
    assert not far.devices.graphics["vnc"].listens
    assert far.devices.graphics["vnc"].source.auto_port


def test_kvm_that_is_listed_and_does_not_work_is_not_taken(a_host):
    assert build(a_host).type == "kvm"
    assert build(dataclasses.replace(a_host, kvm_works=False)).type == "qemu"


@pytest.mark.parametrize(
    ("firmware", "asked", "result"),
    [
        ((), "", None),
        ((), "uefi", "efi"),
        ((EFI,), "", None),
        ((EFI, NO_BIOS), "", "efi"),
        ((EFI, NO_BIOS), "bios", None),
    ],
)
def test_firmware_is_what_the_system_needs_or_what_was_asked_for(a_host, firmware, asked, result):
    built = build(a_host, a_system(own_firmware=firmware), firmware=asked)
    assert built.os.firmware == result
    assert bool(built.devices.of(documents.Tpm)) is (result == "efi")


def test_an_image_of_the_firmware_where_libvirt_does_not_choose(a_host):
    def offer(domain):
        found = documents.DomainCapabilities.parse(
            "<domainCapabilities><os supported='yes'><loader supported='yes'>"
            "<value>/usr/share/OVMF/CODE.fd</value></loader></os></domainCapabilities>"
        )
        del domain
        return found

    built = build(dataclasses.replace(a_host, for_machine=offer), firmware="uefi")
    assert built.os.firmware is None
    assert built.os.loader == "/usr/share/OVMF/CODE.fd"


@pytest.mark.parametrize(
    ("asked", "kind", "result"),
    [
        ("", "kvm", ("host-passthrough", None)),
        ("host-model", "kvm", ("host-model", None)),
        ("maximum", "kvm", ("maximum", None)),
        ("hypervisor", "kvm", (None, None)),
        ("nearest", "kvm", ("custom", "{model}")),
        ("", "qemu", ("maximum", None)),
        ("host-passthrough", "qemu", ("maximum", None)),
        ("nearest", "qemu", ("maximum", None)),
    ],
)
def test_the_processor_is_what_was_asked_for_where_the_host_has_it(a_host, asked, kind, result):
    cpu = build(a_host, processor=asked, hypervisor=kind).cpu
    mode, model = result
    model = model and model.format(model=a_host.capabilities.host.cpu.model)
    assert (cpu.mode, cpu.model) == (mode, model)


def test_uefi_that_the_host_does_not_have_is_named(a_host):
    def offer(domain):
        del domain
        return documents.DomainCapabilities.parse("<domainCapabilities/>")

    with pytest.raises(ValueError, match="no UEFI firmware"):
        build(dataclasses.replace(a_host, for_machine=offer), firmware="uefi")


@pytest.mark.parametrize(
    ("path", "facts_of_the_disk"),
    [
        ("/srv/a.img", ("file", "qcow2", None, None)),
        ("/dev/vg/lv", ("block", "raw", "none", "native")),
    ],
)
def test_a_disk_that_exists(a_host, path, facts_of_the_disk):
    (disk,) = build(a_host, disks=(DiskRequest(path=path),)).devices.disks
    assert (disk.type, disk.format, disk.cache, disk.io) == facts_of_the_disk
    assert disk.path == path


def test_new_disks_are_named_after_the_machine(a_host):
    asked = (DiskRequest(), DiskRequest(format="raw", bus="scsi"), DiskRequest(device="cdrom"))
    disks = build(a_host, disks=asked).devices.disks
    assert [each.path for each in disks] == [
        "/var/lib/libvirt/images/new.qcow2",
        "/var/lib/libvirt/images/new-1.img",
        None,
    ]
    assert len({each.target for each in disks}) == 3
    assert [bool(each.read_only) for each in disks] == [False, False, True]


def demand(kind, **values):
    return Demand(kind, "all", Resources(**values))


@pytest.mark.parametrize(
    ("demands", "result"),
    [
        ((), (1024, 1, 20)),
        ((demand("minimum", memory=512 * 2**20, cpus=2, storage=5 * 2**30),), (1024, 2, 5)),
        (
            (
                demand("minimum", memory=512 * 2**20, cpus=2),
                demand("recommended", memory=4 * 2**30, storage=30 * 2**30),
            ),
            (4096, 2, 30),
        ),
    ],
)
def test_memory_processors_and_size_are_what_the_system_asks_for(a_host, demands, result):
    asked = GuestRequest(name="new", os="x").completed(a_host, a_system(demands=demands))
    assert (asked.memory // 1024, asked.vcpus, asked.disks[0].size // 2**30) == result


def test_what_somebody_asks_for_counts_more(a_host):
    asked = GuestRequest(name="new", os="x", memory=7, vcpus=3, disks=(DiskRequest(size=5),))
    assert asked.completed(a_host, a_system(demands=(demand("recommended", memory=9),))) == asked


def test_wrong_requests_name_what_is_right(a_host):
    with pytest.raises(ValueError, match="No operating system is called hurd"):
        build(a_host, os="hurd")
    with pytest.raises(ValueError, match="runs no sparc machines, but x86_64"):
        build(a_host, architecture="sparc")
    with pytest.raises(ValueError, match="no slash"):
        build(a_host, name="a/b")
    with pytest.raises(TypeError, match="needs a connection"):
        GuestRequest(name="new").build()


def test_a_name_with_markup_is_a_name(a_host):
    built = build(a_host, name="<b>&\"'", title="<script>")
    assert documents.parse(str(built)).name == "<b>&\"'"
    assert documents.parse(str(built)).title == "<script>"


def test_what_nobody_knows_gets_what_any_system_can_use(a_host):
    built = build(a_host, Database([]), os="generic", network="default")
    assert built.metadata.os_id is None
    assert built.devices.interfaces[0].model == "e1000"
    assert built.devices.disks[0].bus == "ide"
    assert GENERIC.is_old(date(2100, 1, 1)) is False


@pytest.mark.parametrize(
    ("link", "source"),
    [
        (HostLink(bridge="br0"), {"type": "bridge", "bridge": "br0"}),
        (HostLink(device="eth0"), {"type": "direct", "dev": "eth0", "mode": "bridge"}),
    ],
)
def test_it_can_be_in_the_network_of_the_host(a_host, link, source):
    built = build(a_host, Database([]), os="generic", network=link)
    (card,) = etree.fromstring(str(built)).findall("devices/interface")
    assert {"type": card.get("type"), **card.find("source").attrib} == source
    assert card.find("mac") is not None


@pytest.mark.parametrize("link", [HostLink(), HostLink(bridge="br0", device="eth0")])
def test_a_link_names_one_thing(a_host, link):
    with pytest.raises(ValueError, match="either a bridge of the host or a network device"):
        build(a_host, Database([]), os="generic", network=link)
