"""Edits of a running machine on a driver that takes over little: what is stored stays stored."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Disk, Interface
from qvirt_jupyter.hypervisor import (
    EditConflict,
    InvalidDefinition,
    NotFound,
    QvirtError,
    WrongState,
    publisher,
)

CARD = {"type": "user", "mac": "52:54:00:00:aa:01", "model": "virtio"}


@pytest.fixture
def running(a_connection):
    return a_connection.domains["running"]


@pytest.fixture
def off(a_connection):
    return a_connection.domains["shutoff"]


def edited(machine, change, **options):
    edit = machine.edit(**options)
    with edit as definition:
        change(definition)
    return edit.result


def test_a_machine_that_is_off_has_nothing_that_waits(off):
    def change(definition):
        definition.vcpus = 3
        definition.title = "three"

    wanted = off.document(inactive=True, secure=True)
    change(wanted)
    foreseen = off.foresee(wanted)
    assert {effect.path: effect.when for effect in foreseen} == {"vcpu": "now", "title": "now"}
    result = edited(off, change)
    assert result.effects == foreseen
    assert not result.waits_for_start


def test_what_the_driver_refuses_waits_with_its_reason(running):
    def pull(definition):
        definition.devices.interfaces[0].link_state = "down"

    result = edited(running, pull)
    (effect,) = result.effects
    assert effect.when == "next_boot"
    assert "not supported" in effect.reason
    assert running.document(inactive=True).devices.interfaces[0].link_state == "down"
    (waiting,) = running.pending_changes
    assert running.revert(waiting).changes.paths == (waiting.path,)
    assert running.pending_changes == ()
    with pytest.raises(NotFound, match="no such change"):
        running.revert(waiting)


def test_what_the_driver_takes_over_counts_at_once(running):
    (effect,) = edited(running, lambda d: setattr(d, "on_crash", "preserve")).effects
    assert effect.when == "now"
    assert running.document().on_crash == "preserve"


def test_an_edit_may_leave_the_running_machine_alone(running):
    result = edited(running, lambda d: setattr(d, "title", "later"), live=False)
    (effect,) = result.effects
    assert (effect.when, running.title) == ("next_boot", running.document().title or "")
    assert running.document(inactive=True).title == "later"


def test_where_nothing_is_stored_nothing_is_tried(running):
    before = running.xml()

    def change(definition):
        definition.title = "new"
        definition.devices.add(Disk(type="file", target="vda", bus="virtio"))
        definition.devices.add(Disk(type="file", target="vda", bus="virtio"))

    with pytest.raises(InvalidDefinition, match="vda"):
        edited(running, change)
    assert running.xml() == before
    assert running.history == ()


def test_devices_are_added_and_removed_by_kind(off):
    def add(definition):
        card = definition.devices.add(Interface(**CARD))
        assert card in list(definition.devices.of("interface"))

    assert [effect.path for effect in edited(off, add).effects] == [
        "devices/interface[52:54:00:00:aa:01]"
    ]
    with_it = off.document(inactive=True)
    assert "52:54:00:00:aa:01" in with_it.devices.interfaces
    off.detach(with_it.devices.interfaces["52:54:00:00:aa:01"])
    assert "52:54:00:00:aa:01" not in off.document(inactive=True).devices.interfaces
    with pytest.raises(NotFound, match="no such device"):
        off.detach(with_it.devices.interfaces["52:54:00:00:aa:01"])


def test_a_device_is_changed_alone(off):
    off.attach(Interface(**CARD))
    card = off.document(inactive=True).devices.interfaces["52:54:00:00:aa:01"]
    card.model = "e1000"
    result = off.update(card)
    assert "devices/interface[52:54:00:00:aa:01]/model/@type" in result.changes.paths
    changed = off.document(inactive=True).devices.interfaces["52:54:00:00:aa:01"]
    assert changed.model == "e1000"
    assert off.update(changed).changes.paths == ()
    with pytest.raises(NotFound):
        off.update(Interface(type="bridge", mac="52:54:00:00:aa:99"))


def test_what_a_running_machine_does_not_take_is_not_stored(running):
    before = running.xml(inactive=True)
    with pytest.raises(QvirtError) as caught:
        running.attach(Interface(**CARD))
    assert "next start" in caught.value.next_step
    assert running.xml(inactive=True) == before
    result = running.attach(Interface(**CARD), when="next_boot")
    assert {effect.when for effect in result.effects} == {"next_boot"}
    assert "52:54:00:00:aa:01" in running.document(inactive=True).devices.interfaces


def test_a_moment_is_one_of_three(running, off):
    with pytest.raises(InvalidDefinition, match="'soon'"):
        running.attach(Interface(**CARD), when="soon")
    with pytest.raises(WrongState, match="off"):
        off.attach(Interface(**CARD), when="now")
    with pytest.raises(WrongState, match="off"):
        off.resize_disk("vda", 1)
    with pytest.raises(NotFound):
        running.resize_disk("vdz", 1)


def test_the_history_says_what_each_edit_was(off):
    edited(off, lambda d: setattr(d, "title", "one"))
    edited(off, lambda d: setattr(d, "title", "two"), cause="Two")
    off.attach(Interface(**CARD))
    off.undo_edit()
    causes = [kept.cause for kept in off.history]
    assert causes[0] == "Undo"
    assert causes[1].startswith("Add ")
    assert causes[2:] == ["Two", "title"]


def test_a_draft_of_long_ago_is_no_leave_to_overwrite(off):
    base = off.document(inactive=True, secure=True)
    off.set_title("theirs")
    with pytest.raises(EditConflict) as caught:
        edited(off, lambda d: setattr(d, "vcpus", 3), base=base)
    conflict = caught.value
    assert (conflict.mine.paths, conflict.theirs.paths) == (("vcpu",), ("title",))
    assert conflict.base is base
    assert conflict.my_document.vcpus == 3
    assert conflict.their_document.title == "theirs"
    publisher.flush()
    assert off.document(inactive=True).vcpus != 3


def test_a_text_without_uuid_is_that_of_the_machine(off):
    text = off.xml(inactive=True, secure=True).replace(f"<uuid>{off.uuid}</uuid>", "")
    assert not off.edit().replace(text).changes
    with pytest.raises(InvalidDefinition, match="cannot be read"):
        off.edit().replace("<domain>")


def test_a_driver_without_capabilities_narrows_nothing(a_connection, off):
    assert a_connection.domain_capabilities(off.document()) is None
