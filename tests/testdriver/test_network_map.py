"""The map of a host's networks on libvirt's test driver: what is connected to what, and how it is told."""

from __future__ import annotations

import pytest
from a_manager import wait_for

from qvirt_jupyter.hypervisor import connect, publisher
from qvirt_jupyter.widgets import shell, show_panel, topology

NEW = """
<domain type='test'><name>newcomer</name><memory>1024</memory><os><type>hvm</type></os><devices>
  <interface type='network'><mac address='52:54:00:00:00:0a'/><source network='default'/>
    <target dev='tnew0'/><model type='virtio'/></interface>
  <interface type='bridge'><mac address='52:54:00:00:00:0b'/><source bridge='tbr0'/></interface>
  <interface type='bridge'><mac address='52:54:00:00:00:0c'/><source bridge='br7'/>
    <link state='down'/></interface>
  <interface type='network'><mac address='52:54:00:00:00:0d'/><source network='gone'/></interface>
</devices></domain>
"""


@pytest.fixture
def a_map(a_connection):
    panel = topology(a_connection)
    assert wait_for(lambda: graph(panel).edges)
    yield panel
    panel.close()


@pytest.fixture
def sent(a_map, monkeypatch):
    """What a browser that shows the map is told."""
    messages = []
    monkeypatch.setattr(
        a_map._chart, "send", lambda message, _buffers=None: messages.append(message)
    )
    a_map._chart._receive({"type": "ready", "client": ""})
    assert wait_for(lambda: messages)
    return messages


def graph(panel):
    return panel._chart.graph


def ends(panel, machine):
    """Return what the interfaces of a machine are on, in their order, with the state of each."""
    nodes, edges = graph(panel).nodes, graph(panel).edges
    return [
        (nodes[edge["target"]]["label"], edge["link"])
        for edge in edges.values()
        if edge["kind"] == "interface" and nodes[edge["source"]]["label"] == machine
    ]


def test_networks_their_ways_out_and_their_machines_are_shown(a_map):
    nodes, edges = graph(a_map).nodes, graph(a_map).edges
    assert nodes["network:default"]["detail"] == "NAT · 10.7.0.0/24"
    assert nodes["network:<alone>"]["detail"] == "isolated"
    ways = {edge["source"]: edge["target"] for edge in edges.values() if edge["kind"] == "way"}
    assert ways == {"network:default": "outside"}
    assert ends(a_map, "The <running> one") == [("default", "up")]
    # A machine without an interface is somewhere too.
    assert nodes[nodes[f"machine:{uuid_of(a_map, 'paused')}"]["home"]]["label"] == "No network"


def uuid_of(panel, name):
    return panel._connection.domains[name].uuid


def test_a_new_machine_appears_and_each_of_its_interfaces_finds_its_other_end(
    a_map, a_connection, sent
):
    a_connection.domains.define(NEW)
    assert wait_for(lambda: ends(a_map, "newcomer"))
    assert publisher.flush()
    # The bridge that libvirt made for a network is that network.
    assert ends(a_map, "newcomer") == [
        ("default", "off"),
        ("default", "off"),
        ("br7", "down"),
        ("gone", "off"),
    ]
    assert graph(a_map).nodes["network:gone"]["detail"] == "no such network here"
    # Only what is new was told; the address of a machine that runs may have come meanwhile.
    told = [message for message in sent if message["type"] == "patch"]
    labels = {node["label"] for patch in told for node in patch["nodes"]}
    assert labels - {"The <running> one"} == {"newcomer", "br7", "gone"}
    assert sum(len(patch["edges"]) for patch in told) == 4
    a_connection.domains["newcomer"].start()
    assert wait_for(lambda: ends(a_map, "newcomer")[0] == ("default", "up"))
    a_connection.domains["newcomer"].destroy()
    a_connection.domains["newcomer"].undefine()
    assert wait_for(lambda: not ends(a_map, "newcomer"))
    assert "network:gone" not in graph(a_map).nodes


