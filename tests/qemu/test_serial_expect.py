"""A notebook talks to a real guest over its consoles: expect, send, run, log in."""

from __future__ import annotations

import re
import signal
import threading

import a_machine_with_consoles
import libvirt
import pytest
from an_interrupt import interrupts_heeded
from in_time import until

from qvirt_jupyter.hypervisor import (
    AccessDenied,
    InUse,
    InvalidDefinition,
    JobState,
    OperationCancelled,
    OperationFailed,
    SerialState,
    TimedOut,
    Unsupported,
    WrongState,
    action_log,
    event_loop,
)

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]
BOOT = 180
HASH = "$6$saltsalt$K7UFl//Wp07xMvFGF5CNr3JVL52HTe9O9C8NXwEvinkuKFSKIlvZQXSwQoNHq5D.BYsXc7IkvOpvWCBRDof1g1"
"""What a guest keeps of the password correct-horse."""


@pytest.fixture(scope="module")
def a_machine(a_qemu_connection_of_the_module, tmp_path_factory):
    folder = tmp_path_factory.mktemp("consoles")
    folder.chmod(0o777)
    machine = a_machine_with_consoles.define(a_qemu_connection_of_the_module, "speaker", folder)
    yield machine
    for line in machine.serials.values():
        line.close()
    if machine.is_active:
        machine.destroy()
    machine.undefine()


@pytest.fixture(scope="module")
def a_booted_machine(a_machine):
    """One that was waited for while it was off, as one does in a notebook."""
    waiting = a_machine.serial.submit.expect("login:", timeout=BOOT)
    a_machine.start()
    assert waiting.result(BOOT).text == "login:"
    return a_machine


@pytest.fixture(scope="module")
def a_shell(a_booted_machine):
    """Its first line, where somebody has logged in."""
    line = a_booted_machine.serial
    with pytest.raises(WrongState, match=r"There is no shell.*login: '.*Log in first"):
        line.run("echo this would be a name")
    line.login("root", timeout=BOOT)
    return line


def test_a_machine_that_is_off_is_waited_for_and_the_error_says_that_it_is(
    a_qemu_connection, tmp_path
):
    tmp_path.chmod(0o777)
    machine = a_machine_with_consoles.define(a_qemu_connection, "silent", tmp_path)
    try:
        with pytest.raises(TimedOut, match=r"'login:', in vain: the machine is off\. Start it"):
            machine.serial.expect("login:", timeout=0.5)
        with pytest.raises(TimedOut, match="the console to open, in vain: the machine is off"):
            machine.serial.run("true", timeout=0.5)
        with pytest.raises(Unsupported, match="goes into a file"):
            machine.serials["serial2"].expect("x", timeout=0.1)
    finally:
        machine.serial.close()
        machine.undefine()


def test_a_command_and_its_exit_code(a_shell):
    result = a_shell.run("uname -s; uname -m")
    assert result.output == "Linux\nx86_64\n"
    assert result.ok
    failed = a_shell.run("ls /nowhere")
    assert failed.exit_code == 1
    with pytest.raises(OperationFailed, match=r"ls /nowhere failed on the console: exit code 1"):
        a_shell.run("ls /nowhere", check=True)
    with pytest.raises(InvalidDefinition, match="reads one text"):
        a_shell.run(["ls", "/"])
    assert "No such file" in failed.output
    assert a_shell.run("printf 'two\\nlines'").output == "two\nlines"
    assert a_shell.run("for i in 1 2; do\n  echo $i\ndone").output == "1\n2\n"
    assert a_shell.run("echo 'ä' \"$((6*7))\" `echo x`").output == "ä 42 x\n"
    many = a_shell.run("seq 1 300", timeout=120).output
    assert many == "".join(f"{number}\n" for number in range(1, 301))


def test_expect_goes_on_behind_the_last_match(a_shell):
    a_shell.run("true")
    a_shell.send("echo first-$((1+1)); echo second-$((2+2))\n")
    first = a_shell.expect(re.compile(r"first-(\d)"))
    assert first.groups == ("2",)
    second = a_shell.expect("second-4")
    assert second.before.strip() == ""
    assert second.raw.startswith(b"\r\n")
    until(lambda: a_shell.text.endswith("# "))
    with pytest.raises(TimedOut, match=r"'first-2', in vain: the last line was '.*# '"):
        a_shell.expect("first-2", timeout=0.5)
    a_shell.send("echo $((50+5))\n")
    assert a_shell.expect("panic", "55", timeout=90).index == 1
    assert "first-2" in a_shell.text
    assert "\x1b" not in a_shell.text
    a_shell.send("echo gone-$((1+0))\n")
    a_shell.expect("gone-1", timeout=90)
    a_shell.skip()
    with pytest.raises(TimedOut) as raised:
        a_shell.expect("gone-1", timeout=0.3)
    assert raised.value.waited_for == "'gone-1'"


def test_two_wait_at_once_and_both_are_told(a_shell):
    a_shell.run("true")
    jobs = [a_shell.submit.expect(f"word{number}!", timeout=60) for number in (1, 2)]
    a_shell.send("echo word$((0+1))! word$((1+1))!\n")
    assert [job.result(60).text for job in jobs] == ["word1!", "word2!"]


