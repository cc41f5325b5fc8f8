"""What a new machine comes from in the wizard: media, trees, cloud images, systems found there."""

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
from qvirt_jupyter.provision import osinfo
from qvirt_jupyter.widgets.creation import checks
from qvirt_jupyter.widgets.recent_media import folders_let_be

pytestmark = pytest.mark.usefixtures("a_user_without_a_past")

NOBODY = 65534
RECIPES = json.loads((Path(__file__).parent.parent / "data/iso/recipes.json").read_text("utf-8"))
needs_osinfo = pytest.mark.skipif(not osinfo().is_installed, reason="osinfo-db is not installed")


@pytest.fixture
def a_medium(tmp_path):
    """An image that no pool has, which the test driver's machines may have all the same."""
    return an_iso(tmp_path, {"id": "installer", "bootable": True, "volume": "NOBODY KNOWS"})


def test_a_system_must_be_chosen(a_wizard):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.press("next")
    assert a_wizard.state["page"] == "medium"
    assert "Choose the operating system" in a_wizard.state["systems"]["error"]


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
