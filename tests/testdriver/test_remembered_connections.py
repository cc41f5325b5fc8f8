"""Which connections the manager remembers: added, changed, kept or removed after a failure."""

from __future__ import annotations

import contextlib
import socket

import pytest
from a_manager import act, connection_rows, domains, press_bar, wait_for

import qvirt_jupyter
from qvirt_jupyter.hypervisor import RecordKey, connect, connection_to, publisher
from qvirt_jupyter.widgets.connections.dialog import ConnectionDialog
from qvirt_jupyter.widgets.connections.saved_connections import (
    SavedConnection,
    SavedConnections,
    saved_connections,
)
from qvirt_jupyter.widgets.fleet import fleet

pytestmark = pytest.mark.usefixtures("a_user_without_a_past")


@pytest.fixture
def a_wrong_uri(tmp_path):
    """One that cannot be opened, as the user typed it."""
    return f"qemu+unix:///session?socket={tmp_path}/no-daemon"


def a_dialog(panel):
    return wait_for(
        lambda: (
            next(iter(panel._dialog.children), None)
            if isinstance(next(iter(panel._dialog.children), None), ConnectionDialog)
            else None
        )
    )


def press(notice, label):
    labels = [str(button.label) for button in notice.buttons]
    fleet.notices.press(notice.key, labels.index(label), "")


def failed_at_first(uri):
    fleet.add(SavedConnection(uri))
    (notice,) = wait_for(lambda: fleet.notices.notices)
    assert "stay in the list" in str(notice.text)
    return notice


def test_a_new_connection_that_fails_can_be_removed(a_manager, a_wrong_uri):
    press(failed_at_first(a_wrong_uri), "Remove")
    assert wait_for(lambda: a_wrong_uri not in connection_rows(a_manager))
    assert saved_connections.get(a_wrong_uri) is None


def test_a_new_connection_that_fails_can_be_kept(a_manager, a_wrong_uri):
    press(failed_at_first(a_wrong_uri), "Keep")
    fleet.open(connection_to(a_wrong_uri))
    (notice,) = wait_for(lambda: fleet.notices.notices)
    assert [str(button.label) for button in notice.buttons] == ["Connect"]
    assert saved_connections.get(a_wrong_uri) is not None
    assert a_wrong_uri in connection_rows(a_manager)


def test_a_new_connection_that_fails_can_be_corrected(
    a_manager, a_wrong_uri, tmp_path, a_uri, a_driver_file
):
    right = tmp_path / "right.xml"
    right.write_bytes(a_driver_file.read_bytes())
    press(failed_at_first(a_wrong_uri), "Change…")
    dialog = a_dialog(a_manager)
    assert dialog.shown["title"] == "Change connection"
    dialog.edit("hypervisor", "custom")
    dialog.edit("custom_uri", f"test://{right}")
    assert dialog.submit()
    assert wait_for(lambda: len(domains(a_manager)) == 20)
    assert [saved.uri for saved in saved_connections.all] == [a_uri, f"test://{right}"]
    assert wait_for(lambda: a_wrong_uri not in connection_rows(a_manager))


def test_a_connection_that_was_open_once_is_not_doubted(a_manager, a_uri):
    fleet.add(SavedConnection(a_uri, "Lab"))
    assert fleet.notices.notices == ()
    assert len(connection_rows(a_manager)) == 1


def test_name_and_autoconnect_change_under_an_open_connection(a_manager, a_uri):
    act(a_manager, "change_connection", RecordKey("connection", a_uri, a_uri))
    dialog = a_dialog(a_manager)
    dialog.edit("label", "")
    dialog.edit("autoconnect", "false")
    assert dialog.submit()
    assert wait_for(lambda: saved_connections.all == (SavedConnection(a_uri),))
    assert wait_for(
        lambda: connection_rows(a_manager)[a_uri]["label"] == "Test driver machines.xml"
    )
    assert connection_to(a_uri).is_connected
    assert wait_for(lambda: not a_manager._dialog.children)


@pytest.mark.parametrize("news", ["early", "late"])
def test_a_connection_that_may_change_less_is_opened_anew(a_manager, a_uri, news, monkeypatch):
    if news == "early":
        replace = SavedConnections.replace

        def replace_and_tell(store, uri, connection):
            replace(store, uri, connection)
            publisher.flush()

        monkeypatch.setattr(SavedConnections, "replace", replace_and_tell)
    fleet.change(a_uri, SavedConnection(a_uri, "Lab", read_only=True))
    assert wait_for(lambda: connection_rows(a_manager)[a_uri]["read_only"])
    assert wait_for(lambda: len(domains(a_manager)) == 10)
    assert not connection_to(a_uri).is_connected
    connection_to(a_uri, read_only=True).close()


