"""What is asked for of a new machine, and the definition that this becomes."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Integer, Text, option
from qvirt_jupyter.documents.domain import NAME
from qvirt_jupyter.documents.sections.operating_system import BootDevice
from qvirt_jupyter.provision.guest import platform
from qvirt_jupyter.provision.guest.creation import Creation
from qvirt_jupyter.provision.guest.disk_request import GIB, DiskRequest
from qvirt_jupyter.provision.guest.equipment import Equipment
from qvirt_jupyter.provision.guest.host_offer import HostOffer
from qvirt_jupyter.provision.guest.import_disk import ImportDisk, NoInstall
from qvirt_jupyter.provision.guest.needs import is_windows
from qvirt_jupyter.provision.guest.places import IMAGES
from qvirt_jupyter.provision.osinfo import GENERIC, Database, OperatingSystem, osinfo

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.transfer import Reporter
    from qvirt_jupyter.provision.guest.host_link import HostLink
    from qvirt_jupyter.provision.guest.install_method import InstallMethod

KIB: Final = 1024
DEFAULT_MEMORY: Final = 1024 * 1024
"""KiB, where nothing is known of what the system needs."""
DEFAULT_SIZE: Final = 20 * GIB
"""Bytes of a disk, likewise."""

PathOf = Callable[[DiskRequest, str], str | None]
Display = Literal["vnc", "spice", "none"]
Processor = Literal["", "hypervisor", "nearest", "host-model", "host-passthrough", "maximum"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRequest:
    """What is asked for of a new machine; what is left out is chosen to suit system and host.

    Parameters
    ----------
    name
        The name of the machine.
    os
        The short name or the id of its system in libosinfo: ``debian12``.
    memory
        In KiB.
    vcpus
        Virtual processors.
    disks
        Its disks, the first of which it starts from.
    install
        How it comes to its system; None imports the first disk where that exists, and otherwise
        installs nothing.
    network
        The virtual network that it is in, or a bridge or device of the host; None for none, empty
        for a connection through the user's own programs.
    display
        ``vnc``, ``spice`` or ``none``.
    firmware
        ``bios``, ``uefi``, or empty for what the system needs.
    secure_boot
        With UEFI, ``on`` starts only what is signed and ``off`` anything; empty leaves it to
        libvirt.
    processor
        ``host-passthrough``, ``host-model``, ``maximum``; ``nearest`` for the model that is closest
        to the host's, ``hypervisor`` for the hypervisor's own choice. Empty for what runs it
        fastest, which it also has where the host cannot give what is asked for.
    architecture, hypervisor, machine
        Which kind of machine it is; empty for the host's own architecture, its fastest hypervisor,
        and the board that suits the system.
    title, description
        Shown in the list.
    """

    name: str = option(NAME, label=_("Name"))
    os: str = option(Text(), label=_("Operating system"), default="generic")
    memory: int | None = option(Integer(1), label=_("Memory"), unit="KiB", default=None)
    vcpus: int | None = option(Integer(1), label=_("Virtual CPUs"), default=None)
    disks: tuple[DiskRequest, ...] = (DiskRequest(),)
    install: InstallMethod | None = None
    network: str | HostLink | None = option(  # noqa: RUF009 - as field()
        Choice(), label=_("Network"), default="default"
    )
    display: Display = option(  # noqa: RUF009 - as field()
        Choice("vnc", "spice", "none", open=False), label=_("Display"), default="vnc"
    )
    firmware: Literal["", "bios", "uefi"] = option(
        Choice("", "bios", "uefi", open=False), label=_("Firmware"), default="", advanced=True
    )
    secure_boot: Literal["", "on", "off"] = option(
        Choice("", "on", "off", open=False),
        label=_("Secure Boot"),
        help=_("With UEFI: off starts what nobody has signed."),
        default="",
        advanced=True,
    )
    processor: Processor = option(  # noqa: RUF009 - as field()
        Choice(*get_args(Processor), open=False),
        label=_("Processor"),
        default="",
        advanced=True,
    )
    architecture: str = option(Text(), label=_("Architecture"), default="", advanced=True)
    hypervisor: str = option(Text(), label=_("Hypervisor"), default="", advanced=True)
    machine: str = option(Text(), label=_("Machine"), default="", advanced=True)
    title: str = option(Text(), label=_("Title"), default="")
    description: str = option(Text(multiline=True), label=_("Description"), default="")

    @property
    def method(self) -> InstallMethod:
        """How it comes to its system, also where nobody said so."""
        if self.install is not None:
            return self.install
        return ImportDisk() if self.disks and self.disks[0].path else NoInstall()

    def build(
        self,
        connection: Connection | None = None,
        *,
        host: HostOffer | None = None,
        database: Database | None = None,
        path_of: PathOf | None = None,
    ) -> documents.Domain:
        """Return the definition of the first start; nothing is made yet.

        An installation starts from its medium and ends with the first reboot; the definition that
        stays is that of :meth:`final`. Other machines have one and the same.

        Parameters
        ----------
        connection
            Where it will run.
        host
            What that host can run, where it is known already.
        database
            The systems that are known; those of this machine where it is left out.
        path_of
            Given a disk and the name of the volume that it would be, returns where it lies on the
            host. Left out, a new disk lies in the folder of libvirt's images.

        Raises
        ------
        ValueError
            The host cannot run such a machine, or the system is not known.
        QvirtError
            The connection is lost.
        """
        domain = self.final(connection, host=host, database=database, path_of=path_of)
        self.begin(domain, database)
        return domain

    def final(
        self,
        connection: Connection | None = None,
        *,
        host: HostOffer | None = None,
        database: Database | None = None,
        path_of: PathOf | None = None,
    ) -> documents.Domain:
        """Return the definition that stays, once the system is installed; nothing is made yet.

        Parameters and errors are those of :meth:`build`.
        """
        if host is None:
            if connection is None:
                raise TypeError("build() needs a connection, or what its host offers.")
            host = HostOffer.of(connection)
        system = self.system(database)
        domain, offer = self._platform(system, host)
        equipment = Equipment(domain, system, host, offer)
        if self.method.is_container:
            self._equip_container(equipment)
        else:
            self._equip(equipment, path_of)
        for device in self.method.start_from(equipment):
            domain.os.boot.append(BootDevice(device=device))
        return domain

    def begin(self, domain: documents.Domain, database: Database | None = None) -> bool:
        """Change the definition that stays into that of the first start.

        Parameters
        ----------
        domain
            What :meth:`final` returned, or what libvirt or somebody made of it.
        database
            The systems that are known; those of this machine where it is left out.

        Returns
        -------
        bool
            Whether it was changed; otherwise the first start is like all others.
        """
        if not self.method.begin(domain, self.system(database)):
            return False
        # The end of the installer is the end of this start: what stays follows.
        domain.on_reboot = "destroy"
        return True

    def create(
        self,
        connection: Connection,
        *,
        start: bool = True,
        progress: Reporter | None = None,
        database: Database | None = None,
    ) -> Domain:
        """Make the machine with its new disks, and start it.

        A new disk lies in the pool that it names, else in the pool named default, else in the first
        that is on. Its volume is named after the machine; where that name is taken, a number is
        added.

        Parameters
        ----------
        connection
            Where it is made.
        start
            Whether it is started; otherwise it stays off.
        progress
            Told how far it is, and asked whether to stop; a :class:`~qvirt_jupyter.hypervisor.Job`.
        database
            The systems that are known; those of this machine where it is left out.

        Returns
        -------
        Domain
            The machine.

        Raises
        ------
        AlreadyExists
            Another machine has the name.
        WrongState
            A new disk is asked for and no pool is on.
        QvirtError
            libvirt refuses, or it was cancelled. What was made is removed again; what could not be
            removed is named in a note of the error.
        ValueError
            The host cannot run such a machine, or the system is not known.
        """
        creation = Creation(connection, database)
        try:
            return creation.run(self, start=start, progress=progress)
        except BaseException as error:
            for left in creation.take_back():
                error.add_note(left)
            raise

    def system(self, database: Database | None = None) -> OperatingSystem:
        """Return the system that will run in it.

        Raises
        ------
        ValueError
            It is not known.
        """
        found = (database or osinfo()).get(self.os)
        if found is None:
            message = _("No operating system is called {name}. Search for it with osinfo().")
            raise ValueError(str(message.format(name=self.os)))
        if found.short_id == GENERIC.short_id:
            return self.method.system(database) or found
        return found

    def completed(self, host: HostOffer, database: Database | None = None) -> GuestRequest:
        """Return the request with memory, processors and sizes of disks that suit its system.

        What the system recommends; twice its least memory where it recommends nothing.
        """
        system = self.system(database)
        architecture = self.architecture or host.architecture
        least = system.resources("minimum", architecture)
        best = system.resources("recommended", architecture)
        memory = self.memory
        if memory is None:
            if best is not None and best.memory:
                memory = best.memory // KIB
            elif least is not None and least.memory:
                memory = 2 * least.memory // KIB
            else:
                memory = DEFAULT_MEMORY
        vcpus = self.vcpus or (best and best.cpus) or (least and least.cpus) or 1
        size = (best and best.storage) or (least and least.storage) or DEFAULT_SIZE
        disks = tuple(
            dataclasses.replace(disk, size=size) if disk.is_new and disk.size is None else disk
            for disk in self.disks
        )
        return dataclasses.replace(self, memory=memory, vcpus=vcpus, disks=disks)

    def _equip(self, equipment: Equipment, path_of: PathOf | None) -> None:
        named = tuple(zip(self.disks, self.volume_names(), strict=True))
        for request, name in named:
            if request.device == "disk":
                path = request.path
                if request.is_new:
                    path = path_of(request, name) if path_of is not None else IMAGES + name
                equipment.add_disk(request, path)
        self.method.equip(equipment)
        # The medium that is installed from is in the first drive.
        for request, _name in named:
            if request.device != "disk":
                equipment.add_disk(request, request.path)
        equipment.add_controllers()
        if self.network is not None:
            equipment.add_interface(self.network or None)
        equipment.add_helpers()
        equipment.add_tpm()
        if self.display != "none":
            equipment.add_display(self.display)

    def _equip_container(self, equipment: Equipment) -> None:
        self.method.equip(equipment)
        if self.network:
            equipment.add_interface(self.network)
        equipment.add_helpers()

    def _platform(
        self, system: OperatingSystem, host: HostOffer
    ) -> tuple[documents.Domain, documents.DomainCapabilities | None]:
        """Return a definition without devices, and what the host offers to such a machine."""
        if self.method.is_container is not (host.os_type == "exe"):
            wrong = (
                _("This host runs whole machines and no containers.")
                if self.method.is_container
                else _("This host runs containers only, and no whole machines.")
            )
            raise ValueError(str(wrong))
        architecture = self.architecture or host.architecture
        guest = host.guest(architecture)
        kind = self.hypervisor or host.best_type(architecture)
        whole = self.completed(host) if None in (self.memory, self.vcpus) else self
        domain = documents.Domain(type=kind, name=self.name, uuid=str(uuid.uuid4()))
        domain.title, domain.description = self.title or None, self.description or None
        if system is not GENERIC and system.short_id != GENERIC.short_id:
            domain.metadata.os_id = system.id
        domain.memory = domain.current_memory = whole.memory
        domain.vcpus = whole.vcpus
        domain.os.type = guest.os_type
        domain.os.arch = architecture
        domain.os.machine = self.machine or platform.best_machine(system, guest, kind)
        hypervisor = guest.hypervisors.get(kind)
        own = hypervisor.emulator if hypervisor is not None else None
        domain.devices.emulator = own or guest.emulator
        if self.method.is_container:
            return domain, None
        offer = host.for_machine(domain)
        platform.set_firmware(
            domain, system, offer, asked=self.firmware, secure_boot=self.secure_boot
        )
        platform.set_features(domain, guest)
        platform.set_processor(domain, host, offer, asked=self.processor)
        platform.set_clock(domain, system)
        if is_windows(system):
            platform.set_hyperv(domain)
        return domain, offer

    def volume_names(self) -> tuple[str, ...]:
        """Return what new volumes are called: as the machine, the later ones with a number."""
        names = []
        for number, disk in enumerate(self.disks):
            suffix = "qcow2" if disk.format == "qcow2" else "img"
            names.append(disk.name or f"{self.name}{f'-{number}' if number else ''}.{suffix}")
        return tuple(names)
