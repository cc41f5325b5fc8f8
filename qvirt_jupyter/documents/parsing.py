"""The one place where XML is read: no DTD, no entities, no network, bounded size and depth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter.documents.location import Node

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 256

PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
"""What may stand before the root element or a DTD: white space, comments, instructions."""

# One for all documents: making it takes as long as to read a small one. The encoding is forced to
# what is looked at before, whatever the XML declaration says.
_PARSER: Final = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    load_dtd=False,
    dtd_validation=False,
    no_network=True,
    huge_tree=False,
)


class InvalidDocument(ValueError):  # noqa: N818 - a public name of the design
    """The text is not XML that we accept; the message says where and why."""


def parse_xml(text: str | bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Node:
    """Parse a document and return its root element, whitespace and comments included.

    Parameters
    ----------
    text
        The document; bytes are UTF-8, as all that libvirt writes.
    max_bytes
        The largest size accepted, in bytes of UTF-8.
    max_depth
        How deep elements may be nested.

    Raises
    ------
    InvalidDocument
        It is not well-formed, has a DTD or an entity of its own, or is too large or too deep.
    """
    # A character has at least one byte, so a huge text is refused before it is copied.
    if len(text) > max_bytes:
        raise InvalidDocument(_too_large(max_bytes))
    try:
        data = text.encode() if isinstance(text, str) else text
        decoded = data.decode("utf-8-sig")
    except UnicodeError as error:
        raise InvalidDocument(
            str(_("The document is not UTF-8: {error}").format(error=error))
        ) from error
    if len(data) > max_bytes:
        raise InvalidDocument(_too_large(max_bytes))
    prolog = PROLOG.match(decoded)
    if decoded.startswith("<!DOCTYPE", prolog.end() if prolog else 0):
        raise InvalidDocument(str(_("The document has a DTD: remove it, libvirt needs none.")))
    try:
        root = etree.fromstring(decoded.encode(), _PARSER)
    except etree.XMLSyntaxError as error:
        raise InvalidDocument(
            str(_("The document is not well-formed: {error}").format(error=error.msg))
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise InvalidDocument(str(_("The document has a DTD: remove it, libvirt needs none.")))
    _check_depth(root, decoded, max_depth)
    return root


def _too_large(max_bytes: int) -> str:
    return str(
        _("The document is larger than {size} MiB.").format(size=round(max_bytes / 1024**2, 1))
    )


def _check_depth(root: Node, text: str, max_depth: int) -> None:
    # Nothing is nested deeper than there are end tags: the walk is for the rare large document.
    if text.count("</") < max_depth:
        return
    depth = 0
    for event, _node in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > max_depth:
            raise InvalidDocument(
                str(
                    _("The document is nested deeper than {depth} elements.").format(
                        depth=max_depth
                    )
                )
            )
