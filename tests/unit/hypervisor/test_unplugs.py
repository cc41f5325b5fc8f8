"""What guests were asked to let go of, and what they answered."""

from __future__ import annotations

import threading

import pytest

from qvirt_jupyter.hypervisor.editing.unplugs import Unplug, Unplugs

UUID = "11111111-1111-4111-8111-111111111101"
DISK = Unplug("virtio-disk1", "devices/disk[vdb]", "VirtIO disk 2", 1.0)


@pytest.fixture
def unplugs():
    asked = Unplugs()
    asked.ask(UUID, DISK)
    return asked


def test_it_is_open_until_the_guest_answers(unplugs):
    assert unplugs.of(UUID) == (DISK,)
    assert unplugs.wait(UUID, DISK.alias, 0) == "none"
    unplugs.answer(UUID, DISK.alias, gone=True)
    assert unplugs.of(UUID) == ()
    assert unplugs.wait(UUID, DISK.alias, 0) == "gone"


def test_a_guest_that_refuses_may_be_asked_again(unplugs):
    unplugs.answer(UUID, DISK.alias, gone=False)
    assert unplugs.wait(UUID, DISK.alias, 0) == "refused"
    assert unplugs.find(UUID, DISK.alias).refused
    unplugs.ask(UUID, DISK)
    assert not unplugs.find(UUID, DISK.alias).refused


def test_what_nobody_asked_for_is_no_answer(unplugs):
    unplugs.answer(UUID, "net0", gone=True)
    unplugs.answer("another", DISK.alias, gone=False)
    assert unplugs.of(UUID) == (DISK,)
    assert unplugs.of("another") == ()


def test_a_machine_that_stops_has_let_go_of_all(unplugs):
    unplugs.ask("another", DISK)
    unplugs.forget(UUID)
    assert unplugs.of(UUID) == ()
    assert unplugs.of("another") == (DISK,)


def test_who_waits_is_woken_by_the_answer(unplugs):
    answers = []
    waiting = threading.Thread(
        target=lambda: answers.append(unplugs.wait(UUID, DISK.alias, 60)), daemon=True
    )
    waiting.start()
    unplugs.answer(UUID, DISK.alias, gone=True)
    waiting.join(30)
    assert answers == ["gone"]
