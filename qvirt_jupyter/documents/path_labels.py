"""What people call a place in the definition of a machine, by what is declared there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.documents.devices.device import Device, Devices
from qvirt_jupyter.documents.domain import Domain
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.location import NAMESPACES, Location
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import Schema, schema_of
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qvirt_jupyter.documents.declaration import Declared
    from qvirt_jupyter.documents.element import Element

_DEVICE: Final = re.compile(r"devices/(?P<tag>[\w-]+)(\[(?P<key>[^]]*)\])?(/(?P<inside>.*))?")
# Each with the declarations that it was read off: they change when a device enters itself.
_kept: dict[type[Element], tuple[Schema, dict[str, Declared]]] = {}
_PREFIXES: Final = {uri: prefix for prefix, uri in NAMESPACES.items()}


@dataclass(frozen=True, slots=True)
class PathLabel:
    """What a place is called.

    Parameters
    ----------
    device
        The kind of the device and what tells it apart, such as ``Disk vda``; empty outside devices.
    declared
        What is declared there; None where nothing is, and for a device as a whole.
    path
        The place itself, inside its device: what is said where nothing is declared.
    """

    device: str
    declared: Declared | None
    path: str

    def __str__(self) -> str:
        what = str(self.declared.label) if self.declared is not None else self.path
        return ": ".join(part for part in (self.device, what) if part)


def label_of(path: str) -> PathLabel:
    """Return what people call a place.

    Parameters
    ----------
    path
        As a :class:`~qvirt_jupyter.documents.Change` has it: ``devices/disk[vda]/driver/@cache``.
    """
    match = _DEVICE.fullmatch(path)
    kind = _kinds().get(match["tag"]) if match is not None else None
    if match is None or kind is None:
        return PathLabel("", _known(Domain).get(path), path)
    name = " ".join(part for part in (str(kind.title or kind.tag), match["key"]) if part)
    inside = match["inside"] or ""
    return PathLabel(name, _known(kind).get(inside), inside)


def _kinds() -> Mapping[str, type[Device]]:
    return {
        member.cls.tag: member.cls
        for member in schema_of(Devices).members.values()
        if isinstance(member, Many) and issubclass(member.cls, Device)
    }


def _known(kind: type[Element]) -> Mapping[str, Declared]:
    """Return what is declared of an element, by the paths of changes."""
    schema, found = _kept.get(kind, (None, {}))
    if schema is not schema_of(kind):
        # The first branch that has a place names it.
        found = dict(reversed(list(_declared(kind))))
        _kept[kind] = (schema_of(kind), found)
    return found


def _declared(kind: type[Element]) -> Iterator[tuple[str, Declared]]:
    for member in schema_of(kind).members.values():
        if isinstance(member, Field):
            yield _path(member.location), member.declared
        elif isinstance(member, Variant):
            for branch in member.branches.values():
                yield from _declared(branch)
        elif isinstance(member, Group):
            before = _path(member.location)
            for path, declared in _declared(member.cls):
                yield "/".join(part for part in (before, path) if part), declared


def _path(location: Location) -> str:
    parts = []
    for step in location.steps:
        uri, _brace, name = step.tag.removeprefix("{").rpartition("}")
        named = f"{_PREFIXES[uri]}:{name}" if uri in _PREFIXES else name
        parts.append(named if step.where is None else f"{named}[{step.where[1]}]")
    if location.attribute is not None:
        parts.append(f"@{location.attribute}")
    return "/".join(parts)
