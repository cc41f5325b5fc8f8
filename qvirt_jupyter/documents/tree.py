"""Edits of an lxml tree that leave everything else as it was.

A :class:`Tree` remembers what an edit takes away, so that a value that is set back is written where
and as it was first. It also knows which elements are its own work: only those are pruned when they
are left empty; what was there when the document was parsed stays.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lxml import etree

from qvirt_jupyter.documents.serialization import Style, serialize_document

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from qvirt_jupyter.documents.location import Node, Step

_T = TypeVar("_T")

INDENT = "  "
"""libvirt indents by two spaces."""


@dataclass(frozen=True, slots=True)
class _Grave:
    """Where an element lay that an edit took away."""

    node: Node
    parent: Node
    before: str | None
    after: str | None


class Tree:
    """A root element and the memory of what was done below it.

    Parameters
    ----------
    root
        The root element.
    source
        The text that it was parsed from; ``None`` for an element made here.
    """

    # Nodes are keys by identity: lxml keeps one proxy per node as long as somebody holds it, and
    # these containers do.
    def __init__(self, root: Node, source: str | None = None) -> None:
        self.root = root
        self.style = Style() if source is None else Style.of(source)
        self.rules_are_running = False
        self._memo: dict[Hashable, Any] | None = None
        self._source = source
        self._at_first: bytes | None = None
        self._made: set[Node] = {root} if source is None else set()
        self._graves: dict[Node, _Grave] = {}
        self._first_values: dict[tuple[Node, str], str | None] = {}
        self._first_texts: dict[Node, list[str | None]] = {}
        self._first_attributes: dict[Node, list[str]] = {}
        self._first_children: dict[Node, list[Node]] = {}
        self._first_blanks: dict[Node, str | None] = {}

    def __str__(self) -> str:
        if self._source is not None and self._at_first is None:
            return self._source
        if self._source is not None and etree.tostring(self.root) == self._at_first:
            # What was changed was changed back.
            return self._source
        return self.rewritten()

    def rewritten(self) -> str:
        """Return the text as an edit makes it, also where nothing was edited."""
        return serialize_document(self.root, self.style)

    @contextmanager
    def running_rules(self) -> Iterator[None]:
        """Run rules; what they set runs no further rules, so that they always come to an end."""
        self.rules_are_running = True
        try:
            yield
        finally:
            self.rules_are_running = False

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """Work things out once, until the block ends or something is changed."""
        outer = self._memo
        if outer is None:
            self._memo = {}
        try:
            yield
        finally:
            self._memo = outer

    def worked_out(self, key: Hashable, work: Callable[[], _T]) -> _T:
        """Return what something is, worked out once while nothing changes."""
        memo = self._memo
        if memo is None:
            return work()
        if key not in memo:
            memo[key] = work()
        found: _T = memo[key]
        return found

    def forget(self) -> None:
        """Something was changed: what was worked out may be otherwise now."""
        if self._memo is not None:
            self._memo = {}

    def adopt(self, other: Tree) -> None:
        """Take over what another tree knows of elements that are moved into this one."""
        self._made |= other._made
        self._graves |= other._graves
        self._first_values |= other._first_values
        self._first_texts |= other._first_texts
        self._first_attributes |= other._first_attributes
        self._first_children |= other._first_children

    # Values -------------------------------------------------------------------------------------

    def first_value(self, node: Node, key: str) -> str | None:
        """Return how a value was written before the first edit; ``None`` where it was not there."""
        return self._first_values.get((node, key))

    def set_attribute(self, node: Node, name: str, text: str | None, order: Sequence[str]) -> None:
        """Write an attribute in its place among the others, or remove it."""
        self._touch()
        self._remember(node, f"@{name}", node.get(name))
        if text is None:
            self._first_attributes.setdefault(node, [f"@{key}" for key in node.attrib])
            node.attrib.pop(name, None)
            return
        if name in node.attrib:
            node.set(name, text)
            return
        names = [f"@{key}" for key in node.attrib]
        first = self._first_attributes.get(node, [])
        index = position(names, f"@{name}", first if f"@{name}" in first else order)
        following = list(node.attrib.items())[index:]
        for key, _value in following:
            del node.attrib[key]
        node.set(name, text)
        for key, value in following:
            node.set(key, value)

    def set_text(self, node: Node, text: str | None) -> None:
        """Write the text of an element; comments inside it stay."""
        self._touch()
        self._remember(node, ".", text_of(node))
        parts = [node.text, *(child.tail for child in node)]
        if node not in self._made:
            parts = self._first_texts.setdefault(node, parts)
        # The text that was there first goes between the comments as it lay.
        if "".join(filter(None, parts)) != text or len(parts) != len(node) + 1:
            parts = [text, *([None] * len(node))]
        node.text = parts[0]
        for child, tail in zip(node, parts[1:], strict=True):
            child.tail = tail

    def _remember(self, node: Node, key: str, text: str | None) -> None:
        if node not in self._made:
            self._first_values.setdefault((node, key), text)

    # Elements -----------------------------------------------------------------------------------

    def child(self, parent: Node, step: Step, order: Sequence[str]) -> Node:
        """Return the child that a step means: there, put back where it was, or made."""
        found = step.find(parent)
        if found is not None:
            return found
        self._touch()
        for grave in self._graves.values():
            if grave.parent is parent and step.matches(grave.node):
                return self._put_back(grave)
        node = step.make()
        self._made.add(node)
        tags = [child.tag if isinstance(child.tag, str) else "" for child in parent]
        self.insert(parent, node, position(tags, step.tag, order))
        return node

    def insert(self, parent: Node, node: Node, index: int) -> None:
        """Put an element among the children of another, laid out as they are."""
        self._touch()
        gap = _gap_within(parent)
        if not len(parent):
            node.tail = gap[: -len(INDENT)] if gap else None
            if _is_blank(parent.text):
                self._first_blanks.setdefault(parent, parent.text)
                parent.text = gap
        elif index < len(parent):
            node.tail = gap
        else:
            last = parent[-1]
            node.tail = last.tail
            if _is_blank(last.tail):
                last.tail = gap
        parent.insert(index, node)
        if len(node):
            if gap:
                etree.indent(node, space=INDENT, level=(len(gap) - 1) // len(INDENT))
            else:
                _strip_layout(node)

    def move(self, node: Node, index: int) -> None:
        """Move an element to another place among its siblings."""
        parent = node.getparent()
        if parent is not None:
            self._take_out(node)
            self.insert(parent, node, index)

    def remove(self, node: Node) -> None:
        """Take an element away for good, with all that is in it."""
        self._touch()
        self._take_out(node)

    def bury(self, node: Node) -> None:
        """Take an element away whose value was cleared; setting the value again puts it back."""
        self._touch()
        parent = node.getparent()
        if parent is not None:
            self._first_children.setdefault(parent, list(parent))
        grave = self._take_out(node)
        if node not in self._made and grave is not None:
            self._graves[node] = grave

    def prune(self, node: Node, step: Step) -> bool:
        """Remove an element of our own making that nothing is left in; tell whether it went."""
        if node not in self._made or not is_empty(node, step):
            return False
        self.remove(node)
        return True

    def _take_out(self, node: Node) -> _Grave | None:
        parent = node.getparent()
        if parent is None:
            return None
        previous = node.getprevious()
        before = parent.text if previous is None else previous.tail
        grave = _Grave(node, parent, before, node.tail)
        blank = _is_blank(before) and _is_blank(node.tail)
        gap = node.tail if blank else (before or "") + (node.tail or "")
        if blank and node in self._made and node.getnext() is not None:
            # What stands before one of ours is what stood before the one that it was put before.
            gap = before
        parent.remove(node)
        node.tail = None
        if previous is not None:
            previous.tail = gap
        else:
            # An element that was empty has again what white space was in it.
            parent.text = gap if len(parent) or not blank else self._first_blanks.get(parent)
        return grave

    def _put_back(self, grave: _Grave) -> Node:
        node, parent = grave.node, grave.parent
        del self._graves[node]
        if not len(parent):
            parent.text, node.tail = grave.before, grave.after
            parent.append(node)
            return node
        index = _place_among(parent, node, self._first_children[parent])
        if index:
            previous = parent[index - 1]
            node.tail, previous.tail = previous.tail, grave.before
        else:
            node.tail, parent.text = parent.text, grave.before
        parent.insert(index, node)
        return node

    def _touch(self) -> None:
        # Only an edited document pays for being written once before, in lxml's way, which is fast.
        if self._source is not None and self._at_first is None:
            self._at_first = etree.tostring(self.root)


def position(existing: Sequence[str], name: str, order: Sequence[str]) -> int:
    """Return the index at which a new name goes among existing ones, by order of declaration.

    It goes after the last one that is declared before it or equal to it, else before the first that
    is declared after it, else at the end. Undeclared names stay where they are.
    """
    ranks = {known: rank for rank, known in reversed(list(enumerate(order)))}
    if name not in ranks:
        return len(existing)
    known = [(index, ranks[other]) for index, other in enumerate(existing) if other in ranks]
    earlier = [index for index, rank in known if rank <= ranks[name]]
    if earlier:
        return earlier[-1] + 1
    return known[0][0] if known else len(existing)


def _place_among(parent: Node, node: Node, first: Sequence[Node]) -> int:
    """Return where a child goes whose neighbours were these; some may be gone, others be new."""
    own = first.index(node)
    for other in reversed(first[:own]):
        if other.getparent() is parent:
            return parent.index(other) + 1
    for other in first[own:]:
        if other.getparent() is parent:
            return parent.index(other)
    return 0


def is_empty(node: Node, step: Step) -> bool:
    """Tell whether nothing is left in an element but what tells it from its like."""
    left = set(node.attrib) - ({step.where[0]} if step.where else set())
    return not len(node) and not left and _is_blank(node.text)


def text_of(node: Node) -> str:
    """Return the text of an element, comments left out."""
    return "".join([node.text or "", *(child.tail or "" for child in node)])


def indent_of(node: Node) -> str | None:
    """Return what an element's line starts with; ``None`` if it has no line of its own."""
    parent = node.getparent()
    if parent is None:
        return ""
    previous = node.getprevious()
    before = parent.text if previous is None else previous.tail
    if before is None or "\n" not in before or not before.isspace():
        return None
    return before[before.rindex("\n") + 1 :]


def _gap_within(parent: Node) -> str | None:
    """Return the white space that goes before a child: a line break and its indentation."""
    indent = indent_of(parent[0] if len(parent) else parent)
    if indent is None:
        return None
    return f"\n{indent}" if len(parent) else f"\n{indent}{INDENT}"


def _strip_layout(node: Node) -> None:
    for element in node.iter():
        if len(element) and _is_blank(element.text):
            element.text = None
        if element is not node and _is_blank(element.tail):
            element.tail = None


def _is_blank(text: str | None) -> bool:
    return text is None or not text.strip()
