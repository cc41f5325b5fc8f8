"""The little of the RFB protocol that moves a pointer: of pictures, one pixel is asked for.

https://www.rfc-editor.org/rfc/rfc6143 (the numbers of its sections are in the code), and QEMU's
pseudo-encoding that says whether the guest's pointer is absolute:
https://github.com/rfbproto/rfbproto/blob/master/rfbproto.rst
"""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.screen.vnc_challenge import CHALLENGE, answer_to

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.screen.display_passwords import DisplayPassword
    from qvirt_jupyter.hypervisor.screen.rfb_greeting import Greeting

_VERSION: Final = b"RFB 003.008\n"
_NO_SECURITY: Final = 1
_PASSWORD: Final = 2
_SHARED: Final = 1
_RAW: Final = 0
_QEMU_POINTER_CHANGE: Final = -257
_FRAME_UPDATE, _COLOUR_MAP, _BELL, _CUT_TEXT = range(4)
_CHUNK: Final = 64 * 1024
_TEXT_AT_MOST: Final = 1024 * 1024
"""Bytes of a name, a reason or a clipboard; a display that says more is broken, or means ill."""
_WORDS_AT_MOST: Final = 400
"""Characters of why it refuses that are shown."""
_SIDE_AT_MOST: Final = 16384
"""Pixels. One is asked for, and QEMU sends with it what changed since this viewer came."""
_TINY: Final = 0.001
"""Seconds; none at all would mean not to wait, which is another error."""
_MESSAGES_AT_MOST: Final = 1000
"""How many messages may come before the answer."""


class DisplayError(Exception):
    """The display does not speak RFB as it should, refuses, or has closed; says how."""

    def __init__(self, reason: str | LazyString) -> None:
        super().__init__(reason)
        self.reason = str(reason)


class PasswordRefusedError(DisplayError):
    """The display asked for a password and does not accept the one that it got."""


