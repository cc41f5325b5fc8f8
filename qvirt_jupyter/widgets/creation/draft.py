"""What somebody has said of a new machine so far; what was left out is the request's to choose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from qvirt_jupyter.provision import CloudSeed

Method: TypeAlias = Literal[
    "media", "tree", "cloud", "import", "network", "manual", "application", "container"
]
Storage: TypeAlias = Literal["new", "existing", "none"]

USER_NETWORK: Final = "user"
NO_NETWORK: Final = "none"
BRIDGE: Final = "bridge"
MACVTAP: Final = "macvtap"
NETWORK: Final = "network:"
"""Stands before the name of a virtual network."""

KINDS: Final = ("architecture", "hypervisor", "machine")
"""Each depends on those before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was said; None where the request or the host decides.

    Parameters
    ----------
    method
        How its system comes into it.
    media
        The ISO image or drive that it is installed from.
    disk
        The disk that exists already.
    url, arguments
        The installation tree, and what its kernel is told.
    image, copy, seed
        The cloud image, whether it is copied, and what it is told on its first start.
    init, root
        The first program of a container, and the folder of its system.
    os
        The id of its system; empty until one is chosen.
    memory, vcpus
        In KiB, and a number.
    storage
        Which disk it gets where it is installed.
    size, pool, format, volume
        Of a new volume; bytes, and what it is called: empty means as the machine.
    network
        ``network:`` and a name, ``bridge``, ``macvtap``, ``user`` or ``none``.
    bridge, device
        Names of the host's: the bridge, or the network device that is shared.
    architecture, hypervisor, machine
        Which kind of machine it is.
    name
        Of the machine.
    """

    method: Method = "media"
    media: str = ""
    disk: str = ""
    url: str = ""
    arguments: str = ""
    image: str = ""
    copy: bool = True
    seed: CloudSeed | None = None
    init: str | None = None
    root: str = ""
    os: str = ""
    memory: int | None = None
    vcpus: int | None = None
    storage: Storage = "new"
    size: int | None = None
    pool: str | None = None
    format: str | None = None
    volume: str = ""
    network: str | None = None
    bridge: str = ""
    device: str = ""
    architecture: str | None = None
    hypervisor: str | None = None
    machine: str | None = None
    name: str | None = None

    def with_(self, name: str, value: Any) -> Draft:  # noqa: ANN401 - of any field
        """Return it with another value."""
        changes: dict[str, Any] = {name: value}
        # What is chosen below the one that was changed may not be there any more.
        if name in KINDS:
            changes.update(dict.fromkeys(KINDS[KINDS.index(name) + 1 :]))
        return replace(self, **changes)

    @property
    def has_no_disk(self) -> bool:
        """Whether it gets none where it would be asked for one."""
        return self.asks_for_storage and self.storage == "none"

    @property
    def asks_for_storage(self) -> bool:
        """Whether its disk is still to be said."""
        return self.method in ("media", "tree", "network", "manual")

    @property
    def uses_disk(self) -> bool:
        """Whether it gets a disk that exists already."""
        return self.method == "import" or (self.asks_for_storage and self.storage == "existing")

    @property
    def is_container(self) -> bool:
        """Whether it is a container, which has no disks and no system of its own."""
        return self.method in ("application", "container")
