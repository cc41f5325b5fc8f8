"""A host's tab on libvirt's test driver: what it says, its ranking, and its end."""

from __future__ import annotations

import ipywidgets
import pytest
from a_manager import wait_for

from qvirt_jupyter.hypervisor import connect, publisher
from qvirt_jupyter.widgets import host_panel, show_panel
from qvirt_jupyter.widgets.fleet import fleet

ALL_WIDGETS = ipywidgets.widgets.widget._instances


@pytest.fixture
def a_panel(a_connection):
    panel = host_panel(a_connection)
    assert wait_for(lambda: facts(panel))
    yield panel
    panel.close()


def look(panel, *, visible=True):
    said = {"type": "visible", "view": "v", "visible": visible, "client": ""}
    panel._presence._handle_custom_msg(said, [])


def overview(panel):
    assert wait_for(lambda: panel.section("overview"))
    return panel.section("overview")


def facts(panel):
    return overview(panel).facts.value


def names(panel):
    return [row["name"] for row in overview(panel).ranking.shown["rows"]]


def test_the_facts_name_versions_processors_and_memory(a_panel, a_connection):
    text = facts(a_panel)
    assert a_connection.versions.service in text
    assert a_connection.versions.library in text
    # The file says 4 processors in 2 sockets with 2 cores, and 64 GiB.
    assert "4 (1 NUMA node, 2 sockets each, 2 cores each, 1 thread each)" in text
    assert "2.6 GHz" in text
    assert "64 GiB" in text
    active = sum(domain.state.is_active for domain in a_connection.domains)
    assert f"{active} of {len(a_connection.domains)} active" in text


def test_the_facts_follow_the_machines(a_panel, a_connection):
    before = facts(a_panel)
    a_connection.domains["running"].destroy()
    assert wait_for(lambda: facts(a_panel) != before)
    assert "The <running> one" not in names(a_panel)
    a_connection.domains["running"].start()
    assert wait_for(lambda: "The <running> one" in names(a_panel))


def test_only_running_machines_are_ranked_and_figures_come_when_somebody_looks(a_panel):
    assert wait_for(lambda: "The <running> one" in names(a_panel))
    assert "shutoff" not in names(a_panel)
    place = names(a_panel).index("The <running> one")
    assert overview(a_panel).ranking.shown["rows"][place]["cells"][0]["text"] == "not available"
    look(a_panel)
    assert wait_for(
        lambda: any(
            row["cells"][0]["text"].endswith(" %")
            for row in overview(a_panel).ranking.shown["rows"]
        )
    )
    assert wait_for(
        lambda: "all its machines" in overview(a_panel).graphs._grid.children[0]._heading.value
    )
    look(a_panel, visible=False)
    assert wait_for(lambda: not overview(a_panel).is_measured)


def test_a_machine_is_opened_in_the_window_that_asked(a_panel, a_connection, opened):
    domain = a_connection.domains["running"]
    assert wait_for(lambda: names(a_panel))
    said = {"type": "press", "id": domain.uuid, "client": "window-3"}
    overview(a_panel).ranking._handle_custom_msg(said, [])
    (message,) = wait_for(lambda: opened)
    assert (message["kind"], message["client"]) == ("vm", "window-3")
    assert message["arguments"] == {"uri": a_connection.uri, "uuid": domain.uuid}
    # Nothing is opened that is not in the table.
    overview(a_panel).ranking._handle_custom_msg({**said, "id": "another"}, [])
    publisher.flush()
    assert len(opened) == 1


def test_disconnecting_is_said_and_connect_brings_it_back(a_panel, a_connection):
    head = a_panel._head
    head._handle_custom_msg({"type": "press", "id": "disconnect", "client": ""}, [])
    assert wait_for(lambda: not a_connection.is_connected)
    assert wait_for(lambda: head.shown["state"] != "connected")
    assert {button["id"]: bool(button["reason"]) for button in head.shown["buttons"]} == {
        "connect": False,
        "disconnect": True,
    }
    assert wait_for(lambda: names(a_panel) == [])
    assert wait_for(lambda: a_panel._notices.notices)
    # What is known of the host stays to be read.
    assert "64 GiB" in facts(a_panel)
    head._handle_custom_msg({"type": "press", "id": "connect", "client": ""}, [])
    assert wait_for(lambda: head.shown["state"] == "connected")
    assert wait_for(lambda: names(a_panel))
    assert wait_for(lambda: a_panel._notices.notices == ())


def test_tasks_are_those_of_this_connection(a_panel, a_connection):
    tasks = next(child for child in a_panel.children if type(child).__name__ == "Tasks")
    a_connection.domains["running"].suspend()
    assert wait_for(lambda: "suspend" in str(tasks.shown["tasks"]))
    with connect("test:///default") as other:
        other.domains["test"].suspend()
        other.domains["test"].resume()
    publisher.flush()
    assert "'test'" not in str(tasks.shown["tasks"])


def test_a_tab_opens_its_connection(a_driver_file):
    uri = f"test://{a_driver_file}"
    panel = show_panel("host", uri=uri)
    assert wait_for(lambda: facts(panel))
    assert "64 GiB" in panel._repr_mimebundle_()["text/html"]
    panel.close()
    fleet.connection(uri).close()


def test_closing_leaves_nothing(a_connection):
    before, observers = set(ALL_WIDGETS), len(a_connection._observers)
    panel = host_panel(a_connection)
    look(panel)
    assert wait_for(lambda: overview(panel).is_measured)
    panel.close()
    publisher.flush()
    assert [type(ALL_WIDGETS[key]).__name__ for key in set(ALL_WIDGETS) - before] == []
    assert a_connection.inventory._views == []
    assert len(a_connection.stats._subscribers) == 0
    assert len(a_connection._observers) == observers
    assert not a_connection.stats._watches
