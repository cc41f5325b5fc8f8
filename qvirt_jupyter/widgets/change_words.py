"""A change of a definition in words: the label of its field, and values as forms show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Flag, OnOff, Size, YesNo, label_of
from qvirt_jupyter.documents.diff import MASK
from qvirt_jupyter.widgets import quantities

if TYPE_CHECKING:
    from qvirt_jupyter.documents import Change, Declared


def words_of(change: Change) -> str:
    """Return a change as people say it.

    ``Virtual CPUs: 2 → 1``; ``Disk vdb: added``; what nothing is declared of keeps its path.
    """
    label = label_of(change.path)
    if label.device and not label.path:
        words = _("added") if change.before is None else _("removed")
        if change.before is not None and change.after is not None:
            words = _("changed")
        return f"{label.device}: {words}"
    before, after = (_value(label.declared, each) for each in (change.before, change.after))
    return str(_("{label}: {before} → {after}")).format(label=label, before=before, after=after)


def _value(declared: Declared | None, text: str | None) -> str:
    if text is None:
        return str(_("not set"))
    if declared is None or text == MASK:
        return text
    try:
        return _said(declared, declared.type.parse(text)) or f"{text} {declared.unit}".rstrip()
    except ValueError:
        return text


def _said(declared: Declared, value: Any) -> str:  # noqa: ANN401 - of any declaration
    kind = declared.type
    if isinstance(kind, Flag | YesNo | OnOff):
        return str(_("On") if value else _("Off"))
    if isinstance(kind, Choice):
        return kind.label(value)
    if isinstance(kind, Size):
        return quantities.size(value, unit="KiB" if kind.unit == "KiB" else "B")
    return ""
