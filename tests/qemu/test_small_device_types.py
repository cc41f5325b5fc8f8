"""Real QEMU starts a guest with each small device that can be added, made as it is suggested.

The guest has no disk and stands still: its machine is built with the device, which is all that is
asked here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Channel, Domain, Graphics, Input, Memory, Sound, Video

pytestmark = pytest.mark.qemu

GUEST = """\
<domain type='qemu'>
  <name>devices</name>
  <maxMemory slots='2' unit='MiB'>512</maxMemory>
  <memory unit='MiB'>128</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='{machine}'>hvm</type></os>
  <features><acpi/></features>
  <cpu mode='custom'>
    <model>qemu64</model>
    <numa><cell id='0' cpus='0' memory='128' unit='MiB'/></numa>
  </cpu>
  <devices>{devices}</devices>
</domain>
"""
SPICE = "<graphics type='spice'><listen type='none'/></graphics><video><model type='vga'/></video>"
VNC = "<graphics type='vnc'><listen type='none'/></graphics><video><model type='vga'/></video>"
NO_USB = "<controller type='usb' model='none'/>"

# What is added, and what the guest has already. A kind is added as it is suggested.
CASES = {
    "serial": (documents.Serial, ""),
    "serial-second": (documents.Serial, "<serial type='pty'/>"),
    "parallel": (documents.Parallel, ""),
    "console": (documents.Console, ""),
    "channel-agent": (documents.Channel, VNC),
    "channel-clipboard": (Channel(type="qemu-vdagent", name="com.redhat.spice.0"), VNC),
    "channel-spice": (documents.Channel, SPICE),
    "channel-folders": (Channel(name="org.spice-space.webdav.0"), SPICE),
    "channel-guestfs": (Channel(name="org.libguestfs.channel.0"), ""),
    "graphics-vnc": (documents.Graphics, ""),
    "graphics-spice": (documents.Graphics, VNC),
    "graphics-egl": (Graphics(type="egl-headless"), VNC),
    "graphics-dbus": (documents.parse("<graphics type='dbus' p2p='yes'/>"), ""),
    "video": (documents.Video, "<graphics type='vnc'><listen type='none'/></graphics>"),
    "video-second": (documents.Video, VNC),
    **{f"video-{model}": (Video(model=model), "") for model in ("bochs", "qxl", "ramfb", "none")},
    "sound": (documents.Sound, ""),
    **{f"sound-{model}": (Sound(model=model), "") for model in ("ac97", "usb")},
    "audio": (documents.Audio, ""),
    "audio-spice": (documents.Audio, SPICE),
    "input": (documents.Input, ""),
    "input-without-usb": (documents.Input, NO_USB),
    "input-mouse": (Input(type="mouse", bus="usb"), ""),
    "input-keyboard": (Input(type="keyboard", bus="usb"), ""),
    "input-virtio": (Input(type="keyboard", bus="virtio"), ""),
    "hub": (documents.Hub, ""),
    "watchdog": (documents.Watchdog, ""),
    "watchdog-isa": (documents.Watchdog(model="ib700", action="pause"), ""),
    "rng": (documents.Rng, ""),
    "rng-builtin": (documents.parse("<rng model='virtio'><backend model='builtin'/></rng>"), ""),
    "tpm": (documents.Tpm, ""),
    "panic": (documents.Panic, ""),
    "panic-second": (documents.Panic, "<panic model='isa'/>"),
    "vsock": (documents.Vsock, ""),
    "memballoon": (documents.MemBalloon, ""),
    "memory": (documents.Memory, ""),
    "memory-virtio": (
        Memory(model="virtio-mem", size=131072, node=0, block=2048, requested=0),
        "",
    ),
    "shmem": (documents.Shmem, ""),
    "iommu": (documents.Iommu, ""),
    "smartcard": (documents.Smartcard, ""),
    "smartcard-spice": (documents.Smartcard, SPICE),
    "nvram": (documents.Nvram, ""),
    "crypto": (documents.Crypto, ""),
    "pstore": (documents.Pstore, ""),
}
# What may be another device, or none, on a PC without PCI Express.
ON_PC = {
    *("serial", "parallel", "console", "channel-agent", "video", "video-qxl", "sound", "input"),
    *("input-without-usb", "watchdog", "watchdog-isa", "rng", "tpm", "panic", "memballoon"),
    *("memory", "shmem", "iommu"),
}
MACHINES = [
    (machine, name) for name in CASES for machine in ("q35", "pc")[: 2 if name in ON_PC else 1]
]
# What the host must have beside QEMU.
FILES = {
    "graphics-egl": "/dev/dri",
    "smartcard": "/etc/pki/nssdb",
    "tpm": "/usr/bin/swtpm",
    "vsock": "/dev/vhost-vsock",
}
# What this host, this libvirt or this machine has not, as the device itself says.
MAY_BE_UNAVAILABLE = {"crypto", "iommu", "nvram", "pstore"}
SKIPS_AT_MOST = len(FILES) + len(MAY_BE_UNAVAILABLE)


def why_not(name: str, reason: object) -> str:
    """Return why a case cannot be tried here; empty where it can."""
    if name in FILES and not Path(FILES[name]).exists():
        return f"the host has no {FILES[name]}"
    if name in MAY_BE_UNAVAILABLE:
        return str(reason)
    assert not reason, f"{name}: {reason}"
    return ""


def test_no_more_is_skipped_than_is_named():
    assert CASES.keys() >= FILES.keys() | MAY_BE_UNAVAILABLE | ON_PC
    assert len(CASES) - SKIPS_AT_MOST >= 35


@pytest.mark.parametrize(("machine", "name"), MACHINES)
def test_a_guest_starts_with_it(a_qemu_connection_of_the_module, machine, name):
    connection = a_qemu_connection_of_the_module
    what, there = CASES[name]
    domain = Domain.parse(GUEST.format(machine=machine, devices=there))
    host = connection.domain_capabilities(domain)
    kind = what if isinstance(what, type) else type(what)
    if reason := why_not(name, kind.unavailable(domain, host)):
        pytest.skip(reason)
    device = kind.suggested(domain, host) if kind is what else what.copy()
    assert device.refused(domain, host) == ""
    for old in device.replaces(domain):
        domain.devices.remove(old)
    added = domain.devices.add(device)
    said = added.display_name

    guest = connection.domains.define(str(domain))
    try:
        stored = Domain.parse(guest.xml())
        assert said in [each.display_name for each in stored.devices.of(kind)]
        guest.start(paused=True)
        running = Domain.parse(guest.xml())
        identities = [each.identity for each in running.devices.of(kind)]
        assert identities == [each.identity for each in stored.devices.of(kind)]
        # What libvirt chose for this run is no change of anybody's.
        assert guest.pending_changes == ()
        # What libvirt filled in for this run is no change of anybody's.
        assert guest.pending_changes == ()
    finally:
        if guest.state.is_active:
            guest.destroy()
        guest.undefine()


NEEDS_SPICE = """
<smartcard mode='passthrough' type='spicevmc'/>
<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
<redirdev bus='usb' type='spicevmc'/>
<sound model='ich9'><audio id='1'/></sound>
<audio id='1' type='spice'/>
"""


def test_a_guest_starts_without_its_last_spice_display(a_qemu_connection_of_the_module):
    connection = a_qemu_connection_of_the_module
    text = GUEST.format(machine="q35", devices=SPICE + NEEDS_SPICE)
    guest = connection.domains.define(text)
    try:
        with guest.edit() as definition:
            definition.devices.remove(definition.devices.graphics[0])
        guest.start(paused=True)
        left = Domain.parse(guest.xml()).devices
        assert (len(left.smartcards), len(left.channels), len(left.graphics)) == (0, 0, 0)
        assert len(left.sounds) == 1
        assert [backend.type for backend in left.audios] == ["none"], "libvirt's own"
    finally:
        if guest.state.is_active:
            guest.destroy()
        guest.undefine()


def test_a_removed_serial_port_does_not_come_back(a_qemu_connection_of_the_module):
    connection = a_qemu_connection_of_the_module
    text = GUEST.format(machine="q35", devices="<serial type='pty'/><console type='pty'/>")
    guest = connection.domains.define(text)
    try:
        with guest.edit() as definition:
            definition.devices.remove(definition.devices.serials[0])
        left = Domain.parse(guest.xml()).devices
        assert (len(left.serials), len(left.consoles)) == (0, 0)
    finally:
        guest.undefine()
