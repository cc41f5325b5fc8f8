"""Tags as people type them."""

from __future__ import annotations

import pytest

from qvirt_jupyter.widgets.machine.tags import answered_tags, tags_question


@pytest.mark.parametrize(
    ("values", "tags"),
    [
        ({"tags": ""}, ()),
        ({"tags": "web, lab 1 ,, web"}, ("web", "lab 1")),
        ({"add": "db", "remove": ""}, ("web", "lab", "db")),
        ({"add": "lab", "remove": "web"}, ("lab",)),
        ({"add": "", "remove": "web, lab, other"}, ()),
        ({}, ("web", "lab")),
    ],
)
def test_the_answer_makes_the_tags(values, tags):
    assert answered_tags(("web", "lab"), values) == tags


def test_one_machine_has_its_tags_in_the_field_and_several_have_two_fields():
    (field,) = tags_question(["web"], ("a", "b")).fields
    assert field.value == "a, b"
    names = [field.name for field in tags_question(["web", "db"], ()).fields]
    assert names == ["add", "remove"]
