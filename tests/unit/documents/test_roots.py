"""The root element says which kind of document it is; where two share a name, what is in it."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import (
    Capabilities,
    Disk,
    Domain,
    DomainCapabilities,
    DomainCheckpoint,
    DomainSnapshot,
    HostInterface,
    Interface,
    Network,
    NodeDevice,
    NWFilter,
    Secret,
    StoragePool,
    StorageVolume,
    parse,
)

DATA = Path(__file__).parents[2] / "data" / "documents"

KINDS = {
    "domain": Domain,
    "network": Network,
    "pool": StoragePool,
    "volume": StorageVolume,
    "device": NodeDevice,
    "domainsnapshot": DomainSnapshot,
    "domaincheckpoint": DomainCheckpoint,
    "secret": Secret,
    "filter": NWFilter,
    "capabilities": Capabilities,
    "domainCapabilities": DomainCapabilities,
    "disk": Disk,
}


@pytest.mark.parametrize(("tag", "kind"), KINDS.items(), ids=KINDS)
def test_the_name_decides(tag, kind):
    assert type(parse(f"<{tag}/>")) is kind


@pytest.mark.parametrize(
    "text",
    [
        "<interface type='ethernet' name='eth0'/>",
        "<interface type='ethernet'><start mode='onboot'/></interface>",
        "<interface type='ethernet'><protocol family='ipv4'/></interface>",
        "<interface type='bridge'><bridge stp='on'/></interface>",
        "<interface type='bond'><bond/></interface>",
        "<interface type='vlan'><vlan tag='5'/></interface>",
        *(file.read_text() for file in sorted(DATA.glob("host-interface-*.xml"))),
    ],
)
def test_an_interface_of_the_host_has_a_name_or_parts(text):
    assert type(parse(text)) is HostInterface


@pytest.mark.parametrize(
    "text",
    [
        "<interface/>",
        "<interface type='ethernet'><target dev='vnet0'/></interface>",
        "<interface type='bridge'><source bridge='br0'/></interface>",
        "<interface type='bridge'><vlan><tag id='5'/></vlan></interface>",
    ],
)
def test_other_interfaces_are_network_cards(text):
    assert type(parse(text)) is Interface


def test_a_snapshot_has_the_definitions_of_then():
    snapshot = parse((DATA / "snapshot.xml").read_text())
    assert snapshot.domain.memory == 1048576
    assert snapshot.domain.devices.disks["vda"].path == "/path/to/old"
    assert type(snapshot.inactive_domain) is Domain
    assert snapshot.inactive_domain.memory == 2097152
    snapshot.domain.memory = 1
    assert snapshot.domain.memory == 1048576, "it is a copy"
    assert DomainSnapshot().domain is None
    assert DomainSnapshot(name="a").inactive_domain is None
    assert parse((DATA / "checkpoint.xml").read_text()).domain.name == "fedora"


def test_rules_of_a_filter_name_what_they_look_at():
    rules = parse((DATA / "filter.xml").read_text()).rules
    assert [rule.protocols for rule in rules] == [
        (("tcp", {"dstportstart": "80", "dstportend": "443", "comment": "web"}),),
        (("all", {}),),
    ]
