"""The way from a browser's ticket to a display: found here, by the kernel, before a ticket is made.

A local display is opened by the Jupyter server itself (:mod:`qvirt_jupyter.console.opening`). One
of another host, or of a connection that needed credentials, is carried by the kernel
(:mod:`qvirt_jupyter.console.display_service`). The server imports nothing of this module: what it
needs is in the ticket.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.console.display_service import service
from qvirt_jupyter.console.targets import DisplayTarget
from qvirt_jupyter.hypervisor.errors import AccessDenied

if TYPE_CHECKING:
    from qvirt_jupyter.console.carried_display import CarriedDisplay
    from qvirt_jupyter.console.targets import Target
    from qvirt_jupyter.hypervisor import Display, Domain


class Route:
    """A way to one display; close it when nobody looks any more.

    Two routes to the same display have equal targets while one of them is open, so a ticket for
    the first is good for both.

    Parameters
    ----------
    target
        What the ticket names.
    carried
        What the kernel serves for it.
    """

    def __init__(self, target: Target, carried: CarriedDisplay | None = None) -> None:
        self.target = target
        self._carried = carried
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give up what the kernel keeps open for it; safe to call again."""
        with self._lock:
            carried, self._carried = self._carried, None
        if carried is not None:
            service.withdraw(carried)


def route(domain: Domain, display: Display) -> Route:
    """Find the way to a display of a machine, which need not be running.

    Where the kernel carries the display of a running machine, it is opened here and waits a moment
    for the browser: so questions of ssh are put, and what fails is said, before there is a ticket.
    That may take long and belongs on a thread.

    Parameters
    ----------
    domain
        The machine.
    display
        One of ``domain.displays()``.

    Raises
    ------
    QvirtError
        There is none; says why and what to do.
    """
    connection = domain.connection
    if connection.read_only:
        # The server opens its own connection, which could do more than this one may.
        raise AccessDenied(
            _("The connection is read-only."),
            next_step=_("Open it without that to see screens."),
        )
    if not connection.parts.is_remote and not connection.needed_credentials:
        return Route(DisplayTarget(connection.uri, domain.uuid, display.index))
    carried = service.offer(domain, display)
    try:
        if domain.is_active:
            carried.prepare()
        return Route(service.target(carried), carried)
    except BaseException:
        service.withdraw(carried)
        raise
