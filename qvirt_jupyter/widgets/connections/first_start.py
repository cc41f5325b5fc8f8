"""The first start: nothing is saved yet, so look for a hypervisor on this machine."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError, connection_to
from qvirt_jupyter.provision import demo_host
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection
from qvirt_jupyter.widgets.notices import Notice, NoticeButton

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.widgets.fleet import Fleet

DELAY: Final = 1.0
"""Seconds for which the panel says that it looks, before it does (MGR-29)."""
_KEY: Final = "first-start"
_SYSTEM: Final = "qemu:///system"
_SESSION: Final = "qemu:///session"


class FirstStart:
    """Finds a first connection, or says what to do where there is none.

    Parameters
    ----------
    fleet
        Whose first start it is.
    add_connection
        Shows the form for a connection.
    """

    def __init__(self, fleet: Fleet, add_connection: Callable[[], object]) -> None:
        self._fleet = fleet
        self._add_connection = add_connection
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        """Say that a hypervisor is looked for, and look a moment later."""
        self._fleet.notices.put(
            Notice(
                _KEY,
                "info",
                _("First start."),
                _("Checking whether this machine has a hypervisor…"),
            )
        )
        self._timer = threading.Timer(DELAY, self.look)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Do not look any more, because the panel closes."""
        if self._timer is not None:
            self._timer.cancel()

    def look(self) -> None:
        """Open what there is; it may take a while and runs on a thread of its own."""
        if self._fleet.saved:
            self._fleet.notices.take(_KEY)
            return
        failure: QvirtError | None = None
        for uri in (None, _SESSION):
            try:
                connection = connection_to(uri)
                connection.open().result()
            except QvirtError as error:
                failure = failure or error
                # Without a hypervisor there is no session of one either.
                if uri is None and not _is_system(error):
                    break
            else:
                self._fleet.notices.take(_KEY)
                self._fleet.add(SavedConnection(connection.uri, autoconnect=True))
                return
        self._guide(failure)

    def _guide(self, failure: QvirtError | None) -> None:
        reason = "" if failure is None else f"{failure.reason} {failure.next_step}"
        details = "" if failure is None else failure.details
        self._fleet.notices.put(
            Notice(
                _KEY,
                "warning",
                _("No hypervisor was found on this machine."),
                reason,
                details,
                (
                    NoticeButton(
                        _("Add a connection…"),
                        lambda _client: self._add_connection(),
                        primary=True,
                    ),
                    NoticeButton(_("Look again"), lambda _client: self.begin()),
                    NoticeButton(
                        _("Look around on a made-up host"),
                        lambda _client: self._fleet.add(
                            SavedConnection(demo_host(), str(_("Made-up host")), autoconnect=True)
                        ),
                    ),
                ),
            )
        )


def _is_system(error: QvirtError) -> bool:
    """Whether what failed is the system's hypervisor, of which a user may have one of his own."""
    return error.subject is not None and error.subject.uri == _SYSTEM
