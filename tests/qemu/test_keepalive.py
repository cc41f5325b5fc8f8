"""A daemon that hangs without closing its socket: the keepalive finds out."""

from __future__ import annotations

import signal

import a_libvirtd
import pytest

from qvirt_jupyter.hypervisor import ConnectionState, connect, opening

pytestmark = pytest.mark.qemu


@pytest.fixture
def a_daemon():
    """A daemon that may be made to hang."""
    if reason := a_libvirtd.missing():
        pytest.skip(reason)
    daemon = a_libvirtd.a_session()
    yield daemon
    daemon.signal(signal.SIGCONT)
    daemon.stop()


def test_the_defaults_are_those_of_virt_manager():
    assert (opening.KEEPALIVE, opening.MISSED) == (20, 1)


def test_a_daemon_that_hangs_is_lost_and_found_again(a_daemon, monkeypatch, wait_until):
    monkeypatch.setattr(opening, "KEEPALIVE", 1)
    with connect(a_daemon.uri) as connection:
        a_daemon.signal(signal.SIGSTOP)
        wait_until(lambda: connection.state is ConnectionState.RECONNECTING, 20)
        assert "tried again" in str(connection.error)
        a_daemon.signal(signal.SIGCONT)
        wait_until(lambda: connection.state is ConnectionState.CONNECTED, 30)
