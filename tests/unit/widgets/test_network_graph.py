"""How machines, networks and devices hang together, of what the inventory knows."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import DomainRecord, DomainState, NetworkRecord
from qvirt_jupyter.hypervisor.definition import DomainDefinition, InterfaceDefinition
from qvirt_jupyter.hypervisor.inventory import Snapshot
from qvirt_jupyter.widgets.network_map.graph import graph_of

URI = "test:///default"
KINDS = {
    "nat": ("nat", "virbr0", ()),
    "routed": ("route", "virbr1", ("eth0",)),
    "alone": ("", "virbr2", ()),
    "lan": ("bridge", "br0", ()),
    "pool": ("private", "", ("eth1", "eth2")),
}


def network(name, *, active=True):
    forward, bridge, devices = KINDS[name]
    return NetworkRecord(
        uri=URI,
        uuid=name,
        name=name,
        active=active,
        persistent=True,
        autostart=True,
        forward=forward,
        bridge=bridge,
        devices=devices,
        subnets=("10.0.0.0/24",),
    )


def machine(name="web", state=DomainState.RUNNING):
    texts = dict.fromkeys(("reason", "title", "description", "group", "os_id"), "")
    numbers = dict.fromkeys(("vcpus", "memory", "max_memory", "xml_version"), 1)
    flags = dict.fromkeys(("persistent", "autostart", "managed_save"), True)
    return DomainRecord(
        uri=URI,
        uuid=name,
        name=name,
        id=1,
        state=state,
        tags=(),
        addresses=("10.0.0.9",),
        displays=(),
        started_at=None,
        **texts,
        **numbers,
        **flags,
    )


def card(kind, source="", **values):
    return InterfaceDefinition("52:54:00:00:00:01", kind, source, **values)


def graph(machines=(), networks=()):
    cards = {record.uuid: DomainDefinition(interfaces=tuple(found)) for record, found in machines}
    records = [*(record for record, _found in machines), *networks]
    snapshot = Snapshot(URI, 1, {record.record_key: record for record in records})
    return graph_of(snapshot, cards.get, "here")


def edges(found, kind):
    return [edge for edge in found.edges.values() if edge["kind"] == kind]


def ways(found):
    return {(edge["source"], edge["target"]) for edge in edges(found, "way")}


def test_networks_lead_outside_by_what_they_name():
    found = graph(networks=[network(name) for name in KINDS])
    assert ways(found) == {
        ("network:nat", "outside"),
        ("network:routed", "device::eth0"),
        ("network:lan", "bridge::br0"),
        ("network:pool", "device::eth1"),
        ("network:pool", "device::eth2"),
    }
    assert "10.0.0.0/24" in found.nodes["network:alone"]["facts"]
    kinds = {node["kind"] for node in found.nodes.values()}
    assert kinds == {"network", "outside", "device", "bridge"}


def test_isolated_networks_lead_nowhere():
    found = graph(networks=[network("alone")])
    assert set(found.nodes) == {"network:alone"}
    assert not found.edges


@pytest.mark.parametrize(
    ("interface", "there"),
    [
        (card("network", "nat"), "network:nat"),
        (card("network", "gone"), "network:gone"),
        # libvirt says a network's bridge too.
        (card("bridge", "virbr2"), "network:alone"),
        (card("bridge", "br0"), "bridge::br0"),
        (card("bridge", "br7"), "bridge::br7"),
        (card("direct", "eth5"), "device::eth5"),
        (card("user"), "shared:user:"),
        (card("mcast", "230.0.0.1:5558"), "shared:mcast:230.0.0.1:5558"),
        (card("null"), "shared:null:"),
        (card("of-a-later-libvirt", "x"), "shared:of-a-later-libvirt:"),
    ],
)
def test_an_interface_ends_where_it_says(interface, there):
    found = graph([(machine(), [interface])], [network(name) for name in KINDS])
    (edge,) = edges(found, "interface")
    assert (edge["source"], edge["target"], edge["mac"]) == (
        "machine:web",
        there,
        "52:54:00:00:00:01",
    )
    assert there in found.nodes


def test_a_network_that_is_gone_is_named_and_off():
    found = graph([(machine(), [card("network", "gone")])])
    assert not found.nodes["network:gone"]["isOn"]
    assert found.nodes["network:gone"]["state"] == "no such network here"
    (edge,) = edges(found, "interface")
    assert (edge["link"], edge["linkLabel"]) == ("off", "network is off")


@pytest.mark.parametrize(
    ("state", "network_on", "link_up", "wanted", "device"),
    [
        (DomainState.RUNNING, True, True, "up", "vnet0"),
        (DomainState.RUNNING, True, False, "down", "vnet0"),
        (DomainState.RUNNING, False, True, "off", "vnet0"),
        (DomainState.SHUTOFF, True, True, "off", ""),
    ],
)
def test_the_state_of_a_link(state, network_on, link_up, wanted, device):
    found = graph(
        [(machine(state=state), [card("network", "nat", target="vnet0", link_up=link_up)])],
        [network("nat", active=network_on)],
    )
    (edge,) = edges(found, "interface")
    assert (edge["link"], edge["device"]) == (wanted, device)
    # Traffic is measured by the device, which is there while the machine runs.
    assert found.cards == ({edge["id"]: ("web", device)} if device else {})
    (way,) = edges(found, "way")
    assert way["link"] == ("up" if network_on else "off")


def test_machines_on_one_wire_meet():
    wire = card("mcast", "230.0.0.1:5558")
    found = graph([(machine("one"), [wire]), (machine("two"), [wire])])
    assert len({edge["target"] for edge in found.edges.values()}) == 1
    assert "10.0.0.9" in found.nodes["machine:one"]["facts"]


def test_a_machine_without_a_card_stands_alone():
    found = graph([(machine(), [])])
    assert not found.edges
    assert found.nodes["machine:web"]["home"] in found.nodes
