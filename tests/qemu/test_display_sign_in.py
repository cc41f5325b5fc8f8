"""Questions of ssh on the way to a screen: what the panel asks, and what becomes of each answer.

The connection is open, and then nothing of it is shared any more and ssh's settings are others: so
the screen has to sign in by itself.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from a_console_host import MACHINE

from qvirt_jupyter.console.display_routes import route
from qvirt_jupyter.console.display_service import service
from qvirt_jupyter.hypervisor import AccessDenied, action_log, connection_to
from qvirt_jupyter.hypervisor.ssh import sharing as ssh_sharing
from qvirt_jupyter.widgets.connections.sign_in import SignIn
from qvirt_jupyter.widgets.questions import Answer, QuestionBoard

pytestmark = pytest.mark.qemu

LOOPBACK = (
    "<graphics type='vnc' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>"
)
PASSWORD = "wrong-password"  # noqa: S105 - it is


class Panel:
    """A machine on another host, and who looks at its console."""

    def __init__(self, sshd, machine, board):
        self.sshd, self.machine, self.board = sshd, machine, board
        self.asked = []

    def sign_in_by(self, *, key=None, password=False):
        """Have the next sign-in take another way, and share none that there was."""
        script = self.sshd.folder / f"ssh-{self.sshd.key.name}"
        self.sshd.uri(key=key, password=password)
        other = f"ssh-{(key or self.sshd.key).name}{'-password' * password}"
        script.write_text((self.sshd.folder / other).read_text())
        for shared in Path(ssh_sharing.control_folder()).iterdir():
            shared.unlink(missing_ok=True)

    def open(self, *answers):
        """Open the console, and answer what is asked in turn; None cancels."""
        with ThreadPoolExecutor(1) as pool, self.board.subscribe(lambda: None):
            found = pool.submit(lambda: route(self.machine, self.machine.displays()[0]))
            left = list(answers)
            end = time.monotonic() + 180
            while not found.done():
                assert time.monotonic() < end, f"not done; asked so far: {self.asked}"
                for key, question in self.board.questions:
                    self.asked.append(question)
                    answer = left.pop(0) if left else None
                    self.board.answer(key, None if answer is None else Answer({"0": answer}))
                time.sleep(0.02)
            return found.result()


@pytest.fixture
def a_panel(an_sshd):
    board = QuestionBoard()
    connection = connection_to(an_sshd.uri())
    connection.credentials = SignIn(connection, board)
    connection.open().result(60)
    machine = connection.domains.define(MACHINE.format(name="web", displays=LOOPBACK))
    machine.start()
    panel = Panel(an_sshd, machine, board)
    yield panel
    service.close()
    machine.destroy()
    machine.undefine()
    connection.close()


def test_a_passphrase_is_asked_in_the_panel_and_the_screen_opens(a_panel):
    a_panel.sign_in_by(key=a_panel.sshd.locked_key)
    a_panel.open("mistyped", a_panel.sshd.passphrase).close()
    first, second = a_panel.asked
    assert "passphrase" in first.fields[0].label
    assert first.fields[0].secret
    assert "not accepted" in str(second.text)
    # It is shared from now on: nothing is asked again.
    a_panel.open().close()
    assert len(a_panel.asked) == 2


def test_who_cancels_is_not_asked_again_and_told_so(a_panel):
    a_panel.sign_in_by(key=a_panel.sshd.locked_key)
    with pytest.raises(AccessDenied) as caught:
        a_panel.open(None)
    assert caught.value.cancelled
    assert len(a_panel.asked) == 1
    # The console can be opened again.
    a_panel.open(a_panel.sshd.passphrase).close()


def test_a_wrong_password_is_named_and_is_in_no_word_of_it(a_panel):
    a_panel.sign_in_by(password=True)
    with pytest.raises(AccessDenied, match="refused the key or the password") as caught:
        a_panel.open(PASSWORD, PASSWORD, PASSWORD, PASSWORD)
    assert not caught.value.cancelled
    assert all(question.fields[0].secret for question in a_panel.asked)
    assert len(a_panel.asked) == 3, "as often as ssh asks"
    assert PASSWORD not in str(caught.value) + caught.value.details + repr(a_panel.asked)
    assert all(PASSWORD not in entry.code + entry.error for entry in action_log.entries)


def test_an_unknown_host_key_is_asked_about(a_panel):
    a_panel.sign_in_by()
    a_panel.sshd.forget_host()
    with pytest.raises(AccessDenied) as caught:
        a_panel.open(None)
    assert caught.value.cancelled
    assert a_panel.sshd.known_hosts.read_text() == ""
    a_panel.open("yes").close()
    assert "SHA256:" in repr(a_panel.asked[-1])
    assert a_panel.sshd.known_hosts.read_text()


def test_a_changed_host_key_is_refused_and_nobody_is_asked(a_panel):
    a_panel.sign_in_by()
    a_panel.sshd.know_host("otherhost")
    with pytest.raises(AccessDenied, match="not the one that is known") as caught:
        a_panel.open("yes", "yes")
    assert a_panel.asked == []
    assert "ssh-keygen -R" in caught.value.next_step


def test_a_mouse_asks_as_its_screen_does(a_panel):
    a_panel.sign_in_by(key=a_panel.sshd.locked_key)
    with a_panel.board.subscribe(lambda: None):
        job = a_panel.machine.mouse.submit.click(1, 1)
        end = time.monotonic() + 180
        while not a_panel.board.questions:
            assert time.monotonic() < end, "nothing is asked"
            time.sleep(0.02)
        ((key, _question),) = a_panel.board.questions
        a_panel.board.answer(key, None)
        with pytest.raises(AccessDenied) as caught:
            job.result(60)
    assert caught.value.cancelled
