"""What a page does to a machine, and what the machine looks like then."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import Domain, QvirtError
from qvirt_jupyter.widgets.details import definitions
from qvirt_jupyter.widgets.details.boot_page import AUTOSTART

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import EditResult
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.draft import Draft
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.page import Page


class Applied(NamedTuple):
    """What became of a page.

    It brings the definition with it: the page would begin anew with the old one otherwise, and
    what is typed before the next reading would be compared with that.
    """

    result: EditResult | None
    """What counts when; None where no definition was changed."""
    found: Definitions | None
    """What was read afterwards; None where that failed."""
    autostart: bool | None = None
    """What was set; None where it stayed."""


def apply(machine: Machine, draft: Draft, cause: str) -> Applied:
    """Write what was typed; for threads that may wait.

    Parameters
    ----------
    machine
        Whose page it is.
    draft
        What was typed.
    cause
        What the history calls it.

    Raises
    ------
    QvirtError
        It was not written.
    """
    autostart = bool(draft.touched[AUTOSTART]) if AUTOSTART in draft.touched else None
    if autostart is not None:
        machine.set_autostart(autostart)
    result: EditResult | None = None
    if draft.has_edits:
        edit = machine.edit(cause=cause)
        with edit as definition:
            draft.write(definition)
        result = edit.result
    return Applied(result, _read(machine), autostart)


def change_by_force(machine: Domain, page: Page) -> Applied:
    """Change the medium of a running machine although its guest has locked the tray.

    Parameters
    ----------
    machine
        The machine.
    page
        The page of the drive.

    Raises
    ------
    QvirtError
        It was not changed.
    """
    result: EditResult | None = None
    device = page.element(machine.document(inactive=True, secure=True))
    if isinstance(device, documents.Device):
        result = machine.update(device, force=True)
    return Applied(result, _read(machine))


def _read(machine: Machine) -> Definitions | None:
    try:
        return definitions.read(machine)
    except QvirtError:
        # What was done stays done; the panel reads it with the next record, or says why not.
        return None
