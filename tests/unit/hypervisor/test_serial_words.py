"""What may be said to a serial line and looked for on it, and what is refused in words."""

from __future__ import annotations

import re

import pytest

from qvirt_jupyter.hypervisor.errors import InvalidDefinition, Subject
from qvirt_jupyter.hypervisor.serial.words import command, looked_for, typed

WEB = Subject("domain", "web", "qemu:///session")


def test_texts_are_typed_with_the_key_of_a_terminal_and_bytes_as_they_are():
    assert typed("größe\n", WEB) == "größe\r".encode()
    assert typed(b"\x03\n", WEB) == b"\x03\n"


def test_what_is_looked_for_is_said_as_it_was_written():
    assert looked_for(["login:", re.compile(r"\d+")], WEB) == r"'login:' | '\\d+'"


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (lambda: typed(5, WEB), r"web: 5 cannot be typed\. Give a text"),
        (lambda: command(["ls", "-l"], WEB), r"web: A shell .* reads one text\. .*shlex\.join"),
        (lambda: looked_for([5], WEB), r"web: 5 cannot be looked for\. Give a text"),
        (lambda: looked_for(["x", b"x"], WEB), r"b'x' cannot be looked for"),
        (lambda: looked_for([re.compile(b"x")], WEB), "cannot be looked for"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_does(say, words):
    with pytest.raises(InvalidDefinition, match=words):
        say()
