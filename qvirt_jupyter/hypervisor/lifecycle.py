"""Which action a virtual machine allows in which state, as data.

::

                      running  paused  shutting  shut  saved  crashed  suspended
                                       down      off
    start, paused        -       -        -       x      x       -         -
    shutdown, reboot     x       x        -       -      -       x         x
    reset                x       x        -       -      -       x         x
    destroy              x       x        x       -      -       x         x
    suspend              x       -        -       -      -       -         -
    resume               -       x        -       -      -       -         x
    save, managed_save   x       x        -       -      -       -         -
    restore              -       -        -       -      x       -         -
    drop_saved_state     -       -        -       -      x       -         -
    rename               -       -        -       x      -       -         -
    set_template         -       -        -       x      -       -         -
    undefine             -       -        -       x      x       -         -
    everything else      x       x        x       x      x       x         x

A template, which is there to be cloned, refuses start and restore besides.

Each ``-`` is a :class:`Refusal` with its reason and the next step. libvirt is not asked for what is
refused here; where its own state has moved on meanwhile, its answer counts.
https://wiki.libvirt.org/VM_lifecycle.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.records import DomainState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Action(Enum):
    """What can be done to a virtual machine; the value is the name of the method that does it."""

    START = "start"
    """Boot it, or go on from its saved state where it has one."""
    START_PAUSED = "start_paused"
    """Make the machine, but let its processors wait."""
    SHUTDOWN = "shutdown"
    """Ask the guest's operating system to shut down."""
    REBOOT = "reboot"
    """Ask the guest's operating system to restart."""
    RESET = "reset"
    """Press the reset button."""
    DESTROY = "destroy"
    """Pull the plug."""
    SUSPEND = "suspend"
    """Stop its processors; its memory stays where it is."""
    RESUME = "resume"
    """Let its processors go on, or wake it up where it sleeps."""
    SAVE = "save"
    """Write its memory to a file of the caller's choice and stop it."""
    MANAGED_SAVE = "managed_save"
    """Write its memory to a file that libvirt keeps, and stop it."""
    RESTORE = "restore"
    """Go on from the saved state that libvirt keeps."""
    DROP_SAVED_STATE = "drop_saved_state"
    """Forget the saved state, so that the next start boots."""
    SET_AUTOSTART = "set_autostart"
    """Say whether it starts with its host."""
    RENAME = "rename"
    """Give it another name."""
    SET_TITLE = "set_title"
    """Give it a friendly name."""
    SET_DESCRIPTION = "set_description"
    """Say what it is for."""
    SET_TAGS = "set_tags"
    """Replace its tags."""
    SET_GROUP = "set_group"
    """Put it into a group."""
    SET_TEMPLATE = "set_template"
    """Say whether it is only there to be cloned."""
    UNDEFINE = "undefine"
    """Remove its definition; its disks stay."""

    @property
    def label(self) -> LazyString:
        """What a button says."""
        return _LABELS[self]


