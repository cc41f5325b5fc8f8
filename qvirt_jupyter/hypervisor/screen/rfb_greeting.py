"""The first words of VNC, up to the security type: spoken with the display, then with the browser.

Both are the protocol of RFC 6143, section 7.1. What a browser's viewer cannot do is done here:

=================== ======================================== =====================================
the display offers  here                                     the browser is offered
=================== ======================================== =====================================
None, VNC password  nothing                                  the same
VeNCrypt X509None   TLS, checked (:mod:`display_tls`)        None
VeNCrypt X509Vnc    TLS, checked                             VNC password
VeNCrypt X509Plain  TLS, checked                             VeNCrypt Plain: name and password
VeNCrypt Plain      nothing                                  VeNCrypt Plain
TLS, VeNCrypt TLS*  refused: anybody could be at the other   -
                    end
SASL, others        refused: viewers in browsers have none   -
=================== ======================================== =====================================

https://github.com/rfbproto/rfbproto/blob/master/rfbproto.rst#vencrypt
"""

from __future__ import annotations

import re
import ssl
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import OperationFailed, Unsupported
from qvirt_jupyter.hypervisor.screen.display_tls import refused, with_tls

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.uri import ConnectionUri

NONE: Final = 1
VNC: Final = 2
TLS: Final = 18
VENCRYPT: Final = 19
PLAIN: Final = 256
X509: Final = {260: NONE, 261: VNC, 262: VENCRYPT}
"""Subtypes of VeNCrypt with certificates, and what is left of each when TLS is taken off."""
ANONYMOUS: Final = frozenset({257, 258, 259, 263})
"""Subtypes of VeNCrypt without them."""

# The result of None, the challenge of a VNC password; for a name and password it waits.
_FIRST_MESSAGES: Final = {NONE: 4, VNC: 16}
_VERSION: Final = re.compile(rb"RFB (\d{3})\.(\d{3})\n")
_VERSION_LENGTH: Final = 12
_VENCRYPT_VERSION: Final = b"\x00\x02"
_LONGEST_REASON: Final = 1024
_3_7: Final = (3, 7)
_3_8: Final = (3, 8)


class NotVncError(ValueError):
    """The other side does not speak the protocol, or speaks out of turn."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the display has said, for the browser to hear.

    Parameters
    ----------
    version
        The line with the version of the protocol.
    types
        The security types; empty for versions before 3.7, which go on without a choice.
    is_chosen
        Whether the display has been told which.
    after
        What it said then: in TLS its first message shows that it accepts us.
    """

    version: bytes
    types: tuple[int, ...]
    is_chosen: bool = False
    after: bytes = b""


def greet(
    wire: socket.socket,
    uri: ConnectionUri,
    name: str,
    subject: Subject,
    *,
    heard: Callable[[], None],
) -> tuple[socket.socket, Greeting]:
    """Speak with a display until it waits for the choice of a security type.

    Parameters
    ----------
    wire
        A connected socket with a time-out.
    uri, name
        For :func:`display_tls.with_tls`.
    subject
        The machine, for errors.
    heard
        Called when the display has said its first word.

    Returns
    -------
    tuple
        The socket to go on with, which may be that one in TLS, and the greeting.

    Raises
    ------
    EOFError
        The display ended before its first word.
    QvirtError
        It refused, or only offers what cannot be had.
    OSError
        It broke off, or was silent for too long.
    NotVncError
        It is no VNC display.
    """
    line = exactly(wire, _VERSION_LENGTH, at_start=True)
    version = _version(line)
    heard()
    if version < _3_7:
        return wire, Greeting(line, ())
    line = line if version < _3_8 else b"RFB 003.008\n"
    wire.sendall(line)
    types = tuple(exactly(wire, exactly(wire, 1)[0]))
    if not types:
        raise OperationFailed(
            _("The screen refuses: {reason}.").format(reason=_reason(wire)),
            subject=subject,
            next_step=_("Too many wrong passwords may have been tried: wait a moment."),
        )
    plain = tuple(found for found in types if found in {NONE, VNC})
    # Before 3.8 a display of type None says nothing more; none of those has VeNCrypt.
    if VENCRYPT in types and version >= _3_8:
        wire, left = _vencrypt(wire, uri, name, subject)
        return wire, Greeting(line, (left,), is_chosen=True, after=_first(wire, left, subject))
    if plain:
        return wire, Greeting(line, plain)
    raise _unknown(types, subject)