def test_who_adds_a_connection_again_with_other_rights_has_it_once(a_manager, a_uri):
    fleet.add(SavedConnection(a_uri, "Lab", read_only=True))
    assert wait_for(lambda: connection_rows(a_manager)[a_uri]["read_only"])
    assert wait_for(lambda: not connection_to(a_uri).is_connected)
    assert wait_for(lambda: len(domains(a_manager)) == 10)
    connection_to(a_uri, read_only=True).close()


def test_what_a_notebook_opened_can_be_remembered(a_manager, a_uri, tmp_path, a_driver_file):
    second = tmp_path / "second.xml"
    second.write_bytes(a_driver_file.read_bytes())
    uri = connect(f"test://{second}").uri
    row = wait_for(lambda: connection_rows(a_manager).get(uri))
    assert set(row["refused"]) == {"change_connection"}
    assert set(connection_rows(a_manager)[a_uri]["refused"]) == {"remember_connection"}
    act(a_manager, "remember_connection", RecordKey("connection", uri, uri))
    dialog = a_dialog(a_manager)
    assert dialog.shown["title"] == "Remember connection"
    assert dialog.submit()
    assert wait_for(lambda: saved_connections.get(uri) == SavedConnection(uri))
    row = wait_for(lambda: connection_rows(a_manager).get(uri))
    assert wait_for(
        lambda: set(connection_rows(a_manager)[uri]["refused"]) == {"remember_connection"}
    )
    assert connection_to(uri).is_connected


def test_an_open_connection_can_be_forgotten(a_manager, a_uri):
    act(a_manager, "remove_connection", RecordKey("connection", a_uri, a_uri))
    assert wait_for(lambda: a_uri not in connection_rows(a_manager))
    assert saved_connections.all == ()
    assert not connection_to(a_uri).is_connected


def test_what_was_forgotten_or_opened_by_a_notebook_is_offered_again(a_manager, a_uri, tmp_path):
    second = tmp_path / "second.xml"
    second.write_bytes((tmp_path / "machines.xml").read_bytes())
    uri = f"test://{second}"
    with connect(uri):
        assert wait_for(lambda: saved_connections.recent == (uri,))
    act(a_manager, "remove_connection", RecordKey("connection", a_uri, a_uri))
    assert wait_for(lambda: saved_connections.recent == (a_uri, uri))
    press_bar(a_manager, "add-connection")
    dialog = a_dialog(a_manager)
    field = next(each for each in dialog.shown["fields"] if each["name"] == "recent")
    assert [choice["value"] for choice in field["choices"]] == ["", a_uri, uri]
    assert field["shown"]
    dialog.edit("recent", a_uri)
    assert dialog.shown["note"]["text"] == a_uri
    assert dialog.submit()
    assert wait_for(lambda: saved_connections.get(a_uri) is not None)
    assert saved_connections.recent == (uri,)


def test_a_slip_of_the_pen_is_not_offered_again(a_manager, a_wrong_uri):
    press(failed_at_first(a_wrong_uri), "Remove")
    assert wait_for(lambda: a_wrong_uri not in connection_rows(a_manager))
    assert saved_connections.recent == ()


def test_a_uri_that_is_none_does_not_keep_the_manager_closed(a_uri):
    saved_connections.add(SavedConnection("nonsense", autoconnect=True))
    saved_connections.add(SavedConnection(a_uri, autoconnect=True))
    panel = qvirt_jupyter.manager()
    assert wait_for(lambda: len(domains(panel)) == 10)
    (notice,) = fleet.notices.notices
    assert "not a connection URI" in str(notice.text)
    panel.close()


@contextlib.contextmanager
def a_silent_host():
    """A service that takes a connection and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(30)
        yield listener, f"qemu+tcp://127.0.0.1:{listener.getsockname()[1]}/system"


@pytest.mark.parametrize("patience", [60.0, 0.2])
def test_other_hosts_are_opened_one_after_the_other(monkeypatch, patience):
    monkeypatch.setattr("qvirt_jupyter.widgets.connections.autoconnect.PATIENCE", patience)
    with a_silent_host() as (first, first_uri), a_silent_host() as (second, second_uri):
        for uri in (first_uri, second_uri):
            saved_connections.add(SavedConnection(uri, autoconnect=True))
        panel = qvirt_jupyter.manager()
        caller, _address = first.accept()
        if patience > 1:
            assert str(connection_to(second_uri).state.value) == "disconnected"
            caller.close()
        # That one failed, or does not answer: neither keeps the next from its turn.
        second.accept()[0].close()
        caller.close()
        assert wait_for(lambda: connection_rows(panel)[second_uri]["state"] == "failed")
        panel.close()
        for uri in (first_uri, second_uri):
            connection_to(uri).close()
