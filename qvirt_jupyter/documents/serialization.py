"""Writing XML as it was read: quotes as in the source, so that a text diff shows only edits.

lxml writes double quotes always; libvirt writes single quotes and escapes all five special
characters (https://gitlab.com/libvirt/libvirt, virBufferEscapeString), and so do we then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from qvirt_jupyter.documents.parsing import PROLOG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.documents.location import Node

_XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
# What needs no saying.
_KNOWN: Final[dict[str | None, str]] = {None: "", "xml": _XML_NAMESPACE}
_FIRST_QUOTE = re.compile(r"""<[\w:.-]+\s+[\w:.-]+\s*=\s*(["'])""")

# In what lxml writes, a ">" within a value is a reference.
_QUOTE_IN_TEXT = re.compile(r">[^<\"]*\"")
# How deep it is tried whether lxml writes as is wanted: the document, its parts, each device.
_TRIED = 3

# Characters that a parser would change if they were written as themselves.
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_ATTRIBUTE = _IN_TEXT | {"\n": "&#10;", "\t": "&#9;"}
_LIKE_LIBVIRT = {"'": "&apos;", '"': "&quot;"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a document was written.

    Parameters
    ----------
    quote
        The quote around attributes; ``'`` means libvirt's style altogether.
    prolog
        What stands before the root element.
    epilog
        The white space after it.
    """

    quote: str = "'"
    prolog: str = ""
    epilog: str = ""

    @classmethod
    def of(cls, source: str) -> Style:
        """Read the style off a text that has been parsed."""
        # A byte order mark stands before the prolog and is no part of the grammar.
        prolog = PROLOG.match(source, source.startswith("\ufeff"))
        start = prolog.end() if prolog else 0
        quote = _FIRST_QUOTE.search(source, start)
        return cls(
            quote=quote.group(1) if quote else "'",
            prolog=source[:start],
            epilog=source[len(source.rstrip()) :],
        )

    @property
    def text_escapes(self) -> dict[int, str]:
        """What is replaced in text."""
        libvirt = _LIKE_LIBVIRT if self.quote == "'" else {}
        return str.maketrans(_IN_TEXT | libvirt)

    @property
    def attribute_escapes(self) -> dict[int, str]:
        """What is replaced in attributes."""
        quotes = _LIKE_LIBVIRT if self.quote == "'" else {'"': "&quot;"}
        return str.maketrans(_IN_ATTRIBUTE | quotes)


def serialize_document(root: Node, style: Style) -> str:
    """Return the text of a whole document: prolog, root element, what follows it."""
    after = "".join(
        "\n" + _other(node) for node in root.itersiblings() if not isinstance(node.tag, str)
    )
    return style.prolog + serialize(root, style) + after + style.epilog


def serialize(node: Node, style: Style, *, outdent: str = "") -> str:
    """Return the text of one element, without what follows it.

    Parameters
    ----------
    node
        The element.
    style
        How to write.
    outdent
        Indentation that each of its lines loses, for an element that lay deep in a document.
    """
    parts: list[str] = []
    parent = node.getparent()
    known = dict(_KNOWN)
    if parent is not None:
        # What the parent declares is said again only where it is needed.
        used = {etree.QName(name).namespace for name in _names(node)}
        known |= {prefix: uri for prefix, uri in parent.nsmap.items() if uri not in used}
    _element(node, known, _Writer(parts, style, outdent))
    return "".join(parts)


def _names(node: Node) -> Iterator[str]:
    for element in node.iter(etree.Element):
        yield str(element.tag)
        yield from map(str, element.attrib)


class _Writer:
    """Where the parts go and how they are escaped."""

    def __init__(self, parts: list[str], style: Style, outdent: str) -> None:
        self.write = parts.append
        self.quote = style.quote
        self._text = style.text_escapes
        self._attribute = style.attribute_escapes
        self._outdent = "\n" + outdent if outdent else ""

    def at_once(self, node: Node, known: dict[str | None, str]) -> str:
        """Return what lxml writes of an element where that is what is wanted, else nothing.

        It is ten times faster, and most parts of most documents have no quote within a value, no
        comment and no namespace.
        """
        if self._outdent:
            return ""
        text = str(etree.tostring(node, encoding="unicode", with_tail=False))
        if len(known) > len(_KNOWN):
            # lxml says again what the parents have said.
            for prefix, uri in known.items():
                text = text.replace(f' xmlns:{prefix}="{uri}"', "", 1)
        if "xmlns" in text or "<!" in text or "<?" in text:
            return ""
        if self.quote == '"':
            return text
        if "'" in text or _QUOTE_IN_TEXT.search(text):
            return ""
        return text.replace('"', "'")

    def text(self, text: str | None) -> None:
        if not text:
            return
        if self._outdent and text.isspace():
            text = text.replace(self._outdent, "\n")
        self.write(text.translate(self._text))

    def attribute(self, name: str, value: str) -> None:
        self.write(f" {name}={self.quote}{value.translate(self._attribute)}{self.quote}")


def _element(node: Node, known: dict[str | None, str], writer: _Writer, depth: int = 0) -> None:
    if depth < _TRIED and (text := writer.at_once(node, known)):
        writer.write(text)
        return
    here = node.nsmap
    name = etree.QName(node).localname
    name = f"{node.prefix}:{name}" if node.prefix else name
    writer.write("<" + name)
    spaces = [
        (f"xmlns:{prefix}" if prefix else "xmlns", uri)
        for prefix, uri in here.items()
        if known.get(prefix) != uri
    ]
    values = [(_attribute_name(node, str(key)), str(value)) for key, value in node.attrib.items()]
    # libvirt writes the namespaces of an element last, others write them first.
    for key, value in values + spaces if writer.quote == "'" else spaces + values:
        writer.attribute(key, value)
    if not len(node) and not node.text:
        writer.write("/>")
        return
    writer.write(">")
    writer.text(node.text)
    within = known | here
    for child in node:
        if isinstance(child.tag, str):
            _element(child, within, writer, depth + 1)
        else:
            writer.write(_other(child))
        writer.text(child.tail)
    writer.write(f"</{name}>")


def _attribute_name(node: Node, key: str) -> str:
    if not key.startswith("{"):
        return key
    uri, _, name = key[1:].partition("}")
    prefixes = [prefix for prefix, known in node.nsmap.items() if prefix and known == uri]
    if len(prefixes) > 1:
        # lxml does not tell which of several was written; XPath does.
        same = "name(@*[local-name() = $name and namespace-uri() = $uri])"
        return str(node.xpath(same, name=name, uri=uri))
    return f"{prefixes[0] if prefixes else 'xml'}:{name}"


def _other(node: Node) -> str:
    """Return the text of a comment or a processing instruction."""
    text = etree.tostring(node, encoding="unicode", with_tail=False)
    return str(text)
