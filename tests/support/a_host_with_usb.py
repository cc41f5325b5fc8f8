"""A host of libvirt's test driver with three USB devices, two of them alike, and machines."""

from __future__ import annotations

USB = (
    "<device><name>{name}</name><parent>computer</parent><capability type='usb_device'>"
    "<bus>1</bus><device>{number}</device><product id='0x{product}'>{called}</product>"
    "<vendor id='0x046d'>Logi &amp; Sons</vendor></capability></device>"
)
BARE = "44444444-4444-4444-8444-444444444402"
"""The UUID of a machine that has no USB controller."""
MACHINE = """
<domain type='test'><name>{name}</name>{uuid}<memory unit='MiB'>64</memory>
  <os><type>hvm</type></os><devices>{devices}</devices></domain>
"""
CONTROLLER = "<controller type='usb' model='qemu-xhci'/>"
HAS_THE_CAMERA = (
    "<hostdev mode='subsystem' type='usb'><source><vendor id='0x046d'/><product id='0x0825'/>"
    "</source></hostdev>"
)
WORLD = (
    "<node><device><name>computer</name><capability type='system'><hardware>"
    "<uuid>44444444-4444-4444-8444-444444444401</uuid></hardware></capability></device>"
    + USB.format(name="usb_camera", number=4, product="0825", called="Camera")
    + USB.format(name="usb_stick", number=7, product="00ff", called="Stick")
    + USB.format(name="usb_twin", number=9, product="00ff", called="Stick")
    + MACHINE.format(name="web", uuid="", devices=CONTROLLER)
    + MACHINE.format(
        name="bare", uuid=f"<uuid>{BARE}</uuid>", devices="<controller type='usb' model='none'/>"
    )
    + MACHINE.format(name="holder", uuid="", devices=CONTROLLER + HAS_THE_CAMERA)
    + "</node>"
)


def uri_of(folder):
    """Write the host into a folder, and return its URI."""
    world = folder / "world.xml"
    world.write_text(WORLD)
    return f"test://{world}"
