"""What a guest's agent does for us: programs, files, accounts, the clock; and what it cannot."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime

import pytest
from in_time import until

from qvirt_jupyter.hypervisor import (
    GuestInfo,
    InvalidDefinition,
    OperationCancelled,
    OperationFailed,
    TimedOut,
    Unsupported,
    WrongState,
    action_log,
)
from qvirt_jupyter.hypervisor.guest.agent_programs import OUTPUT_AT_MOST
from qvirt_jupyter.hypervisor.job_state import JobState
from qvirt_jupyter.provision import tiny_guest
from qvirt_jupyter.widgets.machine.guest_section import look, said

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

ODD = "/tmp/a b'\"$(reboot)\n* ö"  # noqa: S108 - in the guest
A_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample somebody@example.org"


@pytest.fixture(scope="module")
def a_guest(a_qemu_connection_of_the_module):
    """A tiny guest whose agent answers."""
    guest = tiny_guest().define(
        a_qemu_connection_of_the_module,
        "agent-does",
        accelerator="tcg",
        memory=160 * 1024,
        forwards=[(0, 80)],
    )
    guest.start()
    guest.wait_for(agent=True, timeout=240)
    yield guest
    if guest.state.is_active:
        guest.destroy()
    guest.undefine()


@pytest.fixture
def an_agent(a_guest):
    return a_guest.agent


def leftovers(agent):
    """What our own files in the guest are called."""
    return agent.shell("find / -xdev -name '*qvirt-*' -path '/[tr]*'", check=True).output


def test_a_program_is_no_text_for_a_shell(an_agent):
    result = an_agent.exec(["echo", "$(reboot)", "; id", "a b"])
    assert (result.exit_code, result.signal, result.truncated) == (0, None, False)
    assert result.output == "$(reboot) ; id a b\n"
    for command in ("uname -a", b"uname", [], ["ls", 1], ["ls", "a\0b"]):
        with pytest.raises(InvalidDefinition):
            an_agent.exec(command)


def test_input_output_errors_and_exit_codes_arrive(an_agent):
    result = an_agent.exec(["sh", "-c", "cat; echo wrong >&2; exit 7"], input=b"\x00\xffhi")
    assert (result.stdout, result.stderr, result.exit_code) == (b"\x00\xffhi", b"wrong\n", 7)
    assert not result.ok
    assert result.output == "\x00\N{REPLACEMENT CHARACTER}hi"
    assert "exit code 7" in result._repr_html_()
    with pytest.raises(OperationFailed, match=r"exit code 7.*wrong"):
        result.check()
    with pytest.raises(OperationFailed, match="exit code 7"):
        an_agent.exec(["sh", "-c", "exit 7"], check=True)


def test_the_environment_is_all_that_there_is(an_agent):
    secret = "xyzzy-in-the-environment"  # noqa: S105 - a test's own
    result = an_agent.exec(["/bin/sh", "-c", "echo $A-$HOME"], env={"A": secret})
    assert result.output == f"{secret}-\n"
    an_agent.exec(["cat"], input=secret)
    assert all(secret not in f"{entry.code} {entry.what}" for entry in action_log.entries)


def test_a_signal_is_named(an_agent):
    result = an_agent.exec(["sh", "-c", "kill -9 $$"])
    assert (result.exit_code, result.signal) == (137, 9)
    assert "SIGKILL" in repr(result)


def test_what_is_not_there_is_said_by_the_shell_of_the_guest(an_agent):
    result = an_agent.exec(["/nowhere/prog"])
    assert result.exit_code == 127
    assert "not found" in result.error_output


def test_the_shell_obeys_only_where_it_is_asked_to(an_agent):
    assert an_agent.shell("echo $((6 * 7)) | cat").output == "42\n"
    with pytest.raises(InvalidDefinition, match="one text"):
        an_agent.shell(["echo"])


def test_a_huge_output_is_cut_and_the_agent_lives(an_agent):
    # 40 MB in base64 would break libvirt's line to the agent for good.
    result = an_agent.shell("head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; exit 3")
    assert result.truncated
    assert (len(result.stdout), len(result.stderr)) == (OUTPUT_AT_MOST, OUTPUT_AT_MOST)
    assert result.exit_code == 3
    assert "printed more" in result._repr_html_()
    an_agent.ping()
    whole = an_agent.exec(["head", "-c", str(OUTPUT_AT_MOST), "/dev/zero"])
    assert (len(whole.stdout), whole.truncated) == (OUTPUT_AT_MOST, False)


def test_a_long_input_arrives(an_agent):
    given = os.urandom(300_000)
    result = an_agent.exec(["sha256sum"], input=given)
    assert result.output.split()[0] == hashlib.sha256(given).hexdigest()
    assert not leftovers(an_agent)


def test_a_program_that_takes_too_long_is_ended_with_all_that_it_began(an_agent):
    with pytest.raises(
        TimedOut, match=r"Waited 2 s for the end of sh.*process \d+.*It has been ended"
    ):
        an_agent.exec(["sh", "-c", "sleep 3131 & sleep 3132"], timeout=2)
    until(lambda: "313" not in an_agent.exec(["ps"]).output)


def test_a_job_is_cancelled_in_the_guest_too(an_agent):
    job = an_agent.submit.exec(["sleep", "3133"], timeout=300)
    until(lambda: "sleep" in job.phase)
    assert job.phase.startswith("Waiting for the end of sleep: it still runs")
    job.cancel()
    with pytest.raises(OperationCancelled):
        job.result(60)
    assert job.state is JobState.CANCELLED
    until(lambda: "3133" not in an_agent.exec(["ps"]).output)


def test_a_file_with_an_odd_name_and_much_in_it_goes_there_and_back(an_agent, tmp_path):
    data = os.urandom(5_000_000)
    job = an_agent.submit.write_file(ODD, data)
    seen = []
    with job.on_change(lambda job: seen.append(job.progress)):
        written = job.result(200)
    assert (written.path, written.size, written.atomic) == (ODD, len(data), True)
    assert any(progress and 0 < progress < 1 for progress in seen)
    assert an_agent.read_file(ODD) == data
    assert an_agent.fetch_file(ODD, tmp_path / "copy") == len(data)
    assert (tmp_path / "copy").read_bytes() == data
    assert not (tmp_path / "copy.part").exists()
    assert an_agent.exec(["stat", "-c", "%a", ODD]).output == "644\n"
    with pytest.raises(OperationFailed, match="larger than"):
        an_agent.read_file(ODD, limit=1000)
    an_agent.exec(["rm", ODD], check=True)
    assert not leftovers(an_agent)


def test_a_file_here_and_a_text_are_written_too(an_agent, tmp_path):
    (tmp_path / "from").write_bytes(b"\x00here")
    an_agent.write_file("/tmp/x", tmp_path / "from")  # noqa: S108 - in the guest
    assert an_agent.read_file("/tmp/x") == b"\x00here"  # noqa: S108
    an_agent.write_file("/tmp/x", "größer")  # noqa: S108
    assert an_agent.read_file("/tmp/x").decode() == "größer"  # noqa: S108
    an_agent.write_file("/tmp/x", b"")  # noqa: S108
    assert an_agent.read_file("/tmp/x") == b""  # noqa: S108
    with pytest.raises(InvalidDefinition, match="cannot be read here"):
        an_agent.write_file("/tmp/x", tmp_path / "none")  # noqa: S108


def test_what_is_replaced_keeps_owner_and_mode_and_a_link_stays_one(an_agent):
    an_agent.shell(
        "cd /tmp && echo a > real && chown 12:34 real && chmod 640 real && ln -sf real link",
        check=True,
    )
    an_agent.write_file("/tmp/link", "b")  # noqa: S108 - in the guest
    shown = an_agent.shell("cd /tmp && stat -c '%a %u:%g' real && readlink link && cat real")
    assert shown.output == "640 12:34\nreal\nb"
    an_agent.write_file("/tmp/real", "c", mode=0o600)  # noqa: S108
    assert an_agent.exec(["stat", "-c", "%a %u:%g", "/tmp/real"]).output == "600 12:34\n"  # noqa: S108


@pytest.mark.parametrize(
    ("path", "words"),
    [("/nowhere/x", "nonexistent|No such file"), ("/etc", "[Ii]s a directory")],
)
def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(an_agent, path, words):
    with pytest.raises(OperationFailed, match=words):
        an_agent.write_file(path, b"x")
    assert not leftovers(an_agent)


def test_a_disk_that_is_full_leaves_what_was_there(an_agent):
    an_agent.shell("mkdir -p /mnt/small && mount -t tmpfs -o size=64k none /mnt/small", check=True)
    an_agent.write_file("/mnt/small/f", b"before")
    with pytest.raises(OperationFailed, match="space"):
        an_agent.write_file("/mnt/small/f", os.urandom(500_000))
    assert an_agent.read_file("/mnt/small/f") == b"before"
    assert an_agent.exec(["ls", "-A", "/mnt/small"]).output == "f\n"
    an_agent.exec(["umount", "/mnt/small"], check=True)


def test_files_without_a_size_and_without_an_end_are_bounded(an_agent):
    assert b"Linux" in an_agent.read_file("/proc/version")
    with pytest.raises(OperationFailed, match="larger than 100 KiB"):
        an_agent.read_file("/dev/zero", limit=100 * 1024)
    with pytest.raises(OperationFailed, match="No such file"):
        an_agent.read_file("/nowhere")
    # However a reading ends, the agent has closed the file.
    open_files = an_agent.shell("ls -l /proc/$(pidof qemu-ga)/fd").output
    assert "/dev/zero" not in open_files


def test_names_that_no_agent_understands_are_refused_here(an_agent):
    for path in ("", "a\0b", 7):
        with pytest.raises(InvalidDefinition, match="no path"):
            an_agent.read_file(path)
    with pytest.raises(InvalidDefinition, match="UTF-8"):
        an_agent.read_file("/tmp/\udcff")  # noqa: S108 - in the guest


def test_a_forward_is_tried_to_its_end(a_guest, an_agent):
    # The web server waits to be spoken to: that it listens is known from the agent.
    host, port = a_guest.wait_for(port=80, timeout=60).reached
    assert (host, port != 80) == ("127.0.0.1", True)
    an_agent.shell("killall httpd; true", check=True)
    with pytest.raises(TimedOut, match="nothing in the guest listens on port 80"):
        a_guest.wait_for(port=80, timeout=1)


def test_it_says_what_it_can_and_what_it_may_not(an_agent):
    abilities = an_agent.abilities
    assert "exec" in abilities
    assert "files" in abilities
    assert "unheard-of" not in abilities
    assert "guest-exec" in abilities.commands
    assert "Run programs" in abilities._repr_html_()
    assert "Freeze file systems" in str(abilities)


def test_what_the_agent_does_not_know_or_would_choke_on_is_refused(an_agent):
    with pytest.raises(Unsupported, match="too old for guest-unheard-of"):
        an_agent.line.ask("guest-unheard-of")
    with pytest.raises(InvalidDefinition, match="too long for the agent's channel"):
        an_agent.line.ask("guest-ping", {"much": "x" * 200_000})
    an_agent.ping()


def test_what_is_neither_text_nor_bytes_is_refused(an_agent):
    # bytes(5) would be five zeros.
    for ask in (
        lambda: an_agent.write_file("/tmp/five", 5),  # noqa: S108 - in the guest
        lambda: an_agent.exec(["cat"], input=5),
    ):
        with pytest.raises(InvalidDefinition, match=r": 5 is neither a text nor bytes\. Give"):
            ask()
    assert not an_agent.exec(["ls", "/tmp/five"]).ok  # noqa: S108
    with pytest.raises(InvalidDefinition, match=r"^agent-does: A command is a list of texts"):
        an_agent.exec("ls -l")


def test_it_says_what_system_it_is(an_agent, a_guest):
    info = an_agent.info()
    assert "tiny guest" in info.system
    assert info.hostname
    assert info.kernel
    macs = {one.mac for one in info.interfaces}
    assert {interface.mac for interface in a_guest.document().devices.interfaces} <= macs
    assert info.hostname in info._repr_html_()


def test_a_key_signs_in_until_it_is_taken_away(an_agent, tmp_path):
    file = tmp_path / "id.pub"
    file.write_text(f"{A_KEY}\n")
    an_agent.add_ssh_key("root", file)
    assert A_KEY in an_agent.ssh_keys("root")
    an_agent.remove_ssh_key("root", A_KEY)
    assert A_KEY not in an_agent.ssh_keys("root")
    (tmp_path / "id").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n")
    for wrong in (tmp_path / "id", "nonsense", f"{A_KEY}\n{A_KEY}"):
        with pytest.raises(InvalidDefinition, match="no public key"):
            an_agent.add_ssh_key("root", wrong)
    with pytest.raises(InvalidDefinition, match="cannot be read"):
        an_agent.add_ssh_key("root", tmp_path / "none")
    with pytest.raises(OperationFailed, match="nobody-of-that-name"):
        an_agent.add_ssh_key("nobody-of-that-name", A_KEY)


def test_a_password_is_set_and_in_no_log(an_agent):
    with pytest.raises(OperationFailed, match="passwd"):
        an_agent.set_password("root", "too early")
    # The tiny guest has none of the programs that set one: this one tells what it is given.
    an_agent.write_file(
        "/bin/chpasswd", '#!/bin/sh\nread -r line; echo "$* $line" > /tmp/given\n', mode=0o755
    )
    secret = "xyzzy-as-password"  # noqa: S105 - a test's own
    an_agent.set_password("root", secret)
    assert an_agent.read_file("/tmp/given").decode() == f" root:{secret}\n"  # noqa: S108
    hashed = "$6$saltsalt$notarealhash"
    an_agent.set_password("root", hashed, crypted=True)
    assert an_agent.read_file("/tmp/given").decode() == f"-e root:{hashed}\n"  # noqa: S108
    logged = [f"{entry.code} {entry.what} {entry.error}" for entry in action_log.entries]
    assert any("set_password" in line for line in logged)
    assert all(secret not in line and hashed not in line for line in logged)


def test_the_clock_is_set(an_agent):
    an_agent.set_time(datetime(2001, 9, 9, tzinfo=UTC))
    assert an_agent.get_time() < 1_000_001_000
    an_agent.set_time()
    assert abs(an_agent.get_time() - time.time()) < 30
    with pytest.raises(InvalidDefinition, match="zone"):
        an_agent.set_time(datetime(2001, 9, 9))  # noqa: DTZ001 - that is the fault


def test_unused_blocks_are_asked_for(an_agent):
    an_agent.fstrim()


def test_the_overview_of_its_machine_shows_what_the_guest_says(a_guest, an_agent):
    info = look(a_guest)
    assert isinstance(info, GuestInfo)
    assert info.kernel == an_agent.exec(["uname", "-r"]).output.strip()
    text = said(info)
    assert f"<dd>{info.kernel}</dd>" in text
    assert "System in the guest" in text


def test_a_command_that_the_guest_forbids_is_named(a_guest, an_agent):
    forbid(an_agent, "guest-exec,guest-file-open")
    until(lambda: an_agent_lacks(a_guest, "exec"))
    with pytest.raises(Unsupported, match=r"does not allow its agent guest-exec.*block-rpcs"):
        an_agent.exec(["true"])
    with pytest.raises(Unsupported, match="does not allow its agent guest-file-open"):
        an_agent.read_file("/etc/passwd")
    assert "does not allow it" in str(an_agent.abilities)


def forbid(agent, commands):
    """Let the guest begin its agent anew, which may do less."""
    script = f"sed -i 's#qemu-ga #qemu-ga -b {commands} #' /etc/init.d/agent; killall qemu-ga"
    agent.shell(f"(sleep 1; {script}) > /dev/null 2>&1 < /dev/null &")


def an_agent_lacks(guest, ability):
    try:
        return ability not in guest.agent.abilities
    except (OperationFailed, Unsupported):
        return False


def test_a_machine_that_is_off_or_paused_is_said_to_be(a_guest, an_agent):
    a_guest.suspend()
    with pytest.raises(WrongState, match=r"paused.*Resume"):
        an_agent.ping()
    a_guest.resume()
    a_guest.destroy()
    with pytest.raises(WrongState, match=r"is off.*Start"):
        an_agent.exec(["true"])
    assert "is off" in repr(an_agent)
    assert "is off" in an_agent._repr_html_()


def test_the_overview_says_what_is_missing(a_qemu_connection_of_the_module):
    machine = tiny_guest().define(
        a_qemu_connection_of_the_module, "agent-absent", accelerator="tcg", memory=160 * 1024
    )
    try:
        machine.start(paused=True)
        assert look(machine)[0] == "The machine is paused."
        machine.destroy()
        machine.detach(machine.document(inactive=True).devices.channels[0])
        machine.start()
        reason, step = look(machine)
        assert "no channel for a guest agent" in reason
        assert "Add hardware" in step
    finally:
        if machine.state.is_active:
            machine.destroy()
        machine.undefine()
