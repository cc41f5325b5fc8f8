"""The wizard for a new machine: its way from page to page, what is refused, and what it makes."""

from __future__ import annotations

import pytest
from a_manager import wait_for
from a_wizard import Wizard

from qvirt_jupyter.provision import osinfo
from qvirt_jupyter.provision.guest.equipment import put_in
from qvirt_jupyter.widgets import shell
from qvirt_jupyter.widgets.creation import CreationPanel
from qvirt_jupyter.widgets.details import Customisation

pytestmark = pytest.mark.usefixtures("a_user_without_a_past")

needs_osinfo = pytest.mark.skipif(not osinfo().is_installed, reason="osinfo-db is not installed")


def test_it_goes_from_page_to_page_and_back(a_wizard):
    a_wizard.say(type="kind", id="manual")
    pages = []
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    for page in ("resources", "storage", "network", "summary"):
        a_wizard.go_to(page)
        pages.append([field["name"] for field in a_wizard.state["fields"]])
    assert pages == [
        ["memory", "vcpus"],
        ["storage", "size", "pool", "format", "volume"],
        ["network"],
        ["name"],
    ]
    a_wizard.press("back")
    assert a_wizard.state["page"] == "network"
    a_wizard.say(type="select", id="resources")
    assert a_wizard.state["page"] == "resources"
    assert all(step["reached"] for step in a_wizard.state["steps"])


def test_a_page_that_was_not_reached_cannot_be_gone_to(a_wizard):
    a_wizard.say(type="select", id="summary")
    assert a_wizard.state["page"] == "method"