def test_a_network_that_is_stopped_carries_nothing(a_map, a_connection):
    a_connection.networks["default"].stop()
    assert wait_for(lambda: ends(a_map, "The <running> one") == [("default", "off")])
    assert not graph(a_map).nodes["network:default"]["isOn"]


def test_traffic_comes_while_somebody_looks_and_only_then(a_map, a_connection, sent):
    a_connection.domains.define(NEW)
    a_connection.domains["newcomer"].start()
    assert wait_for(lambda: any(device == "tnew0" for _u, device in graph(a_map).cards.values()))
    look = {"type": "visible", "view": "v", "visible": True, "client": ""}
    a_map._presence._handle_custom_msg(look, [])

    def rates():
        return [message["rates"] for message in sent if message["type"] == "rates"]

    assert wait_for(rates, 30)
    (edge,) = (edge for edge, card in graph(a_map).cards.items() if card[1] == "tnew0")
    assert wait_for(lambda: any(told.get(edge) for told in rates()), 30)
    a_map._presence._handle_custom_msg(look | {"visible": False}, [])
    assert wait_for(lambda: a_map._watch is None)


def test_who_begins_late_gets_everything(a_map, a_connection, sent):
    a_connection.domains.define(NEW)
    assert wait_for(lambda: any(message["type"] == "patch" for message in sent))
    sent.clear()
    a_map._chart._receive({"type": "ready", "client": ""})
    assert wait_for(lambda: any(message["type"] == "state" for message in sent))
    state = next(message["state"] for message in sent if message["type"] == "state")
    assert "newcomer" in {node["label"] for node in state["nodes"]}


BRIDGE = """<interface type='bridge' name='br7'><start mode='onboot'/><bridge>
<interface type='ethernet' name='eth7'/><interface type='ethernet' name='vnet3'/>
</bridge></interface>"""


def test_a_bridge_of_the_host_leads_to_the_devices_in_it(tmp_path):
    world = tmp_path / "world.xml"
    world.write_text(
        f"<node>{BRIDGE}<network><name>street</name><forward mode='bridge'/>"
        "<bridge name='br7'/></network></node>"
    )
    connection = connect(f"test://{world}")
    panel = topology(connection)
    try:
        assert wait_for(lambda: len(graph(panel).edges) == 2)
        ways = {edge["source"]: edge["target"] for edge in graph(panel).edges.values()}
        # Not the card of a machine, which libvirt put there.
        assert ways == {"network:street": "bridge::br7", "bridge::br7": "device::eth7"}
        assert graph(panel).nodes["device::eth7"]["detail"] == "device of the host"
    finally:
        panel.close()
        connection.close()


def test_a_press_opens_the_machine_in_its_window_and_nothing_else(a_map, monkeypatch):
    opened = []
    monkeypatch.setattr(shell, "_send", opened.append)
    key = f"machine:{uuid_of(a_map, 'running')}"
    a_map._chart._receive({"type": "press", "id": key, "client": "window-1"})
    a_map._chart._receive({"type": "press", "id": "network:default", "client": "window-1"})
    a_map._chart._receive({"type": "press", "id": "machine:unknown", "client": "window-1"})
    a_map._chart._receive({"type": "press", "id": "outside", "client": "window-1"})
    message, other = opened
    assert (message["kind"], message["client"]) == ("vm", "window-1")
    assert message["arguments"]["uuid"] == uuid_of(a_map, "running")
    # A network leads to the networks of the host's tab.
    assert (other["kind"], other["client"]) == ("host", "window-1")
    assert other["arguments"]["section"] == "networks"


def test_a_saved_notebook_shows_a_table(a_map):
    text = a_map._repr_mimebundle_()["text/html"]
    assert "<table>" in text
    assert "The &lt;running&gt; one" in text
    assert "52:54:00:00:00:01" in text
    assert "Network topology of" in text


def test_the_labextension_opens_it_by_its_name(a_connection):
    panel = show_panel("topology", uri=a_connection.uri)
    assert wait_for(lambda: panel._chart.shown)
    panel.close()
    publisher.flush()
    assert panel._watch is None
