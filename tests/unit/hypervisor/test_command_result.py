"""What a command in a guest came to, in words and in a notebook."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor.errors import OperationFailed, Subject
from qvirt_jupyter.hypervisor.guest.command_result import CommandResult

WEB = Subject("domain", "web", "qemu:///session")


def result(code=0, signal=None, stdout=b"", stderr=b"", *, truncated=False):
    return CommandResult(("ls", "a b"), code, signal, stdout, stderr, truncated, WEB)


def test_what_went_well_is_returned():
    good = result(stdout="ü\n".encode())
    assert good.check() is good
    assert (good.output, str(good), good.error_output) == ("ü\n", "ü", "")
    assert repr(good) == "<\"ls 'a b'\": exit code 0>\nü"
    assert repr(result(1)) == "<\"ls 'a b'\": exit code 1, no output>"


def test_what_went_wrong_says_how_and_what_the_guest_said():
    bad = result(2, stderr=b"no such file\n")
    with pytest.raises(OperationFailed) as raised:
        bad.check()
    assert str(raised.value) == (
        "web: ls 'a b' failed in the guest: exit code 2. It said: no such file"
    )


@pytest.mark.parametrize(("signal", "name"), [(15, "SIGTERM"), (63, "63")])
def test_a_signal_has_its_name(signal, name):
    assert result(128 + signal, signal).ending == f"ended by signal {name}"


def test_a_notebook_shows_no_markup_of_the_guest_and_not_too_much():
    shown = result(stdout=b"<script>alert(1)</script>" + b"x" * 100_000)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert len(shown) < 30_000
    assert "more than is here" in result(truncated=True)._repr_html_()
    assert "truncated" in repr(result(truncated=True))
