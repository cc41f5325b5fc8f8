"""Which system a tree on a server installs, and with which kernel."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import OperationFailed, Subject
from qvirt_jupyter.provision.osinfo import Database, osinfo
from qvirt_jupyter.provision.trees import debian, suse, treeinfo
from qvirt_jupyter.provision.trees.fetching import TEXT_LIMIT, checked_url, fetch_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.provision.trees.description import DetectedTree, Server

PATIENCE: Final = 60.0
"""Seconds for all that is asked of a server."""
_LAYOUTS: Final[tuple[Callable[[str, Server], DetectedTree | None], ...]] = (
    treeinfo.read,
    debian.read,
    suse.read,
)


def _go_on() -> None:
    """Ask nobody whether to stop."""


def detect_tree(
    url: str,
    *,
    database: Database | None = None,
    timeout: float = PATIENCE,
    check: Callable[[], object] = _go_on,
) -> DetectedTree:
    """Say which system an installation tree on a server holds.

    Parameters
    ----------
    url
        Where the tree begins: ``http``, ``https`` or ``ftp``.
    database
        The systems that are known; those of this machine where it is left out.
    timeout
        Seconds after which it is given up.
    check
        Asked all the time; it raises to stop, as ``check_cancelled`` of a job does.

    Raises
    ------
    OperationFailed
        The address is wrong, the server cannot be reached or sends nothing, there is no tree at
        this address, or what describes it makes no sense.
    """
    base = checked_url(url)
    server = _Server(database, time.monotonic() + timeout, check, base)
    for layout in _LAYOUTS:
        found = layout(base, server)
        if found is not None:
            return found
    raise OperationFailed(
        _("There is no installation tree at this address."),
        subject=Subject("tree", base, base),
        next_step=_("Look for the folder that has a .treeinfo file, or Debian's installer-amd64."),
    )


class _Server:
    """Asks for one file after another, and gives up when the time is over."""

    def __init__(
        self, database: Database | None, end: float, check: Callable[[], object], base: str
    ) -> None:
        self.database = osinfo() if database is None else database
        self._end = end
        self._ask = check
        self._base = base

    def text(self, url: str, *, most: int = TEXT_LIMIT) -> str:
        """Return a file; raise Missing where there is none."""
        return fetch_text(url, self._check, most=most)

    def _check(self) -> None:
        self._ask()
        if time.monotonic() > self._end:
            raise OperationFailed(
                _("The server is too slow to say what it has."),
                subject=Subject("tree", self._base, self._base),
                next_step=_("Try another mirror."),
            )
