"""How a machine comes to its system: what all ways have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from qvirt_jupyter.documents.sections.operating_system import BootDevice
from qvirt_jupyter.hypervisor.transfer import Reporter

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from qvirt_jupyter import documents
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import StoragePool, StorageVolume
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.guest.equipment import Equipment
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import Database, OperatingSystem


class Making(Reporter, Protocol):
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

    def once(
        self, what: Hashable, make: Callable[[], StorageVolume], *, lasting: bool = True
    ) -> StorageVolume:
        """Return what was made already in an attempt that failed later, or make it now.

        It is removed again where nothing comes of the machine.

        Parameters
        ----------
        what
            Tells it from all others: what it was made of, with which settings.
        make
            Makes it, and leaves nothing where it fails.
        lasting
            Whether it belongs to the machine; otherwise it goes after the first start.
        """

    def keep(self, volume: StorageVolume) -> StorageVolume:
        """Remember a volume that belongs to the machine and that only this attempt can use."""


class InstallMethod:
    """How a machine comes to its system.

    A subclass is a frozen dataclass with what somebody says of it. Its steps are called in the
    order in which they stand here; the first may be left out where nothing is made yet.
    """

    __slots__ = ()

    is_container: ClassVar[bool] = False
    """Whether the machine is a container."""
    only_now: ClassVar[bool] = False
    """Whether what it needs is there at the first start only, which cannot wait."""

    def system(self, database: Database | None = None) -> OperatingSystem | None:
        """Return the system that comes of it, where that is told without looking at the host.

        It is asked where nobody said which system it is.

        Parameters
        ----------
        database
            The systems that are known; those of this machine where it is left out.
        """
        del database
        return None

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

    def settle(self, domain: documents.Domain, making: Making) -> None:
        """Make what depends on the machine itself: its UUID, the addresses of its cards.

        Parameters
        ----------
        domain
            What libvirt will keep of it, whoever changed it; places that are known only now are
            written into it.
        making
            What is done with it, which removes again what it is told of.

        Raises
        ------
        QvirtError
            It cannot be made, or was cancelled.
        """
        del domain, making

    @property
    def sources(self) -> tuple[str, ...]:
        """Files of the host that it is made of and that are in no disk or drive for good."""
        return ()

    @property
    def first_start(self) -> LazyString | str:
        """What the first start has that a definition does not show; empty where it is like all."""
        return ""

    def show(self, domain: documents.Domain) -> None:
        """Put into the definition that stays what the first start has in its drives.

        That is how somebody who customises it finds it; :meth:`customised` takes it out again.
        """
        del domain

    def customised(self, domain: documents.Domain, system: OperatingSystem) -> InstallMethod:
        """Return how it is installed after somebody changed what :meth:`show` has made.

        Parameters
        ----------
        domain
            The definition; what does not stay in the machine is taken out of it.
        system
            What is installed.
        """
        del domain, system
        return self

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


def start_last(domain: documents.Domain) -> None:
    """Try what a machine starts from first after all others: an empty disk is passed over.

    Parameters
    ----------
    domain
        The definition of a first start that nobody has begun yet.
    """
    kinds = [str(each.device) for each in domain.os.boot]
    domain.os.boot.clear()
    for each in (*kinds[1:], *kinds[:1]):
        domain.os.boot.append(BootDevice(device=each))
    if not kinds:
        order = domain.boot_order
        domain.boot_order = (*order[1:], *order[:1])
