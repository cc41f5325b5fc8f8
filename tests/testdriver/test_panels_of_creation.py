"""The wizard for a new machine: each of its pages, what is refused there, and what it makes."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_wizard import Wizard
from an_iso import an_iso

from qvirt_jupyter.console import tickets
from qvirt_jupyter.hypervisor.host.emulator_access import Account
from qvirt_jupyter.provision import DiskRequest, GuestRequest, NoInstall, osinfo
from qvirt_jupyter.provision.guest.equipment import put_in
from qvirt_jupyter.widgets import shell
from qvirt_jupyter.widgets.creation import CreationPanel, checks
from qvirt_jupyter.widgets.details import Customisation
from qvirt_jupyter.widgets.questions import Answer
from qvirt_jupyter.widgets.recent_media import folders_let_be

NOBODY = 65534
RECIPES = json.loads((Path(__file__).parent.parent / "data/iso/recipes.json").read_text("utf-8"))
pytestmark = pytest.mark.usefixtures("a_user_without_a_past")
needs_osinfo = pytest.mark.skipif(not osinfo().is_installed, reason="osinfo-db is not installed")


@pytest.fixture
def a_wizard(a_uri):
    wizard = Wizard(a_uri)
    yield wizard
    wizard.panel.close()


@pytest.fixture
def a_medium(tmp_path):
    """An image that no pool has, which the test driver's machines may have all the same."""
    return an_iso(tmp_path, {"id": "installer", "bootable": True, "volume": "NOBODY KNOWS"})


@pytest.fixture
def opened(monkeypatch):
    """What is asked of JupyterLab."""
    asked = []
    monkeypatch.setattr(shell, "_send", asked.append)
    return asked


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
        ("summary", "name", "a/b", "without slash"),
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


def test_a_disk_that_does_not_fit_is_refused_where_it_is_taken_at_once(a_wizard, monkeypatch):
    opened = []
    monkeypatch.setattr(shell, "_send", opened.append)
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("storage")
    a_wizard.type("size", "900000")
    assert any("may grow to" in words for words in a_wizard.state["warnings"]), "it is sparse"
    a_wizard.type("format", "raw")
    a_wizard.press("next")
    assert "do not fit" in a_wizard.field("size")["error"]
    assert a_wizard.state["attempt"] == 1, "the field gets the focus"
    # Room is made in the storage of the host, which is a press away.
    assert a_wizard.field("size")["mend"] == "Open the host's storage"
    a_wizard.say(type="mend", name="size", waives=False)
    assert wait_for(lambda: opened)
    assert (opened[0]["kind"], opened[0]["arguments"]["section"]) == ("host", "storage")
    a_wizard.type("size", "1")
    a_wizard.press("next")
    assert a_wizard.state["page"] == "network"


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


def test_a_system_must_be_chosen(a_wizard):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.press("next")
    assert a_wizard.state["page"] == "medium"
    assert "Choose the operating system" in a_wizard.state["systems"]["error"]


def test_a_disk_of_another_machine_is_asked_about(a_wizard):
    connection = a_wizard.panel._connection
    disk = connection.storage_pools["images"].create_volume("shared.qcow2", 2**20)
    GuestRequest(
        name="owner", disks=(DiskRequest(path=disk.path),), network=None, install=NoInstall()
    ).create(connection, start=False)
    a_wizard.say(type="kind", id="import")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.type("disk", disk.path)
    a_wizard.press("next")
    questions = a_wizard.panel._questions
    assert wait_for(lambda: questions.questions)
    ((number, question),) = questions.questions
    assert "owner" in str(question.text)
    questions.answer(number, Answer())
    assert wait_for(lambda: a_wizard.state["page"] == "resources")
    a_wizard.go_to("summary")
    assert "storage" not in [step["id"] for step in a_wizard.state["steps"]]
    assert disk.path in [row["value"] for row in a_wizard.state["summary"]]


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


def test_a_file_that_the_file_browser_pointed_at(a_uri, a_medium):
    wizard = Wizard(a_uri, medium=str(a_medium))
    try:
        assert wizard.state["page"] == "medium"
        assert wizard.field("media")["value"] == str(a_medium)
        assert wait_for(lambda: not wizard.state["systems"]["busy"])
        assert "does not say" in wizard.state["systems"]["note"]
    finally:
        wizard.panel.close()


