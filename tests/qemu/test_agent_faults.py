"""The agent on bad days: killed, silent, behind a dead libvirtd; and frozen guests that must thaw."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from in_time import until

from qvirt_jupyter.hypervisor import (
    DomainState,
    InUse,
    InvalidDefinition,
    OperationFailed,
    TimedOut,
    WrongState,
)
from qvirt_jupyter.provision import tiny_guest

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

# Freezes, says so, and dies as by the kernel's own hand.
DIES_FROZEN = """
import os, signal, sys
from qvirt_jupyter.hypervisor import connect
with connect(sys.argv[1]).domains[sys.argv[2]].agent.frozen(timeout=600):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def a_guest(a_qemu_connection_of_the_module):
    """A tiny guest with a file system that can be frozen."""
    guest = tiny_guest(extra=["e2fsprogs"]).define(
        a_qemu_connection_of_the_module, "agent-faults", accelerator="tcg", memory=160 * 1024
    )
    guest.start()
    guest.wait_for(agent=True, timeout=240)
    guest.agent.shell("mkfs.ext4 -q /dev/vda && mkdir -p /mnt && mount /dev/vda /mnt", check=True)
    yield guest
    if guest.state.is_active:
        guest.destroy()
    guest.undefine()


@pytest.fixture
def an_agent(a_guest):
    a_guest.wait_for(agent=True, timeout=120)
    yield a_guest.agent
    a_guest.wait_for(agent=True, timeout=120)
    assert status_of(a_guest) == "thawed"


def status_of(guest):
    return guest.agent.line.ask("guest-fsfreeze-status")


def test_file_systems_stand_still_for_the_block_alone(a_guest, an_agent):
    with an_agent.frozen(timeout=300) as frozen:
        assert frozen.count == 1
        assert status_of(a_guest) == "frozen"
        with pytest.raises(WrongState, match=r"are frozen: its agent only thaws"):
            an_agent.exec(["true"])
        with pytest.raises(InUse, match="frozen already"), an_agent.frozen(timeout=300):
            pytest.fail("it froze twice")
        assert status_of(a_guest) == "frozen"
    assert not frozen.is_frozen
    assert status_of(a_guest) == "thawed"
    an_agent.write_file("/mnt/after", b"written")


@pytest.mark.parametrize("error", [RuntimeError("mine"), KeyboardInterrupt()])
def test_an_error_or_an_interrupt_thaws(a_guest, an_agent, error):
    with pytest.raises(type(error)) as raised, an_agent.frozen(timeout=300):
        raise error
    assert raised.value is error
    assert status_of(a_guest) == "thawed"


@pytest.mark.usefixtures("an_agent")
def test_a_block_that_takes_too_long_is_thawed_before_its_end(a_guest):
    with pytest.raises(TimedOut, match=r"thawed after 2 s.*do it again"):
        hold_too_long(a_guest)
    with pytest.raises(RuntimeError, match="mine"):
        hold_too_long(a_guest, RuntimeError("mine"))


def hold_too_long(guest, error=None):
    with guest.agent.frozen(timeout=2):
        until(lambda: status_of(guest) == "thawed", 60)
        if error is not None:
            raise error


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_a_time_without_an_end_is_refused(an_agent, seconds):
    with pytest.raises(InvalidDefinition, match="frozen"):
        an_agent.frozen(timeout=seconds)


def test_a_kernel_that_is_killed_leaves_no_frozen_guest(a_guest, an_agent):
    kernel = subprocess.run(
        [sys.executable, "-c", DIES_FROZEN, a_guest.connection.uri, a_guest.name],
        check=False,
        timeout=120,
        env={**os.environ},
    )
    assert kernel.returncode == -signal.SIGKILL
    until(lambda: status_of(a_guest) == "thawed", 60)
    assert an_agent.exec(["touch", "/mnt/again"]).ok


def test_no_program_is_left_beside_the_kernel(an_agent):
    with an_agent.frozen(timeout=300):
        assert guards()
    until(lambda: not guards())


def guards():
    found = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "thaw_guard"],
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.split()


def test_what_cannot_be_frozen_leaves_nothing_behind(a_guest, an_agent):
    with (
        pytest.raises(OperationFailed, match=r"Only 1 of 2"),
        an_agent.frozen(["/no", "/mnt"], timeout=300),
    ):
        pytest.fail("it froze")
    assert status_of(a_guest) == "thawed"
    until(lambda: not guards())


def test_a_dead_libvirtd_neither_ends_a_program_nor_keeps_a_guest_frozen(
    a_guest, an_agent, a_qemu_libvirtd
):
    job = an_agent.submit.exec(["sh", "-c", "sleep 5; echo done"], timeout=200)
    until(lambda: job.phase)
    a_qemu_libvirtd.kill()
    until(lambda: "connection is lost" in job.phase, 60)
    a_qemu_libvirtd.start()
    assert job.result(200).output == "done\n"
    with an_agent.frozen(timeout=300):
        a_qemu_libvirtd.kill()
        a_qemu_libvirtd.start()
    until(lambda: a_guest.connection.is_connected, 60)
    a_guest.wait_for(agent=True, timeout=60)


def test_an_agent_that_is_killed_is_said_to_have_lost_the_program(a_guest, an_agent):
    with pytest.raises(OperationFailed, match=r"agent ended while process \d+ ran"):
        an_agent.shell("sleep 3; killall -9 qemu-ga; sleep 300", timeout=250)
    # The guest begins it anew.
    a_guest.wait_for(agent=True, timeout=120)
    an_agent.shell("killall sleep", check=True)


def test_an_agent_that_stands_still_is_silent_and_not_absent(a_guest, an_agent):
    an_agent.shell(
        "(sleep 1; kill -STOP $(pidof qemu-ga); sleep 60; kill -CONT $(pidof qemu-ga))"
        " > /dev/null 2>&1 < /dev/null &"
    )
    with pytest.raises(OperationFailed, match=r"channel is open in the guest, but nothing answers"):
        until(lambda: an_agent.ping(5), 60)
    with pytest.raises(TimedOut, match="nothing answers on it"):
        # On a busy machine it may not have been asked to stand still yet, and only be slow.
        until(lambda: not a_guest.wait_for(agent=True, timeout=0), 60)
    a_guest.wait_for(agent=True, timeout=240)


def test_a_program_of_a_paused_guest_waits_and_of_a_stopped_one_ends(a_guest, an_agent):
    job = an_agent.submit.exec(["sleep", "15"], timeout=200)
    until(lambda: job.phase)
    a_guest.suspend()
    until(lambda: "is paused" in job.phase, 60)
    a_guest.resume()
    assert job.result(200).ok


def test_a_machine_that_stops_ends_its_programs_files_and_freezes(a_guest):
    a_guest.wait_for(agent=True, timeout=120)
    job = a_guest.agent.submit.exec(["sleep", "3000"], timeout=3600)
    reading = a_guest.agent.submit.read_file("/dev/zero", limit=10**9)
    until(lambda: job.phase and reading.transfer)
    a_guest.destroy()
    with pytest.raises(WrongState, match="is off"):
        job.result(60)
    with pytest.raises(WrongState, match="is off"):
        reading.result(60)
    assert a_guest.state is DomainState.SHUTOFF
    a_guest.start()
    a_guest.wait_for(agent=True, timeout=240)
    with a_guest.agent.frozen(timeout=300):
        a_guest.destroy()
    until(lambda: not guards())
