"""Whether a port of a guest takes connections, tried from here or by its host."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import Unsupported
from qvirt_jupyter.hypervisor.guest.waiting import NotYet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.etree import _Element

    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.guest.far_ports import FarPorts
    from qvirt_jupyter.hypervisor.networks.addresses import Address

_CONNECT: Final = 3.0
"""Seconds for one attempt."""
_SPEAK: Final = 1.0
"""Seconds for a service behind a forward to say something, or for the guest to refuse."""
_LOOPBACK: Final = "127.0.0.1"
_HOSTFWD: Final = re.compile(r"hostfwd=tcp:([\d.]*):(\d+)-[\d.]*:(\d+)")
"""https://www.qemu.org/docs/master/system/invocation.html#hxtool-5"""
_REACHED_ALSO_FROM_AFAR: Final = frozenset({"bridge", "direct"})
_LISTEN: Final = "0A"
"""https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html"""


@dataclass(frozen=True, slots=True)
class PortSight:
    """What there is to know of the ways to a port.

    Parameters
    ----------
    subject
        The machine.
    definition
        Its live definition.
    host
        The remote host that it is on; empty where that is this one.
    listening
        Asks the guest's agent whether something listens on the port; None where it cannot tell.
    far
        Tries ports as the remote host sees them; None where there is no ssh to it.
    """

    subject: Subject
    definition: _Element
    host: str
    listening: Callable[[int], bool | None]
    far: FarPorts | None = None


def forward_to(definition: _Element, port: int) -> tuple[str, int] | None:
    """Return where a host takes connections for a port of the guest, or None.

    Parameters
    ----------
    definition
        Live.
    port
        TCP, of the guest.
    """
    for forward in definition.iterfind("devices/interface/portForward[@proto='tcp']"):
        for entry in forward.iterfind("range"):
            start = int(entry.get("start", "0"))
            end, to = int(entry.get("end", start)), int(entry.get("to", start))
            if to <= port <= to + end - start and entry.get("exclude") != "yes":
                return forward.get("address") or _LOOPBACK, start + port - to
    # The namespace of QEMU's own arguments, by whichever prefix.
    for argument in definition.iterfind("{*}commandline/{*}arg"):
        for address, outer, inner in _HOSTFWD.findall(argument.get("value", "")):
            if int(inner) == port:
                return ("" if address == "0.0.0.0" else address) or _LOOPBACK, int(outer)  # noqa: S104 - compared, not bound
    return None


def only_by_forward(definition: _Element) -> bool:
    """Whether all cards have user networking, where nobody gets in but by a forward."""
    cards = definition.findall("devices/interface")
    return bool(cards) and all(card.get("type") == "user" for card in cards)


def refuse_without_way(definition: _Element, port: int, subject: Subject) -> None:
    """Raise where nobody can ever reach a port of the guest from its host.

    Parameters
    ----------
    definition
        Live.
    port
        TCP, of the guest.
    subject
        The machine.

    Raises
    ------
    Unsupported
        It has user networking only, and no forward for this port.
    """
    if forward_to(definition, port) is not None or not only_by_forward(definition):
        return
    raise Unsupported(
        _("Its user networking lets nobody in, and port {port} is not forwarded.").format(
            port=port
        ),
        subject=subject,
        next_step=_(
            "Forward the port to one of this host (the card's backend passt, where libvirt "
            "has it), or put the card on a network of libvirt."
        ),
    )


def look_at_port(
    sight: PortSight, port: int, addresses: Sequence[Address]
) -> tuple[str, int] | NotYet:
    """Try to connect to a port of a guest.

    Parameters
    ----------
    sight
        The machine.
    port
        TCP, of the guest.
    addresses
        The guest's.

    Returns
    -------
    tuple or NotYet
        Where it was reached: from here, or as the remote host sees it.

    Raises
    ------
    Unsupported
        There is no way to it.
    QvirtError
        The remote host does not let us through.
    """
    forward = forward_to(sight.definition, port)
    if forward is not None:
        if sight.far is not None:
            return _by_far_forward(sight, sight.far, port, forward)
        if sight.host:
            raise Unsupported(
                _("Port {port} is forwarded on {host} only, to which this machine is not.").format(
                    port=port, host=sight.host
                ),
                subject=sight.subject,
                next_step=_("Try it there: ssh {host} nc -z {address} {outer}.").format(
                    host=sight.host, address=forward[0], outer=forward[1]
                ),
            )
        return _by_forward(sight, port, forward)
    refuse_without_way(sight.definition, port, sight.subject)
    return _by_address(sight, port, addresses)


