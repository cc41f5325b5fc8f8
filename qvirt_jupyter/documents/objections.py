"""What of a document this host cannot do, value by value."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Items
from qvirt_jupyter.documents.parsing import InvalidDocument
from qvirt_jupyter.documents.schema import schema_of
from qvirt_jupyter.documents.sections.cpu import Cpu
from qvirt_jupyter.documents.values import Path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.documents.declaration import Declared, Words
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities
    from qvirt_jupyter.documents.element import Element


@dataclass(frozen=True, slots=True)
class Objection:
    """A value that this host cannot do.

    Parameters
    ----------
    owner
        The element that has it, such as a disk.
    declared
        The declaration of its field.
    value
        The value.
    reason
        Why it cannot be, and what could.
    """

    owner: Element
    declared: Declared
    value: Any
    reason: Words

    def __str__(self) -> str:
        where = getattr(self.owner, "display_name", "") or self.owner.tag
        return str(
            _("{where}: {label} {value}: {reason}").format(
                where=where, label=self.declared.label, value=repr(self.value), reason=self.reason
            )
        )


def objections(element: Element, host: DomainCapabilities) -> tuple[Objection, ...]:
    """Compare a document with what its host offers.

    Parameters
    ----------
    element
        A domain, or a part of one.
    host
        What the host offers to such a domain.

    Returns
    -------
    tuple of Objection
        In document order; empty where the host can do all of it, or does not say.
    """
    return tuple(_objections(element, host))


def _objections(element: Element, host: DomainCapabilities) -> Iterator[Objection]:
    if element._node is None:
        return
    for name, member in schema_of(type(element)).members.items():
        if isinstance(member, Field):
            yield from _of_field(element, member, host)
            continue
        part = getattr(element, name)
        for each in part if isinstance(part, Items) else (part,):
            yield from _objections(each, host)


def _of_field(element: Element, field: Field[Any], host: DomainCapabilities) -> Iterator[Objection]:
    declared = field.declared.named(field.name)
    # Any file may be the right one: the host only suggests some.
    if declared.caps is None or isinstance(declared.type, Path) or _is_made_to_fit(element, field):
        return
    try:
        value = getattr(element, field.name)
    except InvalidDocument:
        # What makes no sense at all is not the host's fault.
        return
    reason = host.why_not(declared.caps, value)
    if reason:
        yield Objection(element, declared, value, reason)


def _is_made_to_fit(element: Element, field: Field[Any]) -> bool:
    """Whether it is a CPU model that the host lacks features of, and the guest does without."""
    return (
        isinstance(element, Cpu)
        and field is Cpu.model
        and (
            element.check == "none"
            or any(feature.policy in ("disable", "forbid") for feature in element.features)
        )
    )
