"""The devices of a domain as they are written, also those of kinds that nobody declared."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.document import _KINDS
from qvirt_jupyter.documents.parsing import InvalidDocument, parse_xml
from qvirt_jupyter.documents.serialization import serialize
from qvirt_jupyter.documents.tree import indent_of

if TYPE_CHECKING:
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.location import Node


@dataclass(frozen=True, slots=True)
class StoredDevice:
    """One device.

    Parameters
    ----------
    tag
        The name of its element.
    number
        Its place among those of its name, from 1.
    label
        What a list calls it.
    xml
        Its element, without the indentation that it has in its domain.
    """

    tag: str
    number: int
    label: str
    xml: str


def stored_devices(domain: Domain) -> tuple[StoredDevice, ...]:
    """Return all devices of a domain in the order of its document."""
    counts: dict[str, int] = {}
    devices = []
    for node in _nodes(domain):
        tag = str(node.tag)
        counts[tag] = counts.get(tag, 0) + 1
        text = serialize(node, domain._tree.style, outdent=indent_of(node) or "")
        devices.append(StoredDevice(tag, counts[tag], _label(domain, tag, counts[tag]), text))
    return tuple(devices)


def with_device(domain: Domain, before: StoredDevice | None, text: str, tag: str = "") -> str:
    """Return the text of a domain in which one device is written otherwise.

    Parameters
    ----------
    domain
        The domain; it stays as it is.
    before
        One of its devices; None adds one.
    text
        The XML of the device.
    tag
        The name that its element must have; that of ``before`` where it is left out.

    Raises
    ------
    InvalidDocument
        The text is not XML of such a device.
    """
    node = parse_xml(text)
    wanted = tag or (before.tag if before is not None else str(node.tag))
    if node.tag != wanted:
        message = _("The document is a <{found}>, not a <{expected}>.")
        raise InvalidDocument(str(message.format(found=node.tag, expected=wanted)))
    changed = domain.copy()
    tree = changed._tree
    if before is None:
        parent = changed.devices._need()
        tree.insert(parent, node, len(parent))
        return str(changed)
    same = [each for each in _nodes(changed) if each.tag == before.tag]
    old = same[before.number - 1]
    parent = changed.devices._need()
    place = parent.index(old)
    tree.remove(old)
    tree.insert(parent, node, place)
    return str(changed)


def _nodes(domain: Domain) -> list[Node]:
    parent = domain.devices._node
    # Comments have a function as their tag; the emulator is a setting.
    children = () if parent is None else parent
    return [node for node in children if isinstance(node.tag, str) and node.tag != "emulator"]


def _label(domain: Domain, tag: str, number: int) -> str:
    kind = _KINDS.get(tag)
    if kind is None or not issubclass(kind, Device):
        return f"{tag} {number}"
    device = domain.devices.of(kind)[number - 1]
    name = device.display_name if device.title else f"{tag} {number}"
    return f"{name} · {device.summary}" if device.summary else name
