"""The devices of a domain as they are written, and one of them written otherwise."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Domain, InvalidDocument
from qvirt_jupyter.documents.devices.stored_devices import stored_devices, with_device

DOMAIN = """<domain type='kvm'>
  <name>web</name>
  <devices>
    <emulator>/usr/bin/qemu</emulator>
    <!-- the first one boots -->
    <disk type='file' device='disk'>
      <source file='/a'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <newfangled level='3'>
      <deep/>
    </newfangled>
    <disk type='file' device='disk'>
      <target dev='vdb' bus='virtio'/>
    </disk>
  </devices>
</domain>
"""


def test_devices_are_listed_as_they_stand_also_those_nobody_declared():
    devices = stored_devices(Domain.parse(DOMAIN))
    assert [(each.tag, each.number) for each in devices] == [
        ("disk", 1),
        ("newfangled", 1),
        ("disk", 2),
    ]
    assert devices[0].xml.splitlines()[1] == "  <source file='/a'/>"
    assert devices[1].label == "newfangled 1"
    assert devices[1].xml == "<newfangled level='3'>\n  <deep/>\n</newfangled>"


def test_one_device_is_written_otherwise_and_nothing_else():
    domain = Domain.parse(DOMAIN)
    devices = stored_devices(domain)
    text = devices[0].xml.replace("/a", "/b")
    assert with_device(domain, devices[0], text) == DOMAIN.replace("/a", "/b")
    assert str(domain) == DOMAIN
    text = devices[1].xml.replace("3", "4")
    assert with_device(domain, devices[1], text) == DOMAIN.replace("'3'", "'4'")
    # The layout of what was typed does not matter.
    flat = "<disk type='file' device='disk'><target dev='vdb' bus='virtio'/></disk>"
    assert with_device(domain, devices[2], flat) == DOMAIN


def test_a_device_is_added_where_none_is_replaced():
    changed = with_device(Domain.parse(DOMAIN), None, "<rng model='virtio'/>", "rng")
    assert changed == DOMAIN.replace("  </devices>", "    <rng model='virtio'/>\n  </devices>")


def test_what_is_no_such_device_is_refused():
    domain = Domain.parse(DOMAIN)
    disk = stored_devices(domain)[0]
    with pytest.raises(InvalidDocument, match="<interface>, not a <disk>"):
        with_device(domain, disk, "<interface type='user'/>")
    with pytest.raises(InvalidDocument, match="not well-formed"):
        with_device(domain, disk, "<disk>")