_LABELS: Mapping[Action, LazyString] = MappingProxyType(
    {
        Action.START: _("Start"),
        Action.START_PAUSED: _("Start paused"),
        Action.SHUTDOWN: _("Shut down"),
        Action.REBOOT: _("Reboot"),
        Action.RESET: _("Force reset"),
        Action.DESTROY: _("Force off"),
        Action.SUSPEND: _("Pause"),
        Action.RESUME: _("Resume"),
        Action.SAVE: _("Save to file"),
        Action.MANAGED_SAVE: _("Save"),
        Action.RESTORE: _("Restore"),
        Action.DROP_SAVED_STATE: _("Drop saved state"),
        Action.SET_AUTOSTART: _("Start with the host"),
        Action.RENAME: _("Rename"),
        Action.SET_TITLE: _("Set title"),
        Action.SET_DESCRIPTION: _("Set description"),
        Action.SET_TAGS: _("Set tags"),
        Action.SET_GROUP: _("Set group"),
        Action.SET_TEMPLATE: _("Mark as template"),
        Action.UNDEFINE: _("Remove definition"),
    }
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action is not allowed; ``str()`` gives it as one text for a tooltip."""

    reason: LazyString
    next_step: LazyString

    def __str__(self) -> str:
        return f"{self.reason} {self.next_step}"


_OFF = Refusal(_("It is shut off."), _("Start it first."))
_SAVED = Refusal(
    _("It is not running: its memory is saved on disk."), _("Restore it first, then try again.")
)
_STOPPING = Refusal(_("It is shutting down."), _("Wait until it is off, or force it off."))
_CRASHED = Refusal(_("It has crashed."), _("Reset it, or force it off and start it again."))
_ASLEEP = Refusal(_("It is suspended: the guest sleeps."), _("Resume it to wake it up."))
_NO_SAVED_STATE = Refusal(
    _("It has no saved state."), _("Only a machine in the state Saved has one.")
)

_TO_START: Mapping[DomainState, Refusal] = {
    DomainState.RUNNING: Refusal(
        _("It is running already."), _("Reboot it if it should start anew.")
    ),
    DomainState.PAUSED: Refusal(_("It is paused, not off."), _("Resume it.")),
    DomainState.SHUTTING_DOWN: _STOPPING,
    DomainState.CRASHED: _CRASHED,
    DomainState.SUSPENDED: _ASLEEP,
}
_TO_STOP: Mapping[DomainState, Refusal] = {
    DomainState.SHUTTING_DOWN: _STOPPING,
    DomainState.SHUTOFF: Refusal(_("It is shut off already."), _("Start it if it should run.")),
    DomainState.SAVED: _SAVED,
}
_TO_RESTART: Mapping[DomainState, Refusal] = {**_TO_STOP, DomainState.SHUTOFF: _OFF}
_TO_SAVE: Mapping[DomainState, Refusal] = {
    DomainState.SHUTTING_DOWN: _STOPPING,
    DomainState.SHUTOFF: _OFF,
    DomainState.SAVED: Refusal(_("It is saved already."), _("Restore it first to save it anew.")),
    DomainState.CRASHED: _CRASHED,
    DomainState.SUSPENDED: _ASLEEP,
}
_TO_USE_SAVED_STATE: Mapping[DomainState, Refusal] = {
    state: _NO_SAVED_STATE for state in DomainState if state is not DomainState.SAVED
}
_MUST_BE_OFF: Mapping[DomainState, Refusal] = {
    DomainState.RUNNING: Refusal(_("It is running."), _("Shut it down first.")),
    DomainState.PAUSED: Refusal(_("It is paused."), _("Resume and shut it down, or force it off.")),
    DomainState.SHUTTING_DOWN: _STOPPING,
    DomainState.CRASHED: Refusal(_("It has crashed and is still there."), _("Force it off first.")),
    DomainState.SUSPENDED: Refusal(
        _("It is suspended: the guest sleeps."), _("Wake it up and shut it down, or force it off.")
    ),
}

_REFUSED: Mapping[Action, Mapping[DomainState, Refusal]] = {
    Action.START: _TO_START,
    Action.START_PAUSED: _TO_START,
    Action.SHUTDOWN: _TO_STOP,
    Action.REBOOT: _TO_RESTART,
    Action.RESET: _TO_RESTART,
    Action.DESTROY: {
        state: refusal
        for state, refusal in _TO_STOP.items()
        if state is not DomainState.SHUTTING_DOWN
    },
    Action.SUSPEND: {
        **_TO_SAVE,
        DomainState.PAUSED: Refusal(
            _("It is paused already."), _("Resume it when it should go on.")
        ),
        DomainState.SAVED: _SAVED,
    },
    Action.RESUME: {
        DomainState.RUNNING: Refusal(_("It is running, not paused."), _("Pause it first.")),
        DomainState.SHUTTING_DOWN: _STOPPING,
        DomainState.SHUTOFF: _OFF,
        DomainState.SAVED: _SAVED,
        DomainState.CRASHED: _CRASHED,
    },
    Action.SAVE: _TO_SAVE,
    Action.MANAGED_SAVE: _TO_SAVE,
    Action.RESTORE: _TO_USE_SAVED_STATE,
    Action.DROP_SAVED_STATE: _TO_USE_SAVED_STATE,
    Action.SET_AUTOSTART: {},
    Action.RENAME: {
        **_MUST_BE_OFF,
        DomainState.SAVED: Refusal(
            _("Its saved state belongs to its old name."),
            _("Restore it and shut it down, or drop the saved state."),
        ),
    },
    Action.SET_TITLE: {},
    Action.SET_DESCRIPTION: {},
    Action.SET_TAGS: {},
    Action.SET_GROUP: {},
    Action.SET_TEMPLATE: {
        **_MUST_BE_OFF,
        DomainState.SAVED: Refusal(
            _("Its memory is saved on disk, and its disks are in the middle of something."),
            _("Restore it and shut it down, or drop the saved state."),
        ),
    },
    Action.UNDEFINE: _MUST_BE_OFF,
}

LIFECYCLE: Mapping[Action, Mapping[DomainState, Refusal | None]] = MappingProxyType(
    {
        action: MappingProxyType({state: refused.get(state) for state in DomainState})
        for action, refused in _REFUSED.items()
    }
)
"""Every cell of action x state: None where it is allowed, else the refusal."""

TRANSIENT = Refusal(
    _("It is transient: libvirt keeps no definition of it."),
    _("Define it from its XML first, then it stays when it stops."),
)

TEMPLATE = Refusal(
    _("It is a template: its disks must not change, for others are made of them."),
    _("Clone it and start the clone, or make it an ordinary machine again."),
)

REFUSED_BY_TEMPLATES: frozenset[Action] = frozenset(
    {Action.START, Action.START_PAUSED, Action.RESTORE}
)
"""What a template refuses in every state."""

NEEDS_DEFINITION: frozenset[Action] = frozenset(
    {
        Action.SET_TEMPLATE,
        Action.MANAGED_SAVE,
        Action.RESTORE,
        Action.DROP_SAVED_STATE,
        Action.SET_AUTOSTART,
        Action.RENAME,
        Action.UNDEFINE,
    }
)
"""What a transient machine refuses in every state (VIR_ERR_OPERATION_INVALID in libvirt)."""


def allowed(
    state: DomainState, action: Action, *, persistent: bool = True, template: bool = False
) -> Refusal | None:
    """Look up a cell of the table.

    Parameters
    ----------
    state
        The machine's present state.
    action
        What is to be done.
    persistent
        Whether libvirt keeps its definition when it stops.
    template
        Whether it is there to be cloned only.

    Returns
    -------
    Refusal or None
        None where the action is allowed, else why not and what to do instead.
    """
    if not persistent and action in NEEDS_DEFINITION:
        return TRANSIENT
    refusal = LIFECYCLE[action][state]
    if refusal is None and template and action in REFUSED_BY_TEMPLATES:
        return TEMPLATE
    return refusal


def allowed_actions(states: Iterable[DomainState]) -> frozenset[Action]:
    """Return what is allowed in every one of these states: for a selection of several machines."""
    wanted = tuple(states)
    return frozenset(
        action
        for action, cells in LIFECYCLE.items()
        if all(cells[state] is None for state in wanted)
    )
