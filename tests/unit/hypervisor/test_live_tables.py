"""Every row of the tables that say what a running machine takes over."""

from __future__ import annotations

import re

import pytest

from qvirt_jupyter.documents import Device, Domain, Field, declarations, parse
from qvirt_jupyter.documents.devices.device import Devices
from qvirt_jupyter.documents.schema import kinds_of
from qvirt_jupyter.hypervisor.editing import live_tables
from qvirt_jupyter.hypervisor.editing.device_matching import kinds
from qvirt_jupyter.hypervisor.editing.live_strategies import STRATEGIES

CD = "<disk device='cdrom'><target dev='sda' bus='sata'/></disk>"
DISK = "<disk device='disk'><target dev='vda' bus='virtio'/></disk>"

# Of each row a path that it is about, and of device rows the device.
OF_DEVICES = [
    (DISK, "iotune/read_bytes_sec", "iotune"),
    (CD, "source/@file", "update"),
    (DISK, "source/@file", "keeps its image"),
    (DISK, "driver/@cache", "open in this way"),
    (DISK, "@snapshot", "snapshot"),
    ("<interface/>", "link", "update"),
    ("<interface type='network'/>", "source/@network", "update"),
    ("<interface type='direct'/>", "source/@dev", "Only cards on a network or a bridge"),
    ("<interface/>", "bandwidth/inbound/@average", "bandwidth"),
    ("<interface/>", "filterref/@filter", "update"),
    ("<interface/>", "mtu/@size", "MTU"),
    ("<graphics type='vnc'/>", "@passwd", "until the machine stops"),
    ("<graphics type='vnc' passwd='x'/>", "@passwd", "update"),
    ("<graphics type='vnc'/>", "listen[1]/@address", "listens as it did"),
    ("<memballoon model='virtio'/>", "stats/@period", "balloon_period"),
    ("<memory model='virtio-mem'/>", "target/requested", "update"),
    ("<hostdev type='pci'/>", "teaming/@type", "stays while"),
    (DISK, "target/@bus", "stays while"),
    ("<interface/>", "boot/@order", "boot order"),
    ("<interface/>", "address/@slot", "where it is now"),
    ("<interface/>", "alias/@name", "when the machine starts"),
    ("<interface/>", "model/@type", "stays while"),
]
OF_DOMAINS = [
    ("title", "metadata"),
    ("memory", "memory"),
    ("vcpu/@current", "vcpus"),
    ("vcpu", "greatest number"),
    ("cputune/vcpupin[1]/@cpuset", "cputune"),
    ("memtune/hard_limit", "memtune"),
    ("blkiotune/weight", "blkiotune"),
    ("numatune/memory/@nodeset", "numatune"),
    ("iothreads", "iothreads"),
    ("on_crash", "lifecycle_action"),
    ("maxMemory/@slots", "slots"),
    ("cpu/@mode", "processor"),
    ("os/kernel", "firmware"),
    ("clock/@offset", "clock"),
    ("features/acpi", "as it is now"),
    ("qemu:commandline", "emulator"),
]


def device(text):
    domain = Domain.parse(f"<domain><devices>{text}</devices></domain>")
    tag = re.match(r"<([\w-]+)", text).group(1)
    try:
        return domain.devices.of(tag)[0]
    except KeyError:
        pytest.skip(f"{tag} is not declared yet")


@pytest.mark.parametrize(("text", "inside", "expected"), OF_DEVICES)
def test_a_change_of_a_device_has_a_strategy_or_a_reason(text, inside, expected):
    strategy, reason = live_tables.strategy_of_device(device(text), inside)
    assert strategy == expected or (strategy is None and expected in str(reason))


@pytest.mark.parametrize(("path", "expected"), OF_DOMAINS)
def test_a_change_of_a_domain_has_a_strategy_or_a_reason(path, expected):
    strategy, reason = live_tables.strategy_of_domain(path)
    assert strategy == expected or (strategy is None and expected in str(reason))


