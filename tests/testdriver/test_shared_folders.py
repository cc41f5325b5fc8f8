"""The folder that a guest shares is looked for among those of its host, where that can be done."""

from __future__ import annotations

import pytest
from a_manager import wait_for
from a_rich_machine import (
    begin_adding,
    define_rich,
    details_of,
    device,
    field,
    press,
    say,
    type_in,
)

from qvirt_jupyter.hypervisor import ConnectionUri
from qvirt_jupyter.widgets import vm_panel


@pytest.fixture
def a_machine(a_connection):
    return define_rich(a_connection)


@pytest.fixture
def a_tab(a_machine):
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    yield details_of(panel)
    panel.close()


@pytest.fixture
def a_shelf(tmp_path):
    (tmp_path / "projects").mkdir()
    (tmp_path / "notes.txt").write_text("")
    return tmp_path


def folders(tab):
    found = tab._view.shown["folders"]
    return found if found is not None and not found["busy"] else None


def browse(tab, name="source.folder"):
    say(tab._view, type="browse", key=tab._view.shown["key"], name=name)


def test_it_is_looked_for_and_added(a_tab, a_machine, a_shelf):
    begin_adding(a_tab, "filesystem")
    assert field(a_tab, "source.folder")["browse"] == "Browse…"
    assert field(a_tab, "source.folder")["noBrowse"] == ""
    assert not field(a_tab, "source.socket")["browse"]
    type_in(a_tab, "source.folder", str(a_shelf / "gone" / "deeper"))
    browse(a_tab)
    found = wait_for(lambda: folders(a_tab))
    assert (found["path"], found["folders"]) == (str(a_shelf), ["projects"])
    say(a_tab._view, type="folders", wish="open", path=str(a_shelf / "projects"))
    assert wait_for(lambda: (folders(a_tab) or {}).get("path") == str(a_shelf / "projects"))
    say(a_tab._view, type="folders", wish="choose", path=str(a_shelf / "projects"))
    assert wait_for(lambda: a_tab._view.shown["folders"] is None)
    assert field(a_tab, "source.folder")["value"] == str(a_shelf / "projects")
    press(a_tab, "add")
    stored = lambda: list(a_machine.document(inactive=True).devices.filesystems)  # noqa: E731
    assert wait_for(stored)
    assert stored()[0].source.folder == str(a_shelf / "projects")


def test_that_of_a_folder_that_is_shared_already_is_changed(a_tab, a_machine, a_shelf):
    begin_adding(a_tab, "filesystem")
    type_in(a_tab, "source.folder", str(a_shelf))
    press(a_tab, "add")
    assert wait_for(lambda: device(a_tab, "filesystem"))
    key = device(a_tab, "filesystem")["id"]
    say(a_tab._tree, type="select", id=key)
    assert wait_for(lambda: a_tab._view.shown["key"] == key)
    browse(a_tab)
    assert wait_for(lambda: folders(a_tab))["path"] == str(a_shelf)
    # Another page has another source, or none.
    say(a_tab._tree, type="select", id="system")
    assert wait_for(lambda: a_tab._view.shown["key"] == "system")
    assert a_tab._view.shown["folders"] is None
    say(a_tab._tree, type="select", id=key)
    assert wait_for(lambda: a_tab._view.shown["key"] == key)
    browse(a_tab)
    assert wait_for(lambda: folders(a_tab))
    say(a_tab._view, type="folders", wish="choose", path=str(a_shelf / "projects"))
    press(a_tab, "apply")
    assert wait_for(
        lambda: (
            a_machine.document(inactive=True).devices.filesystems[0].source.folder
            == str(a_shelf / "projects")
        )
    )


def test_other_sources_and_other_hosts_are_typed(a_tab, a_connection, monkeypatch):
    begin_adding(a_tab, "filesystem")
    browse(a_tab, "source.socket")
    assert a_tab._view.shown["folders"] is None
    far = ConnectionUri.parse("qemu+tls://far.example.org/system")
    monkeypatch.setattr(type(a_connection), "parts", far)
    type_in(a_tab, "target", "work")
    assert wait_for(lambda: field(a_tab, "target")["value"] == "work")
    assert "far.example.org" in field(a_tab, "source.folder")["noBrowse"]
    browse(a_tab)
    assert a_tab._view.shown["folders"] is None
    type_in(a_tab, "type", "ram")
    assert wait_for(lambda: not any(each["browse"] for each in a_tab._view.shown["fields"]))
