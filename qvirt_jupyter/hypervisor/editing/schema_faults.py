"""Why a document is not as libvirt's schema wants it: the smallest part that is broken.

libvirt's own message comes first, and is often better. This says where the text is broken, and
what might stand there, where the schemas are installed.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lxml import etree

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import InvalidDocument, parse_xml
from qvirt_jupyter.hypervisor.editing.relax_ng import Pattern, Schema

if TYPE_CHECKING:
    from lxml.etree import _Element

_LOG = logging.getLogger(__name__)
FOLDER: Final = Path("/usr/share/libvirt/schemas")
"""Where libvirt's packages put the schemas; those of a host far away cannot be read."""

MOST_ATTRIBUTES: Final = 12
"""Of one element that are looked at: libxml2 takes twice as long for each more, minutes for 17."""

_FILES: Final = {
    "network": "network.rng",
    "pool": "storagepool.rng",
    "volume": "storagevol.rng",
    "domainsnapshot": "domainsnapshot.rng",
    "domaincheckpoint": "domaincheckpoint.rng",
    "secret": "secret.rng",
    "device": "nodedev.rng",
    "filter": "nwfilter.rng",
}
"""Schemas by root element; devices of a machine are in that of domains."""


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """Where a document is broken.

    Parameters
    ----------
    line, column
        Counted from 1; the column is None where only the line is known.
    path
        The way to the element: ``domain/devices/disk[2]/target``; empty where the text is not
        well-formed.
    definition
        The smallest named definition of the schema that covers the element; empty where the text
        is not well-formed.
    reason
        What is wrong, in plain words; a whole sentence.
    elements, attributes, values
        What may stand there: names of elements inside, names of attributes, and words for the
        value that is wrong. Empty where the schema does not say.
    """

    line: int
    column: int | None
    path: str
    definition: str
    reason: str
    elements: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = _("Line {line}").format(line=self.line)
        return f"{where}: {self.reason}"


def explain_invalid(text: str, root: str = "domain") -> SchemaFault | None:
    """Find the smallest part of a document that is not as libvirt's schema wants it.

    Parameters
    ----------
    text
        The document.
    root
        The element that it is to begin with: ``domain``, ``network``, or a device such as ``disk``.

    Returns
    -------
    SchemaFault or None
        None where the schema has nothing against it, or is not installed. Elements with more than
        :data:`MOST_ATTRIBUTES` attributes are not explained: what is wrong with one of them is left
        to libvirt to say.
    """
    fault = _unreadable(text)
    if fault is not None:
        return fault
    element = parse_xml(text)
    if element.tag != root:
        return SchemaFault(
            _line(element),
            None,
            str(element.tag),
            "",
            str(_("This is a <{found}>, not a <{wanted}>.").format(found=element.tag, wanted=root)),
            elements=(root,),
        )
    schema = _schema(root, FOLDER)
    if schema is None:
        return None
    crowded = _without_crowds(element)
    found = _Explanation(schema).of(element, schema.roots(root), root)
    return None if found is not None and found.path in crowded else found


def _without_crowds(root: _Element) -> frozenset[str]:
    """Take attributes away where there are too many, and return the ways to these elements."""
    crowded = set()
    for element in root.iter(etree.Element):
        if len(element.attrib) > MOST_ATTRIBUTES:
            way = (element, *element.iterancestors())
            crowded.add("/".join(_step(each) for each in reversed(way)))
            for name in list(element.attrib)[MOST_ATTRIBUTES:]:
                del element.attrib[name]
    return frozenset(crowded)


def _unreadable(text: str) -> SchemaFault | None:
    try:
        parse_xml(text)
    except InvalidDocument as error:
        cause = error.__cause__
        if isinstance(cause, etree.XMLSyntaxError):
            line, column = cause.position
            # lxml ends its sentence with the place, which stands beside it here.
            words = (cause.msg or "").rpartition(", line")[0] or cause.msg or ""
            reason = str(_("The text is not well-formed: {error}.").format(error=words))
            return SchemaFault(max(1, line), max(1, column), "", "", reason)
        return SchemaFault(1, None, "", "", str(error))
    return None


@functools.cache
def _schema(root: str, folder: Path) -> Schema | None:
    path = folder / _FILES.get(root, "domain.rng")
    if not path.is_file():
        return None
    try:
        return Schema(path)
    except (OSError, etree.XMLSyntaxError) as error:
        _LOG.warning("libvirt's schema %s cannot be read: %s", path, error)
        return None


