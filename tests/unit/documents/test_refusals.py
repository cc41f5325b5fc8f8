"""What no field takes: values of another kind, text that XML cannot hold, numbers of Python's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from qvirt_jupyter.documents import (
    Address,
    Choice,
    Disk,
    Domain,
    Flag,
    Graphics,
    Hexadecimal,
    Host,
    Integer,
    InvalidDocument,
    Mac,
    OnOff,
    Path,
    Port,
    Size,
    Text,
    Uuid,
    YesNo,
)

TEXTUAL = [
    Text(),
    Text(multiline=True),
    Text(max_length=40),
    Path(),
    Path(absolute=False),
    Choice("a"),
    Choice("a", open=False),
    Host(),
    Address(),
    Mac(),
    Uuid(),
]
NUMBERS = [Integer(), Integer(None), Port(), Size(), Size("bytes"), Hexadecimal(4)]
SWITCHES = [Flag(), YesNo(), OnOff()]


def named(kind):
    return type(kind).__name__


@pytest.mark.parametrize("kind", TEXTUAL, ids=named)
@pytest.mark.parametrize(
    "value",
    # Without an id of its own, the address of the object would be part of the test's name.
    [None, 5, 0, 1.5, True, b"a", [], pytest.param(object(), id="object")],
    ids=lambda value: type(value).__name__ + str(value)[:4],
)
def test_a_text_is_a_text(kind, value):
    with pytest.raises(ValueError, match="is not"):
        kind.check(value)


@pytest.mark.parametrize("kind", NUMBERS, ids=named)
@pytest.mark.parametrize("value", [None, "5", 1.5, True, b"5", [], -5], ids=repr)
def test_a_number_is_a_number(kind, value):
    if value == -5 and getattr(kind, "minimum", 0) is None:
        kind.check(value)
        return
    with pytest.raises(ValueError, match="is not"):
        kind.check(value)


@pytest.mark.parametrize("kind", SWITCHES, ids=named)
@pytest.mark.parametrize("value", [None, "yes", "", 1, 0, []], ids=repr)
def test_a_switch_is_true_or_false(kind, value):
    with pytest.raises(ValueError, match="True or False"):
        kind.check(value)


@pytest.mark.parametrize("kind", TEXTUAL, ids=named)
@pytest.mark.parametrize("character", ["\0", "\x01", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_a_character_that_xml_cannot_hold_is_refused(kind, character):
    for value in (character, f"/a{character}b"):
        with pytest.raises(ValueError, match="is not"):
            kind.check(value)


@pytest.mark.parametrize("text", ["a\n", "\na", "a\r", "a\u2028", "a\x85b"])
def test_one_line_has_no_break_at_its_end_either(text):
    for kind in (Text(), Choice("a")):
        with pytest.raises(ValueError, match="is not"):
            kind.check(text)


@pytest.mark.parametrize("word", [" a", "a ", "b\t", " "])
def test_a_word_has_no_blanks_around_it(word):
    with pytest.raises(ValueError, match="one of a"):
        Choice("a").check(word)


@pytest.mark.parametrize("kind", NUMBERS, ids=named)
@pytest.mark.parametrize("text", ["1_0", "\u0661", "1e3", "0b1", "0x", "0x1_0", "1 0", "", " "])
def test_a_number_is_written_in_plain_digits(kind, text):
    with pytest.raises(ValueError, match="is not"):
        kind.parse(text)


@pytest.mark.parametrize("text", ["1.5 GiB", "-1 KiB", "1 parsec", "KiB", "1 KiBs"])
def test_a_size_is_a_whole_number_of_a_unit(text):
    with pytest.raises(ValueError, match="a size of at least 0 KiB"):
        Size().parse(text)


@pytest.mark.parametrize(
    ("element", "name", "value"),
    [
        (Domain(), "title", "a\ufffe"),
        (Domain(), "description", "a\ud800"),
        (Domain().devices, "emulator", "/a\x01"),
        (Disk(), "bus", "a\x01"),
        (Disk(), "read_only", "yes"),
        (Graphics(), "listen", 5),
        (Domain().cpu.topology, "sockets", 0),
        (Domain().metadata, "os_id", "\uffff"),
    ],
)
def test_a_refused_value_leaves_no_trace(element, name, value):
    before = str(element)
    with pytest.raises(ValueError, match="is not"):
        setattr(element, name, value)
    assert str(element) == before


@given(text=some.text(max_size=8))
def test_whatever_is_accepted_is_read_back(text):
    disk = Disk()
    for name in ("bus", "serial", "format", "alias"):
        try:
            setattr(disk, name, text)
        except ValueError:
            continue
        assert getattr(Disk.parse(str(disk)), name) == (text or None)


@given(number=some.integers(0, 10**24))
def test_sizes_and_numbers_are_read_back(number):
    domain = Domain(memory=number + 1, io_threads=number)
    again = Domain.parse(str(domain))
    assert (again.memory, again.io_threads) == (number + 1, number)


@given(
    number=some.integers(0, 10**12),
    unit=some.sampled_from(["b", "bytes", "KB", "K", "KiB", "MB", "M", "MiB", "GB", "GiB", "TiB"]),
)
def test_a_size_is_rounded_up_to_its_unit(number, unit):
    size, in_bytes = Size().parse(f"{number} {unit}"), Size("bytes").parse(f"{number}{unit}")
    assert 0 <= size * 1024 - in_bytes < 1024


def test_a_number_with_digits_of_python_in_a_document_is_named():
    with pytest.raises(InvalidDocument, match="domain/vcpu: '1_0' is not a whole number"):
        _value = Domain.parse("<domain><vcpu>1_0</vcpu></domain>").vcpus
