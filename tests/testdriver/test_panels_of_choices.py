"""What there is to choose from on a page: systems by name, render nodes, mitigations."""

from __future__ import annotations

from pathlib import Path

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import (
    begin_adding,
    define_rich,
    details_of,
    entries,
    field,
    go_to,
    press,
    type_in,
)

from qvirt_jupyter import documents
from qvirt_jupyter.provision import osinfo
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.details.definitions import Definitions
from qvirt_jupyter.widgets.details.entries import PAGES
from qvirt_jupyter.widgets.preferences import preferences

HOST = Path(__file__).parents[1] / "data/capabilities/debian12-qemu72-q35-kvm-domcapabilities.xml"
DEBIAN = "http://debian.org/debian/11"


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def a_machine(a_connection):
    return define_rich(a_connection)


@pytest.fixture
def a_tab(a_machine):
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    yield details_of(panel)
    panel.close()


def choices(tab, name):
    return [each["value"] for each in field(tab, name)["choices"]]


@pytest.mark.skipif(not osinfo().is_installed, reason="osinfo-db is not installed here")
def test_a_system_is_searched_by_its_name(a_tab, a_machine):
    go_to(a_tab, "OS information")
    assert wait_for(lambda: field(a_tab, "metadata.os_id")["kind"] == "suggest")
    type_in(a_tab, "metadata.os_id", "debian 1")
    label = osinfo()[DEBIAN].label
    assert wait_for(lambda: label in choices(a_tab, "metadata.os_id"))
    assert "choose from the list" in field(a_tab, "metadata.os_id")["error"]
    press(a_tab, "apply")
    assert wait_for(lambda: a_tab._view.shown["attempt"])
    assert a_machine.document(inactive=True).metadata.os_id is None
    # Its short name will do, too.
    type_in(a_tab, "metadata.os_id", "Debian11")
    assert wait_for(lambda: field(a_tab, "metadata.os_id")["value"] == label)
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    assert a_machine.document(inactive=True).metadata.os_id == DEBIAN
    assert wait_for(lambda: entries(a_tab)["OS information"]["summary"] == "debian 11")
    type_in(a_tab, "metadata.os_id", "")
    press(a_tab, "apply")
    assert wait_for(lambda: a_machine.document(inactive=True).metadata.os_id is None)


def test_a_system_that_nobody_knows_is_shown_and_kept(a_machine):
    with a_machine.edit() as definition:
        definition.metadata.os_id = "http://example.org/mine/1"
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    tab = details_of(panel)
    go_to(tab, "OS information")
    assert wait_for(lambda: tab._view.shown["facts"])
    assert field(tab, "metadata.os_id")["value"] == "http://example.org/mine/1"
    panel.close()


def test_a_render_node_is_one_of_the_host(a_tab):
    begin_adding(a_tab, "graphics")
    type_in(a_tab, "type", "spice")
    type_in(a_tab, "source.gl", "true")
    assert wait_for(lambda: field(a_tab, "source.render_node")["shown"])
    nodes = wait_for(lambda: choices(a_tab, "source.render_node"))
    assert nodes == ["", "/dev/dri/renderD128"]
    # The machine has a VGA card only.
    assert wait_for(lambda: "3D acceleration" in a_tab._view.shown["warning"])
    type_in(a_tab, "first_listen.type", "address")
    assert wait_for(lambda: "through the network" in a_tab._view.shown["warning"])


def test_mitigations_are_required_of_a_named_model_and_stay_with_another():
    host = documents.parse(HOST.read_text())
    machine = documents.Domain.parse("<domain type='kvm'><vcpu>1</vcpu></domain>")
    page = PAGES["processors"].bound(Definitions(machine, None, persistent=True, host=host))
    declared = {item.name: item for item in page.declared(machine)}
    assert not declared["mitigations"].is_shown(machine)
    declared["model"].set(machine, "Skylake-Client")
    assert declared["mitigations"].is_shown(machine)
    assert declared["mitigations"].get(machine) is False
    declared["mitigations"].set(machine, value=True)
    declared["model"].set(machine, "Broadwell")
    assert machine.cpu.has_mitigations(host)
    assert declared["mitigations"].get(machine) is True
    declared["mitigations"].set(machine, value=False)
    assert not machine.cpu.features
    declared["copies_host"].set(machine, value=True)
    assert not declared["mitigations"].is_shown(machine)


def test_a_model_is_chosen_by_name(a_tab, a_machine):
    go_to(a_tab, "CPUs")
    assert {"host-model", "host-passthrough"} <= set(choices(a_tab, "model"))
    type_in(a_tab, "model", "qemu64")
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    cpu = a_machine.document(inactive=True).cpu
    assert (cpu.mode, cpu.match, cpu.model) == ("custom", "exact", "qemu64")
    type_in(a_tab, "model", "")
    press(a_tab, "apply")
    assert wait_for(lambda: a_machine.document(inactive=True).cpu.model is None)
