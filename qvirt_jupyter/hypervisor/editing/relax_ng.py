"""libvirt's RELAX NG schemas, pattern by pattern.

A validator says of a whole document whether it is right, at a line that means little. Here any
element can be tried against any pattern that the schema has for it.
https://relaxng.org/spec-20011203.html
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element

_NS: Final = "http://relaxng.org/ns/structure/1.0"
_RNG: Final = f"{{{_NS}}}"
_TYPES: Final = "http://www.w3.org/2001/XMLSchema-datatypes"
_MAY_BE_ABSENT: Final = frozenset({"optional", "zeroOrMore"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of one element or attribute.

    Parameters
    ----------
    node
        Its ``<element>`` or ``<attribute>``.
    definition
        The named definition that it stands in, the smallest one.
    """

    node: _Element
    definition: str

    @property
    def names(self) -> frozenset[str] | None:
        """The names that it is for, as ``{namespace}name``; None for all."""
        name = self.node.get("name")
        if name is not None:
            return frozenset({_qualified(name, self.node)})
        first = next((child for child in self.node if isinstance(child.tag, str)), None)
        if first is None or first.tag in (f"{_RNG}anyName", f"{_RNG}nsName"):
            return None
        return frozenset(
            _qualified((found.text or "").strip(), self.node) for found in first.iter(f"{_RNG}name")
        )

    def fits(self, name: str) -> bool:
        """Tell whether it is for a name."""
        return self.names is None or name in self.names


