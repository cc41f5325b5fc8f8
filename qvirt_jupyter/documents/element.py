"""An element of a document, seen through the declarations of its class."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.location import Location, Node, Step
from qvirt_jupyter.documents.parsing import InvalidDocument, parse_xml
from qvirt_jupyter.documents.schema import Member, Rule, schema_of
from qvirt_jupyter.documents.serialization import serialize
from qvirt_jupyter.documents.tree import Tree, indent_of, is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from qvirt_jupyter.documents.declaration import Declared
    from qvirt_jupyter.documents.diff import Diff


class Element:
    """The base of all that is declared: attributes are descriptors over an lxml element.

    An element is false where it is not in the document: a group springs into being when one of its
    fields is set.

    Parameters
    ----------
    **values
        Fields to set on a new element, by name.

    Attributes
    ----------
    tag
        The name of the element.
    order
        Names of children in libvirt's own order of output, where the order of declaration is not
        it or does not say.
    """

    tag: ClassVar[str] = "element"
    order: ClassVar[tuple[str, ...]] = ()

    _tree: Tree
    _root: Node | None = None
    _owner: Element | None = None
    _member: Member | None = None

    def __init__(self, **values: object) -> None:
        self._root = Step(self.tag).make()
        self._tree = Tree(self._root)
        unknown = values.keys() - schema_of(type(self)).members.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}.")
        for name, value in values.items():
            setattr(self, name, value)

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Read a document.

        Raises
        ------
        InvalidDocument
            The text is not XML that we accept, or its root element is another one.
        """
        root = parse_xml(text)
        if root.tag != cls.tag:
            message = _("The document is a <{found}>, not a <{expected}>.")
            raise InvalidDocument(str(message.format(found=root.tag, expected=cls.tag)))
        return cls._of_root(root, text if isinstance(text, str) else text.decode("utf-8-sig"))

    @classmethod
    def _of_root(cls, root: Node, source: str) -> Self:
        element = cls.__new__(cls)
        element._root = root
        element._tree = Tree(root, source)
        return element

    @classmethod
    def _inside(cls, owner: Element, member: Member, node: Node | None = None) -> Self:
        """Return a view of a part of another element; without a node, the one that is found."""
        element = cls.__new__(cls)
        element._root = node
        element._tree = owner._tree
        element._owner = owner
        element._member = member
        return element

    # What a document can do ---------------------------------------------------------------------

    def copy(self) -> Self:
        """Return a document of its own with the same contents."""
        text = str(self)
        return self._of_root(parse_xml(text), text)

    def rewritten(self) -> str:
        """Return a document's text as an edit makes it: two such texts differ by edits only.

        libvirt writes what it does not know, such as metadata, with quotes of another kind; an
        edited document has one kind.
        """
        return self._tree.rewritten()

    def unchanging(self) -> AbstractContextManager[None]:
        """Promise that nothing is changed for a while: ``with domain.unchanging(): ...``.

        What is worked out of all devices, such as their numbers, is worked out once inside.
        """
        return self._tree.unchanging()

    def diff(self, other: Element) -> Diff:
        """Say field by field what the other has that this has not."""
        from qvirt_jupyter.documents.diff import diff  # noqa: PLC0415 - it needs this class

        return diff(self, other)

    def __str__(self) -> str:
        node = self._node
        if node is None:
            return ""
        if node is self._tree.root:
            return str(self._tree)
        return serialize(node, self._tree.style, outdent=indent_of(node) or "")

    def __repr__(self) -> str:
        shown = []
        for name, member in schema_of(type(self)).members.items():
            brief = member.brief(self)
            if brief is not None:
                shown.append(f"{name}={brief}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def _repr_html_(self) -> str:
        from qvirt_jupyter.documents.table import html_of  # noqa: PLC0415 - it needs this class

        return html_of(self)

    if not TYPE_CHECKING:  # a type checker that sees it would accept any name

        def __setattr__(self, name: str, value: object) -> None:
            # A misspelt field would otherwise be set on the Python object and never be written.
            if not name.startswith("_") and not hasattr(type(self), name):
                raise AttributeError(f"{type(self).__name__} has no field {name}.")
            super().__setattr__(name, value)

    def __bool__(self) -> bool:
        return self._node is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Element):
            return NotImplemented
        mine, theirs = self._node, other._node
        return type(self) is type(other) and mine is not None and mine is theirs

    def __hash__(self) -> int:
        node = self._node
        return id(self) if node is None else hash(node)

    # What the descriptors need ------------------------------------------------------------------

    @classmethod
    def _declarations(cls, element: Element | None) -> tuple[Declared, ...]:
        members = schema_of(type(element) if element is not None else cls).members.values()
        found = {
            declared.name: declared
            for member in members
            for declared in member.declarations(element)
        }
        return tuple(found.values())

    @property
    def _holder(self) -> Element | None:
        """The element that this one is a part of; an item that was removed has none any more."""
        removed = self._root is not None and self._root.getparent() is None
        return None if removed else self._owner

    @property
    def _location(self) -> Location:
        """The way from the owner to this element."""
        return self._member.location if self._member else Location(())

    @property
    def _node(self) -> Node | None:
        if self._root is not None:
            return self._root
        # An owner is false where it is missing itself: that must not be asked for twice.
        return self._location.find(None if self._owner is None else self._owner._node)

    def _need(self) -> Node:
        """Return the element, made if it is missing."""
        if self._root is not None or self._owner is None:
            assert self._root is not None  # noqa: S101 - only parts have no root
            return self._root
        return self._owner._reach(self._location)

    def _reach(self, location: Location) -> Node:
        """Return the element at a location inside this one, made with its parents if missing."""
        node = self._need()
        way: tuple[str, ...] = ()
        for step in location.steps:
            node = self._tree.child(node, step, self._order(way))
            way = (*way, step.tag)
        return node

    def _order(self, way: tuple[str, ...]) -> tuple[str, ...]:
        # A branch of a variant lies in its owner's element and so in its owner's order.
        if self._owner is not None and self._root is None and not self._location.steps:
            return self._owner._order(way)
        return schema_of(type(self)).order(way)

    def _prune(self, location: Location) -> None:
        """Remove the elements at and above a location that are our own work and left empty."""
        base = self._node
        for depth in range(len(location.steps), 0, -1):
            way = Location(location.steps[:depth])
            node = way.find(base)
            if node is not None and not self._tree.prune(node, way.steps[-1]):
                return
        if self._root is None and self._owner is not None and self._location.steps:
            self._owner._prune(self._location)

    def _bury_what_is_empty(
        self, location: Location, keep: frozenset[tuple[str, ...]] = frozenset()
    ) -> None:
        """Remove elements at and above a location that were known by a part that is gone.

        Those that hold anything stay, and those on the way to the locations to keep.
        """
        for depth in range(len(location.steps), 0, -1):
            way = Location(location.steps[:depth])
            node, last = way.find(self._node), way.steps[-1]
            shared = last.where is None and any(kept[:depth] == way.tags for kept in keep)
            if node is None:
                continue  # the element of a text or a flag went with its value
            if shared or not is_empty(node, last):
                return
            self._tree.bury(node)

    def _changed(self, member: Member) -> None:
        """Run the rules of this element and of those around it that watch the member."""
        self._tree.forget()
        if self._tree.rules_are_running:
            return
        with self._tree.running_rules():
            for element, way in self._lineage(member):
                for declared in schema_of(type(element)).rules:
                    if declared.follows(way):
                        _apply(declared, element)

    def _lineage(self, *way: Member) -> Iterator[tuple[Element, tuple[str, ...]]]:
        """Return this element and those around it, each with the way to the member from there."""
        yield self, tuple(member.name for member in way)
        owner = self._holder
        if owner is not None and self._member is not None:
            yield from owner._lineage(self._member, *way)


def _apply(declared: Rule, element: Element) -> None:
    getattr(element, declared.name)()
