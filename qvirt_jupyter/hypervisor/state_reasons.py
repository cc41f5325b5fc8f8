"""Why a virtual machine is in its state, in words.

The numbers are those of virDomainRunningReason and its sisters:
https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainRunningReason
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Mapping

_REASONS: Final[Mapping[int, Mapping[str, LazyString]]] = {
    libvirt.VIR_DOMAIN_RUNNING: {
        "VIR_DOMAIN_RUNNING_BOOTED": _("booted"),
        "VIR_DOMAIN_RUNNING_MIGRATED": _("migrated from another host"),
        "VIR_DOMAIN_RUNNING_RESTORED": _("restored from a saved state"),
        "VIR_DOMAIN_RUNNING_FROM_SNAPSHOT": _("restored from a snapshot"),
        "VIR_DOMAIN_RUNNING_UNPAUSED": _("resumed"),
        "VIR_DOMAIN_RUNNING_MIGRATION_CANCELED": _("a migration was cancelled"),
        "VIR_DOMAIN_RUNNING_SAVE_CANCELED": _("saving was cancelled"),
        "VIR_DOMAIN_RUNNING_WAKEUP": _("woke up"),
        "VIR_DOMAIN_RUNNING_CRASHED": _("resumed after a crash"),
        "VIR_DOMAIN_RUNNING_POSTCOPY": _("the rest of a migration is under way"),
        "VIR_DOMAIN_RUNNING_POSTCOPY_FAILED": _("the rest of a migration failed"),
    },
    libvirt.VIR_DOMAIN_PAUSED: {
        "VIR_DOMAIN_PAUSED_USER": _("paused by a user"),
        "VIR_DOMAIN_PAUSED_MIGRATION": _("for a migration"),
        "VIR_DOMAIN_PAUSED_SAVE": _("while its memory is saved"),
        "VIR_DOMAIN_PAUSED_DUMP": _("while its memory is dumped"),
        "VIR_DOMAIN_PAUSED_IOERROR": _("a disk error"),
        "VIR_DOMAIN_PAUSED_WATCHDOG": _("its watchdog fired"),
        "VIR_DOMAIN_PAUSED_FROM_SNAPSHOT": _("restored from a paused snapshot"),
        "VIR_DOMAIN_PAUSED_SHUTTING_DOWN": _("while it shuts down"),
        "VIR_DOMAIN_PAUSED_SNAPSHOT": _("while a snapshot is taken"),
        "VIR_DOMAIN_PAUSED_CRASHED": _("the guest crashed"),
        "VIR_DOMAIN_PAUSED_STARTING_UP": _("while it starts"),
        "VIR_DOMAIN_PAUSED_POSTCOPY": _("its memory moves to another host"),
        "VIR_DOMAIN_PAUSED_POSTCOPY_FAILED": _("moving its memory to another host failed"),
        "VIR_DOMAIN_PAUSED_API_ERROR": _("an operation on it failed half-way"),
    },
    libvirt.VIR_DOMAIN_SHUTDOWN: {
        "VIR_DOMAIN_SHUTDOWN_USER": _("asked for by a user"),
    },
    libvirt.VIR_DOMAIN_SHUTOFF: {
        "VIR_DOMAIN_SHUTOFF_SHUTDOWN": _("shut down"),
        "VIR_DOMAIN_SHUTOFF_DESTROYED": _("forced off"),
        "VIR_DOMAIN_SHUTOFF_CRASHED": _("crashed"),
        "VIR_DOMAIN_SHUTOFF_MIGRATED": _("migrated to another host"),
        "VIR_DOMAIN_SHUTOFF_SAVED": _("its memory was saved"),
        "VIR_DOMAIN_SHUTOFF_FAILED": _("it failed to start"),
        "VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT": _("restored from a snapshot taken while off"),
        "VIR_DOMAIN_SHUTOFF_DAEMON": _("libvirt decided to stop it"),
    },
    libvirt.VIR_DOMAIN_CRASHED: {
        "VIR_DOMAIN_CRASHED_PANICKED": _("the guest panicked"),
    },
}

# Members that this libvirt does not know yet are left out.
_BY_NUMBER: Final = {
    (state, getattr(libvirt, name)): text
    for state, reasons in _REASONS.items()
    for name, text in reasons.items()
    if hasattr(libvirt, name)
}


def reason_text(state: int, reason: int) -> str:
    """Return the reason in words, or an empty text where libvirt gives none.

    Parameters
    ----------
    state, reason
        The two numbers of virDomainGetState.
    """
    return str(_BY_NUMBER.get((state, reason), ""))


def no_space_text(disks: tuple[str, ...]) -> str:
    """Return why a machine is paused for which no space was left; empty where it is not.

    Parameters
    ----------
    disks
        The disks concerned, as libvirt names them.
    """
    if not disks:
        return ""
    return str(_("no space is left for its disk {disk}").format(disk=", ".join(disks)))
