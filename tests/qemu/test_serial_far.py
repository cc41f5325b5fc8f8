"""A console of another host, by ssh: the stream goes the way of all other calls."""

from __future__ import annotations

import a_machine_with_consoles
import pytest

from qvirt_jupyter.hypervisor import SerialState, connect

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture
def a_far_machine(an_sshd, a_session_libvirtd):
    """One that an ordinary user's daemon has, which is reached by ssh only."""
    near = connect(a_session_libvirtd.uri)
    a_machine_with_consoles.define_for_others(near, "far-talker", a_session_libvirtd.folder)
    far = connect(an_sshd.uri())
    machine = far.domains["far-talker"]
    yield machine
    machine.serial.close()
    if machine.is_active:
        machine.destroy()
    machine.undefine()
    far.close()
    near.close()


def test_a_console_by_ssh_waits_boots_and_is_open_again_after_the_line_was_cut(
    a_far_machine, an_sshd, wait_until
):
    line = a_far_machine.serial
    waiting = line.submit.login("root", timeout=240)
    wait_until(lambda: line.state is SerialState.OFF)
    a_far_machine.start()
    waiting.result(300)
    assert line.run("uname -s").output == "Linux\n"
    states = []
    with line.observe(lambda line: states.append(line.state)):
        an_sshd.cut()
        try:
            wait_until(lambda: SerialState.LOST in states, 60)
        finally:
            an_sshd.start()
        wait_until(lambda: line.is_open, 120)
    assert line.run("echo again").output == "again\n"
