"""The Networks section with a real dnsmasq: a network of the dialog, its lease, and the map."""

from __future__ import annotations

import re

import pytest
from a_manager import wait_for

from qvirt_jupyter.provision import tiny_guest
from qvirt_jupyter.widgets import host_panel, topology
from qvirt_jupyter.widgets.preferences import preferences

MAC = "52:54:00:71:00:a1"
CARD = f"""<interface type='network'><mac address='{MAC}'/><source network='qv-dialog'/>
<model type='virtio'/></interface>"""


@pytest.fixture
def a_system(a_qemu_connection):
    if "/session" in a_qemu_connection.uri:
        pytest.skip("networks need a system daemon, which needs root")
    return a_qemu_connection


@pytest.fixture
def a_section(a_system):
    panel = host_panel(a_system, "networks")
    assert wait_for(lambda: panel.section("networks"))
    yield panel.section("networks")
    panel.close()
    for network in a_system.networks:
        if network.name == "qv-dialog":
            if network.is_active:
                network.stop()
            network.delete()


def test_the_lease_of_a_network_made_in_the_dialog_appears(a_section, a_system):
    a_section.table._act("create", (), "window-1")
    assert wait_for(lambda: a_section.dialog.children, 120)
    form = a_section.dialog.children[0]
    subnet = form.draft.ipv4
    address = subnet.replace(".0/24", ".9")
    form.edit("name", "qv-dialog")
    form.edit("hosts", f"{MAC} {address} nine")
    assert form.submit(), form.shown
    assert wait_for(lambda: "qv-dialog" in {network.name for network in a_system.networks}, 60)
    network = a_system.networks["qv-dialog"]
    assert wait_for(lambda: network.uuid in a_section.table._rows, 120)
    a_section._select((network.uuid,))
    guest = tiny_guest().define(a_system, "qv-nine", accelerator="tcg", memory=192 * 1024)
    a_system.domains.define(re.sub(r"(?s)<interface.*</interface>", CARD, guest.xml(inactive=True)))
    chart = topology(a_system)
    try:
        guest.start()
        members = a_section.details.members

        def lease():
            # As "Look again" does: libvirt has no event for leases.
            a_section.details._act("refresh", (), "window-1")
            row = members._rows._rows.get(MAC)
            return row is not None and row.cells["address"].text

        assert wait_for(lease, 180) == address
        row = members._rows._rows[MAC]
        assert row.cells["static"] == f"{address} (nine)"
        assert row.cells["machine"] == "qv-nine"
        # The map shows the machine on its network, and what goes through.
        ends = {edge["source"]: edge["target"] for edge in chart._chart.graph.edges.values()}
        assert ends[f"machine:{guest.uuid}"] == "network:qv-dialog"
        look = {"type": "visible", "view": "v", "visible": True, "client": ""}
        chart._presence._handle_custom_msg(look, [])
        assert wait_for(lambda: any(rate for rate in chart._chart._rates.values()), 120)
        # A static host that is changed while it is on counts at once.
        a_section.details._act("static", (MAC,), "window-1")
        assert wait_for(lambda: a_section.dialog.children, 120)
        other = a_section.dialog.children[0]
        other.edit("ip", subnet.replace(".0/24", ".10"))
        assert other.submit()
        notices = a_section.context.notices
        assert wait_for(
            lambda: any(str(each.text) == "It counts already." for each in notices.notices), 30
        )
    finally:
        chart.close()
        guest.destroy()
        guest.undefine()


@pytest.fixture
def _may_edit_xml():
    before = preferences.now.edit_xml
    preferences.set(edit_xml=True)
    yield
    preferences.set(edit_xml=before)


@pytest.mark.usefixtures("_may_edit_xml")
def test_a_filter_is_made_in_the_panel(a_section, a_system):
    parts = a_section.host_parts
    parts.selected_index = 0
    assert wait_for(lambda: parts.table._rows._rows, 60)
    parts.table._act("filter", (), "window-1")
    assert wait_for(lambda: a_section.dialog.children, 120)
    form = a_section.dialog.children[0]
    form.edit("name", "qv-made-here")
    # What libvirt refuses is said in the dialog, which stays.
    text = form.draft.xml
    form.edit("xml", text.replace("action='drop'", "action='throw'"))
    assert form.submit()
    assert wait_for(lambda: form.shown["problem"], 60)
    form.edit("xml", text)
    assert form.submit()
    try:
        assert wait_for(lambda: "filter qv-made-here" in parts.table._rows._rows, 60)
        made = a_system.nw_filters["qv-made-here"]
        assert [rule.action for rule in made.document().rules] == ["accept", "accept", "drop"]
        assert wait_for(lambda: not a_section.dialog.children)
    finally:
        a_system.nw_filters["qv-made-here"].delete()
