"""What of a running machine's stored definition differs from how it runs now.

libvirt writes into the running definition what it found and made for this run: aliases, ports,
expanded processor models. That is no change of anybody's, so it is left out.
https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainXMLFlags
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.documents import transfer
from qvirt_jupyter.hypervisor.device_matching import kinds, pairs
from qvirt_jupyter.hypervisor.live import changes_of

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.documents import Change

_OF_THE_RUN: Final = re.compile(
    r"""
    cpu/@check                              # what was asked for, and that it was checked
    | devices/graphics\[[^]]*\]/@\w*[pP]ort  # chosen at the start where autoport is set
    | devices/graphics\[[^]]*\]/@websocket
    | seclabel.*                            # labels of this run
    | @id
    """,
    re.VERBOSE,
)
_WHOLE_DEVICE: Final = re.compile(r"devices/[\w-]+(\[.*\])?")
_EXPANDED: Final = frozenset({"host-model", "maximum", "host-passthrough"})
"""Modes of a processor for which libvirt writes what it found into the running definition."""


def pending_changes(running: documents.Domain, stored: documents.Domain) -> tuple[Change, ...]:
    """Return what will be otherwise after the next start, as changes from now to then.

    Parameters
    ----------
    running
        The definition of the running instance.
    stored
        The one that counts from the next start.
    """
    is_expanded = stored.cpu.mode in _EXPANDED
    return tuple(
        change
        for change in changes_of(running, stored)
        if not (is_expanded and change.path.startswith("cpu")) and is_of_somebody(change)
    )


def is_of_somebody(change: Change) -> bool:
    """Tell whether somebody made a change from how it runs to what is stored."""
    if _OF_THE_RUN.fullmatch(change.path):
        return False
    # What only the running definition has was filled in, unless it is a device that was removed.
    return change.after is not None or bool(_WHOLE_DEVICE.fullmatch(change.path))


def revert(running: documents.Domain, stored: documents.Domain, path: str) -> None:
    """Write into the stored definition what runs.

    Parameters
    ----------
    running
        The definition of the running instance.
    stored
        The one that counts from the next start; it is changed.
    path
        That of one of the pending changes.

    Raises
    ------
    KeyError
        There is nothing at that path.
    """
    for pair in pairs(running, stored):
        if path == pair.name:
            if pair.before is None:
                assert pair.after is not None  # noqa: S101 - one of them is always there
                stored.devices.remove(pair.after)
            elif pair.after is None:
                stored.devices.add(pair.before.copy())
            return
        if path.startswith(f"{pair.name}/"):
            if pair.before is None or pair.after is None:
                raise KeyError(path)
            transfer(pair.before, pair.after, path[len(pair.name) + 1 :])
            return
    if any(path.startswith(f"devices/{cls.tag}[") for cls in kinds(stored.devices).values()):
        raise KeyError(path)
    transfer(running, stored, path)
