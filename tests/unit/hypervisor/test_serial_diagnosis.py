"""What is seen on a console instead of what is waited for, and what helps."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import DomainState, SerialState
from qvirt_jupyter.hypervisor.serial.diagnosis import obstacle, unfinished, unmatched


@pytest.mark.parametrize(
    ("line", "machine", "words"),
    [
        (SerialState.OFF, DomainState.SHUTOFF, "the machine is off Start it."),
        (SerialState.LOST, None, "there is no connection to the host See what"),
        (SerialState.OPEN, DomainState.PAUSED, "the machine is paused Resume it."),
    ],
)
def test_where_nothing_can_come_that_is_the_reason(line, machine, words):
    found = obstacle(line, machine)
    assert f"{found.seen} {found.next_step}".startswith(words)


@pytest.mark.parametrize("machine", [DomainState.RUNNING, None])
def test_where_something_may_come_there_is_no_obstacle(machine):
    assert obstacle(SerialState.OPEN, machine) is None


def test_a_command_that_goes_on_needs_time_and_no_other_console():
    silent, talking = unfinished("\n"), unfinished("begun\n\n")
    assert str(silent.seen) == "it still runs and has printed nothing"
    assert str(talking.seen) == "the last line was 'begun'"
    assert "interrupted" in str(silent.next_step)
    assert "console=" not in str(silent.next_step)


@pytest.mark.parametrize(
    ("text", "seen", "helps"),
    [
        ("", "nothing has come on the console since", "console=ttyS0"),
        ("Debian\nweb login: ", "the last line was 'web login: '", "login('root')"),
        ("Password: ", "the last line was 'Password: '", "asks for a password"),
        ("(END)", "the last line was '(END)'", "send('q')"),
        ("odd\n", "the last line was 'odd'", "print(vm.serial.text)"),
    ],
)
def test_the_last_line_says_what_helps(text, seen, helps):
    found = unmatched(text)
    assert str(found.seen) == seen
    assert helps in str(found.next_step)
