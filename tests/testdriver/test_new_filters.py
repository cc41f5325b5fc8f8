"""The form for a new network filter; the test driver has none, so QEMU makes them elsewhere."""

from __future__ import annotations

import pytest

from qvirt_jupyter.widgets.networks.new_filter import NewFilterForm


@pytest.fixture
def asked():
    return []


@pytest.fixture
def a_form(asked):
    form = NewFilterForm(["filter", "no-spoof"], asked.append, asked.clear, asked.append)
    yield form
    form.close()


def field(form, name):
    return next(each for each in form.shown["fields"] if each["name"] == name)


def test_the_first_name_is_free_and_the_first_rules_are_as_libvirt_has_them(a_form):
    assert field(a_form, "name")["value"] == "filter-1"
    assert field(a_form, "xml")["code"]["language"] == "xml"
    assert field(a_form, "xml")["code"]["faults"] == []
    made = a_form.draft.document()
    assert made.name == "filter-1"
    assert [rule.action for rule in made.rules] == ["accept", "accept", "drop"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("name", "no-spoof", "is taken"),
        ("name", "a/b", "must not have a /"),
        ("xml", "<filter>", "well-formed"),
        ("xml", "<network/>", "It begins with <filter>, not with <network>."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(a_form, asked, name, text, words):
    a_form.edit(name, text)
    assert not a_form.submit()
    assert words in field(a_form, name)["error"]
    assert asked == []


def test_what_the_schema_does_not_know_is_marked_at_its_line(a_form):
    text = field(a_form, "xml")["value"].replace("action='drop'", "action='throw'")
    a_form.edit("xml", text)
    (fault,) = field(a_form, "xml")["code"]["faults"]
    assert (fault["line"], fault["level"]) == (8, "warning")
    assert "throw" in fault["text"]


def test_a_copied_filter_gets_its_own_name_and_uuid(a_form):
    uuid = "<uuid>11111111-2222-3333-4444-555555555555</uuid>"
    a_form.edit("xml", f"<filter name='other'>{uuid}<rule action='drop' direction='in'/></filter>")
    a_form.edit("name", "mine")
    made = a_form.draft.document()
    assert (made.name, made.uuid) == ("mine", None)
