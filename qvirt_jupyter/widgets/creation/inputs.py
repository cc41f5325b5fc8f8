"""What is typed into the wizard's inputs, and what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.creation import facts as host
from qvirt_jupyter.widgets.creation.asked import ASKED, STORAGE_LABELS
from qvirt_jupyter.widgets.creation.draft import (
    BRIDGE,
    MACVTAP,
    NETWORK,
    NO_NETWORK,
    USER_NETWORK,
)
from qvirt_jupyter.widgets.creation.kinds import Kinds
from qvirt_jupyter.widgets.creation.requested import (
    bridge_of,
    has_user_network,
    name_of,
    network_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision import GuestRequest
    from qvirt_jupyter.widgets._creation_messages import WizardFieldState
    from qvirt_jupyter.widgets.creation.draft import Draft
    from qvirt_jupyter.widgets.creation.facts import Facts

_BROWSE: Final = _("Browse…")
_TEXTS: Final = frozenset(
    {"media", "disk", "url", "arguments", "image", "root", "bridge", "device", "volume"}
)
"""Inputs that may stay empty."""
_LINKED: Final = frozenset({"qemu", "lxc", "test"})
"""The drivers whose machines can be connected to devices of the host."""
_FOLDERS: Final = frozenset({"dir", "fs", "netfs"})
"""Types of pools whose volumes are files, which have formats."""


_NETWORKS: Final[Mapping[str, LazyString]] = {
    USER_NETWORK: _("The guest reaches the network through your own user; nobody reaches it."),
    BRIDGE: _("The guest is in the network that the bridge is in, as the host is."),
    MACVTAP: _(
        "The guest is in the network of that device. The host and the guest do not reach each "
        "other by it."
    ),
}
"""What is to be known of a network."""


class Inputs:
    """The inputs of a wizard; texts that are wrong stay where they were typed."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[str, str]] = {}

    def edit(self, draft: Draft, name: str, text: str) -> Draft:
        """Return the draft after something was typed.

        Parameters
        ----------
        draft
            What was said before.
        name, text
            Into which input, and what. Nothing typed means what is chosen by itself.
        """
        self._wrong.pop(name, None)
        asked = ASKED[name]
        if not text.strip():
            return draft.with_(name, _nothing(name))
        try:
            value = asked.read(text)
        except ValueError as error:
            self._wrong[name] = (text, str(error))
            return draft
        return draft.with_(name, value)

    def errors(self, names: Sequence[str]) -> dict[str, str]:
        """Return what is wrong with what was typed, by name."""
        return {name: self._wrong[name][1] for name in names if name in self._wrong}

    def states(
        self,
        names: Sequence[str],
        view: Shown,
        errors: Mapping[str, str],
        mends: Mapping[str, tuple[str, str]],
    ) -> list[WizardFieldState]:
        """Return what the inputs of a page show.

        Parameters
        ----------
        names
            Which inputs.
        view
            What they show it of.
        errors, mends
            What is wrong beside the texts themselves, what takes that away, and what lets it be.
        """
        found = {**errors, **self.errors(names)}
        return [
            self._state(name, view, found.get(name, ""), mends.get(name, ("", "")))
            for name in names
        ]

    def _state(
        self, name: str, view: Shown, error: str, mends: tuple[str, str]
    ) -> WizardFieldState:
        asked = ASKED[name]
        if name in self._wrong:
            text = self._wrong[name][0]
        else:
            value = view.value(name)
            text = "" if value is None else asked.write(value)
        return {
            "name": name,
            "kind": asked.kind,
            "label": str(asked.label),
            "help": view.help(name),
            "group": "",
            "unit": asked.unit,
            "advanced": asked.advanced,
            "shown": True,
            "value": text,
            "choices": [
                {"value": word, "label": label, "reason": reason}
                for word, label, reason in view.choices(name)
            ],
            "placeholder": "",
            "error": error,
            "browse": str(_BROWSE) if asked.browse else "",
            "mend": mends[0],
            "waive": mends[1],
        }


