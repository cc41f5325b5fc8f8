"""Nodes and edges, made of what the inventory knows; libvirt is not asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.network_map.segments import (
    BY_ADDRESS,
    MODES,
    NO_INTERFACE,
    OTHER,
    SEGMENTS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from qvirt_jupyter.hypervisor import DomainRecord, NetworkRecord
    from qvirt_jupyter.hypervisor.definition import DomainDefinition, InterfaceDefinition
    from qvirt_jupyter.hypervisor.inventory import Snapshot
    from qvirt_jupyter.widgets._topology_messages import EdgeState, LinkState, NodeKind, NodeState

OUTSIDE: Final = "outside"
"""The id of the node for all that is beyond the host."""


@dataclass(frozen=True, slots=True)
class Graph:
    """What is connected to what.

    Parameters
    ----------
    nodes, edges
        By id.
    cards
        By the id of an edge: UUID of the machine and name of the interface's device on the host.
    """

    nodes: Mapping[str, NodeState] = field(default_factory=dict)
    edges: Mapping[str, EdgeState] = field(default_factory=dict)
    cards: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def machine_id(uuid: str) -> str:
    """Return the id of a machine's node."""
    return f"machine:{uuid}"


def network_id(name: str) -> str:
    """Return the id of a network's node: machines name networks, and one may be missing."""
    return f"network:{name}"


def graph_of(
    snapshot: Snapshot,
    definition: Callable[[str], DomainDefinition | None],
    host: str,
    members: Mapping[str, tuple[str, ...]] | None = None,
) -> Graph:
    """Return the graph of a host.

    Parameters
    ----------
    snapshot
        What there is.
    definition
        Returns what was read of a machine's definition, by UUID; None while it was not.
    host
        What the host is called.
    members
        The host's own devices in its bridges, by the name of the bridge.
    """
    builder = _Builder(host, members or {})
    for network in sorted(snapshot.networks, key=lambda record: record.name):
        builder.add_network(network)
    for machine in sorted(snapshot.domains, key=lambda record: (record.label, record.uuid)):
        found = definition(machine.uuid)
        if found is not None:
            builder.add_machine(machine, found.interfaces)
    return Graph(builder.nodes, builder.edges, builder.cards)


class _Builder:
    """Gathers nodes and edges."""

    def __init__(self, host: str, members: Mapping[str, tuple[str, ...]]) -> None:
        self._host, self._members = host, members
        self._of_bridge: dict[str, str] = {}
        self.nodes: dict[str, NodeState] = {}
        self.edges: dict[str, EdgeState] = {}
        self.cards: dict[str, tuple[str, str]] = {}

    def add_network(self, network: NetworkRecord) -> None:
        """Add a network and its ways out."""
        mode = str(MODES.get(network.forward, network.forward))
        state = _("on") if network.active else _("off")
        is_bridged = network.forward == "bridge"
        key = network_id(network.name)
        if network.bridge and not is_bridged:
            # libvirt made the bridge for this network: they are one.
            self._of_bridge[network.bridge] = key
        facts = [str(_("{mode}, {state}").format(mode=mode, state=state)), *network.subnets]
        if network.bridge:
            facts.append(str(_("Bridge {name}").format(name=network.bridge)))
        self._node(
            key,
            "network",
            network.name,
            " · ".join([mode, *network.subnets[:1]]),
            state=str(state),
            is_on=network.active,
            facts=facts,
        )
        for target in self._ways(network):
            self._way(f"way:{network.name}:{target}", key, target, mode, is_on=network.active)

    def _ways(self, network: NetworkRecord) -> Iterable[str]:
        if network.forward == "bridge" and network.bridge:
            return [self._end("bridge", network.bridge)]
        if network.devices:
            return [self._end("direct", name) for name in network.devices]
        if network.forward in BY_ADDRESS:
            detail = str(_("by any device of {host}").format(host=self._host))
            self._node(OUTSIDE, "outside", str(_("Outside")), detail)
            return [OUTSIDE]
        return []

    def add_machine(
        self, machine: DomainRecord, interfaces: tuple[InterfaceDefinition, ...]
    ) -> None:
        """Add a machine and its interfaces."""
        ends = [self._end(card.type, card.source) for card in interfaces]
        key = machine_id(machine.uuid)
        state = str(machine.state.label)
        self._node(
            key,
            "machine",
            machine.label,
            machine.addresses[0] if machine.addresses else state,
            state=machine.state.value,
            is_on=machine.is_active,
            facts=[state, *machine.addresses],
            home=ends[0] if ends else self._end("", ""),
        )
        for number, (card, end) in enumerate(zip(interfaces, ends, strict=True)):
            edge = f"card:{machine.uuid}:{card.mac or number}:{number}"
            target = card.target if machine.is_active else ""
            link, words = self._link(machine, card, end)
            self._edge(
                {
                    "id": edge,
                    "kind": "interface",
                    "source": key,
                    "target": end,
                    "label": target or card.mac,
                    "mac": card.mac,
                    "device": target,
                    "model": card.model,
                    "link": link,
                    "linkLabel": words,
                }
            )
            if target:
                self.cards[edge] = (machine.uuid, target)

    def _link(
        self, machine: DomainRecord, card: InterfaceDefinition, end: str
    ) -> tuple[LinkState, str]:
        """Return whether anything can go through an interface, and why not."""
        if not card.link_up:
            return "down", str(_("cable is pulled"))
        if not machine.is_active:
            return "off", str(_("machine is off"))
        if not self.nodes[end]["isOn"]:
            return "off", str(_("network is off"))
        return "up", str(_("up"))

    def _end(self, kind: str, source: str) -> str:
        """Return the id of what an interface of some type is on, and add it where it is new."""
        if kind == "network":
            key = network_id(source)
            if key not in self.nodes:
                missing = str(_("no such network here"))
                self._node(key, "network", source, missing, state=missing, is_on=False)
            return key
        if kind == "bridge" and source in self._of_bridge:
            return self._of_bridge[source]
        segment = SEGMENTS.get(kind, OTHER) if kind else NO_INTERFACE
        name = source if segment.is_named else ""
        key = f"{segment.kind}:{kind if segment.kind == 'shared' else ''}:{name}"
        is_new = key not in self.nodes
        self._node(key, segment.kind, name or str(segment.label), str(segment.detail))
        if is_new and segment.kind == "bridge":
            for device in self._members.get(name, ()):
                way = f"way:{key}:{device}"
                self._way(way, key, self._end("direct", device), str(_("is in it")), is_on=True)
        return key

    def _way(self, key: str, source: str, target: str, label: str, *, is_on: bool) -> None:
        self._edge(
            {
                "id": key,
                "kind": "way",
                "source": source,
                "target": target,
                "label": label,
                "mac": "",
                "device": "",
                "model": "",
                "link": "up" if is_on else "off",
                "linkLabel": str(_("up") if is_on else _("network is off")),
            }
        )

    def _node(
        self,
        key: str,
        kind: NodeKind,
        label: str,
        detail: str,
        *,
        state: str = "",
        is_on: bool = True,
        facts: list[str] | None = None,
        home: str = "",
    ) -> None:
        if key not in self.nodes:
            self.nodes[key] = {
                "id": key,
                "kind": kind,
                "label": label,
                "detail": detail,
                "facts": [detail] if facts is None else facts,
                "state": state,
                "isOn": is_on,
                "home": home,
            }

    def _edge(self, edge: EdgeState) -> None:
        self.edges[edge["id"]] = edge
