"""The live console of a machine as the value of a cell: ``vm.console()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import NotFound
from qvirt_jupyter.widgets.consoles.console import ConsolePanel
from qvirt_jupyter.widgets.consoles.terminal import TerminalPanel

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.widgets.consoles.machine_view import MachineView


def console_of(domain: Domain, which: int | str | None = None) -> MachineView:
    """Return a console of a machine.

    Parameters
    ----------
    domain
        The machine.
    which
        Number of a display, from 0, or the alias of a serial port or text console, such as
        ``"serial0"``; None for the display that the preferences choose.

    Raises
    ------
    NotFound
        The machine has no such console; the error names those that it has.
    """
    if which is None:
        return ConsolePanel(domain)
    choices = domain.consoles()
    for choice in choices:
        if which == (choice.index if choice.kind == "graphics" else choice.alias):
            if choice.kind == "graphics":
                return ConsolePanel(domain, choice.index)
            return TerminalPanel(domain, choice.alias)
    known = ", ".join(
        f"{choice.index if choice.kind == 'graphics' else choice.alias!r} ({choice.label})"
        for choice in choices
    )
    raise NotFound(
        _("It has no console {which}.").format(which=repr(which)),
        subject=domain.subject,
        next_step=_("It has these: {consoles}.").format(consoles=known)
        if known
        else _("It has none: give it a VNC display or a serial port."),
    )
