"""A document as a table that people can read, in a notebook that is saved too.

It has no script and colours of its own, what it shows is escaped, and secrets are masked.
"""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.diff import MASK
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Items, Many
from qvirt_jupyter.documents.parsing import InvalidDocument
from qvirt_jupyter.documents.schema import schema_of
from qvirt_jupyter.documents.switches import Flag, OnOff, YesNo
from qvirt_jupyter.documents.values import Choice, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.element import Element

ROWS_AT_MOST: Final = 200
"""A saved notebook keeps all that is shown; what is beyond is only counted."""

_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")

_CELL: Final = "text-align:left;vertical-align:top;white-space:pre-wrap"


def html_of(element: Element) -> str:
    """Return what an element says as a table, and each of its items as one that opens."""
    name = getattr(element, "name", None)
    caption = f"{_kind(element)} {name}" if isinstance(name, str) else _kind(element)
    return _table(caption, element) + "".join(_items(element))


def shown(field: Field[Any], owner: Element) -> str:
    """Return what people read for the value of a field; empty where there is none."""
    try:
        value = getattr(owner, field.name)
    except InvalidDocument:
        # Whoever looks for what makes no sense wants to see it.
        return str(field.written(field.location.find(owner._node)) or "")
    if value == field.type.absent or value is None:
        return ""
    if field.type.secret:
        return MASK
    if isinstance(field.type, Flag | OnOff | YesNo):
        return str(_("Yes") if value else _("No"))
    if isinstance(field.type, Size):
        return _size(value, field.type.unit)
    text = (
        field.type.label(value) if isinstance(field.type, Choice) else str(field.type.shown(value))
    )
    return f"{text} {field.declared.unit}".rstrip()


def _table(caption: str, element: Element) -> str:
    rows = list(_rows(element))
    body = "".join(
        f'<tr><th scope="row" style="{_CELL}">{escape(str(label))}</th>'
        f'<td style="{_CELL}">{escape(value)}</td></tr>'
        for label, value in rows[:ROWS_AT_MOST]
    )
    heading = f'<caption style="text-align:left;color:inherit">{escape(caption)}</caption>'
    return f"<table>{heading if caption else ''}<tbody>{body}</tbody></table>" + _more(
        len(rows) - ROWS_AT_MOST
    )


def _more(number: int) -> str:
    if number <= 0:
        return ""
    return f"<p>{escape(str(_('and {number} more').format(number=number)))}</p>"


def _rows(element: Element) -> Iterator[tuple[Words, str]]:
    """Return what the element and its groups say, by label."""
    for name, member in schema_of(type(element)).members.items():
        if isinstance(member, Field):
            value = shown(member, element)
            if value:
                yield _label(member), value
        elif not isinstance(member, Many):
            yield from _rows(getattr(element, name))


def _label(field: Field[Any]) -> Words:
    declared = field.declared
    if not declared.group or str(declared.label).startswith(str(declared.group)):
        return declared.label
    return f"{declared.group}: {declared.label}"


def _size(value: int, unit: str) -> str:
    """Return a size in the largest unit in which it is a whole number."""
    place = _UNITS.index(unit)
    while value and value % 1024 == 0 and place + 1 < len(_UNITS):
        value, place = value // 1024, place + 1
    return f"{value} {_UNITS[place]}"


def _items(element: Element) -> Iterator[str]:
    """Return the items of an element and of its groups."""
    for name, member in schema_of(type(element)).members.items():
        if isinstance(member, Field):
            continue
        part = getattr(element, name)
        if not isinstance(part, Items):
            yield from _items(part)
            continue
        for item in list(part)[:ROWS_AT_MOST]:
            inner = _table("", item) + "".join(_items(item))
            yield f"<details><summary>{escape(_summary(item))}</summary>{inner}</details>"
        yield _more(len(part) - ROWS_AT_MOST)


def _summary(item: Element) -> str:
    if isinstance(item, Device) and item.title:
        return " · ".join(filter(None, (item.display_name, item.summary)))
    many = item._member
    key = many.key if isinstance(many, Many) else None
    field = schema_of(type(item)).members.get(key) if key else None
    value = shown(field, item) if isinstance(field, Field) else ""
    return f"{_kind(item)} {value}".rstrip()


def _kind(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
