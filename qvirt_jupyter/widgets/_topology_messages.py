"""What the map of a host's networks is told; ``frontend/widgets/topology/messages.ts`` has it too.

A browser that begins gets everything; after that only what changed. Rates come once a tick, and
only those that differ from before.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

NodeKind: TypeAlias = Literal["outside", "device", "bridge", "network", "shared", "machine"]
"""What a node stands for; ``shared`` is a way out that machines have without a network."""

LinkState: TypeAlias = Literal["up", "down", "off"]
"""Whether anything can go through; ``off`` where the machine or the network is."""


class NodeState(TypedDict):
    """A machine, or what machines are connected to.

    ``home`` is, of a machine, the node that it is drawn with: that of its first interface.
    """

    id: str
    kind: NodeKind
    label: str
    detail: str
    facts: list[str]
    state: str
    isOn: bool
    home: str


class EdgeState(TypedDict):
    """An interface of a machine, or a network's way out.

    ``source`` and ``target`` are nodes. ``device`` is empty while the host has none.
    """

    id: str
    kind: Literal["interface", "way"]
    source: str
    target: str
    label: str
    mac: str
    device: str
    model: str
    link: LinkState
    linkLabel: str


class TopologyState(TypedDict):
    """Everything; ``number`` counts the changes."""

    number: int
    name: str
    nodes: list[NodeState]
    edges: list[EdgeState]


class TopologyPatch(TypedDict):
    """What leads from change ``number - 1`` to ``number``: whole nodes and edges, and their ids."""

    type: Literal["patch"]
    version: int
    number: int
    nodes: list[NodeState]
    edges: list[EdgeState]
    removed: list[str]


class TopologyRates(TypedDict):
    """By edge: bytes a second that the machine receives and sends; None where not known."""

    type: Literal["rates"]
    version: int
    rates: dict[str, list[float] | None]