class _Explanation:
    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def of(self, element: _Element, patterns: tuple[Pattern, ...], path: str) -> SchemaFault | None:
        """Return what is wrong with an element that may be as one of the patterns."""
        if not patterns or any(self._schema.is_valid(element, pattern) for pattern in patterns):
            return None
        found = [self._with(element, pattern, path) for pattern in patterns]
        # Of several patterns the one that comes furthest was meant.
        return max(found, key=lambda fault: (fault.path.count("/"), -_wrong(fault)))

    def _with(self, element: _Element, pattern: Pattern, path: str) -> SchemaFault:
        """Return what is wrong with an element that is not as one pattern."""
        inside = self._schema.elements(pattern)
        allowed = tuple(dict.fromkeys(name for each in inside for name in sorted(each.names or ())))
        for child in element:
            if not isinstance(child.tag, str):
                continue
            its_path = f"{path}/{_step(child)}"
            fitting = tuple(each for each in inside if each.fits(child.tag))
            if not fitting:
                return SchemaFault(
                    _line(child),
                    None,
                    its_path,
                    pattern.definition,
                    str(
                        _("<{child}> is not allowed inside <{parent}>.").format(
                            child=_short(child.tag), parent=_short(str(element.tag))
                        )
                    ),
                    elements=_shorts(allowed),
                )
            fault = self.of(child, fitting, its_path)
            if fault is not None:
                return fault
        return self._itself(element, pattern, path, allowed)

    def _itself(
        self, element: _Element, pattern: Pattern, path: str, allowed: tuple[str, ...]
    ) -> SchemaFault:
        """Return what is wrong with an element whose children are right, each for itself."""
        attributes = self._schema.attributes(pattern)
        names = tuple(
            dict.fromkeys(name for each in attributes for name in sorted(each.names or ()))
        )
        reason, values = self._reason(element, pattern, attributes)
        return SchemaFault(
            _line(element),
            None,
            path,
            pattern.definition,
            reason,
            _shorts(allowed),
            _shorts(names),
            values,
        )

    def _reason(
        self, element: _Element, pattern: Pattern, attributes: tuple[Pattern, ...]
    ) -> tuple[str, tuple[str, ...]]:
        tag = _short(str(element.tag))
        for name, value in element.attrib.items():
            fitting = [each for each in attributes if each.fits(str(name))]
            if not fitting:
                text = _("<{tag}> has no attribute {name}.")
                return str(text.format(tag=tag, name=_short(str(name)))), ()
            if not any(self._schema.takes_value(each, str(name), str(value)) for each in fitting):
                text = _("{value} is not a value of the attribute {name} of <{tag}>.")
                return (
                    str(text.format(value=repr(value), name=_short(str(name)), tag=tag)),
                    self._values(fitting),
                )
        missing = sorted(
            self._schema.required(pattern, "attribute") - set(map(str, element.attrib))
        )
        if missing:
            text = _("<{tag}> needs the attribute {names}.")
            return str(text.format(tag=tag, names=", ".join(_shorts(tuple(missing))))), ()
        children = {str(child.tag) for child in element}
        lacking = sorted(self._schema.required(pattern, "element") - children)
        if lacking:
            text = _("<{tag}> needs <{names}> inside.")
            return str(text.format(tag=tag, names=">, <".join(_shorts(tuple(lacking))))), ()
        if not len(element) and self._values([pattern]):
            text = _("{value} is not a value of <{tag}>.")
            return str(
                text.format(value=repr((element.text or "").strip()), tag=tag)
            ), self._values([pattern])
        return self._together(element, pattern, tag), ()

    def _together(self, element: _Element, pattern: Pattern, tag: str) -> str:
        """Return what is one too many, where each thing is right for itself."""
        for child in element:
            without = _without(element, child)
            if self._schema.is_valid(without, pattern):
                text = _("<{child}> does not go together with what else is in <{tag}>.")
                return str(text.format(child=_short(str(child.tag)), tag=tag))
        for name in element.attrib:
            alone = _copy(element)
            del alone.attrib[name]
            if self._schema.is_valid(alone, pattern):
                text = _("The attribute {name} does not go together with what else <{tag}> has.")
                return str(text.format(name=_short(str(name)), tag=tag))
        return str(
            _("What is in <{tag}> does not go together, or something is missing.").format(tag=tag)
        )

    def _values(self, patterns: list[Pattern]) -> tuple[str, ...]:
        words = tuple(
            dict.fromkeys(word for each in patterns for word in self._schema.values(each))
        )
        return words or tuple(
            dict.fromkeys(kind for each in patterns for kind in self._schema.kinds_of_value(each))
        )


def _copy(element: _Element) -> _Element:
    return etree.fromstring(etree.tostring(element, with_tail=False))


def _without(element: _Element, child: _Element) -> _Element:
    alone = _copy(element)
    alone.remove(alone[element.index(child)])
    return alone


def _wrong(fault: SchemaFault) -> int:
    """Return how little a fault explains: a missing thing says less than a wrong one."""
    return 0 if fault.values else 1


def _line(element: _Element) -> int:
    return element.sourceline or 1


def _step(element: _Element) -> str:
    """Return an element's name, with its number where it has siblings of the name."""
    tag = _short(str(element.tag))
    parent = element.getparent()
    like = [] if parent is None else [each for each in parent if each.tag == element.tag]
    return f"{tag}[{like.index(element) + 1}]" if len(like) > 1 else tag


def _short(name: str) -> str:
    return name.rpartition("}")[2]


def _shorts(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_short, names)))
