"""What is cleared of a device leaves nothing that libvirt's schema refuses."""

from pathlib import Path

import pytest
from lxml import etree
from sample_documents import declared_documents, fields, samples

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Device, Domain
from qvirt_jupyter.documents.schema import kinds_of, schema_of

SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")

pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason="libvirt's schemas are not installed")

# Without these a device, or an item of it, is none: what kind it is, what it is made of, its name.
NEEDED = {
    f"{kind}.{name}"
    for kind, names in {
        "AdapterUnit": "adapter bus target unit",
        "Audio": "id type",
        "BackingStore": "format",
        "BindSource": "folder",
        "BridgeLink": "bridge",
        "Channel": "forward_address forward_port target_type type",
        "Console": "type",
        "Controller": "model type",
        "Cookie": "name value",
        "DatagramLink": "address local_address local_port port",
        "DeviceAddress": "bus type",
        "DeviceSource": "device",
        "DirectLink": "device",
        "Disk": "target type",
        "EgdRandom": "type",
        "Filesystem": "target type",
        "FilterParameter": "name value",
        "Grabbed": "device",
        "Graphics": "type",
        "GuestAddress": "address",
        "GuestRoute": "address gateway",
        "Hostdev": "mode type",
        "Hub": "type",
        "ImageSource": "file",
        "Input": "bus type",
        "Interface": "type",
        "InternalLink": "name",
        "Iommu": "model",
        "IscsiHost": "name",
        "IscsiUnit": "name",
        "Lease": "lockspace path resource",
        "Listen": "type",
        "MediatedSource": "model uuid",
        "MemBalloon": "model",
        "Memory": "model size",
        "MidonetPort": "interface",
        "Mirror": "job",
        "MiscSource": "char",
        "MountSource": "folder socket",
        "NetSource": "interface",
        "NetworkLink": "network",
        "NetworkListen": "network",
        "NetworkSource": "name protocol",
        "NvdimmMemory": "path",
        "NvmeSource": "namespace type",
        "Parallel": "type",
        "PassedCard": "type",
        "PassedThrough": "device",
        "PortForward": "protocol",
        "PortRange": "start",
        "RamSource": "usage",
        "RandomBackend": "model",
        "Redirdev": "bus type",
        "Rng": "model",
        "ScsiHostSource": "protocol wwpn",
        "ScsiSource": "protocol",
        "SecretReference": "type usage uuid",
        "Serial": "type",
        "Shmem": "name",
        "Slice": "offset size type",
        "Smartcard": "mode",
        "SocketLink": "address port",
        "Sound": "model",
        "SoundCodec": "type",
        "SourceHost": "name socket transport",
        "SourceSecurityLabel": "label relabel",
        "SpiceChannel": "mode name",
        "StorageSource": "block",
        "TemplateSource": "name",
        "TpmBackend": "type",
        "TpmExternal": "mode path source_type",
        "TypedPciAddress": "type",
        "UsbRule": "allow",
        "UsbSource": "bus device product vendor",
        "VdpaLink": "device",
        "VhostUserLink": "mode path type",
        "VhostUserSource": "path type",
        "Video": "model",
        "VlanTag": "id",
        "Watchdog": "model",
    }.items()
    for name in names.split()
}


@pytest.fixture(scope="module")
def rules():
    return etree.RelaxNG(etree.parse(SCHEMA))


def wrong_when_cleared(text, rules):
    """Return the fields of the devices of a domain whose clearing leaves what is refused."""
    found = set()
    for index, (element, member) in enumerate(fields(Domain.parse(text))):
        if "devices" not in type(element).__module__:
            continue
        if getattr(element, member.name) == member.type.absent:
            continue
        cleared = Domain.parse(text)
        owner, _member = list(fields(cleared))[index]
        setattr(owner, member.name, member.type.absent)
        if not rules.validate(etree.fromstring(str(cleared))):
            found.add(f"{type(element).__name__}.{member.name}")
    return found


def known_domains():
    """Return the documents of whole machines that the installed schema knows, by name."""
    if not SCHEMA.exists():
        return {}
    rules = etree.RelaxNG(etree.parse(SCHEMA))
    return {
        name: text
        for name, text in declared_documents().items()
        if text.lstrip().startswith("<domain ") and rules.validate(etree.fromstring(text))
    }


DOMAINS = known_domains()


def test_there_are_machines_with_all_kinds_of_devices():
    tags = {each.tag for text in DOMAINS.values() for each in Domain.parse(text).devices.all}
    assert len(tags) > 25


@pytest.mark.parametrize("name", DOMAINS)
def test_an_optional_field_can_be_cleared(name, rules):
    assert wrong_when_cleared(DOMAINS[name], rules) - NEEDED == set()


BARE = """\
<domain type='kvm'><name>a</name><memory>1</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os><devices/></domain>"""
# What nobody can suggest for a guest that is not chosen.
CHOSEN = {
    "filesystem": "<filesystem><source dir='/srv'/><target dir='share'/></filesystem>",
    "hostdev": "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/>"
    "<product id='0xbeef'/></source></hostdev>",
    "lease": "<lease><lockspace>a</lockspace><key>b</key><target path='/srv/lease'/></lease>",
}
# libvirt 9.0 has no schema for them (https://libvirt.org/news.html).
NEWER = {"crypto", "pstore"}
KINDS = {
    kind.tag: kind
    for kind in kinds_of(Device)
    if kind.__module__.startswith("qvirt_jupyter.") and "tag" in vars(kind)
}


def new(tag):
    """Return a machine with a new device of a kind, and that device."""
    domain = Domain.parse(BARE)
    text = CHOSEN.get(tag)
    device = documents.parse(text) if text else KINDS[tag].suggested(domain, None)
    return domain, domain.devices.add(device)


def tries(tag):
    """Return the fields of a new device, with those of each kind that it could be."""
    _domain, device = new(tag)
    kinds = [None]
    for member in schema_of(type(device)).members.values():
        if isinstance(member, documents.Variant) and str(member.selector) == "@type":
            kinds += [kind for kind in member.branches if kind != device.type]
    for kind in kinds:
        _domain, device = new(tag)
        if kind is not None:
            device.type = kind
        for index, (_element, member) in enumerate(fields(device)):
            for value in samples(member.type)[:1]:
                yield kind, index, value


@pytest.mark.parametrize("tag", sorted(KINDS.keys() - NEWER))
def test_what_is_set_on_a_new_device_can_be_cleared_again(tag, rules):
    wrong = set()
    count = 0
    for kind, index, value in tries(tag):
        domain, device = new(tag)
        if kind is not None:
            device.type = kind
        first = str(domain)
        element, member = list(fields(device))[index]
        if not rules.validate(etree.fromstring(first)) or getattr(element, member.name):
            continue
        count += 1
        setattr(element, member.name, value)
        setattr(element, member.name, member.type.absent)
        if not rules.validate(etree.fromstring(str(domain))):
            wrong.add(f"{type(element).__name__}.{member.name}")
    assert wrong == set()
    assert count >= 1
