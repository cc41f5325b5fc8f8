"""Consoles of real guests: shared, taken away, over reboots, restarts of the daemon and more."""

from __future__ import annotations

import re
import stat
import subprocess
import threading
from pathlib import Path

import a_machine_with_consoles
import libvirt
import pytest
from a_machine_with_consoles import Heard
from in_time import until

from qvirt_jupyter.hypervisor import InUse, NotFound, SerialState, Unsupported, WrongState, connect

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]
EMULATOR = re.compile("(?<=<emulator>).*(?=</emulator>)")


@pytest.fixture(scope="module")
def a_machine(a_qemu_connection_of_the_module, tmp_path_factory):
    folder = tmp_path_factory.mktemp("consoles")
    folder.chmod(0o777)
    machine = a_machine_with_consoles.define(a_qemu_connection_of_the_module, "talker", folder)
    yield machine
    for line in machine.serials.values():
        line.close()
    if machine.is_active:
        machine.destroy()
    machine.undefine()


@pytest.fixture(scope="module")
def a_booted_machine(a_machine):
    """One in whose first serial port somebody is logged in."""
    line = a_machine.serial
    line.open()
    heard = Heard(line)
    a_machine.start()
    heard.until(b"login:")
    line.write(b"root\r")
    heard.until(b"# ")
    heard.subscription.close()
    return a_machine


@pytest.fixture
def a_line(a_booted_machine):
    """Its open line, with a shell that waits; each test leaves it so."""
    line = a_booted_machine.serial
    line.open(force=True)
    yield line
    line.log_to(None)


@pytest.fixture
def hear():
    """Begin to listen to lines, until the test ends."""
    listening = []

    def begin(line, **options):
        listening.append(Heard(line, **options))
        return listening[-1]

    yield begin
    for heard in listening:
        heard.subscription.close()


def says(line, heard, number):
    """Have the guest work something out, so that no echo is taken for its answer."""
    line.write(b"echo [$((%d+1))]\r" % (number - 1))
    heard.until(b"[%d]" % number)


def test_a_line_waits_for_its_machine_and_shows_it_boot(
    a_qemu_connection, tmp_path, wait_until, hear
):
    tmp_path.chmod(0o777)
    machine = a_machine_with_consoles.define(a_qemu_connection, "waiting", tmp_path)
    try:
        assert list(machine.serials) == ["serial0", "serial1", "serial2", "console1"]
        line = machine.serial
        assert line is machine.serials["serial0"]
        assert line.state is SerialState.CLOSED
        states = []
        line.observe(lambda line: states.append(line.state))
        line.open()
        assert line.state is SerialState.OFF
        assert "when the machine starts" in line.reason
        with pytest.raises(WrongState, match="is off"):
            line.write(b"x")
        heard = hear(line)
        machine.start()
        heard.until(b"login:")
        assert line.is_open
        assert not line.reason
        machine.destroy()
        wait_until(lambda: line.state is SerialState.OFF)
        assert b"login:" in line.scrollback
        # From its first byte on.
        machine.start(paused=True)
        line.open()
        assert line.is_open
        machine.resume()
        heard.until(b"login:")
        assert SerialState.REFUSED not in states
        line.close()
        assert line.state is SerialState.CLOSED
        assert b"login:" in line.scrollback
    finally:
        if machine.is_active:
            machine.destroy()
        machine.undefine()


def test_a_machine_that_takes_its_time_to_start_is_no_busy_one(a_qemu_connection, tmp_path):
    """libvirt refuses with one code who comes second, and who comes before there is a terminal."""
    tmp_path.chmod(0o777)
    slow = tmp_path / "slow-qemu"
    machine = a_machine_with_consoles.define(a_qemu_connection, "slow-starter", tmp_path)
    try:
        xml = machine.xml(inactive=True)
        slow.write_text(f'#!/bin/sh\nsleep 3\nexec {EMULATOR.search(xml)[0]} "$@"\n')
        slow.chmod(0o755)
        a_qemu_connection.domains.define(EMULATOR.sub(str(slow), xml))
        line = machine.serial
        states = []
        line.observe(lambda line: states.append(line.state))
        started = machine.submit.start()
        uuid = machine.uuid
        assert until(
            lambda: a_qemu_connection.call(lambda raw: raw.lookupByUUIDString(uuid).isActive())
        )
        line.open()
        assert line.is_open
        assert line.expect("login:", timeout=180).text == "login:"
        started.result(60)
        assert not {SerialState.BUSY, SerialState.REFUSED} & set(states)
        line.close()
    finally:
        if machine.is_active:
            machine.destroy()
        machine.undefine()