@needs_osinfo
def test_what_is_left_out_is_the_requests_choice(a_wizard):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.say(type="system", wish="old", text="true")
    a_wizard.choose_system("debian11")
    a_wizard.go_to("resources")
    recommended = osinfo()["debian11"].resources("recommended", "i686").memory
    assert a_wizard.field("memory")["value"] == str(recommended // 2**20)
    assert "64 GiB" in a_wizard.field("memory")["help"], "the host's beside it"
    a_wizard.type("memory", "3 GiB")
    a_wizard.go_to("summary")
    assert a_wizard.field("name")["value"] == "debian11"
    a_wizard.press("code")
    code = a_wizard.state["text"]
    assert "os='debian11'" in code
    assert "memory=3145728" in code
    assert "vcpus" not in code, "nobody said how many"


def test_the_code_makes_the_same_machine(a_wizard):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("summary")
    a_wizard.type("name", "a 'quoted' <name>")
    a_wizard.press("code")
    made = {}
    exec(a_wizard.state["text"], made)  # noqa: S102 - what the panel offers to run
    assert made["vm"].subject.name == "a 'quoted' <name>"
    a_wizard.press("create")
    wait_for(lambda: a_wizard.state["fields"][0]["error"])
    assert "already" in a_wizard.field("name")["error"]


def test_a_machine_is_made_and_its_tab_opens(a_wizard, opened):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("summary")
    a_wizard.type("name", "fresh")
    a_wizard.press("xml")
    assert wait_for(lambda: "<name>fresh</name>" in a_wizard.state["text"])
    a_wizard.press("create")
    assert wait_for(lambda: opened)
    machine = a_wizard.panel._connection.domains["fresh"]
    assert machine.is_active
    assert [(each["action"], each["kind"]) for each in opened] == [
        ("open", "vm"),
        ("close", "create"),
    ]
    assert opened[0]["arguments"]["uuid"] == machine.uuid
    assert opened[0]["client"] == "window-1"
    labels = [button["id"] for button in a_wizard.state["buttons"]]
    assert labels == ["open", "again", "close"], "nothing is made twice by one click more"


@pytest.mark.parametrize(
    ("page", "field", "text", "words"),
    [
        ("medium", "media", "", "Choose a file"),
        ("medium", "media", "relative.iso", "absolute path"),
        ("medium", "media", "/nowhere/at/all.iso", "No storage pool of the host has"),
        ("resources", "memory", "much", "such as 2048 MiB"),
        ("resources", "memory", "0", "above zero"),
        ("resources", "vcpus", "0", "whole number of at least 1"),
        ("storage", "size", "-3", "such as 20 GiB"),
        ("summary", "name", "a/b", "no slash"),
        ("summary", "name", "cl\u00f4ned", ""),
    ],
)
def test_what_is_wrong_is_said_at_the_field(a_wizard, page, field, text, words):
    if page != "medium":
        a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to(page)
    a_wizard.type(field, text)
    a_wizard.press("next" if page != "summary" else "code")
    assert words in a_wizard.field(field)["error"]
    assert bool(a_wizard.field(field)["error"]) is bool(words)
    assert a_wizard.state["page"] == page


def test_a_network_that_is_off_can_be_started_here(a_wizard):
    connection = a_wizard.panel._connection
    connection.networks["default"].stop()
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("network")
    a_wizard.type("network", "network:default")
    a_wizard.press("next")
    assert "is off" in a_wizard.field("network")["error"]
    assert a_wizard.field("network")["mend"] == "Start it"
    a_wizard.say(type="mend", name="network", waives=False)
    assert wait_for(lambda: not a_wizard.field("network")["error"])
    assert connection.networks["default"].is_active
    a_wizard.go_to("summary")


def test_everything_on_one_page(a_uri, opened):
    wizard = Wizard(a_uri, quick="true")
    try:
        assert wizard.state["steps"] == []
        wizard.say(type="kind", id="manual")
        wizard.choose_system("generic")
        wizard.type("name", "quick")
        wizard.press("create")
        assert wait_for(lambda: opened)
        assert "quick" in wizard.panel._connection.domains
    finally:
        wizard.panel.close()


def test_what_failed_can_be_tried_again(a_wizard, opened, monkeypatch):
    connection = a_wizard.panel._connection
    pool = connection.storage_pools["images"]
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("summary")
    # Somebody else is faster: the pool stops between the look at it and the making.
    monkeypatch.setattr(a_wizard.panel.wizard, "_check", lambda then: (pool.stop(), then()))
    a_wizard.press("create")
    assert wait_for(lambda: a_wizard.state["run"]["problem"])
    assert "No storage pool is on" in a_wizard.state["run"]["problem"]
    assert not opened
    assert a_wizard.state["run"]["log"][-1].endswith("Failed")
    button = next(each for each in a_wizard.state["buttons"] if each["id"] == "create")
    assert button["label"] == "Try again"
    monkeypatch.undo()
    monkeypatch.setattr(shell, "_send", opened.append)
    pool.start()
    assert wait_for(lambda: a_wizard.state["fields"][0]["value"] == "vm1")
    a_wizard.press("create")
    assert wait_for(lambda: opened)
    assert "vm1" in connection.domains


def test_a_network_that_has_nothing_to_start_from_is_said(a_wizard):
    a_wizard.say(type="kind", id="network")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("network")
    said = {}
    for network in ("user", "none", "bridge"):
        a_wizard.type("network", network)
        said[network] = " ".join(a_wizard.state["warnings"])
    assert "no server that says what to load" in said["user"]
    assert "nothing to start from" in said["none"]
    assert not said["bridge"]


def test_it_is_customised_before_it_is_made(a_wizard, opened):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("summary")
    a_wizard.type("name", "tailored")
    a_wizard.press("customise")
    assert wait_for(lambda: a_wizard.panel._extra.children)
    (pages,) = a_wizard.panel._extra.children
    assert isinstance(pages, Customisation)
    assert "tailored" not in a_wizard.panel._connection.domains, "nothing is made yet"
    changed = pages.document
    changed.title = "Made to measure"
    pages.begin_again(changed)
    a_wizard.press("begin")
    assert wait_for(lambda: opened)
    assert a_wizard.panel._connection.domains["tailored"].document().title == "Made to measure"


def test_who_customises_sees_the_medium_where_the_first_start_has_it(a_wizard, opened):
    pool = a_wizard.panel._connection.storage_pools["images"]
    medium = pool.create_volume("installer.iso", 2**20, format="raw").path
    other = pool.create_volume("other.iso", 2**20, format="raw").path
    a_wizard.go_to("medium")
    a_wizard.type("media", medium)
    a_wizard.choose_system("generic")
    a_wizard.go_to("summary")
    a_wizard.type("name", "tailored")
    a_wizard.press("xml")
    assert wait_for(lambda: medium in a_wizard.state["text"])
    a_wizard.press("customise")
    assert wait_for(lambda: a_wizard.panel._extra.children)
    assert "until the installation has ended" in a_wizard.state["note"]
    (pages,) = a_wizard.panel._extra.children
    changed = pages.document
    drive = next(disk for disk in changed.devices.disks if disk.device == "cdrom")
    assert drive.path == medium
    put_in(drive, other)
    pages.begin_again(changed)
    a_wizard.press("begin")
    assert wait_for(lambda: opened)
    made = a_wizard.panel._connection.domains["tailored"]
    # The test driver has one definition for both, and no install phase: that of the first start.
    assert other in made.xml()
    assert medium not in made.xml()


def test_customising_can_be_left_without_a_machine(a_wizard):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("summary")
    a_wizard.press("customise")
    assert wait_for(lambda: a_wizard.panel._extra.children)
    a_wizard.press("back")
    assert wait_for(lambda: not a_wizard.panel._extra.children)
    assert a_wizard.state["page"] == "summary"


def test_without_a_connection_nothing_can_be_made():
    panel = CreationPanel()
    try:
        assert wait_for(lambda: "no connection" in panel._view.shown["problem"])
        (go_on,) = (each for each in panel._view.shown["buttons"] if each["id"] == "next")
        assert "Add one" in go_on["reason"]
    finally:
        panel.close()


def test_a_connection_that_breaks_is_said_and_what_was_typed_stays(a_wizard):
    connection = a_wizard.panel._connection
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("resources")
    a_wizard.type("memory", "333")
    connection.close()
    assert wait_for(lambda: "Not connected" in a_wizard.state["problem"])
    connection.open().result()
    assert wait_for(lambda: a_wizard.state["fields"])
    assert a_wizard.state["page"] == "resources"
    assert a_wizard.field("memory")["value"] == "333"


def test_a_page_that_is_loaded_again_goes_on_where_it_was(a_wizard, a_uri):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("resources")
    a_wizard.type("memory", "777")
    again = Wizard(a_uri)
    try:
        again.panel.take_over(a_wizard.panel)
        a_wizard.panel.close()
        assert wait_for(lambda: again.state["page"] == "resources")
        assert again.field("memory")["value"] == "777"
        again.go_to("summary")
    finally:
        again.panel.close()


def test_closing_the_wizard_takes_back_what_a_failed_attempt_made(a_uri):
    wizard = Wizard(a_uri)
    connection = wizard.panel._connection
    volumes = connection.storage_pools["images"].volumes
    before = set(volumes.names)
    wizard.say(type="kind", id="manual")
    wizard.go_to("medium")
    wizard.choose_system("generic")
    wizard.go_to("summary")
    wizard.press("customise")
    assert wait_for(lambda: wizard.panel._extra.children)
    (pages,) = wizard.panel._extra.children
    changed = pages.document
    # libvirt refuses the definition when the disk is there.
    changed.uuid = "11111111-1111-4111-8111-111111111101"
    pages.begin_again(changed)
    wizard.press("begin")
    assert wait_for(lambda: wizard.state["run"] and wizard.state["run"]["problem"])
    assert set(volumes.names) - before, "the next attempt would use it"
    wizard.panel.close()
    assert wait_for(lambda: set(volumes.names) == before)
