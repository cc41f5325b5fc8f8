"""Clicks on a screen of another host that has a password: where it comes from, and where it stays.

That a click gets as far as the tablet shows that it is through: the firmware has no driver for it.
"""

from __future__ import annotations

import json
import traceback

import libvirt_qemu
import pytest
from a_console_host import MACHINE

from qvirt_jupyter.hypervisor import AccessDenied, Unsupported, action_log, connect
from qvirt_jupyter.hypervisor.screen import display_passwords as known_passwords
from qvirt_jupyter.hypervisor.screen import display_sign_in
from qvirt_jupyter.hypervisor.screen.display_passwords import DisplayPasswords

pytestmark = pytest.mark.qemu

LOCKED = (
    "<graphics type='vnc' passwd='qz-wrote' autoport='yes'>"
    "<listen type='address' address='127.0.0.1'/></graphics>"
)
WORDS = {"qz-wrote", "qz-chang", "qz-mist"}
"""Nobody else writes these: the log of actions is one a process."""


class Person:
    """Who is asked for passwords, and what they say in turn; None cancels."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def __call__(self, requests):
        self.asked.extend(requests)
        answer = self.answers.pop(0)
        return None if answer is None else [answer]


@pytest.fixture
def a_machine(an_sshd, monkeypatch):
    """A function that starts one whose display has a password, seen from another host."""
    monkeypatch.setattr(display_sign_in, "display_passwords", DisplayPasswords())
    ends = []

    def start(credentials=None):
        connection = connect(an_sshd.uri())
        # One object serves all tests of this host: nobody of an earlier one is to answer.
        connection.credentials = credentials
        machine = connection.domains.define(MACHINE.format(name="web", displays=LOCKED))
        ends.extend((connection.close, machine.undefine))
        machine.start()
        ends.append(machine.destroy)
        return machine

    yield start
    while ends:
        ends.pop()()


def change_password(machine, password):
    """Give the display a password that no definition has."""
    command = {
        "execute": "set_password",
        "arguments": {"protocol": "vnc", "password": password},
    }

    def send(connection):
        domain = connection.lookupByUUIDString(machine.uuid)
        return libvirt_qemu.qemuMonitorCommand(domain, json.dumps(command), 0)

    assert "error" not in json.loads(machine.connection.call(send))


def click(machine):
    with pytest.raises(Unsupported, match="does not use the tablet"):
        machine.mouse.click(1, 1)


def test_the_password_of_the_definition_lets_it_in(a_machine):
    machine = a_machine()
    click(machine)
    click(machine)


def test_another_password_is_asked_for_until_it_is_right_and_then_no_more(a_machine):
    person = Person(["qz-mist", "qz-chang"])
    machine = a_machine(person)
    change_password(machine, "qz-chang")
    click(machine)
    first, second = person.asked
    assert first.secret
    assert first.kept
    assert "web" in first.prompt
    assert (first.again, second.again) == (False, True)
    click(machine)
    assert len(person.asked) == 2
    # It is the kernel's, and in nothing that is shown, logged or saved.
    said = repr(action_log.entries) + repr(machine.mouse) + repr(machine.mouse.submit)
    assert not [word for word in WORDS if word in said]
    assert "qz-chang" not in repr(vars(display_sign_in.display_passwords))
    # One that was right is no more when another one is set.
    change_password(machine, "qz-wrote")
    click(machine)
    assert len(person.asked) == 2


def test_who_does_not_know_it_is_told_so_after_three_attempts(a_machine):
    person = Person(["qz-mist"] * 4)
    machine = a_machine(person)
    change_password(machine, "qz-chang")
    with pytest.raises(AccessDenied, match="does not accept the password") as caught:
        machine.mouse.click(1, 1)
    assert len(person.asked) == 3
    assert not caught.value.cancelled
    words = str(caught.value) + caught.value.details + repr(person.asked)
    words += "".join(traceback.format_exception(caught.value))
    words += repr(action_log.entries)
    assert not [word for word in WORDS if word in words]
    person.answers[:] = [None]
    with pytest.raises(AccessDenied) as caught:
        machine.mouse.click(1, 1)
    assert caught.value.cancelled


def test_where_nobody_can_be_asked_the_next_step_is_named(a_machine):
    machine = a_machine()
    change_password(machine, "qz-chang")
    with pytest.raises(AccessDenied, match="nobody was there to answer") as caught:
        machine.mouse.click(1, 1)
    assert "connect() credentials" in caught.value.next_step


def test_what_the_console_remembers_serves_the_mouse(a_machine):
    machine = a_machine()
    change_password(machine, "qz-chang")
    place = (machine.connection.uri, machine.uuid, 0)
    display_sign_in.display_passwords.remember(*place, "", "qz-chang")
    click(machine)
    assert known_passwords.display_passwords is not display_sign_in.display_passwords


def test_who_may_not_read_secrets_is_asked(a_machine, monkeypatch):
    def refuse(*_arguments):
        raise AccessDenied("By the policy of the host.")

    person = Person(["qz-wrote"])
    machine = a_machine(person)
    monkeypatch.setattr(display_sign_in, "password_in_definition", refuse)
    click(machine)
    assert len(person.asked) == 1
