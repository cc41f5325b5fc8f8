"""Cloud-config that somebody wrote or pasted is read without trusting it."""

import time

import pytest

from qvirt_jupyter.provision.cloud import InvalidSeed
from qvirt_jupyter.provision.cloud.user_data import read_user_data


def test_lines_are_known():
    read = read_user_data("#cloud-config\nusers:\n- name: a\n  uid: 3\n-\n  name: b\n")
    assert read.values == {"users": [{"name": "a", "uid": 3}, {"name": "b"}]}
    assert read.line(("users",)) == 2
    assert read.line(("users", 0, "uid")) == 4
    assert read.line(("users", 1, "nothing")) == 6


@pytest.mark.parametrize("text", ["", "\n", "#cloud-config", "# a word\n"])
def test_nothing_is_nothing(text):
    assert read_user_data(text).values == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b\nc: [d\n", r"^Line 3: This is no YAML that can be read: .*expected"),
        ("a: b\n\tc: d\n", r"^Line 2: "),
        ("- a\n- b\n", r"^Line 1: User data is a mapping"),
        ("just words", r"^Line 1: User data is a mapping"),
        ("a: 1\nb: 2\na: 3\n", r"^Line 3: a stands here a second time, first in line 1"),
        ("a: {b: 1, b: 2}", r"b stands here a second time"),
        ("1: 2", r"^Line 1: The key 1 is not a word"),
        ("? [a, b]\n: c\n", r"^Line 1: A key is a single word"),
        ("a: !!python/object/apply:os.system [reboot]", r"^Line 1: .*could not determine"),
        ("a: 1\n---\nb: 2\n", r"^Line 2: .*single document"),
        ("a: b\nc: \x07", r"^Line 2: The character U\+0007"),
        ("a: 2024-13-45", r"A value cannot be read"),
        ("a: *nobody", r"^Line 1: .*undefined alias"),
        ("a: &a [*a]", r"^Line 1: An alias stands for what it is itself"),
        ("#!/bin/sh\nreboot\n", r"^Line 1: This is a script.*runcmd"),
        ("## template: jinja\n", r"^Line 1: User data that begins with “## template:”"),
        ("#include\nhttp://x\n", r"#include"),
        ("Content-Type: multipart/mixed\n", r"Content-Type"),
        ("a: " + "x" * 2**20, r"larger than 1 MiB"),
        ("a: " + "[" * 100 + "]" * 100, r"More than 64 lists"),
        ("a: [" + "1," * 100_001 + "]", r"more than 100000 values"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, message):
    with pytest.raises(InvalidSeed, match=message):
        read_user_data(text)


@pytest.mark.parametrize("merge", [False, True])
def test_a_bomb_does_not_go_off(merge):
    lines = ["a0: &a0 {x: y}" if merge else "a0: &a0 [lol, lol]"]
    for number in range(1, 60):
        before = f"*a{number - 1}"
        body = f"{{<<: [{before}, {before}]}}" if merge else f"[{before}, {before}]"
        lines.append(f"a{number}: &a{number} {body}")
    begin = time.process_time()
    with pytest.raises(InvalidSeed, match="aliases stand for more"):
        read_user_data("\n".join(lines))
    assert time.process_time() - begin < 5


def test_aliases_and_merges_are_followed():
    text = "base: &base {shell: /bin/sh, uid: 3}\nusers:\n- <<: *base\n  name: a\n  uid: 4\n"
    assert read_user_data(text).values["users"] == [{"name": "a", "shell": "/bin/sh", "uid": 4}]


@pytest.mark.parametrize(
    ("key", "meant"),
    [("packges", "packages"), ("write_file", "write_files"), ("run_cmd", "runcmd")],
)
def test_a_misspelt_key_is_told(key, meant):
    (warning,) = read_user_data(f"timezone: UTC\n{key}: []\n").warnings
    assert warning.is_warning
    assert warning.line == 2
    assert meant in str(warning)


@pytest.mark.parametrize("key", ["ca-certs", "ca_certs", "mynewmodule", "runcmd"])
def test_a_key_that_may_be_meant_is_left_alone(key):
    assert not read_user_data(f"{key}: []\n").warnings
