"""Bad days: daemons that die at the worst moment, storms of events, and others who interfere."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time

import pytest

from qvirt_jupyter.hypervisor import (
    ConnectionLost,
    ConnectionState,
    DomainState,
    JobState,
    action_log,
    publisher,
)
from qvirt_jupyter.widgets import vm_panel

pytestmark = pytest.mark.qemu

# Without devices and firmware output it starts as fast as QEMU does.
MACHINE = """
<domain type='qemu'>
  <name>{name}</name>{uuid}<memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><controller type='usb' model='none'/><memballoon model='none'/></devices>
</domain>
"""
STORM, CLIENTS = 200, 8
"""How many machines others define, start and stop, and how many they are: libvirt waits a little
for each QEMU to end, but for several at once."""
BURST, TIMES = 4, 20
"""How many machines another client stops and resumes, and how many times, one after the other."""


def definition(name, uuid=""):
    return MACHINE.format(name=name, uuid=f"<uuid>{uuid}</uuid>" if uuid else "")


@pytest.fixture
def a_connection(a_qemu_connection):
    """A connection whose machines are gone when the test is over."""
    yield a_qemu_connection
    a_qemu_connection.open().result(90)
    for machine in a_qemu_connection.domains:
        if machine.state.is_active:
            machine.destroy()
        machine.undefine()


@contextlib.contextmanager
def a_slow_file(path):
    """A file that takes what is written to it, but hardly anything."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    path.chmod(0o666)
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    ended = threading.Event()

    def read():
        while not ended.wait(0.01):
            with contextlib.suppress(BlockingIOError):
                os.read(descriptor, 1024)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield
    finally:
        ended.set()
        reader.join()
        os.close(descriptor)
        path.unlink(missing_ok=True)


def test_a_daemon_that_dies_in_the_middle_of_a_managed_save(
    a_connection, a_qemu_libvirtd, wait_until
):
    machine = a_connection.domains.define(definition("half-saved"))
    machine.start()
    wait_until(lambda: machine.record.is_active)
    with a_slow_file(a_qemu_libvirtd.saves / "half-saved.save"):
        job = machine.submit.managed_save()
        wait_until(lambda: machine.reason == "while its memory is saved")
        a_qemu_libvirtd.kill()
        with pytest.raises(ConnectionLost, match="tried again"):
            job.result(90)
    assert job.state is JobState.FAILED
    a_qemu_libvirtd.start()
    wait_until(lambda: a_connection.state is ConnectionState.CONNECTED)
    # Nothing is lost: the machine goes on, and can be saved after all.
    wait_until(lambda: machine.state is DomainState.RUNNING)
    wait_until(lambda: machine.record.state is DomainState.RUNNING)
    machine.managed_save()
    assert machine.record.state is DomainState.SAVED
    machine.restore()
    assert machine.state is DomainState.RUNNING
    # Nor doubled: one task for each thing that was asked for.
    publisher.flush()
    mine = [entry for entry in action_log.entries if entry.subject == machine.subject]
    titles = [entry.what for entry in mine]
    assert titles == ["Start half-saved", *2 * ["Save half-saved"], "Restore half-saved"]


