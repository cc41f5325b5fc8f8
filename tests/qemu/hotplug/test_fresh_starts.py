"""Machines that have just started: nothing waits, and what is promised is what the driver does."""

from __future__ import annotations

import re

import libvirt
import pytest
from a_guest_with_room import CD, disk, edited, when_of
from sample_documents import fields, samples

from qvirt_jupyter.documents import parse
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.hypervisor.editing.live_strategies import forget_the_run
from qvirt_jupyter.hypervisor.editing.live_tables import strategy_of_device

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

FRESH = """<domain type='qemu'>
  <name>fresh</name>
  <memory unit='MiB'>64</memory>
  <currentMemory unit='MiB'>48</currentMemory>
  <vcpu current='1'>2</vcpu>
  <os><type machine='q35'>hvm</type></os>
  <features><acpi/></features>
  {part}
</domain>
"""


@pytest.mark.parametrize(
    "part",
    [
        "<cpu mode='host-model'/>",
        "<cpu mode='maximum'/>",
        "<cpu mode='custom' match='minimum'><model>qemu64</model></cpu>",
        "<cpu><model>qemu64</model><feature policy='optional' name='avx512f'/></cpu>",
        "<clock offset='variable' adjustment='60'><timer name='rtc' tickpolicy='catchup'/></clock>",
        "<iothreads>2</iothreads><cputune><shares>512</shares></cputune>",
        "<devices><graphics type='vnc' autoport='yes' listen='127.0.0.1' passwd='a'/></devices>",
        "<devices><graphics type='spice' autoport='yes'><listen type='address'/></graphics></devices>",
        "<devices><console type='pty'/><channel type='unix'><target type='virtio' name='a.b'/></channel></devices>",
        f"<devices><controller type='scsi' model='virtio-scsi'/>{CD}</devices>",
        f"<devices>{CD.replace('scsi', 'sata').replace('<driver', '<source/><driver')}</devices>",
        "<devices><interface type='user'/><interface type='user'><model type='e1000e'/></interface></devices>",
    ],
    ids=lambda part: "-".join(part.replace("<", " ").replace("'", " ").split()[:4]).strip("/>"),
)
def test_nothing_waits_after_a_fresh_start(a_qemu_connection_of_the_module, part):
    connection = a_qemu_connection_of_the_module
    machine = connection.domains.define(FRESH.format(part=part))
    try:
        machine.start(paused=True)
        assert machine.pending_changes == ()
    finally:
        if machine.is_active:
            machine.destroy()
        machine.undefine()


def test_a_password_changes_at_once_where_there_was_one(a_qemu_connection_of_the_module):
    connection = a_qemu_connection_of_the_module
    part = "<devices><graphics type='vnc' passwd='old'><listen type='none'/></graphics></devices>"
    machine = connection.domains.define(FRESH.format(part=part))

    def give(definition):
        definition.devices.graphics[0].source.password = "another"  # noqa: S105 - of the test

    try:
        machine.start(paused=True)
        result = edited(machine, give)
        assert when_of(result) == {"devices/graphics[vnc]/@passwd": "now"}
        assert "another" not in repr(result)
        assert "passwd='another'" in machine.xml(secure=True)
        assert machine.pending_changes == ()
    finally:
        if machine.is_active:
            machine.destroy()
        machine.undefine()


OF_ALL_KINDS = """<devices>
<controller type='usb' model='qemu-xhci'/>
<disk type='file' device='cdrom'><driver name='qemu'/><target dev='sda' bus='sata'/></disk>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{image}'/>
<target dev='vdb' bus='virtio'/></disk>
<watchdog model='i6300esb' action='reset'/>
<sound model='ich9'><audio id='1'/></sound><audio id='1' type='none'/>
<interface type='user'><model type='virtio'/></interface>
<graphics type='vnc' passwd='old'><listen type='none'/></graphics>
<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
<redirdev bus='usb' type='tcp'><source mode='bind' host='127.0.0.1' service='0'/></redirdev>
<input type='tablet' bus='usb'/>
</devices>"""
REFUSED_BY_THE_DRIVER = re.compile("live update of device|cannot modify field")


def test_what_is_promised_is_what_the_driver_does(a_qemu_connection_of_the_module, an_image):
    """Each value of each device that is said to change at once is tried at once."""
    connection = a_qemu_connection_of_the_module
    machine = connection.domains.define(FRESH.format(part=OF_ALL_KINDS.format(image=an_image)))
    wrong, tried = set(), set()
    try:
        machine.start(paused=True)
        text = machine.xml(secure=True)
        for place, field, index in promised(text):
            device = parse(text).devices.all[place]
            element, member = list(fields(device))[index]
            value = next(v for v in samples(member.type) if v != getattr(element, member.name))
            setattr(element, member.name, value)
            forget_the_run(device)
            tried.add(field)
            try:
                machine._call(
                    lambda domain, new=str(device): domain.updateDeviceFlags(
                        new, libvirt.VIR_DOMAIN_AFFECT_LIVE
                    )
                )
            except QvirtError as error:
                # Another value may be a right one: only the driver's no to the whole thing counts.
                if REFUSED_BY_THE_DRIVER.search(f"{error.reason} {error.details}"):
                    wrong.add(field)
    finally:
        if machine.is_active:
            machine.destroy()
        machine.undefine()
    assert wrong == set()
    assert {"disk file", "interface link_state", "graphics password"} <= tried


def promised(text):
    """Return the fields whose change is tried by an update: device, name, and their place in it."""
    seen = set()
    for place, device in enumerate(parse(text).devices.all):
        for index, (_element, member) in enumerate(list(fields(device))):
            field = f"{device.tag} {member.name}"
            other = parse(text).devices.all[place]
            element, _member = list(fields(other))[index]
            values = [v for v in samples(member.type) if v != getattr(element, member.name)]
            if field in seen or not values:
                continue
            setattr(element, member.name, values[0])
            paths = device.diff(other).paths
            found = {strategy_of_device(device, path)[0] for path in paths}
            if found and found <= {"update", "link", "password"}:
                seen.add(field)
                yield place, field, index


def test_a_transient_machine_takes_devices_too(a_qemu_connection_of_the_module, an_image):
    connection = a_qemu_connection_of_the_module
    text = (
        "<domain type='qemu'><name>transient</name><memory unit='MiB'>64</memory>"
        "<os><type machine='pc'>hvm</type></os><features><acpi/></features></domain>"
    )
    connection.call(lambda c: c.createXML(text, libvirt.VIR_DOMAIN_START_PAUSED))
    connection.settled("domain", None)
    machine = connection.domains["transient"]
    try:
        result = machine.attach(disk(an_image, "vda"))
        assert set(when_of(result).values()) == {"now"}
        assert not result.changes
        assert "vda" in machine.document().devices.disks
        gone = machine.detach(machine.document().devices.disks["vda"])
        # Its guest is paused, and answers nothing.
        assert set(when_of(gone).values()) == {"pending"}
        result = edited(machine, lambda d: setattr(d, "title", "short-lived"))
        assert when_of(result) == {"title": "now"}
        assert machine.title == "short-lived"
    finally:
        machine.destroy()
