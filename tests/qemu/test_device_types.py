"""Real QEMU starts a guest with each device that can be added, made as it is suggested.

The guest has no system and stands still: its machine is built with the device, and that is all that
is asked here. Each definition is what libvirt's own schema allows.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lxml import etree

from qvirt_jupyter.documents import (
    Controller,
    Disk,
    Domain,
    FileSource,
    Filesystem,
    Interface,
    Redirdev,
    Redirfilter,
    hostdev_of,
    parse,
    why_not_given,
)

pytestmark = pytest.mark.qemu

SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")
GUEST = """\
<domain type='qemu'>
  <name>device types</name>
  <memory unit='MiB'>64</memory>
  {memory}
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='{machine}'>hvm</type></os>
  <features><acpi/></features>
  <devices>{devices}</devices>
</domain>
"""
SHARED = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"
SPICE = "<graphics type='spice'><listen type='none'/></graphics>"
NO_USB = "<controller type='usb' model='none'/>"
SCSI = "<controller type='scsi' index='0' model='virtio-scsi'/>"


def a_disk(_connection, domain, host, folder, bus=None, **values):
    disk = Disk.suggested(domain, host, **values)
    if bus is not None:
        disk.bus = bus
    if disk.device == "disk":
        image = folder / "disk.qcow2"
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", image, "1M"], check=True, timeout=60
        )
        disk.source = FileSource(file=str(image))
    return disk


def a_folder(_connection, domain, host, folder, driver=None):
    shared = Filesystem.suggested(domain, host)
    assert driver in (None, shared.driver)
    shared.source.folder = str(folder)
    return shared


def a_card(_connection, domain, host, _folder, model=None, **values):
    card = Interface.suggested(domain, host, **values)
    card.model = model or card.model
    if card.type == "mcast":
        card.source.address, card.source.port = "230.0.0.1", 5558
    return card


def a_controller(_connection, domain, host, _folder, model=None, **values):
    controller = Controller.suggested(domain, host, **values)
    controller.model = model or controller.model
    return controller


def a_redirection(_connection, domain, host, _folder):
    return Redirdev.suggested(domain, host)


def some_rules(_connection, domain, host, _folder):
    return Redirfilter.suggested(domain, host)


def a_host_device(connection, domain, _host, _folder):
    nodes = usb_devices(connection)
    return hostdev_of(nodes[0], domain, nodes)


# How each is made, with what, and what the guest has already.
CASES = {
    "disk": (a_disk, {}, ""),
    **{f"disk-{bus}": (a_disk, {"bus": bus}, "") for bus in ("sata", "scsi", "usb", "ide", "nvme")},
    "disk-without-usb": (a_disk, {"bus": "usb"}, NO_USB),
    "disk-second-scsi": (a_disk, {"bus": "scsi"}, SCSI),
    "cdrom": (a_disk, {"device": "cdrom"}, ""),
    "floppy": (a_disk, {"device": "floppy"}, ""),
    "interface-user": (a_card, {"type": "user"}, ""),
    **{
        f"interface-{model}": (a_card, {"type": "user", "model": model}, "")
        for model in ("e1000e", "e1000", "rtl8139")
    },
    "interface-multicast": (a_card, {"type": "mcast"}, ""),
    "controller": (a_controller, {}, ""),
    "controller-second": (a_controller, {}, SCSI),
    "controller-usb-3": (a_controller, {"type": "usb"}, NO_USB),
    "controller-usb-2": (a_controller, {"type": "usb", "model": "ich9-ehci1"}, NO_USB),
    "controller-virtio-serial": (a_controller, {"type": "virtio-serial"}, ""),
    "controller-ccid": (a_controller, {"type": "ccid"}, ""),
    "controller-nvme": (a_controller, {"type": "nvme"}, ""),
    "filesystem": (a_folder, {}, ""),
    "filesystem-virtiofs": (a_folder, {"driver": "virtiofs"}, SHARED),
    "redirdev": (a_redirection, {}, SPICE),
    "redirfilter": (some_rules, {}, f"{SPICE}<redirdev bus='usb' type='spicevmc'/>"),
    "hostdev": (a_host_device, {}, ""),
}

# https://libvirt.org/news.html#v11-5-0-2025-07-01
NVME_SINCE = 11_005_000
SKIPS = {
    "disk-nvme": "libvirt has NVMe controllers since 11.5",
    "controller-nvme": "libvirt has NVMe controllers since 11.5",
    "disk-ide": "this machine has no IDE",
    "hostdev": "the host has no USB device that a guest may be given",
    "filesystem-virtiofs": "the tests' libvirtd cannot start virtiofsd",
}


def why_not(name, host, connection):
    """Return why a case cannot be tried here; empty where it can."""
    version = connection.call(lambda libvirt: libvirt.getLibVersion())
    cannot = {
        "disk-nvme": version < NVME_SINCE,
        "controller-nvme": version < NVME_SINCE,
        "disk-ide": "ide" not in host.choices("disk/bus"),
        "hostdev": not usb_devices(connection),
        "filesystem-virtiofs": "virtiofs" not in host.choices("filesystem/driverType"),
    }
    return SKIPS[name] if cannot.get(name) else ""


def usb_devices(connection):
    found = connection.call(lambda libvirt: libvirt.listAllDevices(2))
    nodes = [parse(connection.call(lambda _libvirt, node=node: node.XMLDesc())) for node in found]
    return [node for node in nodes if node.type == "usb_device" and not why_not_given(node)]


def test_few_cases_may_be_skipped():
    assert CASES.keys() >= SKIPS.keys()
    assert len(SKIPS) <= 5
    assert len(CASES) - len(SKIPS) >= 20


@pytest.fixture(scope="module")
def a_schema():
    if not SCHEMA.exists():
        pytest.skip("libvirt's schemas are not installed")
    return etree.RelaxNG(etree.parse(SCHEMA))


@pytest.mark.parametrize("machine", ["q35", "pc"])
@pytest.mark.parametrize("name", CASES)
def test_a_guest_starts_with_it(a_qemu_connection_of_the_module, a_schema, tmp_path, machine, name):
    connection = a_qemu_connection_of_the_module
    make, values, there = CASES[name]
    memory, devices = (there, "") if there == SHARED else ("", there)
    domain = Domain.parse(GUEST.format(machine=machine, memory=memory, devices=devices))
    host = connection.domain_capabilities(domain)
    if reason := why_not(name, host, connection):
        pytest.skip(reason)
    tmp_path.chmod(0o777)
    device = make(connection, domain, host, tmp_path, **values)
    assert type(device).unavailable(domain, host) == ""
    assert str(device.refused(domain, host)) == ""

    for new in (*device.brings(domain, host), device):
        for old in new.replaces(domain):
            domain.devices.remove(old)
        added = domain.devices.add(new)
    assert added.display_name in [each.display_name for each in domain.devices.all]
    assert a_schema.validate(etree.fromstring(str(domain))), a_schema.error_log

    guest = connection.domains.define(str(domain))
    try:
        guest.start(paused=True)
        running, stored = Domain.parse(guest.xml()), guest.document(inactive=True)
        # The two are matched by what is the same in both.
        identities = [each.identity for each in running.devices.of(type(device))]
        assert added.identity in identities
        assert set(identities) == {each.identity for each in stored.devices.of(type(device))}
    finally:
        if guest.state.is_active:
            guest.destroy()
        guest.undefine()
