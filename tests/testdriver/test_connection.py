"""Connections on the test driver: one for each URI, the gate, the threads, open and close."""

from __future__ import annotations

import asyncio
import threading
import time

import libvirt
import pytest

from qvirt_jupyter.hypervisor import (
    ConnectionFailed,
    ConnectionLost,
    ConnectionState,
    InvalidDefinition,
    JobState,
    NotFound,
    Subject,
    Unsupported,
    action_log,
    connect,
    connection_to,
    connections,
    event_loop,
    publisher,
)
from qvirt_jupyter.hypervisor.pool import is_pool_thread


def test_one_connection_for_each_uri(a_connection):
    assert connect(a_connection.uri) is a_connection
    assert connection_to(a_connection.uri) is a_connection
    assert a_connection in connections()
    other = connect(a_connection.uri, read_only=True)
    try:
        assert other is not a_connection
        assert other.code.endswith(", read_only=True)")
    finally:
        other.close()
    assert other not in connections()


def test_what_it_says_of_itself(a_connection):
    assert a_connection.state is ConnectionState.CONNECTED
    assert a_connection.error is None
    assert a_connection.label == "Test driver machines.xml"
    assert a_connection.host.hypervisor == "TEST"
    assert a_connection.host.cpus > 0
    assert a_connection.host.memory > 1024
    assert a_connection.hostname
    assert a_connection.versions.library.count(".") == 2
    assert a_connection.code == f"qvirt_jupyter.connect({a_connection.uri!r})"


def test_a_notebook_shows_it_as_a_table(a_connection):
    a_connection.label = "<b>lab</b>"
    shown = a_connection._repr_html_()
    assert "&lt;b&gt;lab&lt;/b&gt;" in shown
    assert "7 of 10 active" in shown
    assert "Connected" in shown
    assert a_connection.hostname in shown
    a_connection.close()
    closed = a_connection._repr_html_()
    assert "Closed" in closed
    assert "active" not in closed


def test_its_label_can_be_set(a_connection):
    heard = []
    with a_connection.observe(heard.append):
        a_connection.label = " My lab "
        publisher.flush()
    assert a_connection.label == "My lab"
    assert a_connection.subject == Subject("connection", "My lab", a_connection.uri)
    assert heard == [a_connection]
    a_connection.label = ""
    assert a_connection.label == "Test driver machines.xml"


def test_what_the_driver_cannot_do_has_a_reason(a_connection):
    features = a_connection.features
    assert features.write
    assert features.events
    assert features.managed_save
    assert features.screenshots
    for name in ("streams", "agent", "domain_capabilities", "open_graphics_fd"):
        assert not getattr(features, name)
        assert "driver" in features.reason(name)
    assert features.reason("events") == ""


def test_a_read_only_connection_says_what_it_cannot_do(a_driver_file):
    connection = connect(f"test://{a_driver_file}", read_only=True)
    try:
        assert not connection.features.write
        assert connection.features.reason("write") == "The connection is read-only."
        assert connection.features.reason("managed_save") == "The connection is read-only."
        assert len(connection.domains) > 0
    finally:
        connection.close()


def test_default_uri_of_the_environment(monkeypatch):
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", "test:///default")
    connection = connect()
    try:
        assert connection.uri == "test:///default"
        assert [record.name for record in connection.inventory.snapshot().domains] == ["test"]
    finally:
        connection.close()


# The gate.


def test_calls_run_in_the_pool_and_nested_ones_directly(a_connection):
    def outer(raw):
        assert is_pool_thread()
        here = threading.current_thread()
        return a_connection.call(lambda inner: (inner is raw, threading.current_thread() is here))

    assert a_connection.call(outer) == (True, True)


def test_errors_of_libvirt_become_ours_and_name_the_object(a_connection):
    subject = Subject("domain", "ghost", a_connection.uri)
    with pytest.raises(NotFound) as caught:
        a_connection.call(lambda raw: raw.lookupByName("ghost"), subject=subject)
    assert caught.value.subject is subject
    assert caught.value.code == libvirt.VIR_ERR_NO_DOMAIN
    assert "VIR_ERR_NO_DOMAIN" in caught.value.details
    assert isinstance(caught.value.__cause__, libvirt.libvirtError)
    with pytest.raises(Unsupported):
        a_connection.call(lambda raw: raw.listAllSecrets(0))


def test_an_error_of_ours_passes_unchanged(a_connection):
    with pytest.raises(ZeroDivisionError):
        a_connection.call(lambda _raw: 1 / 0)


def test_a_blocking_call_on_the_event_thread_is_refused(a_connection):
    caught = []
    done = threading.Event()

    def on_timer(_timer, _opaque):
        for function in (a_connection.close, lambda: a_connection.call(lambda raw: raw.getType())):
            try:
                function()
            except RuntimeError as error:
                caught.append(error)
        done.set()

    timer = libvirt.virEventAddTimeout(0, on_timer, None)
    try:
        assert done.wait(30)
    finally:
        libvirt.virEventRemoveTimeout(timer)
    assert len(caught) >= 2
    assert a_connection.is_connected


