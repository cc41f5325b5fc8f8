"""Calls without an answer: they are named, all else goes on, and nothing is lost by them."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import threading
import time

import a_libvirtd
import pytest
from a_port import a_free_port
from in_time import until

from qvirt_jupyter.hypervisor import (
    ConnectionLost,
    ConnectionState,
    DomainState,
    JobState,
    calls_under_way,
    connect,
    jobs,
    publisher,
)
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.connections.notice import connection_notice
from qvirt_jupyter.widgets.notices import NoticeButton

pytestmark = pytest.mark.qemu

MACHINE = """
<domain type='qemu'>
  <name>{name}</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
</domain>
"""
CONNECT = NoticeButton("Connect", lambda _client: None)


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch):
    monkeypatch.setattr(calls_under_way, "PATIENCE", 0.5)
    monkeypatch.setattr(calls_under_way, "LOOK", 0.1)


@pytest.fixture
def a_daemon():
    """A daemon that may be made to hang; what it started is ended even then."""
    if reason := a_libvirtd.missing():
        pytest.skip(reason)
    with _daemon() as daemon:
        yield daemon


@contextlib.contextmanager
def _daemon(**options):
    daemon = a_libvirtd.a_session(**options)
    try:
        yield daemon
    finally:
        daemon.signal(signal.SIGCONT)
        daemon.stop()


@pytest.fixture
def a_connection(a_daemon):
    """An open connection that measures, as a panel that is looked at has it do."""
    connection = connect(a_daemon.uri)
    with connection.stats.watch():
        yield connection
    a_daemon.signal(signal.SIGCONT)
    connection.close()


def test_a_daemon_that_hangs_is_named_and_what_was_asked_is_done_later(
    a_daemon, a_connection, wait_until
):
    machine = a_connection.domains.define(MACHINE.format(name="patient"))
    machine.start()
    a_daemon.signal(signal.SIGSTOP)
    job = machine.submit.suspend()
    wait_until(lambda: "No answer from the host for 1" in job.phase)
    slow = wait_until(lambda: [call for call in a_connection.slow_calls if call.action])[0]
    assert (slow.action, slow.subject.name) == ("Pause patient", "patient")
    assert slow.what.startswith("vir")
    notice = connection_notice(a_connection, CONNECT)
    assert notice.level == "warning"
    assert "No answer to" in str(notice.text)
    assert f"patient: {slow.what}" in notice.details
    # The rest goes on: other hosts, and whoever asks again is not in the way.
    with connect("test:///default") as other:
        assert other.domains["test"].state is DomainState.RUNNING
    assert a_connection.state is ConnectionState.CONNECTED
    a_daemon.signal(signal.SIGCONT)
    job.result(90)
    assert machine.state is DomainState.PAUSED
    wait_until(lambda: not a_connection.slow_calls)
    assert connection_notice(a_connection, CONNECT) is None
    # Once, and not once more for the wait.
    assert [found.title for found in jobs.recent].count("Pause patient") == 1


def test_a_connection_that_hangs_can_be_closed_and_opened_again(a_daemon, a_connection, wait_until):
    machine = a_connection.domains.define(MACHINE.format(name="patient"))
    a_daemon.signal(signal.SIGSTOP)
    job = machine.submit.start()
    wait_until(lambda: job.phase)
    began = time.monotonic()
    a_connection.close()
    # It would hang for as long as the daemon does.
    assert time.monotonic() - began < 60
    with pytest.raises(ConnectionLost, match="may have been done"):
        job.result(90)
    a_daemon.signal(signal.SIGCONT)
    a_connection.open().result(90)
    assert machine.state in {DomainState.RUNNING, DomainState.SHUTOFF}


def test_a_machine_that_hangs_holds_up_no_other(a_daemon, a_connection, wait_until):
    hanging, other = (
        a_connection.domains.define(MACHINE.format(name=name)) for name in ("hanging", "other")
    )
    hanging.start()
    (file,) = a_libvirtd.files_below(a_daemon.folder, "hanging.pid")
    process = int(file.read_text())
    os.kill(process, signal.SIGSTOP)
    try:
        job = hanging.submit.suspend()
        wait_until(lambda: job.phase)
        other.start()
        other.suspend()
        assert other.state is DomainState.PAUSED
        assert other.record.state is DomainState.PAUSED
        assert job.state is JobState.RUNNING
        assert "hanging" in {call.subject.name for call in a_connection.slow_calls}
    finally:
        os.kill(process, signal.SIGCONT)
    job.result(90)
    assert hanging.state is DomainState.PAUSED


def test_a_second_click_while_the_first_waits_is_no_second_wish(a_daemon, a_connection, wait_until):
    machine = a_connection.domains.define(MACHINE.format(name="eager"))
    machine.start()
    panel = vm_panel(machine)
    try:
        wait_until(lambda: publisher.flush() and panel._head.shown["state"] == "running")
        a_daemon.signal(signal.SIGSTOP)
        for _time in range(3):
            panel._head._handle_custom_msg(
                {"type": "press", "id": "suspend", "client": "window-1"}, []
            )
        wait_until(lambda: "eager" in {call.subject.name for call in a_connection.slow_calls})
        a_daemon.signal(signal.SIGCONT)
        wait_until(lambda: publisher.flush() and panel._head.shown["state"] == "paused")
        assert [found.title for found in jobs.recent].count("Pause eager") == 1
        assert panel._notices.notices == ()
    finally:
        panel.close()


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Cable:
    """Passes bytes between a port and another, until it is cut: then nobody hears anything."""

    def __init__(self, target, port=0):
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self._sockets = []
        self._ends = selectors.DefaultSelector()
        self._ends.register(self._listener, selectors.EVENT_READ)
        self._is_cut = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._is_cut.is_set():
            for key, _events in self._ends.select(0.1):
                if key.data is None:
                    here, _address = self._listener.accept()
                    there = socket.create_connection(("127.0.0.1", self._target))
                    self._sockets += (here, there)
                    self._ends.register(here, selectors.EVENT_READ, there)
                    self._ends.register(there, selectors.EVENT_READ, here)
                elif data := self._heard(key.fileobj):
                    with contextlib.suppress(OSError):  # who has gone hears nothing more
                        key.data.sendall(data)
                else:
                    self._ends.unregister(key.fileobj)

    @staticmethod
    def _heard(end):
        with contextlib.suppress(ConnectionError):
            return end.recv(65536)
        return b""

    def cut(self):
        """Pass nothing on, and take nobody new; what was connected hears of no end."""
        self._is_cut.set()
        self._thread.join()
        self._listener.close()

    def remove(self):
        """Cut it where it is not, and close both its ends."""
        if not self._is_cut.is_set():
            self.cut()
        self._ends.close()
        for end in self._sockets:
            end.close()


def test_a_host_that_is_cut_off_is_lost_and_found_again(wait_until):
    if reason := a_libvirtd.missing():
        pytest.skip(reason)
    port = a_free_port()
    settings = f'listen_tls = 0\nlisten_tcp = 1\ntcp_port = "{port}"\nauth_tcp = "none"\n'
    with _daemon(settings=settings, arguments=("--listen",)):
        # Its unix socket answers a moment before.
        until(lambda: listens(port))
        cable = Cable(port)
        cables = [cable]
        connection = connect(f"qemu+tcp://127.0.0.1:{cable.port}/session")
        try:
            with connection.stats.watch():
                cable.cut()
                wait_until(lambda: connection.state is ConnectionState.RECONNECTING, 180)
                cables.append(Cable(port, cable.port))
                wait_until(lambda: connection.state is ConnectionState.CONNECTED, 180)
        finally:
            connection.close()
            for cable in cables:
                cable.remove()