class RfbPointer:
    """A viewer that looks at nothing and moves the pointer; other viewers stay.

    Parameters
    ----------
    connected
        A socket to the display; it is closed with this.
    patience
        Seconds for one answer of the display.
    greeting
        What was said on it already, up to the security types; None where nothing was.
    password
        Called where the display asks for one; None has none. What it raises is passed on.

    Raises
    ------
    PasswordRefusedError
        It was the wrong one.
    DisplayError
        There is no display at the other end that lets us in.
    OSError
        The socket broke, or nothing came in time.
    """

    def __init__(
        self,
        connected: socket.socket,
        patience: float,
        greeting: Greeting | None = None,
        password: Callable[[], DisplayPassword] | None = None,
    ) -> None:
        self._socket = connected
        self._patience = patience
        self._end = time.monotonic() + patience
        connected.settimeout(patience)
        self.is_absolute: bool | None = None
        """Whether the guest takes positions rather than movements; None where QEMU did not say."""
        try:
            if greeting is None:
                self._greet()
            else:
                self._choose(greeting, password)
            self.width, self.height = self._begin()
            self.settle()
        except BaseException:
            connected.close()
            raise

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def move(self, x: int, y: int, buttons: int = 0) -> None:
        """Put the pointer somewhere, with buttons held (7.5.5).

        Parameters
        ----------
        x, y
            In pixels from the upper left corner.
        buttons
            A bit for each: 1 left, 2 middle, 4 right, 8 to 64 the wheel.
        """
        self._socket.settimeout(self._patience)
        self._socket.sendall(struct.pack("!BBHH", 5, buttons, x, y))

    def settle(self) -> None:
        """Wait until the display has dealt with all that was sent: it answers in order.

        Raises
        ------
        DisplayError
            The answer is none.
        OSError
            The socket broke, or nothing came in time.
        """
        self._end = time.monotonic() + self._patience
        # One pixel, in full (7.5.3).
        self._socket.sendall(struct.pack("!BBHHHH", 3, 0, 0, 0, 1, 1))
        for _number in range(_MESSAGES_AT_MOST):
            if self._read_message():
                return
        raise DisplayError(_("It says much and answers nothing."))

    def _greet(self) -> None:
        if not self._read(len(_VERSION)).startswith(b"RFB 003."):
            raise DisplayError(_("It does not speak the protocol of VNC."))
        self._socket.sendall(_VERSION)
        count = self._read(1)[0]
        if count == 0:
            raise DisplayError(self._read_reason())
        if _NO_SECURITY not in self._read(count):
            raise DisplayError(_("It asks for a password, though libvirt vouched for us."))
        self._socket.sendall(bytes([_NO_SECURITY]))
        if self._read(4) != bytes(4):
            raise DisplayError(self._read_reason())

    def _choose(self, greeting: Greeting, password: Callable[[], DisplayPassword] | None) -> None:
        """Go on where somebody else has greeted."""
        if greeting.version != _VERSION:
            raise DisplayError(_("It speaks an older version of the protocol of VNC."))
        types = {_NO_SECURITY, _PASSWORD} & set(greeting.types)
        if not types:
            raise DisplayError(_("It asks for a user name, which only a person is asked for."))
        # No password where it lets in without: 1 is the less of the two.
        chosen = min(types)
        if not greeting.is_chosen:
            self._socket.sendall(bytes([chosen]))
        if chosen == _NO_SECURITY:
            if (greeting.after or self._read(4)) != bytes(4):
                raise DisplayError(self._read_reason())
            return
        challenge = greeting.after or self._read(CHALLENGE)
        if password is None:
            raise DisplayError(_("It asks for a password."))
        answer = answer_to(challenge, password())
        # A person may have been asked, which takes as long as it takes.
        self._end = time.monotonic() + self._patience
        self._socket.sendall(answer)
        if self._read(4) != bytes(4):
            raise PasswordRefusedError(self._read_reason())

    def _begin(self) -> tuple[int, int]:
        self._socket.sendall(bytes([_SHARED]))
        width, height = struct.unpack("!HH", self._read(4))
        self._read(16)  # The format of pixels (7.4): whatever it is, none is looked at.
        self._read_text()
        # One byte a pixel (7.5.1): the answer to settle() is short, and its length is known.
        self._socket.sendall(struct.pack("!B3xBBBBHHHBBB3x", 0, 8, 8, 0, 1, 7, 7, 3, 0, 3, 6))
        encodings = (_RAW, _QEMU_POINTER_CHANGE)
        self._socket.sendall(struct.pack(f"!BxH{len(encodings)}i", 2, len(encodings), *encodings))
        return width, height

    def _read_message(self) -> bool:
        """Read one message, and return whether it has pixels."""
        kind = self._read(1)[0]
        if kind == _FRAME_UPDATE:
            (count,) = struct.unpack("!xH", self._read(3))
            pixels = [self._read_rectangle() for _number in range(count)]
            return any(pixels)
        if kind == _COLOUR_MAP:
            (count,) = struct.unpack("!x2xH", self._read(5))
            self._read(6 * count)
        elif kind == _CUT_TEXT:
            self._read(3)
            self._read_text()
        elif kind != _BELL:
            raise DisplayError(_("It sent something that nobody asked for."))
        return False

    def _read_rectangle(self) -> bool:
        x, _y, width, height, encoding = struct.unpack("!HHHHi", self._read(12))
        if encoding == _QEMU_POINTER_CHANGE:
            self.is_absolute = bool(x)
            return False
        if encoding != _RAW or max(width, height) > _SIDE_AT_MOST:
            raise DisplayError(_("It sent something that nobody asked for."))
        left = width * height
        while left:
            left -= len(self._read(min(left, _CHUNK)))
        return True

    def _read_reason(self) -> str:
        # Words of a stranger, which end up in a traceback: no escapes, and not a page of them.
        words = "".join(each for each in self._read_text() if each.isprintable())
        return words[:_WORDS_AT_MOST] or str(_("It does not say why."))

    def _read_text(self) -> str:
        (length,) = struct.unpack("!I", self._read(4))
        if length > _TEXT_AT_MOST:
            raise DisplayError(_("It sent something that nobody asked for."))
        return self._read(length).decode(errors="replace")

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            # One limit for the whole answer: bytes that come one by one must not stretch it.
            self._socket.settimeout(max(_TINY, self._end - time.monotonic()))
            part = self._socket.recv(size - len(data))
            if not part:
                raise DisplayError(_("It closed the connection."))
            data += part
        return bytes(data)