def test_what_has_no_medium_is_not_asked_what_it_says(a_wizard):
    a_wizard.go_to("medium")
    a_wizard.press("next")
    assert wait_for(lambda: a_wizard.state["systems"]["error"])
    a_wizard.press("back")
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    assert not a_wizard.state["systems"]["error"], "that was about another way"
    a_wizard.choose_system("generic")
    assert a_wizard.state["systems"]["automatic"], "there is no button for it"


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


@needs_osinfo
def test_a_system_is_found_on_the_medium_and_can_be_overruled(a_uri, tmp_path):
    recipe = next(each for each in RECIPES if each["id"] == "fedora35-everything")
    wizard = Wizard(a_uri, medium=str(an_iso(tmp_path, recipe)))
    try:
        assert wait_for(lambda: not wizard.state["systems"]["busy"])
        found = wizard.state["systems"]["chosen"]
        assert wizard.state["systems"]["note"].startswith("Found on the medium.")
        wizard.choose_system("generic")
        assert wizard.state["systems"]["automatic"] is False
        assert wizard.state["systems"]["chosen"] != found
        wizard.say(type="system", wish="detect", text="")
        assert wizard.state["systems"]["chosen"] == found
    finally:
        wizard.panel.close()


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


def test_a_cloud_image_is_told_who_may_sign_in(a_wizard):
    connection = a_wizard.panel._connection
    image = connection.storage_pools["images"].create_volume("debian-11-generic.qcow2", 2**20)
    a_wizard.say(type="kind", id="cloud")
    a_wizard.go_to("medium")
    a_wizard.type("image", image.path)
    assert wait_for(lambda: not a_wizard.state["systems"]["busy"])
    if not a_wizard.state["systems"]["chosen"]:
        a_wizard.choose_system("generic")
    a_wizard.go_to("seed")
    assert wait_for(lambda: a_wizard.panel._extra.children)
    (form,) = a_wizard.panel._extra.children
    assert a_wizard.state["buttons"] == [], "they stand in one row with the form's own"
    form.press("back")
    assert wait_for(lambda: a_wizard.state["page"] == "medium")
    a_wizard.go_to("seed")
    assert wait_for(lambda: a_wizard.panel._extra.children)
    (form,) = a_wizard.panel._extra.children
    form.edit("user", "anna")
    form.edit("user_data", "chpasswd: {list: 'root:c0rrect stable'}")
    assert form.submit({"password": "c0rrect horse"})
    assert wait_for(lambda: a_wizard.state["page"] == "resources")
    a_wizard.press("back")
    assert wait_for(lambda: a_wizard.panel._extra.children)
    (form,) = a_wizard.panel._extra.children
    assert "name: anna" in form.shown["note"]["text"], "what was typed is there again"
    # Also where the page is left by another way than its button.
    form.edit("host_name", "typed-only")
    form._handle_custom_msg(
        {"client": "window-1", "type": "secret", "name": "password", "value": "c0rrect battery"}, []
    )
    assert wait_for(lambda: "typed-only" in str(form.shown))
    a_wizard.press("back")
    assert wait_for(lambda: a_wizard.state["page"] == "medium")
    a_wizard.go_to("seed")
    assert wait_for(lambda: a_wizard.panel._extra.children)
    (form,) = a_wizard.panel._extra.children
    assert "typed-only" in str(form.shown)
    assert form.draft.password.endswith("battery")
    assert "battery" not in str(form.shown)
    assert "battery" not in str(form.get_state())
    assert form.submit({"password": ""})
    assert wait_for(lambda: a_wizard.state["page"] == "resources")
    a_wizard.go_to("storage")
    assert [field["name"] for field in a_wizard.state["fields"]] == ["size", "pool"]
    a_wizard.go_to("summary")
    assert "anna" in str(a_wizard.state["summary"])
    a_wizard.press("code")
    assert "CloudSeed(password=getpass(), user='anna'" in a_wizard.state["text"]
    assert "c0rrect" not in str(a_wizard.state)


