"""What can be done with a network in which state, as data, and why not otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets.table import Action

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import NetworkRecord

_ON: Final = _("It is on: stop it first.")
_TRANSIENT: Final = _("It has no definition: it is gone when it stops.")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done with one network.

    Parameters
    ----------
    id, label, icon, key
        As of :class:`~qvirt_jupyter.widgets.table.Action`.
    if_on, if_off
        Why not while it is on or off; empty where it can be done.
    if_transient
        Why not where libvirt keeps no definition of it.
    danger
        Whether it takes away what does not come back.
    toolbar
        Whether it has a button.
    """

    id: str
    label: LazyString
    icon: str
    if_on: LazyString | str = ""
    if_off: LazyString | str = ""
    if_transient: LazyString | str = ""
    key: str = ""
    danger: bool = False
    toolbar: bool = True

    def refusal(self, record: NetworkRecord) -> LazyString | str:
        """Return why it cannot be done with a network as it is now; empty where it can."""
        if not record.persistent and self.if_transient:
            return self.if_transient
        return self.if_on if record.active else self.if_off

    def offer(self, reason: LazyString | str) -> Action:
        """Return it for a toolbar, with a reason against it or none."""
        return Action(
            self.id,
            self.label,
            reason,
            icon=self.icon,
            key=self.key,
            danger=self.danger,
            toolbar=self.toolbar,
        )


DEEDS: Final = (
    Deed("start", _("Start"), "start", if_on=_("It is on already.")),
    Deed("stop", _("Stop…"), "shutdown", if_off=_("It is off already.")),
    Deed(
        "autostart",
        _("Start with the host, or not"),
        "check",
        if_transient=_TRANSIENT,
        toolbar=False,
    ),
    Deed(
        "rename",
        _("Rename…"),
        "change",
        if_on=_ON,
        if_transient=_TRANSIENT,
        key="F2",
        toolbar=False,
    ),
    Deed(
        "delete",
        _("Delete…"),
        "remove",
        if_on=_ON,
        if_transient=_TRANSIENT,
        key="Delete",
        danger=True,
    ),
)
"""In the order of the toolbar (NET-03, NET-04, NET-05)."""
