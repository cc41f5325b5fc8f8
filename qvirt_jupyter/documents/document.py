"""Elements that are documents of their own, found by the name of their root element."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.parsing import InvalidDocument, parse_xml

if TYPE_CHECKING:
    from qvirt_jupyter.documents.location import Node

_KINDS: dict[str, type[Document]] = {}

# Kinds whose root element has the name of another kind's: they look at what is in it.
_LOOKING: dict[str, type[Document]] = {}


class Document(Element):
    """An element that libvirt takes alone: a domain, a network, a device to attach."""

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        if "tag" in vars(cls):
            kinds = _LOOKING if "_is_root" in vars(cls) else _KINDS
            kinds[cls.tag] = cls

    @classmethod
    def _is_root(cls, root: Node) -> bool:
        """Tell whether a root element of this name is one of this kind."""
        return root.tag == cls.tag


def parse(text: str | bytes) -> Document:
    """Read any document that is known, by its root element.

    Raises
    ------
    InvalidDocument
        The text is not XML that we accept, or of no known kind.
    """
    root = parse_xml(text)
    kind = _LOOKING.get(str(root.tag))
    if kind is None or not kind._is_root(root):
        kind = _KINDS.get(str(root.tag))
    if kind is None:
        message = _("No document starts with <{tag}>; known are {known}.")
        raise InvalidDocument(str(message.format(tag=root.tag, known=", ".join(sorted(_KINDS)))))
    return kind._of_root(root, text if isinstance(text, str) else text.decode("utf-8-sig"))