def test_the_tree_of_a_server_that_is_none_is_said(a_wizard):
    a_wizard.say(type="kind", id="tree")
    a_wizard.go_to("medium")
    a_wizard.press("next")
    assert "address" in a_wizard.field("url")["error"]
    a_wizard.type("url", "gopher://nowhere/")
    assert a_wizard.field("url")["error"]
    a_wizard.type("url", "http://127.0.0.1:1/tree/")
    assert wait_for(lambda: not a_wizard.state["systems"]["busy"])
    assert a_wizard.state["systems"]["note"], "why nothing was found"


def test_without_a_disk_it_starts_from_its_medium(a_wizard, opened):
    connection = a_wizard.panel._connection
    medium = connection.storage_pools["images"].create_volume("live.iso", 2**20, format="raw")
    a_wizard.go_to("medium")
    a_wizard.type("media", medium.path)
    a_wizard.choose_system("generic")
    a_wizard.go_to("storage")
    a_wizard.type("storage", "none")
    assert any("Without a disk" in words for words in a_wizard.state["warnings"])
    a_wizard.go_to("summary")
    a_wizard.type("name", "live")
    a_wizard.press("create")
    assert wait_for(lambda: opened)
    definition = connection.domains["live"].document()
    assert [each.device for each in definition.os.boot] == ["cdrom"]
    assert medium.path in [disk.path for disk in definition.devices.disks]


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


def test_an_upload_that_is_cancelled_leaves_nothing(a_wizard):
    volumes = a_wizard.panel._connection.storage_pools["images"].volumes
    before = volumes.names
    a_wizard.go_to("medium")
    assert a_wizard.state["upload"] is True
    a_wizard.say(type="file", name="../outside/a.iso", size=3, modified=1, number=1)
    assert wait_for(lambda: "a.iso" in volumes.names)
    assert wait_for(lambda: a_wizard.state["run"])
    a_wizard.press("cancel")
    assert wait_for(lambda: volumes.names == before)
    assert a_wizard.field("media")["value"] == ""
    a_wizard.say(type="file", name="a.iso", size=-3, modified=1, number=2)
    a_wizard.say(type="file", name="a.iso", size="3", modified=1, number=2)
    assert volumes.names == before


def test_a_browser_gets_a_ticket_for_its_file(a_wizard, monkeypatch):
    told = []
    monkeypatch.setattr(a_wizard.panel._view, "send", told.append)
    a_wizard.go_to("medium")
    a_wizard.say(type="file", name="a.iso", size=3, modified=1, number=7)
    assert wait_for(lambda: [each for each in told if each.get("type") == "go"])
    (said,) = (each for each in told if each.get("type") == "go")
    assert (said["number"], said["at"]) == (7, 0)
    assert tickets.find(said["ticket"]).describe().startswith("transfer ")
    a_wizard.press("cancel")


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


def test_a_cloud_image_on_one_page_trusts_the_users_own_keys(a_uri, tmp_path, monkeypatch):
    (tmp_path / ".ssh").mkdir()
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGbPhcCFCqRrQdUCQBfQUUxUCNhhaVlMbYkDOBUDWpOX me"
    (tmp_path / ".ssh/id_ed25519.pub").write_text(key)
    monkeypatch.setenv("HOME", str(tmp_path))
    wizard = Wizard(a_uri, quick="true")
    try:
        wizard.say(type="kind", id="cloud")
        wizard.type("image", "/lab/images/debian-11-generic.qcow2")
        assert "1 SSH key may sign in" in str(wizard.state["summary"])
        assert not any("no SSH key" in words for words in wizard.state["warnings"])
        wizard.press("code")
        assert "CloudSeed" in wizard.state["text"]
        assert key.split()[1] in wizard.state["text"]
        (tmp_path / ".ssh/id_ed25519.pub").unlink()
        wizard.type("name", "nobody-could-sign-in")
        assert any("no SSH key" in words for words in wizard.state["warnings"])
    finally:
        wizard.panel.close()


