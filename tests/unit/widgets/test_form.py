"""Forms of requests and of XML elements: shown, checked, applied."""

import dataclasses
import json

import pytest

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import (
    Choice,
    Disk,
    Flag,
    Graphics,
    Integer,
    Size,
    Text,
    YesNo,
    declarations,
    option,
)
from qvirt_jupyter.widgets.forms.form import Form, Note
from qvirt_jupyter.widgets.forms.inputs import input_of

SECRET = "hush-hush"  # noqa: S105 - what the tests are about


@dataclasses.dataclass(frozen=True)
class Wish:
    name: str = option(Text(pattern=r"\w+", expected=_("a word")), label=_("Name"), default="a")
    count: int = option(
        Integer(1, 3), label=_("Count"), default=1, unit="pieces", help=_("How many.")
    )
    kind: str = option(
        Choice("new", "old", open=False, labels={"new": _("New")}), label=_("Kind"), default="new"
    )
    age: int | None = option(
        Integer(), label=_("Age"), default=None, advanced=True, when=lambda wish: wish.kind == "old"
    )
    gift: bool = option(Flag(), label=_("Gift"), default=False, group=_("More"))
    code: str = option(Text(secret=True), label=_("Code"), default="")

    def coupled(self, name):
        return dataclasses.replace(self, gift=True) if name == "count" and self.count == 3 else self

    def check(self):
        if self.name == "nobody":
            raise ValueError("Somebody must wish.")


def form_of(target, **more):
    got = []
    more.setdefault("on_submit", got.append)
    form = Form(target, title=_("A wish"), submit=_("Wish"), **more)
    return form, got


def fields(form):
    return {field["name"]: field for field in form.shown["fields"]}


def test_a_form_shows_what_is_declared():
    form, _got = form_of(Wish(name="web"))
    shown = fields(form)
    assert form.shown["title"] == "A wish"
    assert list(shown) == ["name", "count", "kind", "age", "gift", "code"]
    assert (shown["name"]["kind"], shown["name"]["value"]) == ("text", "web")
    assert (shown["count"]["kind"], shown["count"]["unit"]) == ("number", "pieces")
    assert shown["count"]["help"] == "How many."
    assert shown["kind"]["choices"] == [
        {"value": "new", "label": "New"},
        {"value": "old", "label": "old"},
    ]
    assert (shown["age"]["advanced"], shown["age"]["shown"]) == (True, False)
    assert (shown["gift"]["kind"], shown["gift"]["value"]) == ("check", "false")
    assert shown["gift"]["group"] == "More"


def test_a_condition_follows_what_is_typed():
    form, _got = form_of(Wish())
    form.edit("kind", "old")
    assert fields(form)["age"]["shown"]


def test_what_is_typed_goes_to_the_target_when_it_is_submitted():
    wish = Wish()
    form, got = form_of(wish)
    form.edit("name", "web")
    form.edit("count", "2")
    assert form.changes == {"name": "web", "count": 2}
    assert form.submit()
    assert got == [Wish(name="web", count=2)]
    assert wish == Wish()


def test_a_wrong_value_is_told_the_right_ones_and_stops_the_form():
    form, got = form_of(Wish())
    form.edit("count", "9")
    assert fields(form)["count"]["error"] == "9 is not a whole number from 1 to 3."
    assert fields(form)["count"]["value"] == "9"
    form.edit("count", "many")
    assert "from 1 to 3" in fields(form)["count"]["error"]
    assert not form.submit()
    assert got == []
    assert form.shown["attempt"] == 1
    with pytest.raises(ValueError, match="from 1 to 3"):
        form.apply()
    form.edit("count", "2")
    assert fields(form)["count"]["error"] == ""
    assert form.submit()


def test_a_hidden_value_does_not_stop_the_form():
    form, got = form_of(Wish(kind="old"))
    form.edit("age", "old enough")
    assert form.validate().keys() == {"age"}
    form.edit("kind", "new")
    assert form.submit()
    assert got[0].age is None


def test_values_that_depend_on_each_other_follow():
    form, _got = form_of(Wish())
    form.edit("count", "3")
    assert fields(form)["gift"]["value"] == "true"


def test_a_request_that_is_wrong_as_a_whole_says_so_in_the_form():
    form, got = form_of(Wish())
    form.edit("name", "nobody")
    assert not form.submit()
    assert form.shown["problem"] == "Somebody must wish."
    form.edit("name", "me")
    assert form.shown["problem"] == ""
    assert form.submit()
    assert len(got) == 1


@pytest.mark.parametrize("error", [ValueError("It is taken."), OSError("The disk is full.")])
def test_what_the_receiver_refuses_is_shown_and_nothing_is_lost(error):
    def refuse(_wish):
        raise error

    form, _got = form_of(Wish(), on_submit=refuse)
    form.edit("name", "me")
    assert not form.submit()
    assert form.shown["problem"] == str(error)
    assert fields(form)["name"]["value"] == "me"


def test_a_secret_is_in_no_state_and_passed_on_once():
    form, got = form_of(Wish(code=SECRET))
    assert fields(form)["code"]["kind"] == "secret"
    assert fields(form)["code"]["placeholder"] == "unchanged"
    form.edit("code", SECRET)
    form._receive({"type": "submit", "secrets": {"code": "new-" + SECRET, "name": "stolen"}})
    assert got == [Wish(code="new-" + SECRET)]
    assert got[0].name == "a"
    everything = (
        json.dumps(form.get_state(), default=str) + json.dumps(form.shown) + repr(vars(form))
    )
    assert "new-" + SECRET not in everything
    assert SECRET not in json.dumps(form.get_state(), default=str) + json.dumps(form.shown)
    form.submit({"code": ""})
    assert got[-1].code == SECRET


