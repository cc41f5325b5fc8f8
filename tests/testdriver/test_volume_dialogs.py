"""The dialogs about volumes, and uploads and downloads, as a panel has them."""

from __future__ import annotations

import time

import pytest

from qvirt_jupyter.console import tickets
from qvirt_jupyter.documents import Domain
from qvirt_jupyter.hypervisor.errors import Unsupported
from qvirt_jupyter.provision.transfers import uploads
from qvirt_jupyter.widgets.details.work import Boards
from qvirt_jupyter.widgets.dialog_place import DialogPlace
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.notices import NoticeBoard
from qvirt_jupyter.widgets.questions import Answer, QuestionBoard
from qvirt_jupyter.widgets.storage.transfers import Transfers
from qvirt_jupyter.widgets.storage.volume_actions import volume_actions
from qvirt_jupyter.widgets.storage.volume_dialogs import VolumeDialogs

MIB = 1024**2
GIB = 1024**3


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


class ADesk:
    """The dialogs with their boards, and what they said."""

    def __init__(self, connection):
        self.pool = connection.storage_pools["images"]
        self.place = DialogPlace()
        self.boards = Boards(QuestionBoard(), NoticeBoard(), fleet.wishes)
        self.done, self.told = [], []
        self.transfers = Transfers(connection, self.boards, self._on_done)
        self.transfers.send = lambda content, _buffers=None: self.told.append(content)
        self.dialogs = VolumeDialogs(
            connection, self.place, self.boards, self._on_done, self.transfers
        )

    def _on_done(self, pool, name):
        self.done.append((pool.name, name))

    def perform(self, action, *names):
        self.dialogs.perform(action, self.pool, names, "client")

    def form(self):
        """The form that stands there."""
        return wait_for(lambda: self.place.children and self.place.children[0])

    def question(self):
        return wait_for(lambda: self.boards.questions.questions)[0]

    def problem(self):
        return wait_for(lambda: self.boards.notices.notices)[0]


@pytest.fixture
def a_desk(a_connection):
    desk = ADesk(a_connection)
    yield desk
    for upload in uploads.of(a_connection.uri):
        upload.remove()
        uploads.dismiss(upload)
    desk.dialogs.close()
    desk.transfers.close()


def test_a_new_volume_is_asked_for_and_selected(a_desk):
    a_desk.perform("new")
    form = a_desk.form()
    form.edit("name", "fresh")
    form.edit("capacity", "8 MiB")
    assert "fresh.qcow2" in form.shown["note"]["text"]
    assert form.submit()
    assert wait_for(lambda: a_desk.done) == [("images", "fresh.qcow2")]
    assert a_desk.pool.volumes["fresh.qcow2"].record.capacity == 8 * MIB
    assert wait_for(lambda: not a_desk.place.children) is True


def test_a_backing_image_is_suggested_and_gives_its_size(a_desk):
    base = a_desk.pool.create_volume("gold.qcow2", 3 * GIB)
    a_desk.perform("new")
    form = a_desk.form()
    field = next(each for each in form.shown["fields"] if each["name"] == "backing")
    assert field["kind"] == "suggest"
    assert {"value": base.path, "label": base.path} in field["choices"]
    form.edit("backing", base.path)
    capacity = next(each for each in form.shown["fields"] if each["name"] == "capacity")
    assert capacity["value"] == "3"


def test_a_name_that_is_taken_stays_in_the_form(a_desk):
    taken = a_desk.pool.volumes.names[0]
    a_desk.perform("new")
    form = a_desk.form()
    form.edit("name", taken)
    assert not form.submit()
    assert f"a volume {taken} already" in form.shown["problem"]


def test_a_clone_gets_a_free_name(a_desk):
    a_desk.pool.create_volume("one.img", MIB, format="raw")
    a_desk.perform("clone", "one.img")
    form = a_desk.form()
    fields = {field["name"]: field for field in form.shown["fields"]}
    assert fields["name"]["value"] == "one-1.img"
    assert form.submit()
    assert wait_for(lambda: a_desk.done) == [("images", "one-1.img")]
    assert "one-1.img" in a_desk.pool.volumes.names


def test_a_smaller_size_needs_a_word(a_desk):
    a_desk.pool.create_volume("one.img", 8 * MIB, format="raw")
    a_desk.perform("resize", "one.img")
    form = a_desk.form()
    form.edit("capacity", "4 MiB")
    assert not form.submit()
    assert "may be lost" in form.shown["problem"]
    form.edit("capacity", "16 MiB")
    assert form.submit()
    # libvirt's test driver cannot resize, which is said.
    assert wait_for(lambda: a_desk.done) == [("images", "")]
    assert "not supported" in a_desk.problem().text


def test_deleting_asks_and_takes_all_that_were_selected(a_desk):
    for name in ("one.img", "two.img"):
        a_desk.pool.create_volume(name, MIB, format="raw")
    a_desk.perform("delete", "one.img", "two.img")
    key, question = a_desk.question()
    assert question.danger
    assert question.text.splitlines()[:2] == ["one.img", "two.img"]
    a_desk.boards.questions.answer(key, None)
    assert "one.img" in a_desk.pool.volumes.names
    a_desk.perform("delete", "one.img", "two.img")
    key, question = a_desk.question()
    a_desk.boards.questions.answer(key, Answer())
    wait_for(lambda: len(a_desk.done) == 2)
    assert not {"one.img", "two.img"} & set(a_desk.pool.volumes.names)


