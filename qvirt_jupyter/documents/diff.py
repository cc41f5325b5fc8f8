"""What differs between two documents, path by path, in a form that people can read."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lxml import etree

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.argument_secrets import names_a_secret, with_values
from qvirt_jupyter.documents.field import UNIT, Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.location import NAMESPACES, Node
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import Member, Schema, schema_of
from qvirt_jupyter.documents.secret_places import secret_attributes, secret_elements
from qvirt_jupyter.documents.serialization import Style, serialize
from qvirt_jupyter.documents.tree import text_of
from qvirt_jupyter.documents.values import Size
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.documents.element import Element

MASK = "••••"
"""What stands for a secret."""
ARGUMENT = f"{{{NAMESPACES['qemu']}}}arg"
"""An argument of QEMU's command line, which may have secrets in it."""
VARIABLE = f"{{{NAMESPACES['qemu']}}}env"
"""A variable of QEMU's environment, which may be one."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Parameters
    ----------
    path
        Where: ``devices/disk[vda]/driver/@cache``.
    before, after
        What was and is there; ``None`` for nothing. Secrets are masked.
    """

    path: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.path}: + {self.after}"
        if self.after is None:
            return f"{self.path}: - {self.before}"
        return f"{self.path}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences, in document order; false where there are none."""

    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __str__(self) -> str:
        return "\n".join(map(str, self.changes)) or str(_("no differences"))

    @property
    def paths(self) -> tuple[str, ...]:
        """Where they are."""
        return tuple(change.path for change in self.changes)


def diff(before: Element, after: Element) -> Diff:
    """Compare two documents of a kind.

    Layout, comments and the spelling of a declared value (``4 GiB``, ``4194304 KiB``) do not count.
    Items that have a key are matched by it, others by their place.
    """
    old, new = before._node, after._node
    if old is None or new is None:
        return Diff(tuple(_whole("", old, new)))
    return Diff(tuple(_nodes("", old, new, _Known.of(type(before)))))


def outline(element: Element) -> str:
    """Return an element in one line, as a change says that it came or went; secrets are masked."""
    node = element._node
    return "" if node is None else _line(node)


class _Known:
    """What the declarations say of the inside of one element."""

    # Each with the declarations that it was read off: they change when a device enters itself.
    _kept: ClassVar[dict[type[Element], tuple[Schema, _Known]]] = {}

    def __init__(self, members: dict[tuple[str, ...], Member]) -> None:
        self.members = members
        self._below: dict[str, _Known] = {}

    @classmethod
    def of(cls, kind: type[Element]) -> _Known:
        schema = schema_of(kind)
        kept = cls._kept.get(kind)
        if kept is None or kept[0] is not schema:
            kept = cls._kept[kind] = (schema, cls(dict(_members(kind))))
        return kept[1]

    def below(self, tag: str) -> _Known:
        member = self.members.get((tag,))
        if isinstance(member, Group | Many):
            return _Known.of(member.cls)
        if tag not in self._below:
            inside = {way[1:]: found for way, found in self.members.items() if way[:1] == (tag,)}
            self._below[tag] = _Known(inside)
        return self._below[tag]

    def is_sized(self, *way: str) -> bool:
        """Tell whether there is a size, whose unit stands beside it."""
        field = self.members.get(way)
        return isinstance(field, Field) and isinstance(field.type, Size)

    def same(self, way: tuple[str, ...], old: str | None, new: str | None) -> bool:
        field = self.members.get(way)
        if old == new or not isinstance(field, Field):
            return old == new
        try:
            return bool(field.read(old) == field.read(new))
        except ValueError:
            return False

    def key(self, node: Node) -> str | None:
        """Return what tells a child from its like."""
        member = self.members.get((str(node.tag),))
        if isinstance(member, Field) and member.location.steps:
            where = member.location.steps[-1].where
            return node.get(where[0]) if where else None
        if not isinstance(member, Many) or member.key is None:
            return None
        field = schema_of(member.cls).members[member.key]
        written = field.written(field.location.find(node)) if isinstance(field, Field) else None
        return written or None


def _members(kind: type[Element]) -> Iterator[tuple[tuple[str, ...], Member]]:
    for member in schema_of(kind).members.values():
        if isinstance(member, Variant):
            for branch in member.branches.values():
                yield from _members(branch)
        else:
            yield member.location.tags, member


def _nodes(path: str, old: Node, new: Node, known: _Known) -> Iterator[Change]:
    sized = known.is_sized()
    names = [str(name) for name in dict.fromkeys([*old.attrib, *new.attrib])]
    has_unit = sized or any(known.is_sized(f"@{name}") for name in names)
    for name in names:
        before, after = old.get(name), new.get(name)
        if known.is_sized(f"@{name}"):
            before, after = _with_unit(old, before), _with_unit(new, after)
        if not (has_unit and name == UNIT) and not known.same((f"@{name}",), before, after):
            if name in secret_attributes():
                before, after = _masked(before), _masked(after)
            elif name == "value":
                before, after = _without_secrets(old, before), _without_secrets(new, after)
            yield Change(_join(path, f"@{_short(name)}"), before, after)
    before, after = _text(old, sized=sized), _text(new, sized=sized)
    if not known.same((), before, after):
        if str(old.tag) in secret_elements():
            before, after = _masked(before), _masked(after)
        yield Change(path or ".", before, after)
    yield from _children(path, old, new, known)


