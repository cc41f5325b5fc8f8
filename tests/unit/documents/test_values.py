"""Types of values: what is right, and what a wrong one is told."""

import pytest

from qvirt_jupyter.documents import (
    Address,
    Choice,
    Flag,
    Hexadecimal,
    Host,
    Integer,
    Mac,
    OnOff,
    Path,
    Port,
    Size,
    Text,
    Uuid,
    YesNo,
)

RIGHT = [
    (Text(), "a b", "a b"),
    (Text(multiline=True), "a\nb", "a\nb"),
    (Integer(), " 7 ", 7),
    (Integer(), "0x1f", 31),
    (Integer(-1), "-1", -1),
    (Hexadecimal(4), "0x001f", 31),
    (Port(), "22", 22),
    (Size(), "512", 512),
    (Size(), "4 GiB", 4 * 1024**2),
    (Size(), "1KB", 1),
    (Size(), "2 M", 2048),
    (Size("bytes"), "1 GB", 10**9),
    (Size("bytes"), "3 kib", 3072),
    (Flag(), "", True),
    (YesNo(), "yes", True),
    (OnOff(), "off", False),
    (Choice("a", "b"), " a ", "a"),
    (Choice("a", "b"), "c", "c"),
    (Uuid(), "6D3F000000004000800000000000A001", "6d3f0000-0000-4000-8000-00000000a001"),
    (Mac(), "52:54:00:AA:BB:CC", "52:54:00:aa:bb:cc"),
    (Address(), "fd00::1", "fd00::1"),
    (Address(4), "192.0.2.1", "192.0.2.1"),
    (Host(), "web.example.org", "web.example.org"),
    (Host(), "::1", "::1"),
    (Path(), "/a b", "/a b"),
    (Path(absolute=False), "a", "a"),
]

WRONG = [
    (Text(), "a\nb", "a text of one line"),
    (Text(), "a\x00", "a text of one line"),
    (Text(), None, "a text of one line"),
    (Text(max_length=2), "abc", "at most 2 characters"),
    (Text(pattern="a+", expected="some a"), "b", "some a"),
    (Integer(1), 0, "at least 1"),
    (Integer(None, 5), 6, "at most 5"),
    (Integer(1, 5), True, "from 1 to 5"),
    (Integer(None), "1", "a whole number"),
    (Port(), 0, "a port from 1 to 65535"),
    (Size(minimum=4), 3, "at least 4 KiB"),
    (Flag(), None, "True or False"),
    (YesNo(), "yes", "True or False"),
    (Choice("a", "b", open=False), "c", "one of a, b"),
    (Choice("a"), " ", "one of a"),
    (Uuid(), "1234", "a UUID such as"),
    (Mac(), "53:54:00:aa:bb:cc", "a MAC address such as"),
    (Mac(), "52-54-00-aa-bb-cc", "a MAC address such as"),
    (Address(), "192.0.2.256", "an IP address such as"),
    (Address(6), "192.0.2.1", "an IPv6 address such as"),
    (Host(), "a b", "a host name or an IP address"),
    (Host(), "fd00::zz", "a host name or an IP address"),
    (Path(), "a", "an absolute path"),
    (Path(), "", "an absolute path"),
    (Path(absolute=False), "a\nb", "a path"),
]


@pytest.mark.parametrize(("kind", "text", "value"), RIGHT)
def test_right_values_are_read_and_written(kind, text, value):
    assert kind.parse(text) == value
    kind.check(value)
    assert kind.parse(kind.format(value)) == value


@pytest.mark.parametrize(("kind", "value", "words"), WRONG)
def test_wrong_values_are_told_the_right_ones(kind, value, words):
    with pytest.raises(ValueError, match=words):
        kind.check(value)


@pytest.mark.parametrize("kind", [Integer(), Size(), YesNo(), OnOff(), Uuid()])
def test_text_that_is_no_value_is_refused(kind):
    with pytest.raises(ValueError, match="is not"):
        kind.parse("4 parsecs")


def test_a_secret_is_in_no_message():
    kind = Text(secret=True, max_length=8)
    with pytest.raises(ValueError, match="…") as caught:
        kind.check("much too secret")
    assert "secret" not in str(caught.value)


def test_hexadecimal_is_written_with_its_digits():
    assert Hexadecimal(4).format(31) == "0x001f"


def test_choices_have_labels():
    assert Choice("a", labels={"a": "Letter A"}).label("a") == "Letter A"
    assert Choice("a").label("b") == "b"
