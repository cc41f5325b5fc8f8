"""One value of an element: an attribute, a text, or a presence."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.
# ruff: noqa: D102 - documented on the base class.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import secret_places
from qvirt_jupyter.documents.declaration import Declared, Words
from qvirt_jupyter.documents.location import Location, Node, Step
from qvirt_jupyter.documents.parsing import InvalidDocument
from qvirt_jupyter.documents.schema import Member, schema_of
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.tree import text_of
from qvirt_jupyter.documents.values import Size, Text, ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qvirt_jupyter.documents.element import Element

T = TypeVar("T")

UNIT = "unit"


class Field(Member, Generic[T]):
    """A value at a location; an empty text counts as absent.

    Parameters
    ----------
    location
        Where it lies: ``target/@bus``, ``title``, ``timer[@name='hpet']/@present``.
    type
        What values there are.
    essential
        Whether libvirt refuses the element without this value, so that it goes when the value is
        cleared and nothing else is left in it, even if it was there when parsed.
    required
        Whether libvirt refuses the element that carries it without this value, whatever else it
        says: what else is declared of that element is cleared with it.
    label, help, group, unit, advanced, when, caps, among, unfit, live, unset
        As in :class:`~qvirt_jupyter.documents.declaration.Declared`.
    """

    def __init__(
        self,
        location: str,
        type: ValueType[T],  # noqa: A002 - as the attribute is called
        *,
        label: Words,
        essential: bool = False,
        required: bool = False,
        help: Words = "",  # noqa: A002 - as the attribute is called
        group: Words = "",
        unit: str = "",
        advanced: bool = False,
        when: Callable[[Any], bool] | None = None,
        caps: str | None = None,
        among: Callable[[Any], Sequence[str]] | None = None,
        unfit: Callable[[Any], Words] | None = None,
        live: str | None = None,
        unset: Words | None = None,
    ) -> None:
        self.location = Location.parse(location)
        self.type = type
        self.essential = essential or required
        self.required = required
        # Asked for each time that a value is read.
        self._is_flag = isinstance(type, Flag)
        self._is_size = isinstance(type, Size)
        self._is_text = isinstance(type, Text)
        self.declared = Declared(
            name="",
            type=type,
            label=label,
            help=help,
            group=group,
            unit=unit or type.unit,
            advanced=advanced,
            when=when,
            caps=caps,
            among=among,
            unfit=unfit,
            live=live,
            unset=unset,
        )

    def __set_name__(self, owner: type[Element], name: str) -> None:
        super().__set_name__(owner, name)
        if self.type.secret:
            secret_places.note(self.location, owner.tag)

    @overload
    def __get__(self, owner: None, cls: type[Element]) -> Self: ...

    @overload
    def __get__(self, owner: Element, cls: type[Element]) -> T: ...

    def __get__(self, owner: Element | None, cls: type[Element]) -> Self | T:
        if owner is None:
            return self
        written = self.written(self.location.find(owner._node))
        try:
            return self.read(written)
        except ValueError as error:
            where = f"{cls.tag or cls.__name__}/{self.location}"
            message = _("{where}: {reason}").format(where=where, reason=error)
            raise InvalidDocument(str(message)) from error

    def __set__(self, owner: Element, value: T) -> None:
        value = self.type.absent if value is None or value == "" else value
        if value is not None:
            self.type.check(value)
        written = self.written(self.location.find(owner._node))
        if self._means(written, value):
            return
        self._write(owner, value)
        for variant in schema_of(type(owner)).members.values():
            variant.selected(owner, self, written)
        if self.essential and value == self.type.absent:
            # What belonged to the old branch kept the element until now.
            self._clear_up(owner)
        owner._changed(self)

    def __delete__(self, owner: Element) -> None:
        self.__set__(owner, self.type.absent)

    def read(self, written: str | None) -> T:
        """Return the value of what is written.

        Raises
        ------
        ValueError
            What is written is not of the type.
        """
        if written is None or (written == "" and not self._is_flag):
            return self.type.absent
        return self.type.parse(written)

    def written(self, node: Node | None) -> str | None:
        """Return the value as the element that carries it says it; ``None`` where it does not."""
        if node is None:
            return None
        if self._is_flag:
            return ""
        text = node.get(self.location.attribute) if self.location.attribute else text_of(node)
        if text is None or self._is_text:
            return text
        text = text.strip()
        unit = node.get(UNIT) if self._is_size else None
        return f"{text} {unit}" if unit and text else text

    def clear(self, owner: Element, keep: frozenset[tuple[str, ...]] = frozenset()) -> None:
        if self.location.tags not in keep and self.written(self.location.find(owner._node)):
            self._write(owner, self.type.absent)

    def declarations(self, owner: Element | None) -> Iterator[Declared]:  # noqa: ARG002 - as others
        yield self.declared.named(self.name)

    def brief(self, owner: Element) -> str | None:
        written = self.written(self.location.find(owner._node))
        if written is None:
            return None
        if self.type.secret:
            return "'…'"
        try:
            return repr(self.type.shown(self.read(written)))
        except ValueError:
            # Whoever looks for what makes no sense wants to see it.
            return repr(written)

    def _means(self, written: str | None, value: T) -> bool:
        try:
            return self.read(written) == value
        except ValueError:
            # What is written makes no sense, so no value means the same.
            return False

    def _write(self, owner: Element, value: T) -> None:
        if value == self.type.absent:
            node = self.location.find(owner._node)
            if node is not None:
                self._take_away(owner, node, value)
            return
        node = owner._reach(self.location)
        if not self._is_flag:
            self._put(
                owner, node, self._as_at_first(owner, node, value) or self._formatted(node, value)
            )

    def _take_away(self, owner: Element, node: Node, value: T) -> None:
        first = self._as_at_first(owner, node, value)
        if first is not None:
            self._put(owner, node, first)
            return
        if not self._is_flag:
            self._put(owner, node, None)
        if self.required:
            self._take_all_away(owner, node)
            return
        # The element of a text or a flag is the value; what else it carries is not ours to lose.
        whole = self.location.attribute is None and bool(self.location.steps)
        if self._is_flag or (
            (whole or self.essential) and not len(node) and not node.attrib and not text_of(node)
        ):
            owner._tree.bury(node)
            owner._prune(Location(self.location.steps[:-1]))
        else:
            owner._prune(Location(self.location.steps))

    def _take_all_away(self, owner: Element, node: Node) -> None:
        """Take away the element that carries it: nothing in it means anything any more."""
        for element, member in self.goes_along(owner):
            member.clear(element)
        # The last of them may have taken it away already; what nobody knows keeps it.
        is_there = node.getparent() is not None
        if is_there and not len(node) and not node.attrib and not text_of(node):
            owner._tree.bury(node)
        owner._bury_what_is_empty(self.location)
        owner._prune(self.location)

    def goes_along(self, owner: Element) -> Iterator[tuple[Element, Member]]:
        """Return what else is declared of the element that carries a required value.

        Each with the element that declares it: that of the value, or the one whose branch it is.
        """
        steps = self.location.steps
        element = owner
        # A branch of a variant lies in its owner's element.
        while steps and element._owner and element._root is None and not element._location.steps:
            element = element._owner
        for part, member in _declared_at(element, steps):
            if member is not self:
                yield part, member

    def _clear_up(self, owner: Element) -> None:
        node = self.location.find(owner._node)
        if node is not None and not len(node) and not node.attrib and not text_of(node):
            owner._tree.bury(node)
            owner._prune(Location(self.location.steps[:-1]))

    def _as_at_first(self, owner: Element, node: Node, value: T) -> str | None:
        """Return how this value was written before the first edit, if it was."""
        key = f"@{self.location.attribute}" if self.location.attribute else "."
        first = owner._tree.first_value(node, key)
        if first is None:
            return None
        if self._is_size:
            unit = owner._tree.first_value(node, f"@{UNIT}") or ""
            first = f"{first.strip()} {unit}".rstrip()
        return first if self._means(first, value) else None

    def _formatted(self, node: Node, value: T) -> str:
        text = self.type.format(value)
        # A number without unit was in libvirt's default unit, and stays so.
        now = node.get(self.location.attribute) if self.location.attribute else text_of(node)
        bare = self._is_size and now and node.get(UNIT) is None
        return text.partition(" ")[0] if bare else text

    def _put(self, owner: Element, node: Node, text: str | None) -> None:
        tree, way = owner._tree, self.location.tags
        if self._is_size:
            text, _space, unit = (text or "").partition(" ")
            first = tree.first_value(node, ".")
            text = first if first is not None and first.strip() == text else text
            beside = way if self.location.attribute is None else way[:-1]
            tree.set_attribute(node, UNIT, unit or None, (*owner._order(beside), f"@{UNIT}"))
        if self.location.attribute is None:
            tree.set_text(node, text or None)
        else:
            # libvirt writes the unit of a size after all other attributes.
            order = (*owner._order(way[:-1]), f"@{UNIT}")
            tree.set_attribute(node, self.location.attribute, text or None, order)


def _declared_at(element: Element, steps: tuple[Step, ...]) -> Iterator[tuple[Element, Member]]:
    """Return what is declared at and below a way inside an element."""
    for member in schema_of(type(element)).clearing:
        if member.location.steps[: len(steps)] == steps:
            yield element, member
        elif not member.location.steps and not isinstance(member, Field):
            yield from _declared_at(getattr(element, member.name), steps)
