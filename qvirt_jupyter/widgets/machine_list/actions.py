"""The buttons and menu entries of the VM list, and when each is possible."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.lifecycle import (
    LIFECYCLE,
    NEEDS_DEFINITION,
    REFUSED_BY_TEMPLATES,
    TRANSIENT,
    Action,
    allowed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor import DomainRecord
    from qvirt_jupyter.widgets._messages import ActionSpec

_NO_TEXT = LazyString("")


@dataclass(frozen=True, slots=True)
class ListAction:
    """Something that the list's user can do with the selected rows.

    Parameters
    ----------
    name
        What ``on_action`` is called with.
    label
        What the button and the menu entry say.
    icon
        A name of ``frontend/widgets/vm-list/icons.ts``; only buttons need one.
    row
        What kind of row it is for.
    refused
        By state (a value of ``DomainState`` or of a connection's state), why not and what to do
        instead. Other states allow it.
    slot
        Actions of the same slot share one place: the first that is possible, else the last.
    submenu
        A name; the actions of that name are behind one button, beside the first of them.
    toolbar, menu
        Where it is offered.
    several
        Whether it can be done to several machines at once.
    changes
        Whether a read-only connection refuses it.
    confirm
        The question to ask first; ``{names}`` stands for the machines. Empty: none.
    danger
        Whether the question warns of a loss.
    key
        The key on a row that does it, as browsers name it: ``"Delete"``.
    """

    name: str
    label: LazyString
    icon: str = ""
    row: Literal["domain", "connection"] = "domain"
    refused: Mapping[str, object] = field(default_factory=dict)
    slot: str = ""
    submenu: str = ""
    toolbar: bool = True
    menu: bool = True
    several: bool = True
    changes: bool = True
    confirm: LazyString = _NO_TEXT
    danger: bool = False
    key: str = ""

    def spec(self) -> ActionSpec:
        """Return it as the browser needs it."""
        return {
            "name": self.name,
            "row": self.row,
            "label": str(self.label),
            "icon": self.icon,
            "refused": {state: str(reason) for state, reason in self.refused.items()},
            "slot": self.slot,
            "submenu": self.submenu,
            "toolbar": self.toolbar,
            "menu": self.menu,
            "several": self.several,
            "changes": self.changes,
            "confirm": str(self.confirm) if self.confirm else "",
            "danger": self.danger,
            "key": self.key,
        }


def lifecycle_refusals(action: Action) -> dict[str, object]:
    """Return, by state, why an action of the lifecycle table is refused."""
    return {
        state.value: refusal for state, refusal in LIFECYCLE[action].items() if refusal is not None
    }


def record_refusals(record: DomainRecord) -> dict[str, str]:
    """Return what one machine refuses in whatever state.

    Transient ones have no definition; templates do not start.
    """
    refused: set[Action] = set()
    own: dict[str, str] = {}
    if not record.persistent:
        refused |= NEEDS_DEFINITION
        own["template"] = str(TRANSIENT)
    if record.is_template:
        refused |= REFUSED_BY_TEMPLATES
    found = {
        action.value: allowed(
            record.state, action, persistent=record.persistent, template=record.is_template
        )
        for action in sorted(refused, key=lambda action: action.value)
    }
    own.update({name: str(refusal) for name, refusal in found.items() if refusal is not None})
    return own


def connection_refusals(*, remembered: bool) -> dict[str, str]:
    """Return what a connection refuses in whatever state; the two share one place in the menu."""
    if remembered:
        return {"remember_connection": str(_("It is remembered already."))}
    return {"change_connection": str(_("It is not remembered yet."))}


def _lifecycle(
    action: Action,
    icon: str = "",
    *,
    slot: str = "",
    submenu: str = "",
    confirm: LazyString = _NO_TEXT,
    danger: bool = False,
    toolbar: bool = True,
) -> ListAction:
    return ListAction(
        action.value,
        action.label,
        icon,
        toolbar=toolbar,
        refused=lifecycle_refusals(action),
        slot=slot,
        submenu=submenu,
        confirm=confirm,
        danger=danger,
    )


DOMAIN_ACTIONS: tuple[ListAction, ...] = (
    _lifecycle(Action.RESTORE, "start", slot="start"),
    _lifecycle(Action.START, "start", slot="start"),
    _lifecycle(Action.RESUME, "resume", slot="pause"),
    _lifecycle(Action.SUSPEND, "pause", slot="pause"),
    _lifecycle(Action.SHUTDOWN, "shutdown", submenu="shutdown"),
    _lifecycle(Action.REBOOT, "reboot", submenu="shutdown"),
    _lifecycle(
        Action.RESET,
        "reset",
        submenu="shutdown",
        confirm=_("Reset {names} at once? What the guest has not written to its disks is lost."),
        danger=True,
    ),
    _lifecycle(
        Action.DESTROY,
        "destroy",
        submenu="shutdown",
        confirm=_("Force off {names}? What the guest has not written to its disks is lost."),
        danger=True,
    ),
    _lifecycle(Action.MANAGED_SAVE, "save", submenu="shutdown"),
    ListAction("open", _("Open"), "open", several=False, changes=False),
    ListAction("open_console", _("Open console"), "console", several=False, changes=False),
    ListAction("open_wall", _("Wall of screens"), "wall", toolbar=False, changes=False),
    # Its disks must not change meanwhile, as for the removal of a definition.
    ListAction(
        "clone",
        _("Clone…"),
        "clone",
        refused=lifecycle_refusals(Action.UNDEFINE),
        toolbar=False,
    ),
    ListAction(
        "template",
        _("Template…"),
        "template",
        refused=lifecycle_refusals(Action.SET_TEMPLATE),
        toolbar=False,
    ),
    ListAction("tag", _("Tags…"), "tag", toolbar=False),
    ListAction("delete", _("Delete…"), "remove", toolbar=False, key="Delete"),
)
"""What the toolbar and the menus of machines offer, in their order (MGR-07 to MGR-19)."""

_NOT_CONNECTED: dict[str, object] = {
    state: _("It is not connected.") for state in ("disconnected", "failed", "closed")
}
_CONNECTED: Mapping[str, object] = {
    state: _("It is connected or about to be.") for state in ("connected", "connecting")
}

CONNECTION_ACTIONS: tuple[ListAction, ...] = (
    ListAction(
        "create",
        _("New virtual machine…"),
        "create",
        row="connection",
        refused=_NOT_CONNECTED | {"connecting": _("It is not connected yet.")},
        toolbar=False,
        several=False,
    ),
    ListAction(
        "open_host",
        _("Open host"),
        "host",
        row="connection",
        toolbar=False,
        several=False,
        changes=False,
    ),
    ListAction(
        "open_topology",
        _("Network topology"),
        "topology",
        row="connection",
        toolbar=False,
        several=False,
        changes=False,
    ),
    ListAction(
        "open_host_wall",
        _("Wall of screens"),
        "wall",
        row="connection",
        toolbar=False,
        changes=False,
    ),
    ListAction(
        "connect",
        _("Connect"),
        "connect",
        row="connection",
        refused=_CONNECTED,
        toolbar=False,
        changes=False,
    ),
    ListAction(
        "disconnect",
        _("Disconnect"),
        "disconnect",
        row="connection",
        refused=_NOT_CONNECTED,
        toolbar=False,
        changes=False,
    ),
    ListAction(
        "change_connection",
        _("Change connection…"),
        "change",
        row="connection",
        slot="keep",
        toolbar=False,
        several=False,
        changes=False,
    ),
    ListAction(
        "remember_connection",
        _("Remember connection…"),
        "remember",
        row="connection",
        slot="keep",
        toolbar=False,
        several=False,
        changes=False,
    ),
    ListAction(
        "remove_connection",
        _("Forget connection"),
        "remove",
        row="connection",
        toolbar=False,
        several=False,
        changes=False,
        confirm=_("Forget the connection {names}? Its virtual machines stay as they are."),
    ),
)
"""What the menus of connections offer (MGR-20); panels add what they can do themselves."""
