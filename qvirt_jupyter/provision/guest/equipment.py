"""The devices that a new guest has, by what its system has drivers for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter.documents.devices.controller import USB_2, USB_3, companions
from qvirt_jupyter.documents.devices.controller_options import UsbOptions
from qvirt_jupyter.documents.devices.disk_target import free_target
from qvirt_jupyter.documents.devices.interface import random_mac
from qvirt_jupyter.documents.devices.machine import has_pcie, is_x86
from qvirt_jupyter.provision.guest.host_link import HostLink
from qvirt_jupyter.provision.guest.suitable import Suitable

if TYPE_CHECKING:
    from qvirt_jupyter.provision.guest.disk_request import DiskRequest
    from qvirt_jupyter.provision.guest.host_offer import HostOffer
    from qvirt_jupyter.provision.osinfo import OperatingSystem

XEN_PREFIX: Final = "00:16:3e"
"""Of MAC addresses of all hypervisors but QEMU, as virt-install has it."""
ROOT_PORTS: Final = 14
"""Slots for devices that are plugged in later (https://libvirt.org/pci-hotplug.html)."""
_USB_3_PORTS: Final = 15
_USB_REDIRECTIONS: Final = 2


@dataclass(frozen=True, slots=True)
class Equipment:
    """Puts devices into the definition of a new guest.

    Parameters
    ----------
    domain
        The definition; its machine and hypervisor stand in it already.
    system
        What will run in it.
    host
        Where it will run.
    offer
        What the host offers to such a machine, or None.
    """

    domain: documents.Domain
    system: OperatingSystem
    host: HostOffer
    offer: documents.DomainCapabilities | None

    @property
    def suitable(self) -> Suitable:
        """What suits it."""
        return Suitable(self.domain, self.system, self.offer)

    def has(self, device: str) -> bool:
        """Tell whether QEMU runs the guest and its system has a driver for one of its devices."""
        return self.suitable.has(device)

    # Controllers --------------------------------------------------------------------------------

    def add_controllers(self) -> None:
        """Add USB, and slots that devices can be plugged into while the guest runs."""
        controllers = self.domain.devices.of(documents.Controller)
        if self.has("usb3"):
            usb = documents.Controller(type="usb", model=USB_3)
            usb.options = UsbOptions(ports=_USB_3_PORTS)
            controllers.append(usb)
        elif is_x86(self.domain):
            controllers.append(documents.Controller(type="usb", model=USB_2, index=0))
            for each in companions(0):
                controllers.append(each)
        if self.suitable.is_qemu and has_pcie(self.domain):
            controllers.append(documents.Controller(type="pci", model="pcie-root"))
            for _number in range(ROOT_PORTS):
                controllers.append(documents.Controller(type="pci", model="pcie-root-port"))

    # Disks --------------------------------------------------------------------------------------

    def add_disk(self, request: DiskRequest, path: str | None) -> documents.Disk:
        """Add a disk or a CD-ROM.

        Parameters
        ----------
        request
            What it is.
        path
            Where its contents are on the host; None is an empty drive.
        """
        domain, is_image = self.domain, request.device == "disk"
        bus = request.bus or (self.suitable.disk_bus() if is_image else self.suitable.drive_bus())
        disk = documents.Disk.suggested(domain, self.offer, request.device)
        disk.bus = bus
        disk.target = free_target(bus, [each.target for each in domain.devices.disks])
        put_in(disk, path)
        is_device = disk.type == "block"
        if self.suitable.is_qemu:
            disk.format = request.format if is_image and not is_device else "raw"
            if is_image and (request.is_new or is_device):
                disk.discard = "unmap"
            if is_device and is_image:
                disk.cache, disk.io = "none", "native"
        else:
            disk.driver = disk.format = None
        return domain.devices.add(disk)

    # Network ------------------------------------------------------------------------------------

    def add_interface(self, network: str | HostLink | None) -> None:
        """Add a network card.

        Parameters
        ----------
        network
            The virtual network that it is in, or what of the host it is connected to; None is a
            connection through the user's own programs.

        Raises
        ------
        ValueError
            Nothing of the host is named.
        """
        kind = "user" if network is None else "network"
        if isinstance(network, HostLink):
            kind = network.kind
        card = documents.Interface.suggested(self.domain, self.offer, kind)
        if isinstance(network, HostLink):
            network.connect(card)
        elif network is not None and isinstance(card.source, documents.NetworkLink):
            card.source.network = network
        card.model = self.suitable.card_model()
        if not self.suitable.is_qemu:
            card.mac = random_mac((), XEN_PREFIX)
        self.domain.devices.add(card)

    # Screen, keys, sound ------------------------------------------------------------------------

    def add_display(self, kind: str) -> None:
        """Add a display with what belongs to it.

        Parameters
        ----------
        kind
            ``vnc`` or ``spice``.
        """
        display = documents.Graphics(type=kind)
        if self.suitable.is_qemu and self.host.is_local:
            # Nobody reaches it by the network: libvirt hands out connected sockets.
            display.listens.append(documents.Listen(type="none"))
        elif isinstance(display.source, documents.Vnc | documents.Spice):
            display.source.auto_port = True
        if self.host.is_local and isinstance(display.source, documents.Spice):
            display.source.image_compression = "off"
        self.domain.devices.add(display)
        if kind == "spice":
            self._add_spice_companions()
        model = self.suitable.video_model(has_spice=kind == "spice")
        self.domain.devices.add(documents.Video(model=model))
        self.domain.devices.add(documents.Input(type="tablet", bus="usb"))
        if not is_x86(self.domain):
            self.domain.devices.add(documents.Input(type="keyboard", bus="usb"))

    def _add_spice_companions(self) -> None:
        devices = self.domain.devices
        devices.add(documents.Channel(type="spicevmc", name="com.redhat.spice.0"))
        devices.add(documents.Sound.suggested(self.domain, self.offer))
        if is_x86(self.domain):
            for _number in range(_USB_REDIRECTIONS):
                devices.add(documents.Redirdev.suggested(self.domain, self.offer))
            self.domain.features.vm_port = False

    # The rest -----------------------------------------------------------------------------------

    def add_helpers(self) -> None:
        """Add the console, and what lets host and guest know of each other."""
        devices = self.domain.devices
        devices.add(documents.Console(type="pty"))
        if self.has("virtio-serial"):
            agent = documents.Channel(type="unix", target_type="virtio", name=documents.AGENT)
            devices.add(agent)
        if self.has("virtio-balloon"):
            devices.add(documents.MemBalloon(model="virtio"))
        if self.has("virtio-rng"):
            devices.add(documents.Rng.suggested(self.domain, self.offer))

    def add_tpm(self) -> None:
        """Add an emulated TPM to a guest with UEFI, where the host has the emulator."""
        backends = self.offer.choices("tpm/backendModel") if self.offer is not None else None
        if self.domain.os.firmware == "efi" and "emulator" in (backends or ()):
            self.domain.devices.add(documents.Tpm.suggested(self.domain, self.offer))


def put_in(disk: documents.Disk, place: str | None) -> None:
    """Say where the contents of a disk or a drive are.

    Parameters
    ----------
    disk
        The device.
    place
        A path of the host, or a volume as ``pool/volume``; None is an empty drive.
    """
    pool, _slash, volume = (place or "/").partition("/")
    if pool:
        disk.type = "volume"
        if isinstance(disk.source, documents.VolumeSource):
            disk.source.pool, disk.source.volume = pool, volume
        return
    disk.type = "block" if (place or "").startswith("/dev/") else "file"
    if isinstance(disk.source, documents.BlockSource):
        disk.source.device = place
    elif isinstance(disk.source, documents.FileSource):
        disk.source.file = place
