"""A child element with fields of its own."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.
# ruff: noqa: D102 - documented on the base class.

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar, overload

from qvirt_jupyter.documents.location import Location
from qvirt_jupyter.documents.schema import Member, schema_of
from qvirt_jupyter.documents.tree import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.documents.declaration import Declared
    from qvirt_jupyter.documents.element import Element

E = TypeVar("E", bound="Element")


class Group(Member, Generic[E]):
    """A child element; it is made when one of its fields is set, ``del`` removes it.

    Parameters
    ----------
    location
        The way to it.
    cls
        What is declared of it.
    """

    def __init__(self, location: str, cls: type[E]) -> None:
        self.location = Location.parse(location)
        self.cls = cls

    @overload
    def __get__(self, owner: None, cls: type[Element]) -> Self: ...

    @overload
    def __get__(self, owner: Element, cls: type[Element]) -> E: ...

    def __get__(self, owner: Element | None, cls: type[Element]) -> Self | E:
        return self if owner is None else self.cls._inside(owner, self)

    def __set__(self, owner: Element, value: E) -> None:
        """Copy what another element of this kind declares; it may belong to a document."""
        if not isinstance(value, self.cls):
            raise TypeError(f"{value!r} is not a {self.cls.__name__}.")
        mine = self.__get__(owner, type(owner))
        if mine == value:
            return
        for name, member in schema_of(self.cls).members.items():
            if member.brief(value) is None:
                member.clear(mine)
            else:
                setattr(mine, name, getattr(value, name))

    def __delete__(self, owner: Element) -> None:
        node = self.location.find(owner._node)
        if node is not None:
            owner._tree.remove(node)
            owner._prune(Location(self.location.steps[:-1]))
            owner._changed(self)

    def clear(self, owner: Element, keep: frozenset[tuple[str, ...]] = frozenset()) -> None:
        if self.location.tags not in keep:
            for member in schema_of(self.cls).clearing:
                part = self.__get__(owner, type(owner))
                member.clear(part)
                if part:
                    part._bury_what_is_empty(member.location)
            node = self.location.find(owner._node)
            if node is not None and self.location.steps and is_empty(node, self.location.steps[-1]):
                owner._tree.bury(node)

    def declarations(self, owner: Element | None) -> Iterator[Declared]:
        part = None if owner is None else self.__get__(owner, type(owner))
        for declared in self.cls._declarations(part):
            yield declared.named(f"{self.name}.{declared.name}")

    def brief(self, owner: Element) -> str | None:
        part = self.__get__(owner, type(owner))
        return repr(part) if part else None