def test_what_the_driver_cannot_is_explained(a_desk):
    a_desk.pool.create_volume("one.img", MIB, format="raw")
    a_desk.perform("wipe", "one.img")
    assert a_desk.form().submit()
    wait_for(lambda: a_desk.done == [("images", "")] or a_desk.boards.notices.notices)
    a_desk.perform("download", "one.img")
    said = wait_for(lambda: [each for each in a_desk.told if each.get("type") == "download"])
    assert tickets.find(said[0]["ticket"]).describe().startswith("transfer ")
    assert said[0]["client"] == "client"
    with pytest.raises(Unsupported):
        a_desk.pool.volumes["one.img"].download("/nowhere")


def test_a_path_goes_to_the_clipboard_of_who_asked(a_desk):
    name = a_desk.pool.volumes.names[0]
    a_desk.perform("copy-path", name)
    said = wait_for(lambda: [each for each in a_desk.told if each.get("type") == "copy"])
    assert (said[0]["id"], said[0]["client"]) == (a_desk.pool.volumes[name].path, "client")


def test_a_file_is_announced_ticketed_and_given_up(a_desk):
    a_desk.transfers.use(a_desk.pool)
    file = {"type": "file", "name": "a.iso", "size": 5, "modified": 1, "number": 3}
    a_desk.transfers._receive({**file, "client": "client"})
    go = wait_for(lambda: [each for each in a_desk.told if each.get("type") == "go"])[0]
    assert (go["number"], go["client"], go["at"]) == (3, "client", 0)
    assert "a.iso" in a_desk.pool.volumes.names
    row = wait_for(lambda: a_desk.transfers.shown["uploads"])[0]
    assert (row["name"], [each["id"] for each in row["buttons"]]) == ("a.iso", ["remove"])
    a_desk.transfers._receive({"type": "trouble", "id": row["id"], "text": ""})
    row = wait_for(
        lambda: [each for each in a_desk.transfers.shown["uploads"] if len(each["buttons"]) == 2]
    )[0]
    assert "changed or moved" in row["text"]
    # The same file once more goes on; another one does not.
    a_desk.told.clear()
    a_desk.transfers._receive({**file, "number": 4, "client": "other"})
    again = wait_for(lambda: [each for each in a_desk.told if each.get("type") == "go"])[0]
    assert (again["id"], again["client"]) == (go["id"], "other")
    a_desk.transfers._receive({"type": "press", "id": row["id"], "button": "remove"})
    wait_for(lambda: not a_desk.transfers.shown["uploads"])
    wait_for(lambda: "a.iso" not in a_desk.pool.volumes.names)


def test_a_file_whose_name_is_taken_says_what_it_becomes(a_desk):
    a_desk.pool.create_volume("a.iso", MIB, format="raw")
    a_desk.transfers.use(a_desk.pool)
    file = {"type": "file", "name": "a.iso", "size": 5, "modified": 1, "number": 3}
    a_desk.transfers._receive({**file, "client": "client"})
    row = wait_for(
        lambda: [each for each in a_desk.transfers.shown["uploads"] if "becomes" in each["text"]]
    )[0]
    assert row["name"] == "a.iso"
    assert "It becomes a-1.iso, as there is a volume a.iso already." in row["text"]
    a_desk.transfers._receive({"type": "press", "id": row["id"], "button": "remove"})
    wait_for(lambda: not a_desk.transfers.shown["uploads"])
    # The one that was there before stays.
    assert wait_for(lambda: "a-1.iso" not in a_desk.pool.volumes.names)
    assert "a.iso" in a_desk.pool.volumes.names


def test_actions_say_why_not(a_connection):
    pool = a_connection.storage_pools["images"]
    record = pool.record
    survey = pool.volumes.survey()

    def reasons(volumes, record=record):
        return {each.id: str(each.reason) for each in volume_actions(a_connection, record, volumes)}

    none = reasons(())
    assert (none["new"], none["upload"]) == ("", "")
    assert none["delete"] == "Select the volumes first."
    one = reasons(survey.volumes[:1])
    assert (one["clone"], one["delete"], one["download"]) == ("", "", "")
    flat = pool.create_volume("flat.img", MIB, format="raw")
    known = pool.volumes.survey()
    assert reasons(known.volumes[:2])["clone"] == "Select one volume."
    found = known[flat.name]
    assert reasons((found,))["flatten"] == "It builds on no other image."
    assert set(reasons((found,), None).values()) == {"Choose a pool first."}


def test_what_a_machine_runs_with_is_not_offered_for_change(a_connection):
    pool = a_connection.storage_pools["images"]
    volume = pool.create_volume("disk.img", MIB, format="raw")
    machine = a_connection.domains.define(
        Domain.parse(
            "<domain type='test'><name>busy</name><memory unit='MiB'>64</memory>"
            "<os><type>hvm</type></os><devices><disk type='file' device='disk'>"
            f"<source file='{volume.path}'/><target dev='vda'/></disk></devices></domain>"
        )
    )

    def reasons():
        found = pool.volumes.survey()["disk.img"]
        offered = volume_actions(a_connection, pool.record, (found,))
        return {each.id: str(each.reason) for each in offered}

    assert (reasons()["wipe"], reasons()["move"], reasons()["resize"]) == ("", "", "")
    machine.start()
    assert wait_for(lambda: machine.record.state.is_active)
    busy = reasons()
    for action in ("wipe", "move"):
        assert busy[action] == "It is used by busy, which runs: shut it down first."
    assert "in the details of the machine" in busy["resize"]
    # Copies are made of it, and the question before deletion says who has it.
    assert (busy["clone"], busy["delete"], busy["download"]) == ("", "", "")
    machine.destroy()
    assert wait_for(lambda: not machine.record.state.is_active)
    assert reasons()["wipe"] == ""
