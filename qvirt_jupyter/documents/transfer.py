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
    from qvirt_jupyter.documents.diff import Change
    from qvirt_jupyter.documents.element import Element
    from qvirt_jupyter.documents.location import Node


def transfer(source: Element, target: Element, path: str, *, whole: bool = False) -> None:
    """Make the target at one place what the source is there; all else stays, and no rule runs.

    Parameters
    ----------
    source
        Where the value is taken from; what it has not goes from the target.
    target
        The document that is changed.
    path
        As a :class:`~qvirt_jupyter.documents.diff.Change` between two such documents says it.
    whole
        Whether the path of an element means all of it, as where a change says that it came or
        went; otherwise it means its text.

    Raises
    ------
    KeyError
        Neither document has such a place.
    """
    old, new = source._node, target._node
    if old is None or new is None:
        raise KeyError(path)
    _Transfer(target._tree, whole=whole).at(path, old, new, _Place(type(target)))


def patch(before: Element, after: Element, target: Element) -> None:
    """Do to the target what leads from one document to another.

    Raises
    ------
    KeyError
        The target lacks what was changed.
    """
    for change in before.diff(after):
        transfer(after, target, change.path, whole=is_whole(change))


def is_whole(change: Change) -> bool:
    """Tell whether a change says of an element that all of it came or went."""
    return change.before is None or change.after is None


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
    def __init__(self, tree: Tree, *, whole: bool) -> None:
        self._tree = tree
        self._whole = whole

    def at(self, path: str, old: Node, new: Node, place: _Place) -> None:
        if path in ("", "."):
            self._text(old, new)
        elif path.startswith("@"):
            self._attribute(path, old, new)
        else:
            self._child(path, old, new, place)

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

    def _child(self, path: str, old: Node, new: Node, place: _Place) -> None:
        olds, news = _named(old, place.known), _named(new, place.known)
        # As a diff calls them: a child whose key changed has the name of its other half.
        news |= {_renamed(name, node, olds, news, place.known): node for name, node in news.items()}
        found = [name for name in {**olds, **news} if path == name or path.startswith(f"{name}/")]
        if not found:
            self._reorder(path, olds, news, new)
            return
        name = max(found, key=len)
        rest = path[len(name) + 1 :]
        was, now = olds.get(name), news.get(name)
        if was is not None and now is not None and rest == "" and self._whole:
            index = new.index(now)
            self._tree.remove(now)
            self._insert(was, new, index)
        elif was is not None and now is not None:
            self.at(rest, was, now, place.below(str(was.tag)))
        elif was is not None:
            tags = [other.tag if isinstance(other.tag, str) else "" for other in new]
            self._insert(was, new, position(tags, str(was.tag), place.order))
        elif now is not None:
            self._tree.remove(now)

    def _insert(self, child: Node, parent: Node, index: int) -> None:
        node = deepcopy(child)
        node.tail = None
        self._tree.insert(parent, node, index)

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
