"""qemu+ssh to an sshd of the test's own: host keys, keys, passwords, questions, and who is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvirt_jupyter.hypervisor import (
    AccessDenied,
    ConnectionFailed,
    ConnectionLost,
    ConnectionState,
    InvalidDefinition,
    action_log,
    connect,
    connection_to,
)
from qvirt_jupyter.widgets.connections.sign_in import SignIn
from qvirt_jupyter.widgets.questions import Answer, QuestionBoard

pytestmark = pytest.mark.qemu


@pytest.fixture
def answers():
    """Answers by kind of question, and what was asked."""

    class Answers:
        def __init__(self):
            self.by_kind = {}
            self.asked = []

        def __call__(self, requests):
            self.asked.extend(requests)
            found = [self.by_kind.get(request.kind) for request in requests]
            return None if None in found else found

    return Answers()


def refused(uri, credentials=None, kind=AccessDenied):
    """Try to open, and return the error."""
    connection = connection_to(uri, credentials=credentials)
    connection.credentials = credentials
    with pytest.raises(kind) as caught:
        connection.open().result(60)
    assert connection.state is ConnectionState.FAILED
    assert connection.error is caught.value
    connection.close()
    return caught.value


def test_the_right_key_and_a_known_host_ask_nothing(an_sshd, answers):
    connection = connect(an_sshd.uri(), credentials=answers)
    try:
        assert connection.state is ConnectionState.CONNECTED
        assert answers.asked == []
        assert connection.label == "QEMU/KVM user session: 127.0.0.1"
        assert not connection.features.open_graphics_fd
        assert "local socket" in connection.features.reason("open_graphics_fd")
        assert connection.features.streams
        machine = connection.domains.define(
            "<domain type='qemu'><name>far</name><memory unit='MiB'>64</memory>"
            "<os><type arch='x86_64'>hvm</type></os></domain>"
        )
        assert machine.record.name == "far"
        machine.undefine()
    finally:
        connection.close()


def test_an_unknown_host_key_is_never_accepted_silently(an_sshd):
    an_sshd.forget_host()
    error = refused(an_sshd.uri())
    assert "host key of 127.0.0.1 is not known" in error.reason
    assert "fingerprint" in error.next_step
    assert "SHA256:" in error.details
    assert "Host key verification failed" in error.details
    assert not error.cancelled
    assert an_sshd.known_hosts.read_text() == ""


def test_an_unknown_host_key_can_be_accepted(an_sshd, answers):
    an_sshd.forget_host()
    answers.by_kind["host_key"] = "yes"
    connect(an_sshd.uri(), credentials=answers).close()
    (question,) = answers.asked
    assert question.kind == "host_key"
    assert "SHA256:" in question.prompt
    assert not question.secret
    assert an_sshd.known_hosts.read_text()


def test_the_question_can_be_cancelled(an_sshd, answers):
    an_sshd.forget_host()
    error = refused(an_sshd.uri(), answers)
    assert error.cancelled
    assert answers.asked[0].kind == "host_key"


def test_a_changed_host_key_is_refused_whatever_is_answered(an_sshd, answers):
    an_sshd.know_host("otherhost")
    answers.by_kind["host_key"] = "yes"
    error = refused(an_sshd.uri(), answers)
    assert "not the one that is known" in error.reason
    assert "ssh-keygen -R" in error.next_step


def test_a_refused_key(an_sshd):
    error = refused(an_sshd.uri(key=an_sshd.other_key))
    assert "does not let you in" in error.reason
    assert "ssh-copy-id" in error.next_step
    assert "Permission denied" in error.details


def test_a_wrong_password(an_sshd, answers):
    answers.by_kind["password"] = "wrong-password"  # noqa: S105 - it is wrong
    error = refused(an_sshd.uri(password=True), answers)
    assert "refused the key or the password" in error.reason
    assert all(question.secret for question in answers.asked)
    assert "wrong-password" not in str(error) + error.details
    assert all("wrong-password" not in entry.code + entry.error for entry in action_log.entries)


def test_a_locked_key_asks_for_its_passphrase(an_sshd, answers):
    answers.by_kind["passphrase"] = an_sshd.passphrase
    connect(an_sshd.uri(key=an_sshd.locked_key), credentials=answers).close()
    assert [question.kind for question in answers.asked] == ["passphrase"]
    assert answers.asked[0].secret


def test_the_panel_asks_again_until_the_passphrase_is_right(an_sshd, wait_until):
    """What a person does who mistypes it once."""
    board = QuestionBoard()
    connection = connection_to(an_sshd.uri(key=an_sshd.locked_key))
    connection.credentials = SignIn(connection, board)
    asked = []
    with board.subscribe(lambda: None):
        job = connection.open()
        for passphrase in ("mistyped", an_sshd.passphrase):
            ((key, question),) = wait_until(lambda: board.questions)
            asked.append(question)
            board.answer(key, Answer({"0": passphrase}))
        job.result(60)
    assert connection.is_connected
    connection.close()
    first, second = asked
    assert "passphrase" in first.fields[0].label
    assert first.fields[0].secret
    assert "not accepted" not in str(first.text)
    assert "not accepted" in str(second.text)


def test_a_host_that_ends_the_sign_in_says_so(an_sshd):
    """Who takes longer for an answer than the host waits."""

    def go_away(_requests):
        an_sshd.hang_up()
        return [an_sshd.passphrase]

    error = refused(an_sshd.uri(key=an_sshd.locked_key), go_away, ConnectionFailed)
    assert "before the sign-in was done" in error.reason


def test_a_second_connection_goes_through_the_first(an_sshd, answers):
    answers.by_kind["passphrase"] = an_sshd.passphrase
    before = an_sshd.log.count("Accepted publickey")
    uri = an_sshd.uri(key=an_sshd.locked_key)
    with (
        connect(uri, credentials=answers) as first,
        connect(uri, read_only=True, credentials=answers) as second,
    ):
        assert first.domains.names == second.domains.names
        # Nor does one ask that comes back.
        first.close()
        first.open().result(30)
    assert [question.kind for question in answers.asked] == ["passphrase"]
    assert an_sshd.log.count("Accepted publickey") == before + 1


def test_what_the_user_has_set_for_a_host_counts(an_sshd):
    uri = an_sshd.uri()
    command = Path(connection_to(uri).parts.parameters["command"])
    command.write_text(command.read_text().replace('"$@"', '-o ControlPath=none "$@"'))
    before = an_sshd.log.count("Accepted publickey")
    with connect(uri), connect(uri, read_only=True):
        assert an_sshd.log.count("Accepted publickey") == before + 2


def test_a_connection_that_is_cut_comes_back(an_sshd, wait_until):
    with connect(an_sshd.uri()) as connection:
        machine = connection.domains.define(
            "<domain type='qemu'><name>far</name><memory unit='MiB'>64</memory>"
            "<os><type arch='x86_64'>hvm</type></os></domain>"
        )
        an_sshd.cut()
        try:
            wait_until(lambda: connection.state is ConnectionState.RECONNECTING)
            with pytest.raises(ConnectionLost, match="tried again"):
                machine.start()
        finally:
            an_sshd.start()
        wait_until(lambda: connection.state is ConnectionState.CONNECTED)
        assert connection.error is None
        assert [record.name for record in connection.inventory.snapshot().domains] == ["far"]
        machine.undefine()


def test_a_closed_port():
    error = refused("qemu+ssh://127.0.0.1:1/system", kind=ConnectionFailed)
    assert "No SSH server listens on port 1" in error.reason


def test_a_host_that_does_not_exist():
    error = refused("qemu+ssh://no-such-host.invalid/system", kind=ConnectionFailed)
    assert "no host with the name no-such-host.invalid" in error.reason


@pytest.mark.skipif(
    Path("/run/libvirt/libvirt-sock").exists(), reason="this machine has a system daemon"
)
def test_no_libvirt_over_there(an_sshd):
    error = refused(an_sshd.uri("/system"), kind=ConnectionFailed)
    assert "libvirt service" in error.reason
    assert "systemctl" in error.next_step


def test_a_uri_that_would_accept_any_host_key(an_sshd):
    with pytest.raises(InvalidDefinition, match="no_verify"):
        connect(an_sshd.uri() + "&no_verify=1")