class Shown:
    """What the inputs show of a draft on a host.

    Parameters
    ----------
    draft
        What was said.
    facts, connection
        The host.
    whole
        The request with all that it chooses itself.
    connections
        Where a machine can be made: URIs, names, and why not.
    """

    def __init__(
        self,
        draft: Draft,
        facts: Facts,
        connection: Connection,
        whole: GuestRequest,
        *,
        connections: Sequence[tuple[str, str, str]],
    ) -> None:
        self._draft, self._facts, self._connection = draft, facts, connection
        self._system = None if draft.is_container else facts.system(draft.os)
        self.whole = whole
        self._connections = connections
        self._kinds = Kinds(draft, facts, whole)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The inputs that say which kind of machine it is."""
        return () if self._draft.is_container else self._kinds.names

    @property
    def facts(self) -> Facts:
        """What was read of the host."""
        return self._facts

    @property
    def system_name(self) -> str:
        """The name of the operating system; empty where none was chosen."""
        return self._system.label if self._system is not None else ""

    @property
    def least_memory(self) -> int:
        """How much memory the system asks for at least, in KiB; zero where nobody says."""
        architecture = self._draft.architecture or self._facts.offer.architecture
        least = self._system and self._system.resources("minimum", architecture)
        return ((least and least.memory) or 0) // 1024

    @property
    def emulates(self) -> bool:
        """Whether QEMU would have to emulate every instruction."""
        return not self._draft.is_container and self._kinds.hypervisor == "qemu"

    def value(self, name: str) -> Any:  # noqa: ANN401 - of any input
        """Return what was said or, where nothing was, what is chosen by itself."""
        draft, whole = self._draft, self.whole
        disk = whole.disks[0] if whole.disks else None
        chosen: dict[str, Callable[[], Any]] = {
            "connection": lambda: self._connection.uri,
            "memory": lambda: whole.memory,
            "vcpus": lambda: whole.vcpus,
            "size": lambda: disk.size if disk is not None else draft.size,
            "pool": lambda: draft.pool or next(iter(self._pools), ""),
            "format": lambda: disk.format if disk is not None else draft.format,
            "volume": lambda: draft.volume or next(iter(whole.volume_names()), ""),
            "network": lambda: network_of(draft, self._facts, self._connection),
            "bridge": lambda: bridge_of(draft, self._facts),
            "init": lambda: draft.init or getattr(whole.method, "init", ""),
            "name": lambda: name_of(draft, self._facts, self._connection),
            **self._kinds.values,
        }
        return chosen[name]() if name in chosen else getattr(draft, name)

    @property
    def _pools(self) -> list[str]:
        return [pool.name for pool in host.pools_of(self._connection)]

    def choices(self, name: str) -> list[tuple[str, str, str]]:
        """Return what can be chosen: the value, its label, and why it cannot be."""
        media = self._facts.media
        known: dict[str, Callable[[], list[tuple[str, str, str]]]] = {
            "connection": lambda: list(self._connections),
            "media": lambda: [(path, words or path, "") for path, words in media.items()],
            "storage": lambda: [(word, str(label), "") for word, label in STORAGE_LABELS.items()],
            "pool": lambda: [
                (pool.name, f"{pool.name} ({_free(pool.available)})", "")
                for pool in host.pools_of(self._connection)
            ],
            "format": lambda: [("qcow2", "qcow2", ""), ("raw", "raw", "")],
            "network": self._networks,
            "url": lambda: [(url, url, "") for url in self._facts.trees],
            "bridge": lambda: [(name, name, "") for name in self._facts.bridges],
            "device": lambda: [(name, name, "") for name in self._facts.devices],
            **self._kinds.choices,
        }
        return known[name]() if name in known else []

    def help(self, name: str) -> str:
        """Return what is to be known beside an input."""
        facts, draft = self._facts, self._draft
        host_memory = quantities.size(facts.memory, unit="KiB") if facts.memory else ""
        known: dict[str, LazyString | str] = {
            "memory": _("The host has {size}.").format(size=host_memory) if host_memory else "",
            "vcpus": _("The host has {count}.").format(count=facts.cpus) if facts.cpus else "",
            "url": _("Such as https://deb.debian.org/debian/dists/stable/main/installer-amd64/."),
            "copy": ""
            if draft.copy
            else _("The disk holds only what differs: the image must neither change nor go."),
            "size": _("Not less than the image; the system grows into it by itself.")
            if draft.method == "cloud"
            else "",
            "format": _("qcow2 grows as it is filled and can have snapshots; raw can be faster."),
            "network": _NETWORKS.get(network_of(draft, facts, self._connection), "")
            if name == "network"
            else "",
            "bridge": _("A bridge of the host, such as br0."),
            "device": _("A network device of the host, such as eth0."),
        }
        return str(known.get(name, ""))

    @property
    def has_format(self) -> bool:
        """Whether new volumes have formats where they will lie."""
        wanted = self.value("pool")
        return any(
            pool.name == wanted and pool.type in _FOLDERS
            for pool in host.pools_of(self._connection)
        )

    @property
    def space(self) -> int | None:
        """How much is free where a new volume will lie, in bytes; None where that is not known."""
        wanted = self.value("pool")
        found = (p.available for p in host.pools_of(self._connection) if p.name == wanted)
        return next(found, None)

    def _networks(self) -> list[tuple[str, str, str]]:
        found = []
        for network in host.networks_of(self._connection):
            label = _("Virtual network “{name}”").format(name=network.name)
            if not network.active:
                label = _("{network} (off)").format(network=label)
            found.append((f"{NETWORK}{network.name}", str(label), ""))
        if self._connection.parts.driver in _LINKED:
            is_session = self._facts.offer.is_session
            reason = _("A user's own libvirt may not make macvtap devices.") if is_session else ""
            found.append((BRIDGE, str(_("Bridge device…")), ""))
            found.append((MACVTAP, str(_("Macvtap device…")), str(reason)))
        if has_user_network(self._facts, self._connection):
            found.append((USER_NETWORK, str(_("User mode (no administrator rights)")), ""))
        found.append((NO_NETWORK, str(_("No network")), ""))
        return found


def _free(available: int) -> str:
    return str(_("{size} free").format(size=quantities.size(available)))


def _nothing(name: str) -> str | None:
    return "" if name in _TEXTS else None
