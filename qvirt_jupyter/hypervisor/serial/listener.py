"""Somebody who follows a serial line, on a thread of their own."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.serial.scrollback import Scrollback

_LOG = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-serial-listener"
PIECE: Final = 64 * 1024
"""Bytes that a listener gets at once, at most."""


class SerialListener:
    """Gives to a callback what comes, in order.

    The callback may block: nobody else waits for it. What it lags behind is bounded by what the
    scrollback keeps.

    Parameters
    ----------
    scrollback
        What is followed.
    callback
        It gets the bytes.
    on_loss
        It gets the number of bytes that were dropped because the callback was too slow, before the
        callback gets what came after them.
    replay
        Whether to begin with what is in the scrollback.
    """

    def __init__(
        self,
        scrollback: Scrollback,
        callback: Callable[[bytes], object],
        on_loss: Callable[[int], object] | None,
        *,
        replay: bool,
    ) -> None:
        self._scrollback = scrollback
        self._callback = callback
        self._on_loss = on_loss
        self._place = scrollback.start if replay else scrollback.end
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; a call of the callback that has begun may still go on."""
        self._closed = True
        self._scrollback.wake()

    def join(self, timeout: float) -> None:
        """Wait until the thread has ended."""
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        try:
            while True:
                self._scrollback.wait_beyond(self._place, None, lambda: self._closed)
                if self._closed:
                    return
                begin, data = self._scrollback.since(self._place, PIECE)
                lost, self._place = begin - self._place, begin + len(data)
                if lost and self._on_loss is not None:
                    self._on_loss(lost)
                self._callback(data)
        except Exception:  # noqa: BLE001 - logged; the line and the others go on
            _LOG.exception("A listener of a serial line failed, and gets no more")
