"""Connections to real daemons: every way in, a second client, and a daemon that dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from qvirt_jupyter.hypervisor import (
    ConnectionLost,
    ConnectionState,
    DomainState,
    connect,
    publisher,
)

pytestmark = pytest.mark.qemu

MACHINE = """
<domain type='qemu'>
  <name>{name}</name><title>{title}</title><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><graphics type='vnc'><listen type='none'/></graphics></devices>
</domain>
"""
LITERAL = """
import json, sys
from qvirt_jupyter.hypervisor import connect
connection = connect({uri!r})
print(json.dumps({{
    "uri": connection.uri, "label": connection.label, "state": connection.state.value,
    "names": [domain.name for domain in connection.domains],
    "features": [connection.features.open_graphics_fd, connection.features.agent],
}}))
connection.close()
"""


@pytest.fixture
def a_file(tmp_path):
    """A definition in a file, for virsh."""

    def write(name="second", title="From virsh"):
        file = tmp_path / f"{name}.xml"
        file.write_text(MACHINE.format(name=name, title=title))
        tmp_path.chmod(0o755)
        return str(file)

    return write


@pytest.fixture(params=["a_session_libvirtd", "a_system_libvirtd"])
def a_libvirtd(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def a_connection(a_libvirtd):
    connection = connect(a_libvirtd.uri)
    yield connection
    for domain in connection.domains:
        if domain.state.is_active:
            domain.destroy()
        domain.undefine()
    connection.close()


def find(connection, name):
    return next(
        (found for found in connection.inventory.snapshot().domains if found.name == name), None
    )


def test_a_unix_socket(a_connection, a_libvirtd):
    assert a_connection.state is ConnectionState.CONNECTED
    assert a_connection.host.hypervisor == "QEMU"
    assert a_connection.host.architecture == os.uname().machine
    assert a_connection.versions.hypervisor
    features = a_connection.features
    assert features.write
    assert features.events
    assert features.streams
    assert features.agent
    assert features.domain_capabilities
    assert features.open_graphics_fd
    assert features.bulk_statistics
    expected = "QEMU/KVM user session" if "session" in a_libvirtd.uri else "QEMU/KVM"
    assert a_connection.label == expected


def test_the_literal_uri(a_libvirtd):
    """``qemu:///system`` and ``qemu:///session``, where those are the test's own daemons."""
    probe = a_libvirtd.run(sys.executable, "-c", "import qvirt_jupyter")
    if probe.returncode != 0:
        pytest.skip(f"an ordinary user cannot read this checkout: {probe.stderr[-200:]}")
    found = json.loads(a_libvirtd.python(LITERAL.format(uri=a_libvirtd.inside)))
    assert found["uri"] == a_libvirtd.inside
    assert found["state"] == "connected"
    assert found["features"] == [True, True]


def test_a_read_only_connection(a_system_libvirtd):
    connection = connect(f"{a_system_libvirtd.uri}-ro", read_only=True)
    try:
        assert connection.state is ConnectionState.CONNECTED
        for name in ("write", "streams", "screenshots", "agent", "open_graphics_fd"):
            assert not getattr(connection.features, name)
            assert connection.features.reason(name) == "The connection is read-only."
    finally:
        connection.close()


def test_a_second_client_shows_up_by_its_events(
    a_connection, a_libvirtd, a_file, wait_until, monkeypatch
):
    for survey in ("POLL", "DRIFT"):
        monkeypatch.setattr(f"qvirt_jupyter.hypervisor.watcher.{survey}", 3600.0)
    batches = []
    virsh = a_libvirtd.virsh
    with a_connection.inventory.subscribe(batches.append):
        publisher.flush()
        batches.clear()
        virsh("define", a_file())
        record = wait_until(lambda: find(a_connection, "second"))
        assert record.title == "From virsh"
        assert record.state is DomainState.SHUTOFF
        assert record.displays[0].listen == "none"

        before = time.time()
        virsh("start", "second")
        wait_until(lambda: find(a_connection, "second").state is DomainState.RUNNING)
        assert before - 5 < find(a_connection, "second").started_at < time.time() + 5
        virsh("suspend", "second")
        wait_until(lambda: find(a_connection, "second").state is DomainState.PAUSED)
        virsh("resume", "second")
        wait_until(lambda: find(a_connection, "second").state is DomainState.RUNNING)
        virsh("desc", "second", "--title", "Renamed", "--live", "--config")
        wait_until(lambda: find(a_connection, "second").title == "Renamed")
        virsh("managedsave", "second")
        wait_until(lambda: find(a_connection, "second").state is DomainState.SAVED)
        virsh("undefine", "second", "--managed-save")
        wait_until(lambda: find(a_connection, "second") is None)
        publisher.flush()
    # A pool may be found fuller or emptier meanwhile: that is a batch too.
    told = [batch for batch in batches if batch.added or batch.removed]
    assert [added.record_key for added in told[0].added] == [record.record_key]
    assert told[-1].removed == (record.record_key,)