def test_a_machine_that_is_removed_leaves_a_line_that_says_so(
    a_qemu_connection, tmp_path, wait_until
):
    machine = a_machine_with_consoles.define(a_qemu_connection, "passing", tmp_path)
    line = machine.serial
    with line.use():
        wait_until(lambda: line.state is SerialState.OFF)
        machine.undefine()
        wait_until(lambda: line.state is SerialState.GONE)
        assert "does not exist" in line.reason
    wait_until(lambda: line.state is SerialState.CLOSED)


def test_two_listeners_hear_the_same_and_both_can_write(a_line, hear):
    first, second = hear(a_line), hear(a_line, replay=False)
    assert b"login:" in a_line.scrollback
    first.until(b"login:")
    says(a_line, first, 41)
    says(a_line, second, 42)
    first.until(b"[42]")
    assert b"login:" not in second.data


def test_every_console_can_be_open_at_once(a_booted_machine, a_line, hear):
    for alias, device in (("serial1", "ttyS1"), ("console1", "hvc0")):
        other = a_booted_machine.serials[alias]
        other.open()
        heard = hear(other)
        talk = "echo ready; read word; echo got [\\$word]"
        a_line.write(f'sh -c "{talk}" < /dev/{device} > /dev/{device} 2>&1 &\r'.encode())
        heard.until(b"ready")
        other.write(b"hello\r")
        heard.until(b"got [hello]")
        other.close()
    with pytest.raises(Unsupported, match="goes into a file"):
        a_booted_machine.serials["serial2"].open()
    with pytest.raises(Unsupported, match="goes into a file"):
        a_booted_machine.serials["serial2"].use()
    assert a_booted_machine.serials["serial2"].state is SerialState.REFUSED
    with pytest.raises(NotFound, match="'serial0', 'serial1', 'serial2', 'console1'"):
        a_booted_machine.serials["serial7"]


