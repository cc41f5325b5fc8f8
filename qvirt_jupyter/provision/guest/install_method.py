"""How a machine comes to its system: what all ways have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from qvirt_jupyter.documents.sections.operating_system import BootDevice

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import StoragePool, StorageVolume
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.guest.equipment import Equipment
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import OperatingSystem


class Progress(Protocol):
    """Who is told how far it is and says when to stop, as a Job does."""

    def report(
        self, *, progress: float | None = None, phase: str | LazyString | None = None
    ) -> None:
        """Take note of how far it is (0 to 1), and of what is done just now."""

    def check_cancelled(self) -> None:
        """Raise OperationCancelled where somebody asked to stop."""


class Making(Progress, Protocol):
    """A machine that is being made, as its way of installation sees it."""

    @property
    def connection(self) -> Connection:
        """Where it is made."""

    def pool(self, name: str = "") -> StoragePool:
        """Return a pool by its name; empty is the one that new disks lie in.

        Raises
        ------
        QvirtError
            There is none of this name, or none is on.
        """

    def keep(self, volume: StorageVolume) -> StorageVolume:
        """Remember a volume that belongs to the machine; it goes again where the making fails."""

    def discard_later(self, volume: StorageVolume) -> StorageVolume:
        """Remember a volume that only the first start needs; it goes in any case."""


class InstallMethod:
    """How a machine comes to its system.

    A subclass is a frozen dataclass with what somebody says of it. Its steps are called in the
    order in which they stand here; the first may be left out where nothing is made yet.
    """

    __slots__ = ()

    is_container: ClassVar[bool] = False
    """Whether the machine is a container."""

    def prepared(self, request: GuestRequest, making: Making) -> GuestRequest:
        """Fetch and make what is needed, and return the request with the places where that lies.

        Parameters
        ----------
        request
            What is asked for; this is its `install`.
        making
            What is done with it, which removes again what it is told of.

        Raises
        ------
        QvirtError
            It cannot be made, or was cancelled.
        """
        del making
        return request

    def equip(self, equipment: Equipment) -> None:
        """Put into the definition what stays in the machine, after its disks."""

    def start_from(self, equipment: Equipment) -> tuple[str, ...]:
        """Return the kinds of devices that the machine starts from once it is installed."""
        has_disk = any(disk.device in (None, "disk") for disk in equipment.domain.devices.disks)
        return ("hd",) if has_disk else ()

    def begin(self, domain: documents.Domain, system: OperatingSystem) -> bool:
        """Change the definition that stays into that of the first start.

        Parameters
        ----------
        domain
            What libvirt keeps of the machine.
        system
            What is installed.

        Returns
        -------
        bool
            Whether it was changed; otherwise the first start is like all others.
        """
        del domain, system
        return False


def boot_first(domain: documents.Domain, kind: str) -> None:
    """Let a machine start from one kind of device before all that it starts from otherwise.

    Parameters
    ----------
    domain
        Its definition.
    kind
        ``cdrom`` or ``network``.
    """
    before = [str(each.device) for each in domain.os.boot]
    numbered = any(device.boot_order is not None for device in domain.bootable)
    if numbered:
        cards, disks = domain.devices.interfaces, domain.devices.disks
        fitting = cards if kind == "network" else [each for each in disks if each.device == kind]
        domain.boot_order = (*fitting[:1], *domain.boot_order)
        return
    domain.os.boot.clear()
    for each in dict.fromkeys((kind, *before)):
        domain.os.boot.append(BootDevice(device=each))