def test_calls_from_many_threads(a_connection):
    results = []

    def work():
        results.extend(len(a_connection.call(lambda raw: raw.listAllDomains(0))) for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(results) == 320
    assert len(set(results)) == 1


def test_an_error_that_looks_like_a_loss_is_asked_about(a_connection):
    error = libvirt.libvirtError("Cannot open file")
    error.err = (libvirt.VIR_ERR_SYSTEM_ERROR, 0, "Cannot open file", 2, "", None, None, -1, -1)

    def fail(_raw):
        raise error

    with pytest.raises(Exception, match="Cannot open file"):
        a_connection.call(fail)
    assert a_connection.is_connected


# Open and close.


def test_a_closed_connection_refuses_and_opens_again(a_connection):
    count = len(a_connection.domains)
    a_connection.close()
    assert a_connection.state is ConnectionState.CLOSED
    with pytest.raises(ConnectionLost, match="Connect again"):
        a_connection.domains.define("<domain/>")
    with pytest.raises(ConnectionLost):
        a_connection.call(lambda raw: raw.getType())
    assert a_connection.features.reason("write") == "Not connected."
    assert connect(a_connection.uri) is a_connection
    assert len(a_connection.domains) == count
    a_connection.close()
    a_connection.close()


def test_a_connection_is_announced_when_all_is_read(a_driver_file):
    connection = connection_to(f"test://{a_driver_file}")
    seen = []

    def look(observed):
        snapshot = observed.inventory.snapshot()
        seen.append((observed.state, len(snapshot.domains), len(snapshot.networks)))
        if observed.is_connected:
            assert all(record.xml_version for record in snapshot.domains)
            assert all(record.capability for record in snapshot.node_devices)

    with connection.observe(look):
        job = connection.open()
        assert connection.open() is job
        job.result(30)
        assert connection.is_connected
        publisher.flush()
    assert seen[-1][0] is ConnectionState.CONNECTED
    assert seen[-1][1] > 0
    assert connection.open().done()
    connection.close()


def test_an_open_can_be_awaited(a_driver_file):
    connection = connection_to(f"test://{a_driver_file}")

    async def main():
        await connection.open()
        return connection.state

    try:
        assert asyncio.run(main()) is ConnectionState.CONNECTED
    finally:
        connection.close()


def test_opening_is_in_the_log_once(a_driver_file):
    uri = f"test://{a_driver_file}"
    with connect(uri) as connection:
        connect(uri)
        # The entry is closed just after the waiting thread goes on.
        end = time.monotonic() + 30
        while action_log.entries[-1].duration is None and time.monotonic() < end:
            time.sleep(0.01)
        entries = [entry for entry in action_log.entries if entry.subject == connection.subject]
    (entry,) = entries
    assert entry.outcome is JobState.SUCCEEDED
    assert entry.code == f"qvirt_jupyter.connect({uri!r})"
    assert connection.state is ConnectionState.CLOSED


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InvalidDefinition, match=r"There is no file .*nothing.xml"):
        connect(f"test://{tmp_path}/nothing.xml")


def test_a_file_that_is_no_driver_file(tmp_path):
    file = tmp_path / "broken.xml"
    file.write_text("<node>")
    connection = connection_to(f"test://{file}")
    with pytest.raises(ConnectionFailed) as caught:
        connection.open().result(30)
    assert connection.state is ConnectionState.FAILED
    assert connection.error is caught.value
    assert caught.value.details
    assert caught.value.subject == connection.subject
    file.write_text("<node/>")
    connection.open().result(30)
    assert connection.state is ConnectionState.CONNECTED
    assert connection.error is None
    connection.close()


def test_no_uri_at_all():
    with pytest.raises(ValueError, match="not a connection URI"):
        connect("nonsense")


def test_closing_while_it_opens_leaves_nothing_behind(a_driver_file):
    connection = connection_to(f"test://{a_driver_file}")
    for _ in range(20):
        job = connection.open()
        connection.close()
        assert connection.state is ConnectionState.CLOSED
        while not job.done():
            time.sleep(0.01)
        assert job.state in {JobState.CANCELLED, JobState.SUCCEEDED}
        assert connection.state is ConnectionState.CLOSED
        assert len(connection.inventory.snapshot()) == 0


def test_close_ends_its_threads(a_driver_file):
    before = {thread.ident for thread in threading.enumerate()}
    connection = connect(f"test://{a_driver_file}")
    connection.stats.watch()
    connection.call(lambda raw: raw.getType())
    connection.close()
    event_loop.start()
    publisher.flush()
    # One that has nothing left to do may still be on its way out.
    end = time.monotonic() + 30
    while left := [
        thread.name
        for thread in threading.enumerate()
        if thread.ident not in before
        and thread.name not in {"qvirt-events", "qvirt-publisher", "qvirt-calls"}
    ]:
        assert time.monotonic() < end, left
        time.sleep(0.01)


def test_the_connection_of_libvirt_is_freed(a_connection):
    raw = a_connection.call(lambda raw: raw)
    a_connection.close()
    # virConnectClose says how many references are left; ours was the last.
    with pytest.raises(libvirt.libvirtError):
        raw.getType()
