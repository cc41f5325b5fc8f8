"""The disks of a new machine in the wizard: room, other machines, volumes and pools that are made."""

from __future__ import annotations

import pytest
from a_manager import wait_for

from qvirt_jupyter.provision import DiskRequest, GuestRequest, NoInstall
from qvirt_jupyter.widgets import shell
from qvirt_jupyter.widgets.questions import Answer

pytestmark = pytest.mark.usefixtures("a_user_without_a_past")


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
