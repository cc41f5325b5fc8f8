"""How fast a network card may send and receive.

https://libvirt.org/formatnetwork.html#quality-of-service
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.values import Integer

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words

_INBOUND = _("What the guest receives")
_OUTBOUND = _("What the guest sends")
_RATE, _AMOUNT = "KiB/s", "KiB"


def _limit(attribute: str, label: Words, group: Words, unit: str = _RATE) -> Field[int | None]:
    return Field(
        f"@{attribute}",
        Integer(),
        label=label,
        group=group,
        unit=unit,
        advanced=True,
        live="update",
    )


class Inbound(Element):
    """Limits on what the guest receives."""

    tag = "inbound"
    average = _limit("average", _("On average"), _INBOUND)
    peak = _limit("peak", _("At most"), _INBOUND)
    floor = _limit("floor", _("At least"), _INBOUND)
    burst = _limit("burst", _("At once"), _INBOUND, _AMOUNT)


class Outbound(Element):
    """Limits on what the guest sends."""

    tag = "outbound"
    average = _limit("average", _("On average"), _OUTBOUND)
    peak = _limit("peak", _("At most"), _OUTBOUND)
    burst = _limit("burst", _("At once"), _OUTBOUND, _AMOUNT)


class Bandwidth(Element):
    """How fast a network card may send and receive; each direction needs its average."""

    tag = "bandwidth"
    inbound = Group("inbound", Inbound)
    outbound = Group("outbound", Outbound)