class Schema:
    """A schema with all that it includes.

    Parameters
    ----------
    path
        Its file.

    Raises
    ------
    OSError
        A file of it cannot be read.
    lxml.etree.XMLSyntaxError
        A file of it is no XML.
    """

    def __init__(self, path: Path) -> None:
        self._definitions: dict[str, list[_Element]] = {}
        self._start: list[_Element] = []
        self._validators: dict[_Element, etree.RelaxNG] = {}
        self._read(path, set())

    def _read(self, path: Path, replaced: set[str]) -> None:
        root = etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False)).getroot()
        for node in _flat(root):
            if node.tag == f"{_RNG}include":
                own = {str(child.get("name")) for child in node.iter(f"{_RNG}define")}
                self._read(path.parent / str(node.get("href")), replaced | own)
                for child in node.iter(f"{_RNG}define"):
                    self._definitions.setdefault(str(child.get("name")), []).append(child)
            elif node.tag == f"{_RNG}define":
                name = str(node.get("name"))
                if name not in replaced:
                    self._definitions.setdefault(name, []).append(node)
            elif node.tag == f"{_RNG}start" and not self._start:
                self._start = [node]

    def roots(self, name: str) -> tuple[Pattern, ...]:
        """Return the patterns for an element with which a document may begin."""
        start = [
            pattern
            for pattern in self._inside(self._start, "", set())
            if pattern.node.tag == f"{_RNG}element" and pattern.fits(name)
        ]
        if start:
            return tuple(start)
        # A device alone: as the schema has it among the devices.
        among = self._definitions.get("devices", [])
        return tuple(
            found
            for pattern in self._inside(among, "devices", set())
            for found in self.elements(pattern)
            if found.fits(name)
        )

    def elements(self, pattern: Pattern) -> tuple[Pattern, ...]:
        """Return the patterns of the elements that may stand in another."""
        return tuple(self._of(pattern, "element"))

    def attributes(self, pattern: Pattern) -> tuple[Pattern, ...]:
        """Return the patterns of the attributes of an element."""
        return tuple(self._of(pattern, "attribute"))

    def required(self, pattern: Pattern, kind: str) -> frozenset[str]:
        """Return the names of what must stand in an element, whatever else does.

        Parameters
        ----------
        pattern
            The pattern of the element.
        kind
            ``"element"`` or ``"attribute"``.
        """
        return self._all_of(list(pattern.node), kind, frozenset())

    def values(self, pattern: Pattern) -> tuple[str, ...]:
        """Return the words that a value may be; none where it is no matter of words."""
        found: dict[str, None] = {}
        for node in self._leaves(list(pattern.node), set()):
            if node.tag == f"{_RNG}value":
                found[(node.text or "").strip()] = None
        return tuple(found)

    def kinds_of_value(self, pattern: Pattern) -> tuple[str, ...]:
        """Return what the value is where it is no word: types of XML Schema."""
        found: dict[str, None] = {}
        for node in self._leaves(list(pattern.node), set()):
            if node.tag == f"{_RNG}data":
                param = node.find(f"{_RNG}param[@name='pattern']")
                text = "" if param is None else f" {(param.text or '').strip()}"
                found[f"{node.get('type')}{text}"] = None
        return tuple(found)

    def is_valid(self, element: _Element, pattern: Pattern) -> bool:
        """Tell whether an element is as a pattern wants it."""
        alone = deepcopy(element)
        alone.tail = None
        return bool(self._validator(pattern.node).validate(etree.ElementTree(alone)))

    def takes_value(self, pattern: Pattern, name: str, value: str) -> bool:
        """Tell whether an attribute may have a value."""
        alone = etree.Element("value")
        alone.set(name, value)
        return bool(self._validator(pattern.node, wrapped=True).validate(etree.ElementTree(alone)))

    def _validator(self, node: _Element, *, wrapped: bool = False) -> etree.RelaxNG:
        if node not in self._validators:
            grammar = etree.Element(f"{_RNG}grammar", nsmap={None: _NS})
            grammar.set("datatypeLibrary", _TYPES)
            start = etree.SubElement(grammar, f"{_RNG}start")
            if wrapped:
                start = etree.SubElement(start, f"{_RNG}element", name="value")
            start.append(deepcopy(node))
            for definitions in self._definitions.values():
                grammar.extend(deepcopy(definition) for definition in definitions)
            # Copied into a tree of its own, so that names of the schema's own are in its text.
            self._validators[node] = etree.RelaxNG(etree.fromstring(etree.tostring(grammar)))
        return self._validators[node]

    def _of(self, pattern: Pattern, kind: str) -> Iterator[Pattern]:
        for found in self._inside(list(pattern.node), pattern.definition, set()):
            if found.node.tag == f"{_RNG}{kind}":
                yield found

    def _inside(self, nodes: list[_Element], definition: str, seen: set[str]) -> Iterator[Pattern]:
        """Return elements and attributes on the first level, through references."""
        for node in nodes:
            if not isinstance(node.tag, str):
                continue
            kind = node.tag.removeprefix(_RNG)
            if kind in ("element", "attribute"):
                yield Pattern(node, definition)
            elif kind == "ref":
                name = str(node.get("name"))
                if name not in seen:
                    targets = self._definitions.get(name, [])
                    for target in targets:
                        yield from self._inside(list(target), name, {*seen, name})
            elif kind not in ("data", "value", "list", "name", "anyName"):
                yield from self._inside(list(node), definition, seen)

    def _all_of(self, nodes: list[_Element], kind: str, seen: frozenset[str]) -> frozenset[str]:
        """Return the names that all of some patterns need together."""
        found: frozenset[str] = frozenset()
        for node in nodes:
            found |= self._needed(node, kind, seen)
        return found

    def _common(
        self, ways: list[list[_Element]], kind: str, seen: frozenset[str]
    ) -> frozenset[str]:
        """Return the names that each of several ways needs."""
        possible = [way for way in ways if any(_is_possible(node) for node in way)]
        found = [self._all_of(way, kind, seen) for way in possible]
        return frozenset.intersection(*found) if found else frozenset()

    def _needed(self, node: _Element, kind: str, seen: frozenset[str]) -> frozenset[str]:
        tag = node.tag.removeprefix(_RNG) if isinstance(node.tag, str) else ""
        if tag == kind:
            names = Pattern(node, "").names or frozenset()
            return names if len(names) == 1 else frozenset()
        if tag in ("", "element", "attribute", "data", "value", "list", *_MAY_BE_ABSENT):
            return frozenset()
        if tag == "ref":
            name = str(node.get("name"))
            # Definitions of one name are a choice in libvirt's schemas.
            ways = [list(target) for target in self._definitions.get(name, [])]
            return self._common(ways, kind, seen | {name}) if name not in seen else frozenset()
        if tag == "choice":
            return self._common([[child] for child in node], kind, seen)
        return self._all_of(list(node), kind, seen)

    def _leaves(self, nodes: list[_Element], seen: set[str]) -> Iterator[_Element]:
        for node in nodes:
            if not isinstance(node.tag, str):
                continue
            kind = node.tag.removeprefix(_RNG)
            if kind in ("data", "value"):
                yield node
            elif kind == "ref":
                name = str(node.get("name"))
                if name not in seen:
                    for target in self._definitions.get(name, []):
                        yield from self._leaves(list(target), {*seen, name})
            elif kind not in ("element", "attribute"):
                yield from self._leaves(list(node), seen)


def _is_possible(node: _Element) -> bool:
    return isinstance(node.tag, str) and node.tag != f"{_RNG}notAllowed"


def _flat(root: _Element) -> Iterator[_Element]:
    for node in root:
        if node.tag == f"{_RNG}div":
            yield from _flat(node)
        elif isinstance(node.tag, str):
            yield node


def _qualified(name: str, node: _Element) -> str:
    prefix, _colon, local = name.rpartition(":")
    if prefix:
        return f"{{{node.nsmap.get(prefix, '')}}}{local}"
    if node.tag == f"{_RNG}attribute":
        # Attributes without prefix are in no namespace.
        uri = node.get("ns")
    else:
        here = next((each for each in (node, *node.iterancestors()) if each.get("ns")), None)
        uri = None if here is None else here.get("ns")
    return f"{{{uri}}}{name}" if uri else name
