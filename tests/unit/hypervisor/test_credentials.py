"""Questions of libvirt and ssh reach whoever answers, and nothing of the answers is kept."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import libvirt
import pytest

from qvirt_jupyter.hypervisor.opening.credentials import CredentialRequest, Questions
from qvirt_jupyter.hypervisor.ssh.questions import SshQuestions, request_of


def put(questions, *kinds):
    """Ask as libvirt does."""
    asked = [[kind, f"Prompt {kind}: ", "host", "default", None] for kind in kinds]
    code = questions.auth()[1](asked, None)
    return code, [entry[4] for entry in asked], asked


def test_answers_go_where_libvirt_looks_for_them():
    seen = []

    def answer(requests):
        seen.extend(requests)
        return ["me", "secret"]

    code, answers, _asked = put(
        Questions(answer), libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE
    )
    assert (code, answers) == (0, ["me", "secret"])
    user, password = seen
    assert (user.kind, user.secret, user.default) == ("username", False, "default")
    assert (password.kind, password.secret, password.challenge) == ("password", True, "host")
    assert password.prompt == f"Prompt {libvirt.VIR_CRED_PASSPHRASE}"


def test_nobody_to_ask_is_no_cancel():
    questions = Questions(None)
    assert put(questions, libvirt.VIR_CRED_PASSPHRASE)[0] == -1
    assert not questions.cancelled
    assert questions.prompts == [f"Prompt {libvirt.VIR_CRED_PASSPHRASE}"]


@pytest.mark.parametrize("answer", [lambda _: None, lambda _: [], lambda _: 1 / 0])
def test_no_answer_is_a_cancel(answer, caplog):
    questions = Questions(answer)
    assert put(questions, libvirt.VIR_CRED_PASSPHRASE)[0] == -1
    assert questions.cancelled
    assert "secret" not in caplog.text


def test_the_kinds_that_libvirt_may_ask_for():
    kinds, _callback, _opaque = Questions(None).auth()
    assert libvirt.VIR_CRED_EXTERNAL not in kinds
    assert {libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE} <= set(kinds)


HOST_KEY = (
    "The authenticity of host '[127.0.0.1]:2222' can't be established.\n"
    "ED25519 key fingerprint is SHA256:abc.\n"
    "Are you sure you want to continue connecting (yes/no/[fingerprint])? "
)


@pytest.mark.parametrize(
    ("prompt", "kind", "expected", "secret"),
    [
        (HOST_KEY, "", "host_key", False),
        ("root@host's password: ", "", "password", True),
        ("Enter passphrase for key '/x/id': ", "", "passphrase", True),
        ("(root@host) Verification code: ", "", "password", True),
        ("Allow use of key x?", "confirm", "confirm", False),
        ("Confirm user presence", "none", "none", False),
        (HOST_KEY, "confirm", "host_key", False),
    ],
)
def test_kinds_of_questions_of_ssh(prompt, kind, expected, secret):
    request = request_of({"prompt": prompt, "kind": kind})
    assert (request.kind, request.secret) == (expected, secret)


@pytest.fixture
def an_ssh(tmp_path):
    """A program in place of ssh: it asks one question the way ssh does."""
    program = tmp_path / "its ssh"
    program.write_text(
        '#!/bin/sh\n[ "$1" = -G ] && exit\nfor prompt; do :; done\n'
        '"$SSH_ASKPASS" "$prompt" && echo "require=$SSH_ASKPASS_REQUIRE"\n'
    )
    program.chmod(0o755)
    return str(program)


def ask(asking, prompt, **environment):
    return subprocess.run(
        [asking.command, prompt],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={"PATH": os.environ["PATH"], **environment},
    )


def test_a_question_of_ssh_is_answered(an_ssh):
    seen = []

    def answer(requests):
        seen.extend(requests)
        return ['sec"ret ü\\']

    with SshQuestions(Questions(answer), an_ssh) as asking:
        done = ask(asking, "root@host's password: ")
    assert done.stdout == 'sec"ret ü\\\nrequire=force\n'
    assert seen == [CredentialRequest("password", "root@host's password", secret=True)]


def test_a_cancelled_question_ends_ssh(an_ssh):
    questions = Questions(lambda _requests: None)
    with SshQuestions(questions, an_ssh) as asking:
        done = ask(asking, HOST_KEY)
    assert (done.returncode, done.stdout) == (1, "")
    assert questions.cancelled
    assert "SHA256:abc" in questions.prompts[0]


def test_a_touch_of_a_key_asks_nobody(an_ssh):
    with SshQuestions(Questions(lambda _requests: pytest.fail("asked")), an_ssh) as asking:
        done = ask(asking, "Confirm user presence", SSH_ASKPASS_PROMPT="none")
    assert done.returncode == 0


def test_everything_is_private_and_gone_afterwards(an_ssh):
    with SshQuestions(Questions(None), an_ssh) as asking:
        folder = Path(asking.command).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(str(folder / "ask")) < 100
    assert not folder.exists()
    with pytest.raises(RuntimeError):
        SshQuestions(Questions(None)).command  # noqa: B018 - looking is the test
