"""The clone dialog and templates, from the kernel's side."""

from __future__ import annotations

import pytest
from a_lab_with_room import write_lab
from a_manager import wait_for

from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.widgets.cloning import CloneDialog


@pytest.fixture
def a_lab(tmp_path):
    """A world with machines whose disks are volumes."""
    connection = connect(f"test://{write_lab(tmp_path)}")
    yield connection
    connection.close()


class Opened:
    """A dialog, and whether it was left."""

    def __init__(self, *domains):
        self.left = 0
        self.dialog = CloneDialog(domains, self._leave)
        self.edits = 0
        self.ready()

    def _leave(self):
        self.left += 1

    @property
    def state(self):
        return self.dialog.shown

    def ready(self):
        assert wait_for(lambda: self.state is not None and not self.state["busy"])
        return self.state

    def edit(self, name, value, *, machine="", target=""):
        self.edits += 1
        self.dialog._said(
            {
                "type": "clone",
                "wish": "edit",
                "machine": machine,
                "target": target,
                "name": name,
                "value": value,
                "number": self.edits,
            },
            "",
        )
        assert wait_for(lambda: self.state["answered"] == self.edits)
        return self.ready()

    def wish(self, wish, **more):
        self.dialog._said({"type": "clone", "wish": wish, **more}, "")


@pytest.fixture
def opened(a_lab):
    made = []

    def open_it(*names):
        made.append(Opened(*(a_lab.domains[name] for name in names)))
        return made[-1]

    yield open_it
    for one in made:
        one.dialog.close()


def test_it_says_what_becomes_of_each_disk_and_why(opened):
    (machine,) = opened("gitlab-01").state["machines"]
    assert machine["name"] == "gitlab-01-clone"
    disks = {disk["target"]: disk for disk in machine["disks"]}
    assert disks["vda"]["how"] == "clone"
    assert disks["vda"]["name"] == "gitlab-01-0-clone.qcow2"
    assert disks["vda"]["size"] == "20 GiB, 4 GiB used"
    assert disks["sdc"]["how"] == "share"
    assert disks["sdc"]["is_unsafe"]
    refused = {each["value"]: each["reason"] for each in disks["sdc"]["choices"]}
    assert "cannot copy" in refused["clone"]
    assert not refused["leave"]


def test_names_follow_the_machine_until_they_are_typed(a_lab, opened):
    dialog = opened("win-01")
    uuid = a_lab.domains["win-01"].uuid
    state = dialog.edit("name", "db-04", machine=uuid)
    assert "taken" in state["refusals"][0]
    dialog.wish("submit")
    state = dialog.edit("name", "new", machine=uuid)
    assert state["refusals"] == []
    state = dialog.edit("name", "mine.qcow2", machine=uuid, target="vda")
    assert state["machines"][0]["disks"][0]["name"] == "mine.qcow2"
    state = dialog.edit("how", "share", machine=uuid, target="vda")
    assert state["machines"][0]["disks"][0]["name"] is None
    assert dialog.dialog.job is None, "what is refused is not begun"


def test_a_place_for_the_new_volume_is_looked_for(a_lab, opened):
    dialog = opened("win-01")
    uuid = a_lab.domains["win-01"].uuid
    assert dialog.state["storage"] is None
    pools = {pool.name: pool.record for pool in a_lab.storage_pools}
    first = dialog.state["machines"][0]["disks"][0]["name"]

    def look(pool):
        dialog.wish("browse", machine=uuid, target="vda")
        assert wait_for(lambda: dialog.state["storage"] is not None)
        dialog.dialog._said({"type": "storage", "wish": "pool", "id": pools[pool].uuid}, "")
        assert wait_for(lambda: dialog.state["storage"]["pool"] == pools[pool].uuid)
        return dialog.state["storage"]

    other = next(
        name for name, pool in pools.items() if pool.active and pool.path and name != "images"
    )
    shown = look(other)
    assert shown["path"] == f"{pools[other].path}/{first}"
    assert not shown["canCreate"], "the clone makes it"
    dialog.dialog._said({"type": "storage", "wish": "close"}, "")
    assert wait_for(lambda: dialog.state["storage"] is None)
    path = look(other)["path"]
    dialog.dialog._said({"type": "storage", "wish": "choose", "path": path}, "")
    assert wait_for(lambda: dialog.state["storage"] is None)
    state = dialog.ready()
    assert state["machines"][0]["disks"][0]["name"] == path
    # What has no new volume has no place for it.
    dialog.edit("how", "share", machine=uuid, target="vda")
    dialog.wish("browse", machine=uuid, target="vda")
    dialog.edit("start", "true")
    assert dialog.state["storage"] is None


