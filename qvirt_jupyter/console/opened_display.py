"""A display that is connected and has greeted: what is left is to let a browser see it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from qvirt_jupyter.console.carrier import Carrier
from qvirt_jupyter.hypervisor.screen import rfb_greeting
from qvirt_jupyter.hypervisor.screen.reached_display import SILENCE, ReachedDisplay

if TYPE_CHECKING:
    import socket

    from qvirt_jupyter.hypervisor import Domain, QvirtError
    from qvirt_jupyter.hypervisor.opening.credentials import Credentials

_LOG = logging.getLogger(__name__)


class OpenedDisplay:
    """A line to a display of a running machine; :meth:`carry` uses it up.

    Parameters
    ----------
    domain, index, credentials, skip_password
        As for :class:`~qvirt_jupyter.hypervisor.screen.reached_display.ReachedDisplay`.

    Raises
    ------
    QvirtError
        It cannot be reached or does not greet; says at which leg and what to do.
    """

    def __init__(
        self,
        domain: Domain,
        index: int,
        *,
        credentials: Credentials | None,
        skip_password: bool = True,
    ) -> None:
        self._failure: QvirtError | None = None
        self._carrier: Carrier | None = None
        self._display = ReachedDisplay(
            domain, index, credentials=credentials, skip_password=skip_password
        )

    @property
    def failure(self) -> QvirtError | None:
        """Why it ended before its display had said a word; None while there is no such reason."""
        return self._failure

    def carry(self, browser: socket.socket) -> None:
        """Let the browser's socket see it until one of them ends; both are closed then."""
        display = self._display
        try:
            if display.greeting is not None:
                browser.settimeout(SILENCE)
                rfb_greeting.welcome(browser, display.wire, display.greeting)
            carrier = self._carrier = Carrier(browser, display.wire)
            carrier.run()
            if carrier.was_mute:
                self._failure = display.why_mute()
        except (OSError, rfb_greeting.NotVncError) as error:
            _LOG.info("A viewer went before its screen was there: %s", error)
        finally:
            browser.close()
            display.close()

    def close(self) -> None:
        """End it, also while it is carried; safe to call again."""
        if self._carrier is not None:
            self._carrier.stop()
        else:
            self._display.close()
