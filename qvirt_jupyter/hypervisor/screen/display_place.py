"""Where a display listens, and by which way of a connection it can be reached: the table.

============= =================== ==================== ==================== ====================
connection    no listener         unix socket          loopback             other addresses
============= =================== ==================== ==================== ====================
local         descriptor          descriptor           descriptor           descriptor
local, SASL   refused             directly             directly             directly
ssh, libssh*  refused             through ssh          through ssh          through ssh
tls, tcp      refused             refused              refused              directly
ext           refused             refused              refused              refused
============= =================== ==================== ==================== ====================

libvirt 9.0 breaks a connection that signed in by SASL when it is to pass a descriptor ("Failed to
recv file descriptor"), so such a one is not asked to.

A display on all addresses of a host is looked for on the loopback of that host by ssh, and at the
connection's own host without: 0.0.0.0 is nobody's address.
https://libvirt.org/formatdomain.html#graphical-framebuffers
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import Unsupported
from qvirt_jupyter.hypervisor.ssh import command as ssh_command

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.screen.displays import Display
    from qvirt_jupyter.hypervisor.uri import ConnectionUri

SHOWN: Final = frozenset({"vnc", "spice"})
"""The types of displays that a page can draw."""

_LISTEN: Final = _("Let it listen on the address 127.0.0.1: ssh brings that here.")
_BY_SSH: Final = _("Connect to the host by SSH (qemu+ssh://{host}/...), which can reach it.")


class NotListening(Unsupported):
    """A display that would be reached if it listened on the loopback of its host."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect to.

    Parameters
    ----------
    way
        ``"descriptor"`` of libvirt, ``"ssh"`` or ``"direct"``.
    host, port
        As the one who connects sees them: for ssh that is the other host.
    socket
        Path of a unix socket, as they see it; then there is no port.
    tls
        Whether TLS begins with the first byte (SPICE).
    """

    way: str
    host: str = ""
    port: int = 0
    socket: str = ""
    tls: bool = False

    def __str__(self) -> str:
        if self.socket:
            return self.socket
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def place_of(
    uri: ConnectionUri, display: Display, subject: Subject, *, signed_in: bool = False
) -> Place:
    """Return where a display of a running machine is reached.

    Parameters
    ----------
    uri
        The connection.
    display
        From the definition of the running machine.
    subject
        The machine, for errors.
    signed_in
        Whether a local connection asked for a name or a password.

    Raises
    ------
    Unsupported
        It cannot be reached; says why and what to do.
    """
    if display.type not in SHOWN:
        raise Unsupported(
            _("A display of the type {type} cannot be shown here.").format(type=display.type),
            subject=subject,
            next_step=_("Give the machine a VNC display."),
        )
    if not uri.is_remote:
        return _place_here(display, subject) if signed_in else Place("descriptor")
    if uri.transport == "ext":
        raise _unreachable(
            subject,
            _("The connection goes through a program of yours, which brings no screens."),
            _BY_SSH.format(host=uri.host),
        )
    by_ssh = uri.transport in ssh_command.TRANSPORTS
    if display.listen == "none":
        raise (NotListening if by_ssh else Unsupported)(
            _("Its screen listens nowhere, and libvirt hands it out only on {host} itself.").format(
                host=uri.host
            ),
            subject=subject,
            next_step=_LISTEN if by_ssh else _BY_SSH.format(host=uri.host),
        )
    if display.socket:
        if by_ssh:
            return _socket_by_ssh(display.socket, subject)
        raise _unreachable(
            subject,
            _("Its screen listens on the unix socket {socket} of {host}.").format(
                socket=display.socket, host=uri.host
            ),
            _BY_SSH.format(host=uri.host),
        )
    port, tls = _port(display, subject)
    host, everywhere = _address(display.address)
    if by_ssh:
        return Place("ssh", host, port, tls=tls)
    if everywhere:
        return Place("direct", uri.host, port, tls=tls)
    if _is_loopback(host):
        raise _unreachable(
            subject,
            _(
                "Its screen listens on {address} of {host}, which only {host} itself reaches."
            ).format(address=host, host=uri.host),
            _BY_SSH.format(host=uri.host),
        )
    return Place("direct", host, port, tls=tls)


def _socket_by_ssh(path: str, subject: Subject) -> Place:
    # The other host names it. ssh puts the value of a variable of ours in place of ${NAME}, and
    # would tell it to that host; there is no way to write it otherwise (ssh_config(5)).
    if not path.startswith("/") or "${" in path:
        raise NotListening(
            _("Its screen listens on {socket}, which ssh cannot be given as it is.").format(
                socket=path
            ),
            subject=subject,
            next_step=_LISTEN,
        )
    return Place("ssh", socket=path)


def _place_here(display: Display, subject: Subject) -> Place:
    if display.listen == "none":
        raise NotListening(
            _(
                "Its screen listens nowhere, and libvirt cannot hand it out by a connection that "
                "signs in with a password."
            ),
            subject=subject,
            next_step=_("Let it listen on the address 127.0.0.1."),
        )
    if display.socket:
        return Place("direct", socket=display.socket)
    port, tls = _port(display, subject)
    return Place("direct", _address(display.address)[0], port, tls=tls)


def _address(address: str) -> tuple[str, bool]:
    """Return an address that one can connect to from the host itself, and whether it is any."""
    if address in {"", "localhost"}:
        return "127.0.0.1", False
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        # A name, which the other host knows best.
        return address, False
    if parsed.is_unspecified:
        return ("::1" if parsed.version == 6 else "127.0.0.1"), True  # noqa: PLR2004 - IPv6
    return address, False


def _is_loopback(host: str) -> bool:
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return False
    # ::ffff:127.0.0.1 is ours as well.
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def _port(display: Display, subject: Subject) -> tuple[int, bool]:
    if display.port is not None:
        return display.port, False
    if display.tls_port is not None:
        return display.tls_port, True
    raise _unreachable(
        subject,
        _("Its screen has no port yet."),
        _("Try again in a moment; if it stays so, restart the machine."),
    )


def _unreachable(
    subject: Subject, reason: str | LazyString, next_step: str | LazyString
) -> Unsupported:
    return Unsupported(reason, subject=subject, next_step=next_step)
