"""What the guest agent is asked, and how little of its answer is believed.

The agent is a program inside the guest: its answers are data from a stranger.
https://qemu-project.gitlab.io/qemu/interop/qemu-ga-ref.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt_qemu

if TYPE_CHECKING:
    import libvirt
    from lxml.etree import _Element

CHANNEL: Final = "org.qemu.guest_agent.0"
_COMMAND: Final = json.dumps({"execute": "guest-network-get-interfaces"})
_INTERFACES_AT_MOST: Final = 256
_COUNTER_AT_MOST: Final = 2**64


@dataclass(frozen=True, slots=True)
class InterfaceStatistics:
    """Counters of one interface, as the guest counts them since it booted.

    Parameters
    ----------
    interface
        The guest's name of it.
    mac
        In lower case.
    rx_bytes, tx_bytes
        Received and sent, in bytes.
    rx_packets, tx_packets
        Received and sent.
    """

    interface: str
    mac: str
    rx_bytes: int
    tx_bytes: int
    rx_packets: int
    tx_packets: int


def has_agent_channel(definition: _Element) -> bool:
    """Whether a parsed ``<domain>`` has a channel for the agent at all."""
    return _channel(definition) is not None


def is_agent_connected(definition: _Element) -> bool:
    """Whether an agent listens, by the live definition of a machine.

    libvirt writes ``state='connected'`` once the agent has opened its port.
    https://libvirt.org/formatdomain.html#channel
    """
    channel = _channel(definition)
    return channel is not None and channel.get("state") == "connected"


def _channel(definition: _Element) -> _Element | None:
    return next(
        (
            target
            for target in definition.iterfind("devices/channel/target")
            if target.get("name") == CHANNEL
        ),
        None,
    )


def agent_interface_statistics(
    domain: libvirt.virDomain, timeout: int = 2
) -> tuple[InterfaceStatistics, ...]:
    """Ask the agent for the counters of the guest's interfaces.

    libvirt has no counters for interfaces of the types ``user`` and ``udp``. The call takes one
    round trip to the guest, so it belongs on a pool thread and only to machines that somebody
    looks at.

    Parameters
    ----------
    domain
        A running machine.
    timeout
        Seconds that the agent may take.

    Returns
    -------
    tuple of InterfaceStatistics
        Those interfaces for which the agent gives counters; the loopback interface is left out.

    Raises
    ------
    libvirt.libvirtError
        There is no agent, it does not answer, or the driver is not QEMU.
    """
    answer = libvirt_qemu.qemuAgentCommand(domain, _COMMAND, timeout, 0)
    return parse_interface_statistics(answer)


def parse_interface_statistics(answer: str) -> tuple[InterfaceStatistics, ...]:
    """Read the answer to ``guest-network-get-interfaces``; what is malformed is left out."""
    try:
        reply = json.loads(answer)
    except (ValueError, RecursionError):
        return ()
    interfaces = reply.get("return") if isinstance(reply, dict) else None
    if not isinstance(interfaces, list):
        return ()
    found = (_statistics(entry) for entry in interfaces[:_INTERFACES_AT_MOST])
    return tuple(entry for entry in found if entry is not None)


def _statistics(entry: Any) -> InterfaceStatistics | None:  # noqa: ANN401 - JSON of a stranger
    if not isinstance(entry, dict) or not isinstance(entry.get("statistics"), dict):
        return None
    name, mac = entry.get("name"), entry.get("hardware-address")
    if not isinstance(name, str) or not isinstance(mac, str) or mac == "00:00:00:00:00:00":
        return None
    numbers = [
        entry["statistics"].get(key) for key in ("rx-bytes", "tx-bytes", "rx-packets", "tx-packets")
    ]
    # bool is an int to Python, but not a counter.
    if not all(type(number) is int and 0 <= number < _COUNTER_AT_MOST for number in numbers):
        return None
    return InterfaceStatistics(name, mac.lower(), *numbers)
