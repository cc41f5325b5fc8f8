"""The dialog of USB devices: what can be ticked, what a tick does, and what is said of it."""

from __future__ import annotations

import a_host_with_usb
import pytest
from in_time import until

from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.widgets.consoles.usb_choice import UsbChoice
from qvirt_jupyter.widgets.notices import NoticeBoard
from qvirt_jupyter.widgets.questions import Answer, QuestionBoard


@pytest.fixture
def a_connection(tmp_path):
    connection = connect(a_host_with_usb.uri_of(tmp_path))
    yield connection
    connection.close()


@pytest.fixture
def machine(a_connection):
    machine = a_connection.domains["web"]
    machine.destroy()
    return machine


class Desk:
    """A dialog whose questions are answered here."""

    def __init__(self, domain):
        self.questions, self.notices = QuestionBoard(), NoticeBoard()
        self.choice = UsbChoice(domain, self.questions, self.notices)

    def asked(self):
        self.choice.open()
        return until(lambda: self.questions.questions)[0]

    def answer(self, key, *ticked):
        self.questions.answer(key, Answer(dict.fromkeys(ticked, "true")))

    def said(self, count=1):
        return until(lambda: len(self.notices.notices) >= count and self.notices.notices)


def test_it_says_who_has_which(machine):
    _key, question = Desk(machine).asked()
    assert str(question.title) == "USB devices for web"
    assert "It is off. What is ticked is there from its next start on." in str(question.text)
    camera, stick, twin = question.fields
    assert str(camera.label) == "001:004 Logi & Sons Camera, given to holder"
    assert str(camera.reason) == "holder has it and runs: detach it there first."
    assert (stick.value, str(stick.reason), stick.check) == ("", "", True)
    assert str(twin.label) == "001:009 Logi & Sons Stick"


def test_a_tick_gives_and_no_tick_takes_back(machine):
    desk = Desk(machine)
    key, _question = desk.asked()
    desk.answer(key, "usb_twin")
    (notice,) = desk.said()
    assert str(notice.text) == "The guest has it when it starts."
    assert [each.name for each in machine.usb if each.is_here] == ["usb_twin"]
    key, question = desk.asked()
    assert [field.value for field in question.fields] == ["", "", "true"]
    # One is taken back and another given, in one go.
    desk.answer(key, "usb_stick")
    until(lambda: [each.name for each in machine.usb if each.is_here] == ["usb_stick"])


def test_cancel_changes_nothing(machine):
    desk = Desk(machine)
    key, _question = desk.asked()
    desk.questions.answer(key, None)
    assert not [each for each in machine.usb if each.is_here]
    assert not desk.notices.notices


def test_it_is_asked_once_however_often_the_button_is_pressed(machine):
    desk = Desk(machine)
    desk.asked()
    desk.choice.open()
    assert len(desk.questions.questions) == 1
    assert desk.choice.button().description == "USB devices…"


def test_a_machine_without_a_controller_is_told_so(a_connection):
    _key, question = Desk(a_connection.domains["bare"]).asked()
    assert "It has no USB controller, and none can be plugged in while it runs." in str(
        question.text
    )


def test_what_libvirt_refuses_is_said_of_the_device(a_connection):
    # The test driver plugs nothing into what runs.
    web = a_connection.domains["web"]
    desk = Desk(web)
    key, _question = desk.asked()
    desk.answer(key, "usb_stick")
    (notice,) = desk.said()
    assert notice.level == "error"
    assert "Stick" in str(notice.title)
    assert not [each for each in web.usb if each.is_here]


def test_a_host_without_devices_says_so():
    with connect("test:///default") as connection:
        desk = Desk(connection.domains["test"])
        key, question = desk.asked()
        assert "has no USB device that guests can be given" in str(question.text)
        assert (str(question.yes), question.fields) == ("Look again", ())
        desk.answer(key)
        again, _question = until(lambda: desk.questions.questions)[0]
        assert again != key
        desk.questions.answer(again, None)


def test_a_read_only_connection_lets_nobody_tick(tmp_path):
    uri = a_host_with_usb.uri_of(tmp_path)
    with connect(uri, read_only=True) as connection:
        _key, question = Desk(connection.domains["web"]).asked()
        assert {str(field.reason) for field in question.fields} == {"The connection is read-only."}


def test_a_lost_machine_is_a_notice(machine):
    desk = Desk(machine)
    machine.connection.close()
    desk.choice.open()
    (notice,) = desk.said()
    assert notice.level == "error"
