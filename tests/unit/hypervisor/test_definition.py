"""What the list takes from definitions."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

import qvirt_jupyter
from qvirt_jupyter.hypervisor import definition
from qvirt_jupyter.hypervisor.records import DisplayRecord

LAB = Path(qvirt_jupyter.__file__).parent / "data" / "lab.xml"

DOMAIN = """
<domain type='kvm'>
  <name>web</name>
  <title> Web &amp; more </title>
  <description>first
second</description>
  <metadata>
    <qvirt:domain xmlns:qvirt='https://qvirt-jupyter.readthedocs.io/xmlns/domain/1'>
      <qvirt:group>lab</qvirt:group><qvirt:tag>red</qvirt:tag><qvirt:tag>two words</qvirt:tag>
      <qvirt:tag> </qvirt:tag>
    </qvirt:domain>
    <libosinfo:libosinfo xmlns:libosinfo='http://libosinfo.org/xmlns/libvirt/domain/1.0'>
      <libosinfo:os id='http://debian.org/debian/12'/>
    </libosinfo:libosinfo>
  </metadata>
  <memory unit='GiB'>4</memory>
  <currentMemory unit='MB'>1024</currentMemory>
  <vcpu current='2'>8</vcpu>
  <devices>
    <interface type='user'><mac address='52:54:00:AB:CD:EF'/><target dev='vnet0'/></interface>
    <interface type='bridge'/>
    <graphics type='spice'><listen type='none'/></graphics>
    <graphics type='vnc' socket='/x'/>
    <channel type='unix'>
      <target type='virtio' name='org.qemu.guest_agent.0' state='connected'/>
    </channel>
    <disk type='file'><target dev='vda'/></disk>
    <memballoon model='virtio'/>
  </devices>
</domain>
"""


def test_a_full_definition():
    read = definition.domain_definition(DOMAIN)
    assert (read.title, read.description) == ("Web & more", "first\nsecond")
    assert (read.vcpus, read.memory, read.max_memory) == (2, 1_000_000, 4 * 2**20)
    assert (read.tags, read.group) == (("red", "two words"), "lab")
    assert read.os_id == "http://debian.org/debian/12"
    assert read.displays == (DisplayRecord(0, "spice", "none"), DisplayRecord(1, "vnc", "socket"))
    assert read.agent_connected
    assert read.driver == "kvm"


def test_a_bare_definition():
    read = definition.domain_definition("<domain type='test'><memory>2048</memory></domain>")
    assert (read.vcpus, read.memory, read.max_memory) == (1, 2048, 2048)
    assert (read.title, read.tags, read.group, read.displays) == ("", (), "", ())
    assert not read.agent_connected


@pytest.mark.parametrize("text", ["", "<domain>", "<domain><memory>much</memory></domain>"])
def test_what_is_broken_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"."):
        definition.domain_definition(text)


def test_networks():
    read = definition.network_definition
    nat = "<network><forward/><bridge name='virbr0'/></network>"
    assert read(nat) == ("nat", "virbr0", (), ())
    assert read("<network><forward mode='route'/></network>") == ("route", "", (), ())
    assert read("<network/>") == ("", "", (), ())


def test_a_network_knows_its_subnets_and_its_ways_out():
    read = definition.network_definition(
        "<network><forward mode='nat' dev='eth0'><interface dev='eth0'/><interface dev='eth1'/>"
        "<nat/></forward><ip address='10.7.0.1' netmask='255.255.255.0'/>"
        "<ip family='ipv6' address='fd00:7::1' prefix='64'/><ip address='nonsense'/></network>"
    )
    assert read.devices == ("eth0", "eth1")
    assert read.subnets == ("10.7.0.0/24", "fd00:7::/64")


@pytest.mark.parametrize(
    ("interface", "source"),
    [
        ("<interface type='network'><source network='default'/></interface>", "default"),
        ("<interface type='bridge'><source bridge='br0'/></interface>", "br0"),
        ("<interface type='direct'><source dev='eth0' mode='bridge'/></interface>", "eth0"),
        (
            "<interface type='mcast'><source address='230.0.0.1' port='5558'/></interface>",
            "230.0.0.1:5558",
        ),
        ("<interface type='user'/>", ""),
    ],
)
def test_an_interface_knows_what_it_is_on(interface, source):
    text = f"<domain type='test'><devices>{interface}</devices></domain>"
    assert definition.domain_definition(text).interfaces[0].source == source


def test_an_interface_knows_its_device_its_model_and_its_link():
    (card,) = definition.domain_definition(
        "<domain type='test'><devices><interface type='user'><mac address='52:54:00:00:00:0A'/>"
        "<target dev='vnet3'/><model type='virtio'/><link state='down'/></interface></devices>"
        "</domain>"
    ).interfaces
    assert (card.mac, card.target, card.model) == ("52:54:00:00:00:0a", "vnet3", "virtio")
    assert not card.link_up


def test_pools():
    read = definition.pool_definition("<pool type='dir'><target><path>/x</path></target></pool>")
    assert read == ("dir", "/x", "")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<host name='nas'/><dir path='/export'/>", "nas:/export"),
        ("<host name='a' port='6789'/><host name='b'/><name>rbd</name>", "a:6789, b:rbd"),
        ("<device path='/dev/sdb'/><device path='/dev/sdc'/>", "/dev/sdb, /dev/sdc"),
        ("<device path='/dev/sdb'/><name>vg0</name>", "vg0"),
        ("<adapter name='scsi_host2'/>", "scsi_host2"),
        ("<adapter type='fc_host' wwpn='10000000c9831b4b'/>", "10000000c9831b4b"),
        ("<host name='nas'/>", "nas"),
    ],
)
def test_where_a_pool_comes_from_is_one_line(source, expected):
    text = f"<pool type='x'><name>p</name><source>{source}</source></pool>"
    assert definition.pool_definition(text).source == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "<device><parent>computer</parent><capability type='pci'><vendor>Acme</vendor><product>Card</product></capability></device>",
            {"parent": "computer", "capability": "pci", "vendor": "Acme", "product": "Card"},
        ),
        (
            "<device><capability type='net'><interface>eth0</interface></capability></device>",
            {"capability": "net", "product": "eth0", "device": "eth0"},
        ),
        (
            "<device><capability type='system'><hardware><vendor>Acme</vendor></hardware></capability></device>",
            {"capability": "system", "vendor": "Acme"},
        ),
        ("<device/>", {}),
    ],
)
def test_devices(text, expected):
    assert definition.device_definition(text) == definition.DeviceDefinition(**expected)


def test_every_machine_of_the_lab_can_be_read():
    domains = etree.parse(str(LAB)).findall("domain")
    assert len(domains) == 48
    for found in domains:
        read = definition.domain_definition(etree.tostring(found, encoding="unicode"))
        assert read.memory > 0
        assert read.vcpus > 0
