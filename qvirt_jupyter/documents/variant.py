"""What an element holds depending on its type."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.
# ruff: noqa: D102 - documented on the base class.

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar, overload

from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.location import Location
from qvirt_jupyter.documents.schema import Member, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qvirt_jupyter.documents.declaration import Declared
    from qvirt_jupyter.documents.field import Field

B = TypeVar("B", bound=Element)


class Unknown(Element):
    """The branch of a type that has no fields, or that this version does not know."""


class Variant(Member, Generic[B]):
    """The fields that belong to one value of a selector; they lie in the element of their owner.

    Changing the selector removes the nodes that the old branch knows, but for those that the new
    branch knows too. Assigning a branch sets the selector and copies the branch's fields.

    Parameters
    ----------
    selector
        The location of the field that decides, such as ``@type``.
    branches
        The class of each value of the selector.
    default
        The value that counts where the selector is absent.
    """

    location = Location(())
    depends = True

    def __init__(
        self, selector: str, branches: Mapping[str, type[B]], *, default: str | None = None
    ) -> None:
        self.selector = Location.parse(selector)
        self.branches = branches
        self.default = default

    @overload
    def __get__(self, owner: None, cls: type[Element]) -> Self: ...

    @overload
    def __get__(self, owner: Element, cls: type[Element]) -> B | Unknown: ...

    def __get__(self, owner: Element | None, cls: type[Element]) -> Self | B | Unknown:
        if owner is None:
            return self
        return self._branch(self._field(owner).written(self.selector.find(owner._node)))._inside(
            owner, self
        )

    def __set__(self, owner: Element, value: B) -> None:
        kinds = [kind for kind, branch in self.branches.items() if type(value) is branch]
        if not kinds:
            known = ", ".join(sorted({branch.__name__ for branch in self.branches.values()}))
            raise TypeError(f"{value!r} is not one of {known}.")
        field = self._field(owner)
        written = field.written(self.selector.find(owner._node))
        if written not in kinds:
            field.__set__(owner, kinds[0])
        branch = self.__get__(owner, type(owner))
        for name, member in schema_of(type(value)).members.items():
            member.clear(branch)
            if member.brief(value) is not None:
                setattr(branch, name, getattr(value, name))

    def _field(self, owner: Element) -> Field[str | None]:
        from qvirt_jupyter.documents.field import Field  # noqa: PLC0415 - it needs this class

        for member in schema_of(type(owner)).members.values():
            if isinstance(member, Field) and member.location == self.selector:
                return member
        raise TypeError(f"{type(owner).__name__} declares no field at {self.selector}.")

    def _branch(self, kind: str | None) -> type[B | Unknown]:
        return self.branches.get(kind or self.default or "", Unknown)

    def selected(self, owner: Element, field: Field[object], before: str | None) -> None:
        if field.location != self.selector:
            return
        old = self._branch(before)
        new = type(self.__get__(owner, type(owner)))
        if old is not new:
            self._clear_branch(old, owner, frozenset(_locations(new)))

    def clear(self, owner: Element, keep: frozenset[tuple[str, ...]] = frozenset()) -> None:
        self._clear_branch(type(self.__get__(owner, type(owner))), owner, keep)

    def _clear_branch(
        self, kind: type[B | Unknown], owner: Element, keep: frozenset[tuple[str, ...]]
    ) -> None:
        branch = kind._inside(owner, self)
        for member in schema_of(kind).clearing:
            member.clear(branch, keep)
            owner._bury_what_is_empty(member.location, keep)

    def declarations(self, owner: Element | None) -> Iterator[Declared]:
        if owner is not None:
            branch = self.__get__(owner, type(owner))
            found = type(branch)._declarations(branch)
        else:
            found = tuple(
                declared
                for kind in dict.fromkeys(self.branches.values())
                for declared in kind._declarations(None)
            )
        for declared in found:
            yield declared.named(f"{self.name}.{declared.name}")

    def locations(self) -> Iterator[tuple[str, ...]]:
        for branch in dict.fromkeys(self.branches.values()):
            yield from _locations(branch)

    def brief(self, owner: Element) -> str | None:
        branch = self.__get__(owner, type(owner))
        return None if isinstance(branch, Unknown) else repr(branch)


def _locations(branch: type[Element]) -> Iterator[tuple[str, ...]]:
    for member in schema_of(branch).members.values():
        yield from member.locations()
