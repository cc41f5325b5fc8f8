"""What is shown of storage pools: rows of a table, the details of one, how full it is."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.provision.pools import POOL_TYPES
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.table import Cell, Column, Row

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.records import StoragePoolRecord
    from qvirt_jupyter.hypervisor.storage.volume_survey import VolumeSurvey

COLUMNS: Final = (
    Column("name", _("Storage pool")),
    Column("type", _("Type"), width=84, least=76),
    Column("used", _("Used"), "end", width=124, least=108),
)
_SHORT: Final = {
    "dir": _("Folder"),
    "fs": _("File system"),
    "netfs": _("Share"),
    "logical": _("LVM"),
    "disk": _("Disk"),
    "iscsi": _("iSCSI"),
    "iscsi-direct": _("iSCSI"),
    "scsi": _("SCSI"),
    "mpath": _("Multipath"),
    "rbd": _("Ceph"),
    "gluster": _("Gluster"),
    "zfs": _("ZFS"),
    "vstorage": _("Virtuozzo"),
    "sheepdog": _("Sheepdog"),
}
"""What kinds of pools are called where there is little room."""
_ALMOST_FULL: Final = 0.9
"""From this share on a bar warns."""


@dataclass(frozen=True, slots=True)
class Space:
    """The room in a pool, in bytes.

    Parameters
    ----------
    capacity
        All there is.
    used
        What is taken.
    free
        What is left.
    growth
        How much more its volumes may come to need; None where that is not known.
    """

    capacity: int
    used: int
    free: int
    growth: int | None = None

    @classmethod
    def of(cls, record: StoragePoolRecord, survey: VolumeSurvey | None = None) -> Space:
        """Return that of a pool; the growth is known once its volumes are."""
        growth = None
        if survey is not None:
            records = [volume.record for volume in survey.volumes]
            growth = sum(max(0, each.capacity - each.allocation) for each in records)
        # Some drivers count below zero, which arrives here as an enormous number.
        free = record.available if record.available <= record.capacity else 0
        return cls(record.capacity, record.allocation, free, growth)

    @property
    def share(self) -> float:
        """How much of it is used, from 0 to 1."""
        return self.used / self.capacity if self.capacity else 0.0

    @property
    def excess(self) -> int:
        """How much more its volumes may need than there is; 0 where all fits."""
        if self.growth is None or not self.capacity:
            return 0
        return max(0, self.growth - self.free)

    @property
    def promised(self) -> int:
        """What is taken once all volumes are full."""
        return self.used + (self.growth or 0)

    @property
    def text(self) -> str:
        """All of it in words."""
        parts = [
            _("{used} of {capacity} used").format(
                used=quantities.size(self.used), capacity=quantities.size(self.capacity)
            ),
            _("{free} free").format(free=quantities.size(self.free)),
        ]
        if self.growth:
            parts.append(_("volumes may grow by {size}").format(size=quantities.size(self.growth)))
        return " · ".join(str(part) for part in parts)

    @property
    def warning(self) -> str:
        """What is wrong with it; empty where nothing is."""
        if not self.excess:
            return ""
        return str(
            _(
                "It is over-committed: once its volumes are full they need {size} more than "
                "there is, and machines stop where they cannot write."
            ).format(size=quantities.size(self.excess))
        )

    @property
    def markup(self) -> str:
        """A bar of what is used and what is promised, with its words below."""
        scale = max(self.capacity, self.promised) or 1
        parts = [("used", self.used), ("promised", self.promised)]
        bars = "".join(
            f'<span class="qvirt-space-{name}" style="width:{100 * min(1, size / scale):.2f}%">'
            "</span>"
            for name, size in reversed(parts)
        )
        limit = 100 * self.capacity / scale
        classes = "qvirt-space" + (" qvirt-mod-warning" if self.share >= _ALMOST_FULL else "")
        return (
            f'<div class="{classes}" aria-hidden="true">{bars}'
            f'<span class="qvirt-space-limit" style="left:{limit:.2f}%"></span></div>'
            f'<p class="qvirt-space-text">{html.escape(self.text)}</p>'
            + (
                f'<p class="qvirt-space-warning">{html.escape(self.warning)}</p>'
                if self.warning
                else ""
            )
        )


def row(record: StoragePoolRecord, *, is_reachable: bool) -> Row:
    """Return a pool as a row; one that is off, or out of reach, is dimmed.

    Parameters
    ----------
    record
        The pool.
    is_reachable
        Whether its host is connected.
    """
    space = Space.of(record)
    used: Cell | str = Cell(str(_("off")), sort=-1)
    if record.active:
        words = quantities.percent(100 * space.share) if space.capacity else ""
        used = Cell(
            words,
            sort=space.share,
            bar=space.share if space.capacity else None,
            title=space.text if space.capacity else "",
        )
    kind = Cell(str(_SHORT.get(record.type, record.type)), title=kind_of(record))
    title = " · ".join(filter(None, (state_of(record), record.source, record.path)))
    return Row(
        record.uuid,
        {"name": Cell(record.name, title=title), "type": kind, "used": used},
        dimmed=not (record.active and is_reachable),
    )


def state_of(record: StoragePoolRecord) -> str:
    """Return in a word whether a pool is on."""
    return str(_("on") if record.active else _("off"))


def kind_of(record: StoragePoolRecord) -> str:
    """Return what kind of pool it is, as people call it; libvirt's word where we know none."""
    known = POOL_TYPES.get(record.type)
    return record.type if known is None else str(known.label)


def details(record: StoragePoolRecord, survey: VolumeSurvey | None) -> str:
    """Return what is known of a pool, as HTML (STOR-02).

    Parameters
    ----------
    record
        The pool.
    survey
        What is in it; None where that is not known.
    """
    volumes = ""
    if survey is not None:
        volumes = str(ngettext("{number} volume", "{number} volumes", len(survey.volumes)))
    facts: tuple[tuple[LazyString, str], ...] = (
        (_("State"), state_of(record)),
        (_("Type"), kind_of(record)),
        (_("Location"), record.path),
        (_("Source"), record.source),
        (
            _("Start"),
            str(_("with the host") if record.autostart else _("by hand"))
            if record.persistent
            else str(_("It is gone when it stops: it has no definition.")),
        ),
        (_("Volumes"), volumes),
    )
    rows = "".join(
        f"<dt>{html.escape(str(name))}</dt><dd>{html.escape(value)}</dd>"
        for name, value in facts
        if value
    )
    bar = Space.of(record, survey).markup if record.active and record.capacity else ""
    return (
        f'<div class="qvirt-pool-details"><h3>{html.escape(record.name)}</h3>{bar}'
        f'<dl class="qvirt-facts">{rows}</dl></div>'
    )
