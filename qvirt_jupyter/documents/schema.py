"""What a class declares, read off it once: members, order of children, rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Declared
    from qvirt_jupyter.documents.element import Element
    from qvirt_jupyter.documents.field import Field
    from qvirt_jupyter.documents.location import Location

F = TypeVar("F", bound=Callable[[Any], None])

_RULE = "_qvirt_rule"


class Member:
    """A descriptor of something inside an element; the kinds are Field, Group, Many, Variant."""

    name: str
    location: Location

    depends: bool = False
    """Whether what it holds is told by another member, so that it is cleared before that one."""

    def __set_name__(self, owner: type[Element], name: str) -> None:
        self.name = name

    def clear(self, owner: Element, keep: frozenset[tuple[str, ...]] = frozenset()) -> None:
        """Remove what the member knows, but for the locations to keep."""
        raise NotImplementedError

    def declarations(self, owner: Element | None) -> Iterator[Declared]:
        """Return what the member declares of values; of a variant without owner, all branches."""
        raise NotImplementedError

    def brief(self, owner: Element) -> str | None:
        """Return the value in a line for a ``repr``; ``None`` where there is none."""
        raise NotImplementedError

    def selected(self, owner: Element, field: Field[Any], before: str | None) -> None:
        """Take notice that a field of the owner changed, and what was written before."""

    def locations(self) -> Iterator[tuple[str, ...]]:
        """Return the ways to what the member knows, as names, in order."""
        yield self.location.tags


@dataclass(frozen=True, slots=True)
class Rule:
    """A coupling between the members of a class.

    Parameters
    ----------
    name
        The name of the method that carries it out.
    watches
        The members whose change it follows; a change inside a group or an item counts. A way to
        one inside is written with dots, and ``*`` stands for any name: ``devices.*.boot_order``.
    touches
        The members that it may change.
    """

    name: str
    watches: tuple[str, ...]
    touches: tuple[str, ...]

    def follows(self, way: tuple[str, ...]) -> bool:
        """Tell whether it follows a change of what lies on a way of members."""
        return any(
            len(watched) <= len(way)
            and all(name in ("*", member) for name, member in zip(watched, way, strict=False))
            for watched in (text.split(".") for text in self.watches)
        )


def rule(*watches: str, touches: tuple[str, ...]) -> Callable[[F], F]:
    """Declare a method of an element's class as a rule: it runs after a watched member changed.

    What a rule sets runs no further rules. The parameters are those of :class:`Rule`.
    """

    def declare(method: F) -> F:
        setattr(method, _RULE, Rule(method.__name__, watches, touches))
        return method

    return declare


@dataclass(frozen=True, slots=True)
class Schema:
    """The declarations of one class.

    Parameters
    ----------
    members
        By name, in order of declaration, those of a subclass first: what all devices share
        (boot order, alias, address) comes last in libvirt's output.
    rules
        The couplings.
    """

    members: dict[str, Member]
    rules: tuple[Rule, ...]
    _orders: dict[tuple[str, ...], tuple[str, ...]]

    @property
    def clearing(self) -> tuple[Member, ...]:
        """The members in the order in which they are cleared."""
        return tuple(sorted(self.members.values(), key=lambda member: not member.depends))

    def order(self, way: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names of children, and of attributes as ``@name``, in order below a way."""
        return self._orders.get(way, ())


_SCHEMAS: dict[type[Element], Schema] = {}


def schema_of(cls: type[Element]) -> Schema:
    """Return the declarations of a class."""
    if cls not in _SCHEMAS:
        _SCHEMAS[cls] = _read(cls)
    return _SCHEMAS[cls]


def kinds_of(cls: type[Element]) -> Iterator[type[Element]]:
    """Return all classes below a class."""
    for kind in cls.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def add_member(cls: type[Element], name: str, member: Member) -> None:
    """Declare a member of a class from outside: a device enters itself into the list of devices."""
    member.__set_name__(cls, name)
    setattr(cls, name, member)
    _SCHEMAS.clear()


def _read(cls: type[Element]) -> Schema:
    found: dict[str, Member] = {}
    rules: dict[str, Rule] = {}
    for base in cls.__mro__:
        for name, attribute in vars(base).items():
            if isinstance(attribute, Member):
                found.setdefault(name, attribute)
            declared = getattr(attribute, _RULE, None)
            if isinstance(declared, Rule):
                rules.setdefault(name, declared)
    orders: dict[tuple[str, ...], dict[str, None]] = {(): dict.fromkeys(cls.order)}
    for member in found.values():
        for way in member.locations():
            for depth, name in enumerate(way):
                orders.setdefault(way[:depth], {})[name] = None
    return Schema(
        found, tuple(rules.values()), {way: tuple(names) for way, names in orders.items()}
    )