def test_a_command_that_does_not_end_is_interrupted(a_shell):
    with pytest.raises(TimedOut, match=r"the end of 'echo started; sleep 600'.*'started'"):
        a_shell.run("echo started; sleep 600", timeout=15)
    assert a_shell.run("echo back").output == "back\n"
    with pytest.raises(TimedOut, match=r"it still runs and has printed nothing\. It was interr"):
        a_shell.run("sleep 600", timeout=5)
    assert a_shell.run("echo back").output == "back\n"


def test_a_machine_that_is_paused_is_the_reason(a_shell, a_booted_machine):
    a_booted_machine.suspend()
    try:
        with pytest.raises(TimedOut, match=r"in vain: the machine is paused\. Resume it"):
            a_shell.expect("never", timeout=1)
    finally:
        a_booted_machine.resume()
    assert a_shell.run("echo back", timeout=120).output == "back\n"


def test_a_command_can_be_cancelled_and_there_is_one_at_a_time(a_shell):
    job = a_shell.submit.run("echo begun; sleep 600", timeout=600)
    a_shell.expect(re.compile("^begun", re.MULTILINE), timeout=60)
    with pytest.raises(InUse, match="Another command"):
        a_shell.run("true")
    job.cancel()
    with pytest.raises(OperationCancelled):
        job.result(90)
    assert job.state is JobState.CANCELLED
    assert a_shell.run("echo back").output == "back\n"


def test_an_interrupt_of_the_kernel_ends_a_wait(a_shell):
    main = threading.main_thread().ident
    timer = threading.Timer(0.5, signal.pthread_kill, (main, signal.SIGINT))
    # It may come before the wait has begun.
    with interrupts_heeded(), pytest.raises(KeyboardInterrupt):
        wait_with(timer, a_shell)
    timer.join()
    assert a_shell.run("echo back").output == "back\n"


def wait_with(timer, line):
    timer.start()
    line.expect("never", timeout=120)


def test_the_event_thread_is_refused(a_shell):
    raised = []

    def ask(*_arguments):
        if done.is_set():
            return
        for wait in (lambda: a_shell.send("x"), lambda: a_shell.expect("x")):
            try:
                wait()
            except RuntimeError as error:
                raised.append(error)
        done.set()

    done = threading.Event()
    event_loop.start()
    timer = libvirt.virEventAddTimeout(0, ask, None)
    assert done.wait(30)
    libvirt.virEventRemoveTimeout(timer)
    assert len(raised) == 2


def test_logging_in_with_a_password(a_shell):
    """busybox asks for one where the account has one, and says what it thinks of a wrong one."""
    a_shell.run(
        "echo guest:x:1000:1000::/:/bin/sh >> /etc/passwd\n"
        f"echo 'guest:{HASH}:1::::::' >> /etc/shadow"
    ).check()
    a_shell.send("exit\n")
    a_shell.expect("login:", timeout=60)
    with pytest.raises(AccessDenied, match="asks for the password of guest"):
        a_shell.login("guest", timeout=60)
    with pytest.raises(AccessDenied, match="refuses this name"):
        a_shell.login("guest", "wrong", timeout=60)
    a_shell.login("guest", "correct-horse", timeout=60)
    assert a_shell.run("id -un").output == "guest\n"
    entries = [entry for entry in action_log.entries if "login" in entry.code]
    assert entries
    assert "correct-horse" not in "".join(entry.code for entry in entries)
    a_shell.send("exit\n")
    a_shell.expect("login:", timeout=60)
    a_shell.login("root", timeout=60)
    # A message behind the prompt, as of a kernel, does not hide it.
    noise = "until ps | grep -q '[g]etty.*ttyS0'; do sleep 1; done; sleep 4"
    a_shell.run(f"({noise}; echo '[   5.1] noi''se' > /dev/ttyS0) > /dev/null 2>&1 &").check()
    a_shell.send("exit\n")
    a_shell.expect(re.compile(r"login: .*noise\n"), timeout=60)
    a_shell.login("root", timeout=60)
    a_shell.login("root", timeout=60)


def test_somebody_else_has_the_console(a_shell, wait_until):
    a_shell.close()
    a_shell.open()
    other = libvirt.open(a_shell.connection.uri)
    stream = other.newStream(libvirt.VIR_STREAM_NONBLOCK)
    other.lookupByUUIDString(a_shell.uuid).openConsole(
        "serial0", stream, libvirt.VIR_DOMAIN_CONSOLE_FORCE
    )
    wait_until(lambda: a_shell.state is SerialState.BUSY)
    for wait in (lambda: a_shell.expect("x"), lambda: a_shell.run("x"), lambda: a_shell.send("x")):
        with pytest.raises(InUse, match="Somebody else has the console open"):
            wait()
    a_shell.open(force=True)
    assert a_shell.run("echo ours").output == "ours\n"
    with pytest.raises(libvirt.libvirtError):
        stream.abort()
    other.close()


def test_a_notebook_shows_what_it_says(a_shell):
    a_shell.run("echo '<b>bold</b>'")
    shown = a_shell._repr_html_()
    assert "&lt;b&gt;bold" in shown
    assert "Open" in shown
    assert "serial2" in a_shell.connection.domains["speaker"].serials._repr_html_()
