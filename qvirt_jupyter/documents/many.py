"""Repeated children of one kind."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.
# ruff: noqa: D102 - documented on the base class.

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, SupportsIndex, TypeVar, overload

from qvirt_jupyter.documents.location import Location, Node, Step
from qvirt_jupyter.documents.schema import Member
from qvirt_jupyter.documents.tree import is_empty, position

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Declared
    from qvirt_jupyter.documents.element import Element

E = TypeVar("E", bound="Element")


class Many(Member, Generic[E]):
    """The children of one kind, in order, found by place or by key.

    Parameters
    ----------
    cls
        What is declared of each.
    key
        The name of the field that tells them apart; ``None`` where nothing does.
    location
        The way to them; the tag of the class where it is left out.
    essential
        Whether libvirt refuses the element that they lie in without any of them, so that it goes
        with the last one.
    """

    def __init__(
        self,
        cls: type[E],
        *,
        key: str | None = None,
        location: str = "",
        essential: bool = False,
    ) -> None:
        self.location = Location.parse(location) if location else Location((Step(cls.tag),))
        self.cls = cls
        self.key = key
        self.essential = essential

    @overload
    def __get__(self, owner: None, cls: type[Element]) -> Self: ...

    @overload
    def __get__(self, owner: Element, cls: type[Element]) -> Items[E]: ...

    def __get__(self, owner: Element | None, cls: type[Element]) -> Self | Items[E]:
        return self if owner is None else Items(owner, self)

    def __set__(self, owner: Element, value: Iterable[E]) -> None:
        items = self.__get__(owner, type(owner))
        if isinstance(value, Items) and value == items:
            return
        new = [item if item._tree is not owner._tree else item.copy() for item in value]
        items.clear()
        items.extend(new)

    def clear(self, owner: Element, keep: frozenset[tuple[str, ...]] = frozenset()) -> None:
        if self.location.tags not in keep:
            self.__get__(owner, type(owner)).clear()

    def declarations(self, owner: Element | None) -> Iterator[Declared]:  # noqa: ARG002 - as others
        # A form shows one item at a time, so the items' fields are not the owner's.
        return iter(())

    def brief(self, owner: Element) -> str | None:
        items = self.__get__(owner, type(owner))
        return repr(list(items)) if items else None


class Items(MutableSequence[E], Generic[E]):
    """The children of one kind inside one element; a list that a key finds too.

    Adding an element that belongs to no document moves it here; one of another document is copied.

    Parameters
    ----------
    owner
        The element that they lie in.
    many
        Their declaration.
    """

    def __init__(self, owner: Element, many: Many[E]) -> None:
        self._owner = owner
        self._many = many

    def _nodes(self) -> list[Node]:
        *way, last = self._many.location.steps
        parent = self._owner._node
        for step in way:
            if parent is None:
                break
            parent = step.find(parent)
        return [] if parent is None else last.find_all(parent)

    def _item(self, node: Node) -> E:
        return self._many.cls._inside(self._owner, self._many, node)

    def keys(self) -> list[Any]:
        """Return the key of each item; without declared key, its place."""
        if self._many.key is None:
            return list(range(len(self)))
        return [getattr(item, self._many.key) for item in self]

    def get(self, key: object) -> E | None:
        """Return the item with a key, or ``None``."""
        return next(
            (item for item, known in zip(self, self.keys(), strict=True) if known == key), None
        )

    @overload
    def __getitem__(self, index: SupportsIndex | str) -> E: ...

    @overload
    def __getitem__(self, index: slice) -> list[E]: ...

    def __getitem__(self, index: SupportsIndex | str | slice) -> E | list[E]:
        if isinstance(index, str):
            item = self.get(index)
            if item is None:
                known = ", ".join(map(str, self.keys()))
                raise KeyError(f"No {self._many.cls.tag} {index!r}; there are: {known or 'none'}.")
            return item
        nodes = self._nodes()
        if isinstance(index, slice):
            return [self._item(node) for node in nodes[index]]
        return self._item(nodes[index])

    @overload
    def __setitem__(self, index: SupportsIndex | str, value: E) -> None: ...

    @overload
    def __setitem__(self, index: slice, value: Iterable[E]) -> None: ...

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            raise TypeError("Items are replaced one by one.")
        place = self.index(self[index])
        new = self._free(value)
        del self[place]
        self.insert(place, new)

    def __delitem__(self, index: SupportsIndex | str | slice) -> None:
        found = self[index]
        doomed = found if isinstance(found, list) else [found]
        for item in doomed:
            assert item._root is not None  # noqa: S101 - items have a node of their own
            self._owner._tree.remove(item._root)
        if doomed:
            self._prune()
            self._owner._changed(self._many)

    def _prune(self) -> None:
        way = Location(self._many.location.steps[:-1])
        parent = way.find(self._owner._node)
        if self._many.essential and parent is not None and is_empty(parent, way.steps[-1]):
            self._owner._tree.bury(parent)
            way = Location(way.steps[:-1])
        self._owner._prune(way)

    def __len__(self) -> int:
        return len(self._nodes())

    def __iter__(self) -> Iterator[E]:
        return (self._item(node) for node in self._nodes())

    def __contains__(self, value: object) -> bool:
        return value in self.keys() if isinstance(value, str) else value in list(self)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Items | list) else NotImplemented

    __hash__: ClassVar[None]  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self))}]"

    def add(self, **values: object) -> E:
        """Make an item, put it behind the others, and return it.

        Parameters
        ----------
        **values
            Its fields, by name.
        """
        self.append(self._many.cls(**values))
        return self[-1]

    def insert(self, index: int, value: E) -> None:
        """Put an item at a place among its like."""
        item = self._free(value)
        node = item._root
        assert node is not None  # noqa: S101 - items have a node of their own
        *way, last = self._many.location.steps
        parent = self._owner._reach(Location(tuple(way)))
        like = self._nodes()
        if like and index < len(like):
            place = parent.index(like[max(index, -len(like))])
        else:
            order = self._owner._order(tuple(step.tag for step in way))
            tags = [child.tag if isinstance(child.tag, str) else "" for child in parent]
            place = position(tags, last.tag, order)
        tree = self._owner._tree
        tree.insert(parent, node, place)
        tree.adopt(item._tree)
        item._tree, item._owner, item._member = tree, self._owner, self._many
        self._owner._changed(self._many)

    def move(self, item: E | str | int, index: int) -> None:
        """Move an item to another place among its like."""
        found = self[item] if isinstance(item, str | int) else item
        nodes = self._nodes()
        node = found._root
        assert node is not None  # noqa: S101 - items have a node of their own
        target = nodes[index]
        parent = target.getparent()
        if node is target or parent is None:
            return
        self._owner._tree.move(node, parent.index(target))
        self._owner._changed(self._many)

    def _free(self, value: E) -> E:
        if not isinstance(value, self._many.cls):
            raise TypeError(f"{value!r} is not a {self._many.cls.__name__}.")
        return value if value._holder is None else value.copy()
