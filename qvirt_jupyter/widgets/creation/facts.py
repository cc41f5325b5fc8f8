"""What is known of the host that a machine is to be made on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.provision.guest import HostOffer
from qvirt_jupyter.provision.osinfo import Database, OperatingSystem, osinfo
from qvirt_jupyter.widgets.creation.default_bridge import default_bridge
from qvirt_jupyter.widgets.details.offers import MEDIA, offers_for
from qvirt_jupyter.widgets.recent_media import recent_trees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import NetworkRecord, StoragePoolRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was read of a host.

    Parameters
    ----------
    offer
        What it can run.
    systems
        The operating systems that are known on this machine.
    cpus, memory
        Of the host: a number, and KiB; zero where that is not known.
    media
        Paths of discs that were used last and of its drives, with what is in them.
    bridges, devices
        Names of its bridges, and of the network devices that can be shared.
    trees
        Addresses of installation trees that were used before.
    uefi
        Whether there is UEFI, by architecture and type of the machines that were asked about; None
        where the host does not say.
    default_bridge
        The bridge through which the host itself reaches others, if it is one.
    """

    offer: HostOffer
    systems: Database = field(repr=False)
    cpus: int = 0
    memory: int = 0
    media: Mapping[str, str] = field(default_factory=dict, repr=False)
    bridges: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    trees: tuple[str, ...] = ()
    uefi: Mapping[tuple[str, str], bool | None] = field(default_factory=dict, repr=False)
    default_bridge: str = ""

    @property
    def emulates(self) -> bool:
        """Whether QEMU would have to emulate every instruction."""
        return self.offer.best_type(self.offer.architecture) == "qemu"

    def system(self, name: str) -> OperatingSystem | None:
        """Return a system by its id, or None."""
        return self.systems.get(name) if name else None


def read(connection: Connection) -> Facts:
    """Ask a host; for threads that may wait: the first look at KVM takes up to 15 seconds.

    Raises
    ------
    QvirtError
        The connection is lost, or its driver does not say what it can run.
    """
    offer = HostOffer.of(connection)
    try:
        host = connection.host
        cpus, memory = host.cpus, host.memory
    except QvirtError:
        cpus = memory = 0
    media = offers_for(connection, "disk").get(MEDIA, {})
    links = offers_for(connection, "interface")
    return Facts(
        offer=offer,
        systems=osinfo(),
        cpus=cpus,
        memory=memory,
        media=media,
        bridges=tuple(links.get("source.bridge", ())),
        devices=tuple(links.get("source.device", ())),
        trees=recent_trees.of(""),
        uefi=uefi_of(offer, offer.architecture, offer.best_type(offer.architecture)),
        default_bridge=default_bridge(connection, links.get("source.bridge", ())),
    )


def uefi_of(offer: HostOffer, architecture: str, type_: str) -> dict[tuple[str, str], bool | None]:
    """Return whether there is UEFI for one kind of machine, as :class:`Facts` has it.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    known = offer.has_uefi(architecture, type_) if offer.os_type == "hvm" else None
    return {(architecture, type_): known}


def pools_of(connection: Connection) -> tuple[StoragePoolRecord, ...]:
    """Return the pools in which new volumes can be made just now, the default one first."""
    found = [each for each in connection.inventory.snapshot().storage_pools if each.active]
    return tuple(sorted(found, key=lambda pool: (pool.name != "default", pool.name.casefold())))


def networks_of(connection: Connection) -> tuple[NetworkRecord, ...]:
    """Return the virtual networks, those that are on first."""
    found = connection.inventory.snapshot().networks
    return tuple(sorted(found, key=lambda network: (not network.active, network.name.casefold())))


def names_of(connection: Connection) -> frozenset[str]:
    """Return the names of the machines that there are."""
    return frozenset(domain.name for domain in connection.inventory.snapshot().domains)