def test_somebody_else_has_it_and_it_is_taken_from_them(a_line, a_qemu_libvirtd, wait_until, hear):
    a_line.close()
    virsh = subprocess.Popen(
        ["script", "-qfec", f"virsh -c {a_qemu_libvirtd.uri} console talker", "/dev/null"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    seen = []
    reader = threading.Thread(
        target=lambda: seen.extend(iter(lambda: virsh.stdout.read1(4096), b""))
    )
    reader.start()
    try:
        wait_until(lambda: b"Escape character" in b"".join(seen))
        with pytest.raises(InUse, match=r"Somebody else has the console open.*force"):
            a_line.open()
        assert a_line.state is SerialState.BUSY
        with pytest.raises(InUse, match="Somebody else"):
            a_line.write(b"x")
        job = a_line.submit.open(force=True)
        assert job.result(90) is None
        heard = hear(a_line, replay=False)
        says(a_line, heard, 77)
        assert virsh.wait(90) is not None
    finally:
        virsh.kill()
        virsh.wait(60)
        reader.join(60)
        # Whoever collects the garbage later would be warned of open files.
        virsh.stdin.close()
        virsh.stdout.close()


def test_one_that_is_taken_from_us_is_not_taken_back(a_booted_machine, a_line, wait_until):
    other = libvirt.open(a_booted_machine.connection.uri)
    stream = other.newStream(libvirt.VIR_STREAM_NONBLOCK)
    other.lookupByUUIDString(a_booted_machine.uuid).openConsole(
        "serial0", stream, libvirt.VIR_DOMAIN_CONSOLE_FORCE
    )
    wait_until(lambda: a_line.state is SerialState.BUSY)
    stream.abort()
    other.close()
    # It was tried a few times, for it might have been our own that was left over.
    wait_until(lambda: a_line.is_open)


def test_a_reboot_keeps_it_open(a_line, hear):
    heard = hear(a_line, replay=False)
    states = []
    subscription = a_line.observe(lambda line: states.append(line.state))
    a_line.write(b"reboot -f\r")
    heard.until(b"login:")
    a_line.write(b"root\r")
    heard.until(b"# ")
    subscription.close()
    assert set(states) <= {SerialState.OPEN}


def test_a_daemon_that_restarts(a_line, a_qemu_libvirtd, wait_until, hear):
    heard = hear(a_line, replay=False)
    a_qemu_libvirtd.kill()
    wait_until(lambda: a_line.state is SerialState.LOST)
    with pytest.raises(Exception, match="connected"):
        a_line.write(b"x")
    a_qemu_libvirtd.start()
    wait_until(lambda: a_line.is_open, 60)
    says(a_line, heard, 88)


def test_a_connection_that_is_closed_and_opened_again(a_booted_machine, a_line, wait_until, hear):
    connection = a_booted_machine.connection
    connection.close()
    wait_until(lambda: a_line.state is SerialState.LOST)
    wait_until(lambda: not any(t.name.endswith("-serial0") for t in threading.enumerate()))
    connect(connection.uri)
    wait_until(lambda: a_line.is_open)
    heard = hear(a_line, replay=False)
    says(a_line, heard, 99)


def test_the_last_user_closes_it_but_not_for_who_opened_it(a_booted_machine, wait_until):
    line = a_booted_machine.serials["serial1"]
    first, second = line.use(), line.use()
    wait_until(lambda: line.is_open)
    first.close()
    assert line.is_open
    second.close()
    wait_until(lambda: line.state is SerialState.CLOSED)
    with line.use():
        line.retry()
        assert line.is_open
    wait_until(lambda: line.state is SerialState.CLOSED)
    with pytest.raises(WrongState, match="not open"):
        line.retry()
    line.open()
    with line.use():
        pass
    assert line.is_open
    line.close()
    assert line.state is SerialState.CLOSED


def test_a_log_is_private_and_appended(a_line, tmp_path, wait_until, hear):
    path = tmp_path / "log.txt"
    heard = hear(a_line, replay=False)
    a_line.log_to(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert a_line.log_path == path
    says(a_line, heard, 123)
    wait_until(lambda: b"[123]" in path.read_bytes())
    a_line.log_to(None)
    says(a_line, heard, 124)
    a_line.log_to(path)
    says(a_line, heard, 125)
    wait_until(lambda: b"[125]" in path.read_bytes())
    assert path.read_bytes().count(b"[123]") == 1
    assert b"[124]" not in path.read_bytes()
    assert a_line.log_error == ""


@pytest.fixture
def a_small_disk(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a small disk needs root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_ends_the_log_and_not_the_line(a_line, a_small_disk, wait_until, hear):
    heard = hear(a_line, replay=False)
    a_line.log_to(a_small_disk / "log.txt")
    a_line.write(b"head -c 100000 /dev/zero | tr '\\0' x; echo\r")
    wait_until(lambda: a_line.log_error, 60)
    assert "no space left" in a_line.log_error
    assert str(a_small_disk) in a_line.log_error
    assert a_line.log_path is None
    says(a_line, heard, 55)


def test_fifty_opens_and_closes_leave_nothing(a_booted_machine, tmp_path, wait_until):
    line = a_booted_machine.serials["serial1"]
    line.open()
    line.close()

    def left():
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    before = left()
    for _number in range(50):
        line.open()
        listener = line.listen(lambda _data: None)
        line.log_to(tmp_path / "log.txt")
        listener.close()
        line.close()
    wait_until(lambda: left() <= before)