def _text(node: Node, *, sized: bool) -> str | None:
    text = text_of(node)
    if not text.strip():
        return None
    return _with_unit(node, text.strip()) if sized and node.get(UNIT) else text


def _with_unit(node: Node, number: str | None) -> str | None:
    unit = node.get(UNIT)
    return f"{number} {unit}" if number and unit else number


def _children(path: str, old: Node, new: Node, known: _Known) -> Iterator[Change]:
    olds, news = _named(old, known), _named(new, known)
    news = {_renamed(name, node, olds, news, known): node for name, node in news.items()}
    for name in dict.fromkeys([*olds, *news]):
        before, after = olds.get(name), news.get(name)
        if before is not None and after is not None:
            if _is_same_text(before, after):
                continue
            yield from _nodes(_join(path, name), before, after, known.below(str(before.tag)))
        else:
            yield from _whole(_join(path, name), before, after)
    for tag in {node.tag: None for node in news.values()}:
        short = _short(str(tag))
        first = [name for name, node in olds.items() if node.tag == tag and name in news]
        then = [name for name, node in news.items() if node.tag == tag and name in olds]
        if first != then:
            yield Change(_join(path, short), _keys(first, short), _keys(then, short))


def _is_same_text(old: Node, new: Node) -> bool:
    # Most of a definition is as it was: then nobody needs to look inside.
    return etree.tostring(old, with_tail=False) == etree.tostring(new, with_tail=False)


def _keys(names: list[str], tag: str) -> str:
    return ", ".join(name.removeprefix(tag).strip("[]") for name in names)


def _named(parent: Node, known: _Known) -> dict[str, Node]:
    """Return the children by a name of their own: ``disk[vda]``, ``listen[2]``, ``os``."""
    children = [child for child in parent if isinstance(child.tag, str)]
    tags = [child.tag for child in children]
    named: dict[str, Node] = {}
    places: dict[object, int] = {}
    for child in children:
        places[child.tag] = places.get(child.tag, 0) + 1
        alone = tags.count(child.tag) == 1 and not isinstance(
            known.members.get((str(child.tag),)), Many
        )
        key = known.key(child) or ("" if alone else str(places[child.tag]))
        name = _short(str(child.tag)) + (f"[{key}]" if key else "")
        # Two with the same key (libvirt would refuse them) are still two.
        named[name if name not in named else f"{name}[{places[child.tag]}]"] = child
    return named


def _renamed(
    name: str, node: Node, olds: dict[str, Node], news: dict[str, Node], known: _Known
) -> str:
    """Return the old name of a child whose key changed and little else."""
    if name in olds:
        return name
    gone = [old for old, was in olds.items() if was.tag == node.tag and old not in news]
    come = [new for new, now in news.items() if now.tag == node.tag and new not in olds]
    # Only a single pair is beyond doubt.
    if len(gone) != 1 or len(come) != 1:
        return name
    was = olds[gone[0]]
    values = sum(len(element.attrib) + bool((element.text or "").strip()) for element in was.iter())
    changes = sum(1 for _change in _nodes("", was, node, known.below(str(node.tag))))
    return gone[0] if 2 * changes < values else name


def _whole(path: str, old: Node | None, new: Node | None) -> Iterator[Change]:
    before = None if old is None else _line(old)
    after = None if new is None else _line(new)
    if before != after:
        yield Change(path or ".", before, after)


def _line(node: Node) -> str:
    """Return an element in one line, or its text where it has nothing else; secrets are masked."""
    text = text_of(node).strip()
    if text and not len(node) and not node.attrib:
        return MASK if str(node.tag) in secret_elements() else text
    line = copy(node)
    for element in line.iter():
        for name in secret_attributes() & set(element.attrib):
            element.set(name, MASK)
        if element.tag in (ARGUMENT, VARIABLE):
            element.set("value", _without_secrets(element, element.get("value", "")) or "")
        if str(element.tag) in secret_elements() and (element.text or "").strip():
            element.text = MASK
        if len(element) and not (element.text or "").strip():
            element.text = None
        element.tail = None
    return serialize(line, Style())


def _without_secrets(node: Node, value: str | None) -> str | None:
    if value is None or node.tag not in (ARGUMENT, VARIABLE):
        return value
    if node.tag == VARIABLE and names_a_secret(node.get("name", "")):
        return _masked(value)
    return with_values(value, lambda _secret: MASK)


def _masked(text: str | None) -> str | None:
    return MASK if text else text


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _short(tag: str) -> str:
    uri, _brace, name = tag.removeprefix("{").rpartition("}")
    prefixes = {known: prefix for prefix, known in NAMESPACES.items()}
    return f"{prefixes[uri]}:{name}" if uri in prefixes else name
