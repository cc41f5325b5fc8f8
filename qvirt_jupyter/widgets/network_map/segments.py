"""What a machine's interface can be connected to: a row for each type that libvirt knows.

https://libvirt.org/formatdomain.html#network-interfaces
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.widgets._topology_messages import NodeKind


@dataclass(frozen=True, slots=True)
class Segment:
    """How the other end of an interface is drawn.

    Parameters
    ----------
    kind
        Which kind of node it is.
    label
        What it is called where the definition names nothing; otherwise its name is shown.
    detail
        What it is, in a few words.
    is_named
        Interfaces with the same source share a node; without a name all of a type do.
    """

    kind: NodeKind
    label: LazyString
    detail: LazyString
    is_named: bool = True


SEGMENTS: Final[Mapping[str, Segment]] = {
    "network": Segment("network", _("A network"), _("network")),
    "bridge": Segment("bridge", _("A bridge"), _("bridge of the host")),
    "direct": Segment("device", _("A device"), _("device of the host")),
    "user": Segment(
        "shared", _("User networking"), _("outgoing only, each machine by itself"), is_named=False
    ),
    "ethernet": Segment(
        "shared", _("Devices of their own"), _("connected outside of libvirt"), is_named=False
    ),
    "hostdev": Segment(
        "shared", _("Cards of the host"), _("given to the machine itself"), is_named=False
    ),
    "vdpa": Segment("device", _("A vDPA device"), _("vDPA device of the host")),
    "vhostuser": Segment("shared", _("vhost-user"), _("a switch in user space"), is_named=False),
    "mcast": Segment("shared", _("Multicast"), _("multicast group")),
    "server": Segment("shared", _("A socket"), _("TCP between two machines")),
    "client": Segment("shared", _("A socket"), _("TCP between two machines")),
    "udp": Segment("shared", _("A socket"), _("UDP between two machines")),
    "internal": Segment("shared", _("Internal"), _("internal network of the driver")),
    "null": Segment("shared", _("Not connected"), _("no other end"), is_named=False),
    "vds": Segment("shared", _("Distributed switch"), _("switch of VMware"), is_named=False),
}
"""By the type of the interface."""

OTHER: Final = Segment("shared", _("Something else"), _("not known here"), is_named=False)
"""For a type that a later libvirt has."""

NO_INTERFACE: Final = Segment("shared", _("No network"), _("machines without an interface"))
"""What machines without any interface stand at."""

MODES: Final[Mapping[str, LazyString]] = {
    "": _("isolated"),
    "nat": _("NAT"),
    "route": _("routed"),
    "open": _("open"),
    "bridge": _("bridged"),
    "private": _("macvtap, private"),
    "vepa": _("macvtap, VEPA"),
    "passthrough": _("macvtap, passthrough"),
    "hostdev": _("SR-IOV"),
}
"""By the mode of a network's forwarding: what it is called in a word or two."""

BY_ADDRESS: Final = frozenset({"nat", "route", "open"})
"""Modes in which the host itself passes packets on, by any device if none is named."""
