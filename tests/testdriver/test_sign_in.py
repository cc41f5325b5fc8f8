"""Questions of libvirt are answered in the panel: the test driver asks for a name and a password."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from a_fresh_store import make_fresh

from qvirt_jupyter.hypervisor import ConnectionState, action_log, connection_to, publisher
from qvirt_jupyter.hypervisor.opening.credentials import CredentialRequest
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
from qvirt_jupyter.widgets.fleet import Fleet
from qvirt_jupyter.widgets.questions import Answer

NAME, PASSWORD = "keeper", "open sesame"


@pytest.fixture
def a_locked_uri(a_driver_file):
    """A host of the test driver that lets in who knows name and password."""
    text = a_driver_file.read_text()
    users = f'<node><auth><user password="{PASSWORD}">{NAME}</user></auth>'
    a_driver_file.write_text(text.replace("<node>", users, 1))
    uri = f"test://{a_driver_file}"
    yield uri
    connection_to(uri).close()


@pytest.fixture
def a_fleet(monkeypatch):
    make_fresh(monkeypatch, saved_connections)
    fleet = Fleet()
    with fleet.subscribe(lambda: None):
        yield fleet


@pytest.fixture
def asked(a_fleet):
    """Wakes up whoever waits for a question to come or go."""
    changed = threading.Condition()

    def tell():
        with changed:
            changed.notify_all()

    def wait(count):
        with changed:
            assert changed.wait_for(lambda: len(a_fleet.questions.questions) == count, 15)
        return a_fleet.questions.questions

    with a_fleet.questions.subscribe(tell):
        yield wait


def answer(fleet, questions, text):
    ((key, question),) = questions
    fleet.questions.answer(key, Answer({question.fields[0].name: text}))
    return question


def wait_for_end(connection):
    over = threading.Event()
    with connection.observe(
        lambda found: found.state is not ConnectionState.CONNECTING and over.set()
    ):
        if connection.state is ConnectionState.CONNECTING:
            assert over.wait(30)
    publisher.flush()


def test_name_and_password_are_asked_in_the_panel(a_fleet, asked, a_locked_uri):
    connection = a_fleet.add(SavedConnection(a_locked_uri))
    name = answer(a_fleet, asked(1), NAME)
    assert "Test driver" in str(name.title)
    assert not name.fields[0].secret
    asked(0)
    password = answer(a_fleet, asked(1), PASSWORD)
    assert password.fields[0].secret
    wait_for_end(connection)
    assert connection.is_connected
    assert all(PASSWORD not in entry.code + str(entry.error) for entry in action_log.entries)
    assert PASSWORD not in saved_connections.path.read_text()


def test_a_wrong_password_is_said_and_a_cancel_is_not(a_fleet, asked, a_locked_uri):
    connection = a_fleet.add(SavedConnection(a_locked_uri))
    answer(a_fleet, asked(1), NAME)
    asked(0)
    answer(a_fleet, asked(1), "wrong")
    wait_for_end(connection)
    (notice,) = a_fleet.notices.notices
    assert "does not accept the user name or the password" in str(notice.text)
    a_fleet.open(connection)
    ((key, _question),) = asked(1)
    a_fleet.questions.answer(key, None)
    wait_for_end(connection)
    assert connection.state is ConnectionState.FAILED
    assert a_fleet.notices.notices == ()


def test_a_question_goes_with_the_attempt_that_asked_it(a_fleet, asked, a_locked_uri):
    connection = a_fleet.add(SavedConnection(a_locked_uri))
    asked(1)
    connection.close()
    asked(0)


def test_what_a_display_asks_for_says_that_it_is_kept(a_fleet, asked, a_locked_uri):
    connection = a_fleet.add(SavedConnection(a_locked_uri))
    answer(a_fleet, asked(1), NAME)
    asked(0)
    answer(a_fleet, asked(1), PASSWORD)
    wait_for_end(connection)
    request = CredentialRequest("password", "Password of the screen", secret=True, kept=True)
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(connection.credentials, [request])
        question = answer(a_fleet, asked(1), "secret")
        assert found.result(30) == ["secret"]
    assert "memory of this kernel" in str(question.text)
    assert question.fields[0].secret