@pytest.mark.skipif(os.geteuid() == NOBODY, reason="this user is the one that is let in")
def test_a_folder_that_qemu_may_not_pass_is_opened_from_the_field(a_connection, monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "a.iso")
        nobody = Account(NOBODY, "nobody", frozenset({NOBODY}))
        monkeypatch.setattr(checks, "emulator_account", lambda _connection: nobody)
        problem = checks._reach_problem("media", path, a_connection)["media"]
        assert "nobody" in str(problem.text)
        assert folder in str(problem.text)
        assert str(problem.mend) == "Let it pass"
        problem.do()
        assert checks._reach_problem("media", path, a_connection) == {}


@pytest.mark.skipif(os.geteuid() == NOBODY, reason="this user is the one that is let in")
def test_a_folder_that_qemu_may_not_pass_is_let_be_for_good(a_connection, monkeypatch):
    make_fresh(monkeypatch, folders_let_be)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "a.iso")
        nobody = Account(NOBODY, "nobody", frozenset({NOBODY}))
        monkeypatch.setattr(checks, "emulator_account", lambda _connection: nobody)
        problem = checks._reach_problem("media", path, a_connection)["media"]
        assert str(problem.waive) == "Use it all the same"
        problem.let_be()
        assert checks._reach_problem("media", path, a_connection) == {}
        assert oct(Path(folder).stat().st_mode & 0o777) == "0o700", "nothing was opened"


def test_a_disk_that_does_not_exist_is_made_where_it_was_typed(a_wizard, opened):
    connection = a_wizard.panel._connection
    folder = connection.storage_pools["images"].document().path
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("storage")
    a_wizard.type("storage", "existing")
    a_wizard.type("disk", f"{folder}/chosen.img")
    a_wizard.press("next")
    assert a_wizard.field("disk")["mend"] == "Create it"
    a_wizard.say(type="mend", name="disk", waives=False)
    assert wait_for(lambda: len(a_wizard.state["fields"]) > 2)
    assert a_wizard.field("pool")["value"] == "images"
    assert a_wizard.field("volume")["value"] == "chosen.img"
    a_wizard.type("size", "1 MiB")
    a_wizard.go_to("summary")
    a_wizard.type("name", "chosen")
    a_wizard.press("create")
    assert wait_for(lambda: opened)
    made = connection.domains["chosen"].document().devices.disks[0]
    assert made.path == f"{folder}/chosen.img"


def test_a_name_of_a_volume_that_is_taken_is_said(a_wizard):
    a_wizard.panel._connection.storage_pools["images"].create_volume("taken.img", 2**20)
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("storage")
    a_wizard.type("pool", "images")
    a_wizard.type("volume", "taken.img")
    a_wizard.press("next")
    assert wait_for(lambda: "taken.img already" in a_wizard.field("volume")["error"])
    a_wizard.type("volume", "a/b")
    assert "slash" in a_wizard.field("volume")["error"]
    a_wizard.type("volume", "")
    a_wizard.go_to("network")


def test_a_folder_that_no_pool_manages_becomes_one(a_wizard):
    connection = a_wizard.panel._connection
    a_wizard.say(type="kind", id="import")
    a_wizard.go_to("medium")
    a_wizard.type("disk", "/lab/elsewhere/disk.img")
    a_wizard.choose_system("generic")
    a_wizard.press("next")
    assert a_wizard.field("disk")["mend"] == "Make a pool of its folder"
    a_wizard.say(type="mend", name="disk", waives=False)
    assert wait_for(lambda: "elsewhere" in connection.storage_pools.names)
    pool = connection.storage_pools["elsewhere"]
    assert (pool.is_active, pool.autostart) == (True, True)
    pool.create_volume("disk.img", 2**20)
    a_wizard.go_to("summary")


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


def test_a_path_is_typed_letter_by_letter(a_wizard):
    a_wizard.go_to("medium")
    a_wizard.press("next")
    assert a_wizard.field("media")["error"]
    path = "/lab/images/a.iso"
    for length in range(1, len(path) + 1):
        a_wizard.type("media", path[:length])
        assert a_wizard.field("media")["value"] == path[:length]
        assert not a_wizard.field("media")["error"]
    a_wizard.type("media", "/")
    a_wizard.choose_system("generic")
    a_wizard.press("next")
    assert a_wizard.field("media")["error"], "a folder is no medium"
    assert a_wizard.state["page"] == "medium"