def test_no_row_is_left_out():
    for row in live_tables.DEVICE_ROWS:
        assert any(
            re.fullmatch(row.where, f"{text[1:].split()[0].strip('/><')}/{inside}")
            and (expected == row.strategy or expected in str(row.reason))
            for text, inside, expected in OF_DEVICES
        ), row
    for row in live_tables.DOMAIN_ROWS:
        assert any(re.fullmatch(row.where, path) for path, _expected in OF_DOMAINS), row


def test_a_field_that_no_row_is_about_goes_by_its_declaration():
    assert live_tables.strategy_of_device(
        device("<interface type='network'/>"), "@trustGuestRxFilters"
    ) == (
        "update",
        live_tables.NO_PATH,
    )
    assert live_tables.strategy_of_device(device(DISK), "wwn") == (None, live_tables.NO_PATH)
    assert live_tables.strategy_of_domain("whatever") == (None, live_tables.NO_PATH)


def test_every_strategy_exists():
    named = {row.strategy for row in (*live_tables.DEVICE_ROWS, *live_tables.DOMAIN_ROWS)} - {None}
    declared = {
        field.live
        for cls in (Domain, *kinds(Devices()).values())
        for field in declarations(cls)
        if field.live
    }
    assert named | declared <= STRATEGIES.keys()


COME_AND_GO = [
    (DISK, ""),
    (CD, "removable media"),
    (CD.replace("sata", "scsi"), ""),
    (DISK.replace("virtio", "sata"), "this bus"),
    ("<controller type='scsi'/>", ""),
    ("<controller type='usb'/>", "Only SCSI"),
    ("<lease/>", ""),
    ("<filesystem type='mount'/>", ""),
    ("<interface type='user'/>", ""),
    ("<hostdev mode='subsystem' type='usb'/>", ""),
    ("<redirdev bus='usb'/>", ""),
    ("<channel type='unix'><target type='virtio'/></channel>", ""),
    ("<console type='pty'><target type='serial'/></console>", "part of the machine"),
    ("<console type='pty'><target type='virtio'/></console>", ""),
    ("<serial type='pty'><target type='isa-serial'/></serial>", "part of the machine"),
    ("<serial type='pty'><target type='pci-serial'/></serial>", ""),
    ("<input type='mouse' bus='ps2'/>", "PS/2"),
    ("<input type='tablet' bus='usb'/>", ""),
    ("<watchdog model='i6300esb'/>", ""),
    ("<rng model='virtio'/>", ""),
    ("<memory model='dimm'/>", ""),
    ("<shmem name='a'/>", ""),
    ("<vsock model='virtio'/>", ""),
    ("<sound model='ich9'/>", "only while the machine is off"),
    ("<video/>", "only while the machine is off"),
    ("<graphics type='vnc'/>", "only while the machine is off"),
    ("<tpm model='tpm-crb'/>", "only while the machine is off"),
]


@pytest.mark.parametrize(("text", "words"), COME_AND_GO)
@pytest.mark.parametrize("strategy", ["attach", "detach"])
def test_a_device_comes_and_goes_or_there_is_a_reason(text, words, strategy):
    reason = str(live_tables.why_not(device(text), strategy))
    assert bool(reason) == bool(words)
    assert words in reason


def test_no_kind_is_left_out():
    tried = {re.match(r"<([\w-]+)", text).group(1) for text, _words in COME_AND_GO}
    assert live_tables.PLUGS.keys() <= tried


def test_a_device_alone_is_as_good_as_one_of_a_machine():
    assert live_tables.why_not(parse("<interface type='user'/>"), "attach") == ""


def test_no_declaration_promises_what_no_driver_does():
    # src/qemu/qemu_driver.c, qemuDomainUpdateDeviceLive: disks, displays, cards, memory modules.
    promising = {
        kind.tag
        for kind in kinds_of(Device)
        for member in vars(kind).values()
        if isinstance(member, Field) and member.declared.live
    }
    assert promising <= {"disk", "graphics", "interface", "memory"}
