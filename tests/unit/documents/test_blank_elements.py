"""Every class from nothing: each field alone, all fields in any order, and back to nothing."""

from random import Random

import pytest
from sample_documents import samples

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import (
    Element,
    Field,
    Integer,
    Size,
    Text,
    Variant,
    declarations,
)
from qvirt_jupyter.documents.devices.forward_list import ForwardList
from qvirt_jupyter.documents.schema import kinds_of, schema_of


def value_of(kind):
    """Return a right value of a type."""
    return samples(kind)[0]


KINDS = {
    f"{kind.__module__.rpartition('.')[2]}-{kind.__name__}": kind
    for kind in kinds_of(Element)
    if kind.__module__.startswith("qvirt_jupyter.") and schema_of(kind).members
}


def shapes():
    """Return each class once for every branch of its variant, as what the selector must say."""
    for name, kind in KINDS.items():
        yield name, kind, None
        for member in schema_of(kind).members.values():
            if isinstance(member, Variant):
                for branch in member.branches:
                    yield f"{name}-{branch}", kind, (member._field(kind()).name, branch)


SHAPES = {name: (kind, selected) for name, kind, selected in shapes()}
every_shape = pytest.mark.parametrize(("kind", "selected"), SHAPES.values(), ids=SHAPES)


def blank(kind, selected):
    element = without_rules(kind())
    if selected is not None:
        without_rules(element)
        setattr(element, *selected)
        element._tree.rules_are_running = False
    return element


def without_rules(element):
    """Let a field's own work be seen; what the rules add has its own tests."""
    element._tree.rules_are_running = True
    return element


def said(node):
    """Return all that is written in a tree, each with its path."""
    found = []
    for child in node.iter():
        way = [part.tag for part in child.iterancestors()][::-1]
        path = "/".join([*way, child.tag])
        found += [f"{path}/@{name}={value}" for name, value in child.attrib.items()]
        found += [f"{path}={child.text.strip()}"] if (child.text or "").strip() else []
        found += [path] if not len(child) and not child.attrib and not child.text else []
    return found


def test_all_declared_classes_are_tried():
    # Two are known by name: a list that came out empty would pass every test below.
    assert {"disk-Disk", "domain-Domain", "metadata-Tag"} <= KINDS.keys()
    tried = {
        member
        for kind, _selected in SHAPES.values()
        for member in schema_of(kind).members.values()
        if isinstance(member, Field)
    }
    declared = {
        member
        for kind in kinds_of(Element)
        if kind.__module__.startswith("qvirt_jupyter.")
        for member in vars(kind).values()
        if isinstance(member, Field)
    }
    assert declared - tried == set()


@every_shape
def test_a_field_writes_itself_and_leaves_nothing_when_cleared(kind, selected):
    for declared in declarations(blank(kind, selected)):
        element = without_rules(blank(kind, selected))
        if selected is not None and declared.name == selected[0]:
            continue
        if isinstance(declared.type, ForwardList):
            # One line for several elements: test_forward_list.py
            continue
        first, facts = str(element), said(element._root)
        value = value_of(declared.type)

        declared.set(element, value)

        assert declared.get(element) == value, declared.name
        new = [fact for fact in said(element._root) if fact not in facts]
        unit = isinstance(declared.type, Size)
        written = declared.type.format(value)
        written = written.partition(" ")[0] if unit else written
        conditions = "[@" in str(member_of(element, declared.name).location)
        assert len(new) == 1 + unit + conditions, (declared.name, new)
        assert any(fact.endswith(written) for fact in new), (declared.name, new)
        again = type(element).parse(str(element))
        assert declared.get(again) == value, declared.name
        assert not element.diff(again)

        declared.set(element, declared.type.absent)

        assert declared.get(element) == declared.type.absent
        assert str(element) == first, declared.name


def member_of(element, name):
    *way, last = name.split(".")
    for part in way:
        element = getattr(element, part)
    return schema_of(type(element)).members[last]


def free(kind, selected):
    """Return what may be set in any order: a selector decides what else there is."""
    selectors = {
        member._field(kind()).name
        for member in schema_of(kind).members.values()
        if isinstance(member, Variant)
    }
    return [
        declared
        for declared in declarations(blank(kind, selected))
        if declared.name not in selectors
        and not isinstance(declared.type, ForwardList)
        # The two sources of UDP have one name, so they stand in the order in which they came.
        and "[@" not in str(member_of(blank(kind, selected), declared.name).location)
    ]


@every_shape
def test_the_order_of_setting_does_not_show(kind, selected):
    fields = free(kind, selected)
    in_order = without_rules(blank(kind, selected))
    for declared in fields:
        declared.set(in_order, value_of(declared.type))
    for seed in range(8):
        shuffled = without_rules(blank(kind, selected))
        # Chance that is the same each time, so that a failure stays one.
        for declared in Random(seed).sample(fields, len(fields)):  # noqa: S311 - no secret
            declared.set(shuffled, value_of(declared.type))
        assert str(shuffled) == str(in_order)


def test_a_unit_stands_after_the_other_attributes_as_libvirt_writes_it():
    domain = documents.Domain(max_memory=4096, memory_slots=2)
    assert "<maxMemory slots='2' unit='KiB'>4096</maxMemory>" in str(domain)


@every_shape
def test_children_stand_in_the_order_of_declaration(kind, selected):
    element = without_rules(blank(kind, selected))
    for declared in reversed(free(kind, selected)):
        declared.set(element, value_of(declared.type))
    for node in [element._root, *element._root]:
        way = () if node is element._root else (node.tag,)
        order = schema_of(kind).order(way)
        for names in (
            [child.tag for child in node],
            [f"@{name}" for name in node.attrib],
        ):
            ranks = [order.index(name) for name in names if name in order]
            assert ranks == sorted(ranks), names


def test_what_a_subclass_declares_itself_counts():
    class Base(Element):
        tag = "base"
        first = Field("@a", Text(), label=_("First"))
        second = Field("@z", Text(), label=_("Second"))

    class Own(Base):
        first = Field("@own", Integer(), label=_("Own"))

    assert [declared.name for declared in declarations(Own)] == ["first", "second"]
    assert declarations(Own)[0].type is Own.first.type
    assert str(Own(second="x", first=3)) == "<base own='3' z='x'/>"
    assert str(Base(second="x", first="y")) == "<base a='y' z='x'/>"
