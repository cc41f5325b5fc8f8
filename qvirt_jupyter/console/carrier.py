"""Carry bytes between the Jupyter server's socket and a display, at the speed of the slower one.

Each direction holds one block at a time: nothing is read from the one side before the other took
what was read before. So neither an endless display nor a browser that stands still makes it grow.
"""

from __future__ import annotations

import select
import socket
import ssl
from typing import Final

BLOCK: Final = 64 * 1024
"""Bytes that a direction holds."""

_ENDS: Final = (OSError, ssl.SSLError)


class _Way:
    """One direction."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source, self.sink = source, sink
        self.waits: tuple[socket.socket, int] | None = None
        self.carried = 0
        self._held = memoryview(b"")
        self._is_over = False

    @property
    def is_over(self) -> bool:
        """Whether the source has ended and all of it is delivered."""
        return self._is_over and not self._held

    def go(self) -> bool:
        """Carry what goes at once; return whether anything came of it, else see :attr:`waits`."""
        self.waits = None
        try:
            if self._held:
                acting = self.sink
                sent = self.sink.send(self._held)
                self._held = self._held[sent:]
                self.carried += sent
                return True
            acting = self.source
            block = self.source.recv(BLOCK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as full:
            # TLS may have to write in order to read, and the reverse.
            writes = isinstance(full, ssl.SSLWantWriteError) or (
                acting is self.sink and not isinstance(full, ssl.SSLWantReadError)
            )
            self.waits = (acting, select.POLLOUT if writes else select.POLLIN)
            return False
        self._held = memoryview(block)
        self._is_over = not block
        return True


class Carrier:
    """Two connected sockets; it owns and closes them.

    Parameters
    ----------
    browser
        The Jupyter server's.
    display
        The display's; one with TLS has done its handshake.
    """

    def __init__(self, browser: socket.socket, display: socket.socket) -> None:
        self._browser, self._display = browser, display
        self._out = _Way(display, browser)
        self._in = _Way(browser, display)

    @property
    def was_mute(self) -> bool:
        """Whether the display has ended, and said nothing before."""
        return self._out.is_over and not self._out.carried

    def run(self) -> None:
        """Carry until one of them ends, and return when both are closed."""
        with self._browser, self._display:
            self._browser.setblocking(False)  # noqa: FBT003 - a method of the standard library
            self._display.setblocking(False)  # noqa: FBT003 - a method of the standard library
            try:
                while not (self._out.is_over or self._in.is_over):
                    # Both, each time: neither direction may starve the other.
                    going = [self._out.go(), self._in.go()]
                    if not any(going) and not self._wait():
                        return
            except _ENDS:
                # One of them is gone: that is the end that was waited for.
                return

    def stop(self) -> None:
        """End it from another thread; :meth:`run` returns soon."""
        try:
            # Of the class: an ssl socket would drop its session under the one who uses it.
            socket.socket.shutdown(self._browser, socket.SHUT_RDWR)
        except OSError:
            # It has ended already.
            return

    def _wait(self) -> bool:
        """Wait until something goes on, and return whether the browser is still there."""
        wanted = {self._browser.fileno(): 0}
        for way in (self._out, self._in):
            if way.waits is not None:
                waiting, event = way.waits
                wanted[waiting.fileno()] = wanted.get(waiting.fileno(), 0) | event
        poll = select.poll()
        for descriptor, events in wanted.items():
            poll.register(descriptor, events)
        happened = dict(poll.poll())
        # Told unasked, also while a display that takes nothing holds up what the browser said.
        return not happened.get(self._browser.fileno(), 0) & (select.POLLHUP | select.POLLERR)
