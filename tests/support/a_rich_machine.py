"""A machine with devices of many kinds, for libvirt's test driver, and the Details tab of it."""

from __future__ import annotations

from a_manager import wait_for

UUID = "55555555-5555-4555-8555-555555555501"
POOL = (
    "<pool type='dir'><name>rich</name><target><path>/lab/rich</path></target>"
    "<volume><name>web.qcow2</name><capacity unit='GiB'>20</capacity>"
    "<target><path>/lab/rich/web.qcow2</path><format type='qcow2'/></target></volume></pool>"
)
RICH = f"""
<domain type='test'>
  <name>web</name>
  <uuid>{UUID}</uuid>
  <memory unit='MiB'>2048</memory>
  <currentMemory unit='MiB'>1024</currentMemory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/><boot dev='network'/></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/lab/rich/web.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'>
      <source file='/lab/rich/install.iso'/>
      <target dev='sda' bus='sata'/>
      <readonly/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:00:00:a1'/>
      <source network='default'/>
      <model type='virtio'/>
    </interface>
    <serial type='pty'><target port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <graphics type='vnc' port='5907' passwd='hunter2'/>
    <video><model type='vga'/></video>
  </devices>
</domain>
"""


def define_rich(connection, *, start=False):
    """Define the machine, with the volume that its disk is."""
    domain = connection.domains.define(RICH)
    if start:
        domain.start()
    return domain


def details_of(panel):
    """Bring the Details tab of a machine's panel to the front and return it."""
    panel._tabs.selected_index = 1
    details = panel._details
    assert wait_for(lambda: details._tree.shown and details._view.shown)
    return details


def say(part, **content):
    """Say to a part what the browser would say."""
    part._handle_custom_msg({"client": "window-1", **content}, [])
    wait_for(lambda: True)


def entries(details):
    """Return the entries of the tree by label."""
    groups = details._tree.shown["groups"]
    return {entry["label"]: entry for group in groups for entry in group["entries"]}


def device(details, icon):
    """Return the first entry with an icon, or None."""
    groups = details._tree.shown["groups"]
    found = (entry for group in groups for entry in group["entries"] if entry["icon"] == icon)
    return next(found, None)


def go_to(details, label):
    """Select an entry and return the page's state once it is in front."""
    key = entries(details)[label]["id"]
    say(details._tree, type="select", id=key)
    assert wait_for(lambda: details._view.shown["key"] == key)
    return details._view.shown


def field(details, name):
    """Return the state of an input of the page in front."""
    return next(each for each in details._view.shown["fields"] if each["name"] == name)


def type_in(details, name, value):
    """Type into an input of the page in front."""
    key = details._view.shown["key"]
    say(details._view, type="edit", key=key, name=name, value=value, number=1)


def press(details, button):
    """Press a button below the page in front."""
    say(details._view, type="press", item=details._view.shown["key"], id=button)


def begin_adding(details, kind):
    """Begin to add a device of a kind and return the page's state."""
    say(details._tree, type="add")
    assert wait_for(lambda: details._view.shown["kinds"])
    say(details._view, type="kind", id=kind)
    assert wait_for(lambda: details._view.shown["key"] == f"add {kind}")
    return details._view.shown