def _by_address(
    sight: PortSight, port: int, addresses: Sequence[Address]
) -> tuple[str, int] | NotYet:
    kinds = {
        mac.get("address", "").lower(): card.get("type", "")
        for card in sight.definition.iterfind("devices/interface")
        if (mac := card.find("mac")) is not None
    }
    ways = [address for address in addresses if kinds.get(address.mac, "") != "user"]
    if sight.host:
        outside = [way for way in ways if kinds.get(way.mac) in _REACHED_ALSO_FROM_AFAR]
        if sight.far is not None and not outside:
            return _through_its_host(sight, sight.far, port, ways)
        ways = outside
        if not ways:
            raise Unsupported(
                _("Its network is inside {host}: no port of it can be tried from here.").format(
                    host=sight.host
                ),
                subject=sight.subject,
                next_step=_("Try it there: ssh {host} nc -z {address} {port}.").format(
                    host=sight.host, address=addresses[0], port=port
                ),
            )
    seen = NotYet(_("no address of it leads to it from here"))
    for way in ways:
        try:
            socket.create_connection((way.address, port), _CONNECT).close()
        except ConnectionRefusedError:
            seen = NotYet(
                _("{address} refuses port {port}: nothing listens there yet").format(
                    address=way, port=port
                ),
                _("Look in the guest whether the service runs."),
            )
        except TimeoutError:
            seen = NotYet(
                _("{address} does not answer on port {port}").format(address=way, port=port),
                _("Look for a firewall in the guest, and whether the link of its card is up."),
            )
        except OSError as error:
            seen = NotYet(
                _("{address} is not reached: {reason}").format(
                    address=way, reason=error.strerror or error
                ),
                _("Look whether this host has a way into the guest's network."),
            )
        else:
            return way.address, port
    return seen


def _through_its_host(
    sight: PortSight, far: FarPorts, port: int, ways: Sequence[Address]
) -> tuple[str, int] | NotYet:
    seen = NotYet(_("no address of it leads to it from {host}").format(host=sight.host))
    for way in ways:
        found = far.look(way.address, port, close=True)
        if not isinstance(found, NotYet) or (not found.seen and sight.listening(port)):
            return way.address, port
        seen = found
        if not found.seen:
            seen = NotYet(
                _("{address} does not answer {host} on port {port}").format(
                    address=way, host=sight.host, port=port
                ),
                _("Look for a firewall in the guest, and whether the link of its card is up."),
            )
    return seen


def _by_far_forward(
    sight: PortSight, far: FarPorts, port: int, forward: tuple[str, int]
) -> tuple[str, int] | NotYet:
    found = far.look(*forward, close=False)
    if isinstance(found, NotYet):
        if found.seen:
            return found
        return _of_a_silent_forward(sight, port, forward)
    return forward if found else _nothing_listens(port)


def _by_forward(sight: PortSight, port: int, forward: tuple[str, int]) -> tuple[str, int] | NotYet:
    """Try a forward, which takes connections also where nothing listens behind it."""
    try:
        with socket.create_connection(forward, _CONNECT) as connection:
            connection.settimeout(_SPEAK)
            said = connection.recv(1)
    except ConnectionRefusedError:
        return NotYet(
            _("nothing listens on port {outer} of this host, which is to lead to it").format(
                outer=forward[1]
            ),
            _("Another program may have taken the port: look at the log of the machine."),
        )
    except TimeoutError:
        return _of_a_silent_forward(sight, port, forward)
    except OSError:
        said = b""
    return forward if said else _nothing_listens(port)


def _of_a_silent_forward(
    sight: PortSight, port: int, forward: tuple[str, int]
) -> tuple[str, int] | NotYet:
    # Many services wait until they are spoken to.
    listens = sight.listening(port)
    if listens:
        return forward
    if listens is None:
        return NotYet(
            _("the forward takes connections, but whether the guest does is not to be seen"),
            _("Install qemu-guest-agent in the guest, which knows."),
        )
    return _nothing_listens(port)


def _nothing_listens(port: int) -> NotYet:
    return NotYet(
        _("nothing in the guest listens on port {port} yet").format(port=port),
        _("Look in the guest whether the service runs."),
    )


def listens(table: str, port: int) -> bool:
    """Whether a table of the guest's kernel (``/proc/net/tcp``, ``tcp6``) has a listening port."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 3 and fields[3] == _LISTEN:  # noqa: PLR2004 - the fourth is the state
            address = fields[1].rpartition(":")[2]
            if address.upper() == f"{port:04X}":
                return True
    return False