def test_what_is_dangerous_must_be_read(a_lab, opened):
    dialog = opened("win-01")
    uuid = a_lab.domains["win-01"].uuid
    state = dialog.edit("how", "share", machine=uuid, target="vda")
    assert "destroy" in state["warnings"][0]
    dialog.wish("submit")
    dialog.wish("agree", value="true")
    assert wait_for(lambda: dialog.state["agreed"])
    assert dialog.dialog.job is None
    dialog.wish("submit")
    assert wait_for(lambda: dialog.left == 1)
    assert "win-01-clone" in a_lab.domains


def test_several_linked_clones_are_made_by_the_button(a_lab, opened):
    dialog = opened("win-01")
    dialog.edit("count", "3")
    state = dialog.edit("linked", "true")
    (machine,) = state["machines"]
    assert machine["made"] == ["win-01-1", "win-01-2", "win-01-3"]
    assert machine["disks"][0]["how"] == "linked"
    assert "becomes a template" in state["warnings"][0]
    dialog.wish("agree", value="true")
    dialog.wish("submit")
    assert wait_for(lambda: dialog.left == 1)
    assert a_lab.domains["win-01"].is_template
    assert {"win-01-1", "win-01-2", "win-01-3"} <= set(a_lab.domains.names)


def test_several_machines_are_cloned_at_once(a_lab, opened):
    dialog = opened("win-01", "legacy-01")
    assert dialog.state["title"] == "Clone 2 virtual machines"
    assert [machine["name"] for machine in dialog.state["machines"]] == [
        "win-01-clone",
        "legacy-01-clone",
    ]
    dialog.wish("agree", value="true")
    dialog.wish("submit")
    assert wait_for(lambda: dialog.left == 1)
    assert {"win-01-clone", "legacy-01-clone"} <= set(a_lab.domains.names)


def test_a_failure_stays_with_its_reason_and_can_be_tried_again(a_lab, opened):
    dialog = opened("win-01")
    # Somebody takes the name between the look and the click.
    a_lab.domains.define(
        "<domain type='test'><name>win-01-clone</name><memory>1</memory>"
        "<os><type>hvm</type></os></domain>"
    )
    dialog.wish("submit")
    assert wait_for(lambda: (dialog.state["progress"] or {}).get("state") == "failed")
    assert "taken" in dialog.state["progress"]["error"]
    assert dialog.state["progress"]["log"]
    dialog.wish("again")
    assert wait_for(lambda: dialog.state["progress"] is None and not dialog.state["busy"])
    assert dialog.state["machines"][0]["name"] == "win-01-clone1"
    dialog.wish("submit")
    assert wait_for(lambda: dialog.left == 1)


def test_names_that_were_shown_are_those_that_are_made(a_lab, opened):
    dialog = opened("win-01")
    state = dialog.edit("count", "3")
    assert state["machines"][0]["made"] == ["win-01-1", "win-01-2", "win-01-3"]
    a_lab.domains.define(
        "<domain type='test'><name>win-01-2</name><memory>1</memory>"
        "<os><type>hvm</type></os></domain>"
    )
    dialog.wish("submit")
    assert wait_for(lambda: (dialog.state["progress"] or {}).get("state") == "failed")
    assert "win-01-2" in dialog.state["progress"]["error"]
    assert not {"win-01-1", "win-01-3", "win-01-4"} & set(a_lab.domains.names)
    dialog.wish("again")
    assert wait_for(lambda: dialog.state["progress"] is None and not dialog.state["busy"])
    assert dialog.state["machines"][0]["made"] == ["win-01-1", "win-01-3", "win-01-4"]


def test_it_says_who_gives_the_guests_new_names(opened):
    dialog = opened("win-01")
    assert "cloud-init" in dialog.state["renew_help"]
    state = dialog.edit("renew", "true")
    assert state["renew_help"].startswith("By the guest agent"), "there is no seed"


def test_it_leaves_when_its_machine_is_gone(a_lab, opened):
    dialog = opened("win-01")
    a_lab.domains["win-01"].undefine()
    assert wait_for(lambda: dialog.left)
