"""Carry single differences from one document into another."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.diff import _Known, _named, _renamed, _short
from qvirt_jupyter.documents.field import UNIT
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import schema_of
from qvirt_jupyter.documents.tree import Tree, position, text_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from qvirt_jupyter.documents.element import Element
    from qvirt_jupyter.documents.location import Node


def transfer(source: Element, target: Element, path: str) -> None:
    """Make the target at one place what the source is there; all else stays, and no rule runs.

    Parameters
    ----------
    source
        Where the value is taken from; what it has not goes from the target.
    target
        The document that is changed.
    path
        As a :class:`~qvirt_jupyter.documents.diff.Change` between the two says it.

    Raises
    ------
    KeyError
        Neither document has such a place.
    """
    old, new = source._node, target._node
    if old is None or new is None:
        raise KeyError(path)
    _Transfer(target._tree).at(path, old, new, _Place(type(target)))


def patch(
    before: Element, after: Element, target: Element, paths: Collection[str] | None = None
) -> None:
    """Do to the target what leads from one document to another.

    The target may have more than both: what libvirt filled in stays beside what is changed.

    Parameters
    ----------
    before, after
        Two documents.
    target
        A third one of the kind; it is changed.
    paths
        Those of the changes that are wanted; None: all.

    Raises
    ------
    KeyError
        The target lacks what was changed.
    """
    old, new, node = before._node, after._node, target._node
    if old is None or new is None or node is None:
        return
    place = _Place(type(target))
    for change in before.diff(after):
        if paths is not None and change.path not in paths:
            continue
        steps = _Transfer(target._tree, add=change.before is None, base=old)
        steps.at(change.path, new, node, place)


class _Place:
    """What is declared of one element: what it knows of its inside, and the order of that."""

    def __init__(
        self, cls: type[Element], way: tuple[str, ...] = (), known: _Known | None = None
    ) -> None:
        self._cls = cls
        self._way = way
        self.known = known or _Known.of(cls)

    @property
    def order(self) -> tuple[str, ...]:
        return schema_of(self._cls).order(self._way)

    def below(self, tag: str) -> _Place:
        member = self.known.members.get((tag,))
        if isinstance(member, Group | Many):
            return _Place(member.cls)
        return _Place(self._cls, (*self._way, tag), self.known.below(tag))


class _Transfer:
    """One difference on its way.

    Parameters
    ----------
    tree
        The tree that is changed.
    add
        Whether an element that came is merged with one that the target has already.
    base
        What the difference began with: of an element that went, only what it had goes.
    """

    def __init__(self, tree: Tree, *, add: bool = False, base: Node | None = None) -> None:
        self._tree = tree
        self._add = add
        self._base = base

    def at(self, path: str, old: Node, new: Node, place: _Place) -> None:
        self._at(path, old, new, place, self._base)

    def _at(self, path: str, old: Node, new: Node, place: _Place, base: Node | None) -> None:
        if path in ("", "."):
            self._text(old, new)
        elif path.startswith("@"):
            self._attribute(path, old, new)
        else:
            self._child(path, old, new, place, base)

    def _text(self, old: Node, new: Node) -> None:
        self._tree.set_text(new, text_of(old) or None)
        # The unit of a size belongs to its number.
        if UNIT in old.attrib or UNIT in new.attrib:
            self._tree.set_attribute(new, UNIT, old.get(UNIT), (f"@{UNIT}",))

    def _attribute(self, path: str, old: Node, new: Node) -> None:
        names = {f"@{_short(str(name))}": str(name) for name in (*new.attrib, *old.attrib)}
        if path not in names:
            raise KeyError(path)
        name = names[path]
        self._tree.set_attribute(new, name, old.get(name), [f"@{key}" for key in old.attrib])

    def _child(self, path: str, old: Node, new: Node, place: _Place, base: Node | None) -> None:
        olds, news = _named(old, place.known), _named(new, place.known)
        bases = {} if base is None else _named(base, place.known)
        names = {**olds, **news, **bases}
        found = [name for name in names if path == name or path.startswith(f"{name}/")]
        if not found:
            self._reorder(path, olds, news, new)
            return
        name = max(found, key=len)
        rest = path[len(name) + 1 :]
        was, now = olds.get(name), news.get(name)
        if rest and was is None:
            was = _other_half(name, bases or news, olds, place.known)
        elif rest and now is None:
            now = _other_half(name, olds, news, place.known)
        if rest and was is not None and now is not None:
            self._at(rest, was, now, place.below(str(was.tag)), bases.get(name))
        elif was is not None and now is not None:
            if self._add:
                self._merge(was, now, place.below(str(was.tag)))
            else:
                self._text(was, now)
        elif was is not None:
            tags = [other.tag if isinstance(other.tag, str) else "" for other in new]
            self._insert(was, new, position(tags, str(was.tag), place.order))
        elif now is not None:
            self._subtract(bases.get(name), now, place.below(str(now.tag)))

    def _insert(self, child: Node, parent: Node, index: int) -> None:
        node = deepcopy(child)
        node.tail = None
        self._tree.insert(parent, node, index)

    def _merge(self, source: Node, target: Node, place: _Place) -> None:
        """Give an element all that another one has."""
        for name, value in source.attrib.items():
            self._tree.set_attribute(target, str(name), str(value), ())
        if text_of(source).strip():
            self._text(source, target)
        there = _named(target, place.known)
        for name, child in _named(source, place.known).items():
            if name in there:
                self._merge(child, there[name], place.below(str(child.tag)))
            else:
                self._insert(child, target, len(target))

    def _subtract(self, base: Node | None, target: Node, place: _Place) -> None:
        """Take from an element what another one had, and the element if nothing is left."""
        if base is not None:
            for name in base.attrib:
                self._tree.set_attribute(target, str(name), None, ())
            if text_of(base).strip():
                self._tree.set_text(target, None)
            there = _named(target, place.known)
            for name, child in _named(base, place.known).items():
                if name in there:
                    self._subtract(child, there[name], place.below(str(child.tag)))
        if base is None or not (len(target) or target.attrib or text_of(target).strip()):
            self._tree.remove(target)

    def _reorder(self, path: str, olds: dict[str, Node], news: dict[str, Node], new: Node) -> None:
        """Bring the children of one kind into the order of the source."""
        wanted = [
            news[name]
            for name, node in olds.items()
            if name in news and _short(str(node.tag)) == path
        ]
        if not wanted:
            raise KeyError(str(_("There is nothing at {path}.").format(path=path)))
        places = sorted(new.index(node) for node in wanted)
        for index, node in zip(places, wanted, strict=True):
            self._tree.move(node, index)


def _other_half(
    name: str, here: dict[str, Node], there: dict[str, Node], known: _Known
) -> Node | None:
    """Return what a child is on the other side, where it has another key and little else."""
    node = here.get(name)
    if node is None:
        return None
    other = _renamed(name, node, there, here, known)
    return there.get(other)
