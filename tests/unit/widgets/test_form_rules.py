"""Forms: what is shown, what is refused in which words, and what reaches the target."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from qvirt_jupyter.documents import (
    Choice,
    Disk,
    Flag,
    Integer,
    Size,
    Text,
    YesNo,
    declarations,
    option,
)
from qvirt_jupyter.widgets.forms.form import Form, Note


@dataclass(frozen=True)
class Request:
    name: str = option(Text(max_length=8), default="web", label="Name", help="Its <name>")
    notes: str = option(Text(multiline=True), default="", label="Notes")
    vcpus: int = option(Integer(1, 16), default=2, label="Processors", unit="CPUs", group="Size")
    memory: int = option(Size("KiB", minimum=1024), default=2097152, label="Memory", group="Size")
    firmware: str = option(
        Choice("bios", "efi", open=False, labels={"efi": "UEFI"}), default="bios", label="Firmware"
    )
    secure: bool = option(
        Flag(), default=False, label="Secure boot", when=lambda it: it.firmware == "efi"
    )
    entries: int = option(
        Integer(1, 9), default=1, label="Entries", when=lambda it: it.firmware == "efi"
    )
    model: str = option(Choice("virtio", "e1000e"), default="virtio", label="Model")
    port: int | None = option(Integer(1, 9), default=None, label="Port", advanced=True)
    acpi: bool | None = option(YesNo(), default=None, label="ACPI", advanced=True)
    password: str | None = option(Text(secret=True, max_length=8), default=None, label="Password")


@pytest.fixture
def submitted():
    """What a form handed over."""
    return []


@pytest.fixture
def a_form(submitted):
    form = Form(Request(), title="New", submit="Go", on_submit=submitted.append)
    yield form
    form.close()


def form_of(target, taken=None, **options):
    took = taken.append if taken is not None else lambda _filled: None
    return Form(target, title="Edit", submit="Go", on_submit=took, **options)


def field(form, name):
    return next(each for each in form.shown["fields"] if each["name"] == name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("name", "text"),
        ("notes", "multiline"),
        ("vcpus", "number"),
        ("firmware", "choice"),
        ("secure", "check"),
        ("model", "suggest"),
        ("acpi", "choice"),
        ("password", "secret"),
    ],
)
def test_each_type_has_its_input(a_form, name, kind):
    assert field(a_form, name)["kind"] == kind


def test_words_of_a_field_are_the_declared_ones(a_form):
    vcpus = field(a_form, "vcpus")
    assert (vcpus["label"], vcpus["unit"], vcpus["group"]) == ("Processors", "CPUs", "Size")
    assert field(a_form, "name")["help"] == "Its <name>"
    assert field(a_form, "firmware")["choices"] == [
        {"value": "bios", "label": "bios"},
        {"value": "efi", "label": "UEFI"},
    ]
    assert [each["name"] for each in a_form.shown["fields"] if each["advanced"]] == ["port", "acpi"]


def test_a_condition_follows_what_was_entered(a_form):
    assert not field(a_form, "secure")["shown"]
    a_form.edit("firmware", "efi")
    assert field(a_form, "secure")["shown"]
    a_form.edit("firmware", "bios")
    assert not field(a_form, "secure")["shown"]


def test_what_is_hidden_is_not_checked(a_form, submitted):
    a_form.edit("firmware", "efi")
    a_form.edit("entries", "12")
    assert not a_form.submit()
    a_form.edit("firmware", "bios")
    assert a_form.submit()
    assert submitted == [Request()]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("vcpus", "17", "17 is not a whole number from 1 to 16."),
        ("vcpus", "many", "'many' is not a whole number from 1 to 16."),
        ("memory", "2 apples", "'2 apples' is not a size of at least 1024 KiB."),
        ("name", "much too long", "'much too long' is not a text of at most 8 characters."),
    ],
)
def test_a_wrong_value_stays_and_is_told_the_right_ones(a_form, submitted, name, text, sentence):
    a_form.edit(name, text)
    assert (field(a_form, name)["value"], field(a_form, name)["error"]) == (text, sentence)
    assert a_form.validate() == {name: sentence}
    assert not a_form.submit()
    assert submitted == []


@pytest.mark.parametrize("name", ["vcpus", "memory", "firmware", "model"])
def test_a_value_that_must_be_there_cannot_be_emptied(a_form, submitted, name):
    a_form.edit(name, "")
    assert not a_form.submit()
    assert field(a_form, name)["error"]
    assert submitted == []


def test_a_mended_value_has_no_error_any_more(a_form):
    a_form.edit("vcpus", "17")
    a_form.edit("vcpus", "16")
    assert field(a_form, "vcpus")["error"] == ""
    assert a_form.validate() == {}


def test_each_refusal_is_told_to_the_browser_once(a_form):
    a_form.edit("vcpus", "17")
    a_form.submit()
    a_form.submit()
    assert a_form.shown["attempt"] == 2


def test_submit_hands_over_what_was_entered(a_form, submitted):
    for name, text in {"memory": "1 GiB", "port": "5", "acpi": "false", "model": "rtl8139"}.items():
        a_form.edit(name, text)
    assert a_form.changes == {"memory": 1048576, "port": 5, "acpi": False, "model": "rtl8139"}
    assert a_form.submit()
    assert submitted == [Request(memory=1048576, port=5, acpi=False, model="rtl8139")]


def test_a_number_alone_is_memory_in_the_unit_beside_it(a_form, submitted):
    assert (field(a_form, "memory")["value"], field(a_form, "memory")["unit"]) == ("2048", "MiB")
    a_form.edit("memory", "512")
    assert a_form.submit()
    assert submitted[0].memory == 524288


def test_an_optional_value_can_be_emptied():
    taken = []
    form = form_of(Request(port=5), taken)
    form.edit("port", "")
    assert form.submit()
    assert taken[0].port is None


def test_a_value_that_is_put_back_is_no_change(a_form):
    a_form.edit("name", "db")
    assert a_form.changes == {"name": "db"}
    a_form.edit("name", "web")
    assert a_form.changes == {}


def test_a_secret_goes_with_the_submission_and_is_in_no_state(a_form, submitted):
    a_form.edit("password", "geheim")
    assert "geheim" not in str(a_form.shown)
    assert a_form.submit({"password": "geheim"})
    assert submitted[0].password == "geheim"  # noqa: S105 - of no machine
    assert "geheim" not in str(a_form.shown) + str(a_form.get_state())
    assert "geheim" not in str(vars(a_form))


def test_a_secret_that_is_set_is_kept_and_never_shown():
    taken = []
    form = form_of(Request(password="geheim"), taken)  # noqa: S106 - of no machine
    assert "geheim" not in str(form.shown)
    assert field(form, "password")["placeholder"] == "unchanged"
    assert form.submit({"password": ""})
    assert taken[0].password == "geheim"  # noqa: S105 - of no machine


def test_a_wrong_secret_is_refused_and_not_repeated(a_form, submitted):
    assert not a_form.submit({"password": "much too secret"})
    assert submitted == []
    assert "secret" not in a_form.shown["problem"]


def test_what_the_receiver_refuses_stands_in_the_form():
    def refuse(_request):
        raise OSError("The disk is full.")

    form = Form(Request(), title="New", submit="Go", on_submit=refuse)
    assert not form.submit()
    assert form.shown["problem"] == "The disk is full."
    form.edit("name", "db")
    assert form.shown["problem"] == ""


def test_a_note_follows_the_values():
    form = form_of(Request(), note=lambda draft: Note("Sum", f"{draft.vcpus} CPUs"))
    form.edit("vcpus", "4")
    assert form.shown["note"] == {"label": "Sum", "text": "4 CPUs", "help": ""}


def test_only_what_is_asked_for_is_shown_and_taken(submitted):
    wanted = [each for each in declarations(Request) if each.name == "vcpus"]
    form = form_of(Request(), submitted, declared=wanted)
    form.edit("name", "db")
    form.edit("vcpus", "3")
    assert [each["name"] for each in form.shown["fields"]] == ["vcpus"]
    assert form.submit()
    assert submitted == [Request(vcpus=3)]


def test_a_browser_says_nothing_that_the_form_does_not_know(a_form, submitted):
    a_form._receive({"type": "edit", "name": "__class__", "value": "x", "number": 1})
    a_form._receive({"type": "edit", "name": "name", "value": 7, "number": 1})
    a_form._receive({"type": "submit", "secrets": {"name": "db", "other": "x"}})
    assert submitted == [Request()]


def test_an_element_is_written_when_it_is_submitted():
    disk = Disk.parse('<disk type="file"><target dev="vda" bus="virtio"/></disk>')
    form = form_of(disk)
    assert not field(form, "removable")["shown"]
    form.edit("bus", "usb")
    assert field(form, "removable")["shown"]
    assert disk.bus == "virtio"
    assert form.submit()
    assert disk.bus == "usb"


def test_a_choice_brings_its_own_fields():
    disk = Disk.parse('<disk type="file"><source file="/a.img"/><target dev="vda"/></disk>')
    before = str(disk)
    form = form_of(disk)
    form.edit("type", "block")
    form.edit("source.device", "/dev/sda")
    assert "source.file" not in {each["name"] for each in form.shown["fields"]}
    assert str(disk) == before
    assert form.submit()
    assert (disk.type, disk.source.device) == ("block", "/dev/sda")


def test_a_choice_that_is_put_back_shows_and_keeps_what_there_was():
    disk = Disk.parse('<disk type="file"><source file="/a.img"/><target dev="vda"/></disk>')
    before = str(disk)
    form = form_of(disk)
    form.edit("type", "block")
    form.edit("type", "file")
    assert field(form, "source.file")["value"] == "/a.img"
    assert form.submit()
    assert str(disk) == before


def test_what_became_hidden_is_not_written():
    disk = Disk.parse('<disk type="file"><target dev="vda" bus="virtio"/></disk>')
    before = str(disk)
    form = form_of(disk)
    form.edit("bus", "usb")
    form.edit("removable", "on")
    form.edit("bus", "virtio")
    assert form.submit()
    assert str(disk) == before