def welcome(browser: socket.socket, display: socket.socket, greeting: Greeting) -> None:
    """Let the browser hear the greeting, and the display which security type it chooses.

    Parameters
    ----------
    browser, display
        Connected sockets with time-outs.
    greeting
        What :func:`greet` returned.

    Raises
    ------
    OSError
        One of them went, or was silent for too long.
    NotVncError
        It is no VNC viewer.
    """
    browser.sendall(greeting.version)
    if not greeting.types:
        return
    version = _version(exactly(browser, _VERSION_LENGTH))
    if version < _3_7:
        raise NotVncError(f"A viewer of version {version} cannot choose.")
    browser.sendall(bytes([len(greeting.types), *greeting.types]))
    chosen = exactly(browser, 1)[0]
    if chosen not in greeting.types:
        raise NotVncError(f"The viewer chose {chosen}, which was not offered.")
    if chosen == VENCRYPT:
        browser.sendall(_VENCRYPT_VERSION)
        if exactly(browser, 2) != _VENCRYPT_VERSION:
            raise NotVncError("The viewer speaks another VeNCrypt.")
        browser.sendall(struct.pack("!BBI", 0, 1, PLAIN))
        if exactly(browser, 4) != struct.pack("!I", PLAIN):
            raise NotVncError("The viewer chose what was not offered.")
    if not greeting.is_chosen:
        display.sendall(bytes([chosen]))
    browser.sendall(greeting.after)


def exactly(wire: socket.socket, size: int, *, at_start: bool = False) -> bytes:
    """Read so many bytes and not one more: what follows may be another protocol.

    Raises
    ------
    EOFError
        It ended before the first byte of all.
    NotVncError
        It ended within.
    """
    data = b""
    while len(data) < size:
        block = wire.recv(size - len(data))
        if not block:
            if at_start and not data:
                raise EOFError
            raise NotVncError("It ended in the middle of a message.")
        data += block
    return data


def _vencrypt(
    wire: socket.socket, uri: ConnectionUri, name: str, subject: Subject
) -> tuple[socket.socket, int]:
    """Return the socket and the security type that is left to do."""
    wire.sendall(bytes([VENCRYPT]))
    if exactly(wire, 2) < _VENCRYPT_VERSION:
        raise _unknown((VENCRYPT,), subject)
    wire.sendall(_VENCRYPT_VERSION)
    if exactly(wire, 1) != b"\x00":
        raise _unknown((VENCRYPT,), subject)
    count = exactly(wire, 1)[0]
    subtypes = struct.unpack(f"!{count}I", exactly(wire, 4 * count))
    chosen = next((found for found in subtypes if found in X509), None)
    if chosen is not None:
        wire.sendall(struct.pack("!I", chosen))
        if exactly(wire, 1) != b"\x01":
            raise OperationFailed(
                _("The screen offers encryption and then refuses it."),
                subject=subject,
                next_step=_("The machine's log on the host says why."),
            )
        return with_tls(wire, uri, name, subject), X509[chosen]
    if PLAIN in subtypes:
        wire.sendall(struct.pack("!I", PLAIN))
        return wire, VENCRYPT
    if ANONYMOUS & set(subtypes):
        raise Unsupported(
            _(
                "The screen is encrypted without a certificate: nothing shows whose it is, so "
                "anybody between could listen in."
            ),
            subject=subject,
            next_step=_(
                "Turn on vnc_tls_x509_verify or give QEMU certificates (vnc_tls in qemu.conf of "
                "the host), or turn vnc_tls off and connect by SSH, which encrypts by itself."
            ),
        )
    raise _unknown(subtypes, subject)


def _first(wire: socket.socket, left: int, subject: Subject) -> bytes:
    """Return the first message inside of TLS, which shows that the display accepts us."""
    size = _FIRST_MESSAGES.get(left, 0)
    if not size or not isinstance(wire, ssl.SSLSocket):
        return b""
    try:
        return exactly(wire, size)
    except (NotVncError, OSError) as error:
        # Nobody else has it yet: the plain socket went into it.
        wire.close()
        if isinstance(error, TimeoutError):
            raise
        raise refused(error, subject) from error


def _version(line: bytes) -> tuple[int, int]:
    found = _VERSION.fullmatch(line)
    if found is None:
        raise NotVncError("It does not begin as VNC does.")
    return int(found[1]), int(found[2])


def _reason(wire: socket.socket) -> str:
    (length,) = struct.unpack("!I", exactly(wire, 4))
    text = exactly(wire, min(length, _LONGEST_REASON)).decode(errors="replace")
    return "".join(letter for letter in text if letter.isprintable()).strip().rstrip(".") or "-"


def _unknown(types: tuple[int, ...], subject: Subject) -> Unsupported:
    if TLS in types:
        return Unsupported(
            _("The screen wants an encryption without certificates, which proves nothing."),
            subject=subject,
            next_step=_("Set up certificates for QEMU (vnc_tls_x509_cert_dir in qemu.conf)."),
        )
    numbers = ", ".join(map(str, types))
    return Unsupported(
        _("The screen asks for a sign-in that no viewer in a browser has ({types}).").format(
            types=numbers
        ),
        subject=subject,
        next_step=_("Turn off vnc_sasl in qemu.conf of the host and set a password instead."),
    )
