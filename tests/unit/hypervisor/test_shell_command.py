"""Commands that are typed into shells of which nothing is known."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import threading

import pytest

from qvirt_jupyter.hypervisor.errors import OperationFailed
from qvirt_jupyter.hypervisor.guest.command_result import CommandResult
from qvirt_jupyter.hypervisor.guest.shell_command import ShellCommand
from qvirt_jupyter.hypervisor.guest.shell_result import ShellResult
from qvirt_jupyter.hypervisor.serial.ansi_text import plain

SHELLS = [
    shell
    for shell in (["dash"], ["bash", "--norc"], ["busybox", "ash"], ["zsh", "-f"])
    if shutil.which(shell[0])
]


@pytest.fixture(params=SHELLS, ids=" ".join)
def a_shell(request):
    """An interactive shell at a terminal, as behind a serial port."""
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "vt100", "LC_ALL": "C", "HISTFILE": ""}
    process = subprocess.Popen(
        [*request.param, "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    os.close(theirs)
    yield ours
    process.kill()
    process.wait()
    os.close(ours)


def run(shell, command):
    """Type it, and return what is found between its marks."""
    typed = ShellCommand(command)
    writing = threading.Thread(target=os.write, args=(shell, typed.typed.encode()))
    writing.start()
    seen = b""
    while (end := typed.end.search(plain(seen))) is None:
        seen += os.read(shell, 4096)
    writing.join()
    text = plain(seen)
    begin = typed.begin.search(text)
    assert begin, text
    return text[begin.end() : end.start()], int(end["status"])


@pytest.mark.parametrize(
    ("command", "output", "status"),
    [
        ("echo hello", "hello\n", 0),
        ("printf 'no end'", "no end", 0),
        ("false", "", 1),
        ("(exit 77)", "", 77),
        ("echo '$HOME' \"a  b\" \\\\ `echo tick` !x", "$HOME a  b \\ tick !x\n", 0),
        ("for i in 1 2; do\n\techo $i\ndone", "1\n2\n", 0),
        ("cat <<END\nhere 'is'\nEND", "here 'is'\n", 0),
        ("echo grün €", "grün €\n", 0),
        (": # a comment", "", 0),
        ("echo 100% -n", "100% -n\n", 0),
        ("x=", "", 0),
        ("printf '\\033[1mbold\\033[0m\\n'", "bold\n", 0),
    ],
)
def test_a_command_is_run_as_it_was_written(a_shell, command, output, status):
    assert run(a_shell, command) == (output, status)


def test_a_long_command_goes_in_lines_that_the_smallest_editor_takes(a_shell):
    words = " ".join(f"word-{number}" for number in range(600))
    assert max(map(len, ShellCommand(f"echo {words}").typed.splitlines())) < 1000
    assert run(a_shell, f"echo {words}") == (f"{words}\n", 0)
    assert run(a_shell, "echo [$_qv]") == ("[]\n", 0)


def test_the_marks_are_never_typed():
    command = ShellCommand("echo x")
    assert not command.begin.search(command.typed)
    assert not command.end.search(command.typed)
    assert ShellCommand("x").begin.pattern != ShellCommand("x").begin.pattern


def test_a_result_can_be_read():
    result = ShellResult("ls", "a\nb\n", 0)
    assert str(result) == "a\nb"
    assert repr(result) == "<'ls': exit code 0>\na\nb"
    assert result.check() is result
    assert "&lt;b&gt;" in ShellResult("x", "<b>", 0)._repr_html_()
    assert "<b>" not in ShellResult("x", "<b>", 0)._repr_html_()
    failed = ShellResult("ls /nix", "ls: /nix: No such file\n", 2)
    assert not failed.ok
    with pytest.raises(OperationFailed) as raised:
        failed.check()
    assert str(raised.value) == (
        "ls /nix failed on the console: exit code 2. It said: ls: /nix: No such file"
    )
    assert raised.value.details == failed.output
    assert repr(ShellResult("true", "", 0)) == "<'true': exit code 0, no output>"
    long = ShellResult("seq", "x" * 100_000, 0)
    assert len(repr(long)) < 30_000
    assert len(long._repr_html_()) < 30_000


def test_both_results_of_a_command_have_the_same_words():
    ours, theirs = (
        ShellResult("ls", "a\n", 1),
        CommandResult(("ls",), 1, None, b"a\n", b"", truncated=False),
    )
    for name in ("exit_code", "output", "ok", "truncated", "ending"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert (str(ours), repr(ours)) == (str(theirs), repr(theirs))
