"""Which consoles a machine has, read from its definition."""

from __future__ import annotations

import pytest
from lxml import etree

from qvirt_jupyter.hypervisor.serial.ports import serial_ports_of

RUNNING = """
<domain><devices>
  <serial type='pty'><source path='/dev/pts/0'/><target port='0'/><alias name='serial0'/></serial>
  <serial type='tcp'><source mode='bind' host='::1' service='4000'/><target port='1'/>
    <alias name='ua-net'/></serial>
  <console type='pty'><target type='serial' port='0'/><alias name='serial0'/></console>
  <console type='pty'><target type='virtio' port='1'/><alias name='console1'/></console>
  <console type='nmdm'><target type='virtio' port='2'/><alias name='console2'/></console>
</devices></domain>
"""


def ports(xml):
    return {port.alias: port for port in serial_ports_of(etree.fromstring(xml))}


def test_serial_ports_and_consoles_without_the_mirror_of_the_first():
    found = ports(RUNNING)
    assert {alias: str(port.label) for alias, port in found.items()} == {
        "serial0": "Serial port 1",
        "ua-net": "Serial port 2",
        "console1": "VirtIO console 1",
        "console2": "VirtIO console 2",
    }
    assert [port.is_usable for port in found.values()] == [True, False, True, True]
    assert "pseudo terminals" in found["ua-net"].refusal


def test_of_a_machine_that_is_off_the_names_are_those_that_it_will_have():
    off = RUNNING
    for alias in ("serial0", "console1", "console2"):
        off = off.replace(f"<alias name='{alias}'/>", "")
    assert ports(off) == ports(RUNNING)


def test_a_machine_without_serial_ports_has_its_consoles():
    found = ports(
        "<domain><devices><console type='pty'><target type='xen' port='0'/></console>"
        "</devices></domain>"
    )
    assert {alias: str(port.label) for alias, port in found.items()} == {
        "console0": "Xen console 1"
    }


def test_none_at_all():
    assert not ports("<domain><devices/></domain>")


@pytest.mark.parametrize("kind", ["file", "unix", "null", "spiceport", "new-in-the-future"])
def test_what_cannot_be_opened_says_why(kind):
    (port,) = ports(
        f"<domain><devices><serial type='{kind}'><source path='/x'/></serial></devices></domain>"
    ).values()
    assert port.refusal.endswith(".")
    assert not port.is_usable
