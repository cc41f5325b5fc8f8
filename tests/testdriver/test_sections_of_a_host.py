"""The frame of a host's tab: sections are made when opened, looked at anew, and told what counts."""

from __future__ import annotations

import ipywidgets
import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets import host_panel, show_panel
from qvirt_jupyter.widgets.connections.saved_connections import saved_connections
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.host.section import HostSection
from qvirt_jupyter.widgets.host.sections import SECTIONS


@pytest.fixture(autouse=True)
def _fresh_connections(monkeypatch):
    make_fresh(monkeypatch, saved_connections)


class Told(HostSection):
    """A section that remembers what the frame said."""

    def __init__(self, connection, context):
        super().__init__(connection, context)
        self.seen = []
        self.updates = 0

    def on_seen(self, is_seen):
        self.seen.append(is_seen)

    def update(self):
        self.updates += 1


@pytest.fixture
def a_panel(a_connection, monkeypatch):
    """A tab whose XML section is one that remembers."""
    sections = tuple(
        type(each)(each.id, each.label, Told, ("network",)) if each.id == "xml" else each
        for each in SECTIONS
    )
    monkeypatch.setattr("qvirt_jupyter.widgets.host_page.SECTIONS", sections)
    panel = host_panel(a_connection)
    assert wait_for(lambda: panel.section("overview"))
    yield panel
    panel.close()


def look(panel, *, visible=True):
    said = {"type": "visible", "view": "v", "visible": visible, "client": ""}
    panel._presence._handle_custom_msg(said, [])


def opened(panel):
    panel.open_section("xml")
    assert wait_for(lambda: panel.section("xml"))
    publisher.flush()
    return panel.section("xml")


def test_a_section_is_made_when_it_is_opened_and_told_who_looks(a_panel):
    assert a_panel.section("xml") is None
    section = opened(a_panel)
    assert section.updates
    assert section.seen == []
    look(a_panel)
    assert wait_for(lambda: section.seen == [True])
    a_panel.open_section("overview")
    assert wait_for(lambda: section.seen == [True, False])
    assert wait_for(lambda: a_panel.section("overview").is_measured)
    assert opened(a_panel) is section
    assert wait_for(lambda: section.seen == [True, False, True])
    assert not a_panel.section("overview").is_measured


def test_only_the_section_in_front_is_drawn(a_panel, a_connection):
    section = opened(a_panel)
    before = section.updates
    a_connection.domains["running"].suspend()
    assert wait_for(lambda: section.updates > before)
    a_panel.open_section("overview")
    publisher.flush()
    before = section.updates
    a_connection.domains["running"].resume()
    publisher.flush()
    assert section.updates == before


def test_opening_a_section_looks_at_the_host_anew(a_panel, a_connection, monkeypatch):
    asked = []
    monkeypatch.setattr(a_connection.inventory, "refresh", asked.append)
    opened(a_panel)
    assert asked == ["network"]


def test_a_section_says_why_nothing_can_be_changed(a_panel, a_connection):
    section = opened(a_panel)
    assert section.refused == ""
    before = section.updates
    a_connection.close()
    assert section.refused == f"Not connected to {a_connection.label}."
    assert wait_for(lambda: section.updates > before)


def test_a_tab_is_opened_at_a_section(a_driver_file):
    uri = f"test://{a_driver_file}"
    panel = show_panel("host", uri=uri, section="xml")
    assert wait_for(lambda: panel.section("xml"))
    assert panel.section("overview") is None
    panel.close()
    with pytest.raises(ValueError, match="there are overview"):
        show_panel("host", uri=uri, section="cellar")
    fleet.connection(uri).close()


def test_a_tab_that_is_open_goes_to_the_section_that_is_asked_for(a_panel):
    a_panel.turn_to("xml")
    assert wait_for(lambda: a_panel.section("xml"))
    # What a browser sends may be anything.
    a_panel.turn_to("cellar")
    publisher.flush()
    assert a_panel._tabs.selected_index == [each.id for each in SECTIONS].index("xml")


def test_a_host_without_anything_says_so_in_its_xml(tmp_path):
    file = tmp_path / "bare.xml"
    file.write_text("<node><domain type='test'/></node>")
    connection = fleet.connection(f"test://{file}")
    panel = host_panel(connection, section="xml")
    assert wait_for(lambda: panel.section("xml"))
    editor = panel.section("xml").editor
    editor._handle_custom_msg({"type": "ready", "client": "w"}, [])
    assert wait_for(lambda: "no network" in editor._draft.text)
    panel.close()
    connection.close()


def test_a_driver_without_secrets_says_so(a_connection):
    panel = host_panel(a_connection, section="secrets")
    assert wait_for(lambda: panel.section("secrets"))
    publisher.flush()
    section = panel.section("secrets")
    assert "has no secrets" in section.table._reset()["empty"]
    assert all(str(action.reason) for action in section._offer(()))
    panel.close()


def test_a_driver_without_domain_capabilities_says_so(a_connection):
    panel = host_panel(a_connection, section="capabilities")
    assert wait_for(lambda: panel.section("capabilities"))
    section = panel.section("capabilities")
    assert wait_for(lambda: "does not say" in section.offers.value)
    assert wait_for(lambda: "NUMA" in section.facts.value)
    panel.close()


def test_a_connection_is_renamed_and_opened_at_the_start(a_connection):
    panel = host_panel(a_connection)
    try:
        assert wait_for(lambda: panel.section("overview"))
        form = panel.section("overview").naming
        form.edit("label", "My <host>")
        form.edit("autoconnect", "true")
        assert form.submit()
        assert wait_for(lambda: panel._head.shown["title"] == "My <host>")
        saved = saved_connections.get(a_connection.uri)
        assert (saved.label, saved.autoconnect) == ("My <host>", True)
    finally:
        panel.close()


@pytest.mark.parametrize(
    "name", ["overview", "storage", "capabilities", "devices", "secrets", "xml"]
)
def test_closing_leaves_nothing_of_a_section(a_connection, name):
    widgets = ipywidgets.widgets.widget._instances
    before, observers = set(widgets), len(a_connection._observers)
    panel = host_panel(a_connection, section=name)
    assert wait_for(lambda: panel.section(name))
    look(panel)
    publisher.flush()
    panel.close()
    publisher.flush()
    assert [type(widgets[key]).__name__ for key in set(widgets) - before] == []
    assert a_connection.inventory._views == []
    assert len(a_connection._observers) == observers