def test_a_machine_that_ran_before_has_its_start(a_connection, a_libvirtd, a_file, wait_until):
    a_libvirtd.virsh("define", a_file())
    before = time.time()
    a_libvirtd.virsh("start", "second")
    wait_until(lambda: find(a_connection, "second").started_at)
    a_connection.close()
    connect(a_libvirtd.uri)
    assert before - 5 < find(a_connection, "second").started_at < time.time() + 5


def test_networks_and_pools_of_a_second_client(a_connection, a_libvirtd, tmp_path, wait_until):
    tmp_path.chmod(0o755)
    file = tmp_path / "pool.xml"
    file.write_text("<pool type='dir'><name>shelf</name><target><path>/tmp</path></target></pool>")
    a_libvirtd.virsh("pool-define", str(file))
    pools = a_connection.inventory
    wait_until(lambda: [p for p in pools.snapshot().storage_pools if p.name == "shelf"])
    a_libvirtd.virsh("pool-undefine", "shelf")
    wait_until(lambda: "shelf" not in [p.name for p in pools.snapshot().storage_pools])


def test_a_daemon_that_dies_and_comes_back(a_connection, a_libvirtd, a_file, wait_until):
    machine = a_connection.domains.define(MACHINE.format(name="lasting", title=""))
    machine.start()
    a_libvirtd.virsh("define", a_file("going"))
    going = wait_until(lambda: find(a_connection, "going"))
    before = find(a_connection, "lasting")
    states, batches, samples = [], [], []
    with (
        a_connection.observe(lambda connection: states.append(connection.state)),
        a_connection.inventory.subscribe(batches.append),
        a_connection.stats.subscribe(samples.append),
        a_connection.stats.watch([machine.uuid]),
    ):
        publisher.flush()
        batches.clear()
        a_libvirtd.kill()
        wait_until(lambda: a_connection.state is ConnectionState.RECONNECTING)
        with pytest.raises(ConnectionLost):
            machine.suspend()
        assert a_connection.error is not None
        # While it is away, somebody else takes a machine out.
        for folder in ("etc-libvirt/qemu", "home/.config/libvirt/qemu"):
            (a_libvirtd.folder / folder / "going.xml").unlink(missing_ok=True)
        a_libvirtd.start()
        wait_until(lambda: a_connection.state is ConnectionState.CONNECTED)
        wait_until(lambda: states and states[-1] is ConnectionState.CONNECTED)
        assert a_connection.error is None
        # The handle still works, the machine went on, and only what really went is gone.
        assert machine.state is DomainState.RUNNING
        after = find(a_connection, "lasting")
        assert (after.uuid, after.id) == (before.uuid, before.id)
        wait_until(lambda: any(going.record_key in batch.removed for batch in batches))
        assert find(a_connection, "going") is None
        # The subscriptions are alive.
        batches.clear()
        a_libvirtd.virsh("suspend", "lasting")
        wait_until(lambda: find(a_connection, "lasting").state is DomainState.PAUSED)
        wait_until(
            lambda: "lasting" in {changed.name for batch in batches for changed in batch.changed}
        )
        samples.clear()
        wait_until(lambda: samples)


def test_rows_go_when_it_stays_away(a_connection, a_libvirtd, monkeypatch, wait_until):
    monkeypatch.setattr("qvirt_jupyter.hypervisor.connection.GRACE", 0.3)
    a_connection.domains.define(MACHINE.format(name="lasting", title=""))
    batches = []
    with a_connection.inventory.subscribe(batches.append):
        publisher.flush()
        a_libvirtd.kill()
        try:
            wait_until(lambda: len(a_connection.inventory.snapshot()) == 0)
            wait_until(lambda: batches and batches[-1].removed)
        finally:
            a_libvirtd.start()
        wait_until(lambda: a_connection.state is ConnectionState.CONNECTED)
        assert find(a_connection, "lasting")


def test_connect_does_not_wait_for_the_next_attempt(a_connection, a_libvirtd, wait_until):
    a_libvirtd.kill()
    wait_until(lambda: a_connection.state is ConnectionState.RECONNECTING)
    time.sleep(2)
    a_libvirtd.start()
    assert connect(a_libvirtd.uri) is a_connection
    assert a_connection.state is ConnectionState.CONNECTED


def test_close_while_it_is_away(a_libvirtd, wait_until):
    connection = connect(a_libvirtd.uri)
    a_libvirtd.kill()
    try:
        wait_until(lambda: connection.state is ConnectionState.RECONNECTING)
        connection.close()
    finally:
        a_libvirtd.start()
    time.sleep(1)
    assert connection.state is ConnectionState.CLOSED
    assert len(connection.inventory.snapshot()) == 0


def test_the_interpreter_ends_though_the_daemon_died(a_libvirtd):
    script = (
        "import sys; from qvirt_jupyter.hypervisor import connect\n"
        f"c = connect({a_libvirtd.uri!r}); c.stats.watch(); print('up', flush=True)\n"
        "sys.stdin.readline(); print('end')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "up\n"
        a_libvirtd.kill()
        try:
            output, _errors = process.communicate("\n", timeout=120)
            assert (output, process.returncode) == ("end\n", 0)
        finally:
            a_libvirtd.start()