@contextlib.contextmanager
def other_clients(uri, scripts):
    """Several virsh that each run a script of commands."""
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(
                subprocess.Popen(
                    ["virsh", "-q", "-c", uri],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for _script in scripts
        ]
        for client, script in zip(clients, scripts, strict=True):
            client.stdin.write("\n".join([*script, "quit\n"]))
            client.stdin.close()
        yield clients


def go_on_meanwhile(connection, clients):
    """Call libvirt as a notebook does while others do all of theirs; return how long each took."""
    lateness = []
    while any(client.poll() is None for client in clients):
        began = time.monotonic()
        assert connection.call(lambda raw: raw.getType()) == "QEMU"
        lateness.append(time.monotonic() - began)
        time.sleep(0.05)
    assert [client.stderr.read() for client in clients] == [""] * len(clients)
    return lateness


def machines_seen(batches):
    """Return what a view that only listened has of machines."""
    seen = {}
    for batch in batches:
        for record in (*batch.added, *batch.changed):
            seen[record.record_key] = record
        for key in batch.removed:
            seen.pop(key, None)
    return [record for record in seen.values() if record.record_key.kind == "domain"]


def test_others_start_and_stop_two_hundred_machines(
    a_connection, a_qemu_libvirtd, tmp_path, wait_until
):
    names = [f"storm-{number}" for number in range(STORM)]
    tmp_path.chmod(0o755)
    for name in names:
        (tmp_path / f"{name}.xml").write_text(definition(name))
    left = set(names[: STORM // 2])
    scripts = [
        [
            command
            for name in names[client::CLIENTS]
            for command in (
                f"define {tmp_path}/{name}.xml",
                # What a guest would do takes time and is nobody's business here.
                f"start --paused {name}",
                f"destroy {name}",
                *([] if name in left else [f"undefine {name}"]),
            )
        ]
        for client in range(CLIENTS)
    ]
    batches = []
    with (
        a_connection.inventory.subscribe(batches.append),
        a_connection.stats.watch(),
        other_clients(a_qemu_libvirtd.uri, scripts) as clients,
    ):
        lateness = go_on_meanwhile(a_connection, clients)
        # The view listens until the last event has arrived.
        wait_until(lambda: _states(a_connection) == dict.fromkeys(left, "shutoff"))
        publisher.flush()
    assert a_connection.state is ConnectionState.CONNECTED
    assert sorted(lateness)[len(lateness) // 2] < 1
    # Those that were left are there once, as they are now.
    machines = machines_seen(batches)
    assert sorted(record.name for record in machines) == sorted(left)
    assert {record.state for record in machines} == {DomainState.SHUTOFF}


def test_a_burst_of_events_becomes_few_messages(a_connection, a_qemu_libvirtd, wait_until):
    names = [f"burst-{number}" for number in range(BURST)]
    for name in names:
        a_connection.domains.define(definition(name))
    script = [f"start --paused {name}" for name in names]
    script += [f"{what} {name}" for name in names for what in TIMES * ("resume", "suspend")]
    script += [f"destroy {name}" for name in names]
    batches = []
    with (
        a_connection.inventory.subscribe(batches.append),
        other_clients(a_qemu_libvirtd.uri, [script]) as clients,
    ):
        began = time.monotonic()
        go_on_meanwhile(a_connection, clients)
        wait_until(lambda: _states(a_connection) == dict.fromkeys(names, "shutoff"))
        took = time.monotonic() - began
        publisher.flush()
    assert {record.name: record.state for record in machines_seen(batches)} == dict.fromkeys(
        names, DomainState.SHUTOFF
    )
    # Each waits for others for a while; a busy machine does not even do two things in that time.
    assert len(batches) < max(len(script) / 2, took / publisher.COALESCE)


def _states(connection):
    return {record.name: record.state.value for record in connection.inventory.snapshot().domains}


@pytest.fixture
def a_panel(a_connection):
    panel = vm_panel(a_connection.domains.define(definition("tab")))
    yield panel
    panel.close()


def test_others_rename_undefine_and_redefine_a_machine_under_its_tab(
    a_panel, a_qemu_libvirtd, tmp_path, wait_until
):
    def shown(condition):
        publisher.flush()
        return condition(a_panel._head.shown)

    virsh = a_qemu_libvirtd.virsh
    tmp_path.chmod(0o755)
    uuid = a_panel.domain.uuid
    wait_until(lambda: shown(lambda head: head["name"] == "tab"))
    virsh("domrename", "tab", "another")
    wait_until(lambda: shown(lambda head: head["name"] == "another"))
    assert a_panel.domain.name == "another"
    virsh("undefine", "another")
    wait_until(lambda: shown(lambda head: head["state"] == "gone"))
    (notice,) = a_panel._notices.notices
    assert "removed" in str(notice.title)
    again = tmp_path / "again.xml"
    again.write_text(definition("again", uuid))
    virsh("define", str(again))
    wait_until(lambda: shown(lambda head: (head["name"], head["state"]) == ("again", "shutoff")))
    wait_until(lambda: a_panel._notices.notices == ())
    # The tab's buttons mean the machine that it shows.
    a_panel.domain.start()
    assert virsh("domstate", "again") == "running"
    wait_until(lambda: shown(lambda head: head["state"] == "running"))
