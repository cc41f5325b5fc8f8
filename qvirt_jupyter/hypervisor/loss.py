"""How a lost connection is noticed: libvirt says so, or a call fails and a second one too."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.watcher import Watcher

_LOG = logging.getLogger(__name__)

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
    libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE: _("the service gave no sign of life"),
}


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


def let_go(connection: libvirt.virConnect | None, watcher: Watcher | None) -> None:
    """Close what was open: callbacks first, because they hold the connection."""
    if watcher is not None:
        watcher.close()
    if connection is None:
        return
    for what, close in (
        ("no word of closing was registered", connection.unregisterCloseCallback),
        ("it was closed already", connection.close),
    ):
        try:
            close()
        except libvirt.libvirtError as error:
            _LOG.debug("While letting go: %s: %s", what, error)