def test_a_form_that_comes_again_keeps_its_secrets_in_no_state():
    form, got = form_of(Wish(), keeps_secrets=True)
    assert form.shown["keepsSecrets"]
    form._receive({"type": "secret", "name": "code", "value": SECRET})
    form._receive({"type": "secret", "name": "name", "value": "stolen"})
    assert (form.draft.code, form.draft.name) == (SECRET, "a")
    assert form.submit({"code": ""})
    assert got[0].code == SECRET
    assert SECRET not in json.dumps(form.shown)
    # Others take none before they are submitted.
    other, _got = form_of(Wish())
    other._receive({"type": "secret", "name": "code", "value": SECRET})
    assert other.draft.code == ""


def test_a_secret_stays_where_it_was_when_the_form_is_refused():
    form, got = form_of(Wish())
    form.edit("count", "9")
    form.submit({"code": SECRET})
    assert got == []
    assert SECRET not in repr(vars(form))


def test_an_element_is_edited_in_a_draft_and_gets_what_was_touched():
    text = "<disk type='file'><driver cache='none'/><source file='/a'/><target dev='vda' bus='virtio'/></disk>"
    disk = Disk.parse(text)
    form, got = form_of(disk)
    form.edit("type", "block")
    assert "source.device" in fields(form)
    assert "source.file" not in fields(form)
    form.edit("source.device", "sdb")
    assert "an absolute path" in fields(form)["source.device"]["error"]
    form.edit("source.device", "/dev/sdb")
    form.edit("bus", "sata")
    form.edit("read_only", "true")
    form.edit("cache", "")
    assert str(disk) == text
    assert form.submit()
    assert got == [disk]
    assert str(disk) == (
        "<disk type='block'><driver/><source dev='/dev/sdb'/><target dev='sda' bus='sata'/>"
        "<readonly/></disk>"
    )


def test_a_part_of_the_declarations_makes_a_smaller_form():
    disk = Disk()
    some = [item for item in declarations(disk) if item.name in {"bus", "cache"}]
    form, _got = form_of(disk, declared=some, narrowed={"disk/bus": ("virtio", "scsi")})
    assert list(fields(form)) == ["bus", "cache"]
    assert fields(form)["bus"]["choices"] == [
        {"value": "", "label": "Hypervisor default"},
        {"value": "virtio", "label": "VirtIO"},
        {"value": "scsi", "label": "SCSI"},
    ]
    form.edit("read_only", "true")
    form.submit()
    assert not disk.read_only


def test_a_password_of_an_element_is_set_at_the_end():
    display = Graphics(type="vnc")
    form, _got = form_of(display)
    assert form.submit({"source.password": SECRET})
    assert display.source.password == SECRET


def test_a_note_and_placeholders_follow_the_draft():
    form, _got = form_of(
        Wish(),
        note=lambda wish: Note(_("Sum"), str(wish.count), _("So many.")),
        placeholders={"name": lambda wish: wish.kind},
    )
    form.edit("count", "2")
    assert form.shown["note"] == {"label": "Sum", "text": "2", "help": "So many."}
    assert fields(form)["name"]["placeholder"] == "new"


def test_a_state_says_which_edit_it_knows_of():
    form, _got = form_of(Wish())
    assert form.shown["answered"] == 0
    form._receive({"type": "edit", "name": "count", "value": "5", "number": 3})
    assert form.shown["answered"] == 3


def test_what_a_browser_says_is_not_trusted():
    left = []
    form, got = form_of(Wish(), on_cancel=lambda: left.append(1))
    for content in (
        {"type": "edit", "name": "__class__", "value": "x", "number": 1},
        {"type": "edit", "name": "count", "number": 1},
        {"type": "edit", "name": "count", "value": 5, "number": 1},
        {"type": "edit", "name": "count", "value": "5"},
        {"type": "edit", "name": "count", "value": "5", "number": "1"},
        {"type": "submit"},
        {"type": "else"},
    ):
        form._receive(content)
    assert (got, left) == ([], [])
    form._receive({"type": "cancel"})
    assert left == [1]


@pytest.mark.parametrize(
    ("kind", "optional", "text", "value", "written"),
    [
        (Size(), True, "512", 524288, "512"),
        (Size(), True, "2 GiB", 2097152, "2048"),
        (Size(), True, "1000 KiB", 1000, "1000 KiB"),
        (Size(), True, "1.5", 1536, "1536 KiB"),
        (Size("bytes", typed="GiB"), True, "1.5 GiB", 1536 * 2**20, "1536 MiB"),
        (Size("bytes", typed="GiB"), True, ".5 KiB", 512, "512 bytes"),
        (Size(), True, "", None, ""),
        (Size("bytes"), True, "1", 1048576, "1"),
        (YesNo(), True, "", None, ""),
        (YesNo(), True, "true", True, "true"),
        (YesNo(), False, "false", False, "false"),
        (Integer(), True, " ", None, ""),
        (Choice("a"), True, "b", "b", "b"),
        (Text(multiline=True), True, "a\nb", "a\nb", "a\nb"),
        (Text(), False, " ", "", ""),
    ],
)
def test_texts_and_values_become_each_other(kind, optional, text, value, written):
    made = input_of(kind, optional=optional)
    assert made.read(text) == value
    assert made.write(value) == written
