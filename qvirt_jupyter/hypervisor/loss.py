"""How a lost connection is noticed: libvirt says so, or a call fails and a second one too."""

from __future__ import annotations

import logging
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.calls_under_way import CallsUnderWay
    from qvirt_jupyter.hypervisor.uri import ConnectionUri
    from qvirt_jupyter.hypervisor.watcher import Watcher

_LOG = logging.getLogger(__name__)
PATIENCE: Final = 2.0
"""Seconds to wait until a connection is closed; one that hangs is left behind."""

# Codes with which a call ends when its connection broke under it. None of them alone proves it:
# a failing open of some file is a "system error" too.
_SUSPICIOUS: Final = frozenset(
    {
        libvirt.VIR_ERR_SYSTEM_ERROR,
        libvirt.VIR_ERR_INTERNAL_ERROR,
        libvirt.VIR_ERR_RPC,
        libvirt.VIR_ERR_NO_CONNECT,
        libvirt.VIR_ERR_INVALID_CONN,
        libvirt.VIR_ERR_GNUTLS_ERROR,
        libvirt.VIR_ERR_SSH,
        libvirt.VIR_ERR_LIBSSH,
    }
)
_REASONS: Final[dict[int, LazyString]] = {
    libvirt.VIR_CONNECT_CLOSE_REASON_ERROR: _("a network or other error"),
    libvirt.VIR_CONNECT_CLOSE_REASON_EOF: _("the service ended it"),
}


# https://libvirt.org/remote.html#transports
_PORTS: Final = {"tls": 16514, "tcp": 16509}
_REACH: Final = 5.0


def is_lost(connection: libvirt.virConnect, error: libvirt.libvirtError) -> bool:
    """Return whether a failed call means that the connection is gone; it may ask once more."""
    if error.get_error_code() not in _SUSPICIOUS:
        return False
    try:
        if not connection.isAlive():
            return True
        if error.get_error_code() == libvirt.VIR_ERR_INTERNAL_ERROR:
            # Drivers use it for everything; a live socket settles it.
            return False
        connection.getInfo()
    except libvirt.libvirtError as second:
        _LOG.debug("Asked again after %r: %s", str(error), second)
        return True
    return False


def is_cut_off(uri: ConnectionUri) -> bool:
    """Return whether the host of a connection by TCP or TLS cannot be reached any more.

    Such a connection gives no sign of it for a quarter of an hour. A host that takes a connection
    may still hang, but then it may also answer after all.
    """
    port = uri.port or _PORTS.get(uri.transport)
    if port is None or uri.transport not in _PORTS:
        return False
    try:
        with socket.create_connection((uri.host, port), timeout=_REACH):
            return False
    except OSError as error:
        _LOG.info("%s cannot be reached: %s", uri.host, error)
        return True


def register(connection: libvirt.virConnect, closed: Callable[[str], object]) -> None:
    """Have libvirt say when it closes the connection.

    Parameters
    ----------
    connection
        What libvirt opened.
    closed
        Called on the event thread with the reason in words, unless we closed it ourselves.
    """

    def on_close(_connection: libvirt.virConnect, reason: int, _opaque: Any) -> None:  # noqa: ANN401 - libvirt's signature
        if reason != libvirt.VIR_CONNECT_CLOSE_REASON_CLIENT:
            closed(str(_REASONS.get(reason, reason)))

    try:
        connection.registerCloseCallback(on_close, None)
    except libvirt.libvirtError as error:
        # Drivers that run in this process cannot lose their connection.
        _LOG.debug("No word of closing: %s", error)


def let_go(
    connection: libvirt.virConnect | None, watcher: Watcher | None, calls: CallsUnderWay
) -> None:
    """Close what was open, and wait a little for it.

    Closing asks libvirt, and where the service hangs that may never return: so it has a thread of
    its own. Closing under a call would free what that call uses: a connection in which one hangs
    goes with the last reference to it.

    Parameters
    ----------
    connection, watcher
        What is not wanted any more.
    calls
        Those inside of the connection, apart from the watcher's.
    """
    closing = threading.Thread(
        target=_close, args=(connection, watcher, calls), name="qvirt-let-go", daemon=True
    )
    closing.start()
    closing.join(PATIENCE)


def _close(
    connection: libvirt.virConnect | None, watcher: Watcher | None, calls: CallsUnderWay
) -> None:
    """Take the callbacks out first, because they hold the connection."""
    if watcher is not None:
        watcher.close()
    if connection is None:
        return
    steps = [("no word of closing was registered", connection.unregisterCloseCallback)]
    if not calls.number and not (watcher is not None and watcher.is_busy):
        steps.append(("it was closed already", connection.close))
    for what, step in steps:
        try:
            step()
        except libvirt.libvirtError as error:
            _LOG.debug("While letting go: %s: %s", what, error)
