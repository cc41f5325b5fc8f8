"""Which models of devices suit a guest, by what its system has drivers for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter.documents.devices.disk_target import free_target
from qvirt_jupyter.documents.devices.machine import is_q35, is_x86
from qvirt_jupyter.provision.guest.needs import drives

if TYPE_CHECKING:
    from qvirt_jupyter.provision.osinfo import OperatingSystem

_ALWAYS_VIRTIO: Final = frozenset({"s390x", "ppc64", "ppc64le", "riscv64", "loongarch64"})
_OLD_CARDS: Final = ("e1000", "rtl8139", "ne2k_pci", "pcnet")


@dataclass(frozen=True, slots=True)
class Suitable:
    """What suits a guest, of a new machine and of hardware that is added later.

    Parameters
    ----------
    domain
        The definition; its machine and hypervisor stand in it.
    system
        What runs in it.
    offer
        What the host offers to such a machine, or None.
    """

    domain: documents.Domain
    system: OperatingSystem
    offer: documents.DomainCapabilities | None

    @property
    def is_qemu(self) -> bool:
        """Whether QEMU runs the guest."""
        return self.domain.type in ("qemu", "kvm")

    def has(self, device: str) -> bool:
        """Tell whether QEMU runs the guest and its system has a driver for one of its devices."""
        return self.is_qemu and drives(self.system, device)

    def disk_bus(self) -> str:
        """Return the bus of a disk."""
        if self.is_qemu and self.domain.os.arch in _ALWAYS_VIRTIO:
            return "virtio"
        if self.has("virtio-blk"):
            return "virtio"
        return self.drive_bus()

    def drive_bus(self) -> str:
        """Return the bus of a CD-ROM drive."""
        if is_q35(self.domain):
            return "sata"
        if is_x86(self.domain):
            return "ide"
        return "scsi" if self.has("virtio-scsi") or self.is_qemu else "usb"

    def card_model(self) -> str | None:
        """Return the model of a network card; None where the guest has no such thing."""
        if self.domain.os.type == "exe":
            return None
        if self.has("virtio-net") or (self.is_qemu and self.domain.os.arch in _ALWAYS_VIRTIO):
            return "virtio"
        if is_q35(self.domain):
            return "e1000e"
        if not is_x86(self.domain):
            return "virtio" if self.is_qemu else None
        return next((name for name in _OLD_CARDS if self.has(name)), "e1000")

    def video_model(self, *, has_spice: bool) -> str:
        """Return the model of the first video card.

        Parameters
        ----------
        has_spice
            Whether SPICE shows it.
        """
        offered = self.offer.choices("video/modelType") if self.offer is not None else None

        def is_there(model: str) -> bool:
            return offered is None or model in offered

        if self.has("virtio-gpu") and offered is not None and "virtio" in offered:
            return "virtio"
        if not is_x86(self.domain):
            return "virtio"
        if has_spice and is_there("qxl"):
            return "qxl"
        return "bochs" if self.domain.os.firmware == "efi" and is_there("bochs") else "vga"

    def fit(self, device: documents.Device) -> None:
        """Let a suggested device follow the system, where nothing else of the guest says more.

        A disk stays on the bus of the first one of its kind, and a second video card is one that
        can be second. A hypervisor other than QEMU has devices of its own.

        Parameters
        ----------
        device
            The last of its kind in the definition.
        """
        if not self.is_qemu:
            return
        if isinstance(device, documents.Interface):
            device.model = self.card_model()
        elif isinstance(device, documents.Disk):
            self._fit_disk(device)
        elif isinstance(device, documents.Video):
            others = list(self.domain.devices.videos)[:-1]
            if all(each.model == "none" for each in others):
                displays = [each.type for each in self.domain.devices.graphics]
                device.model = self.video_model(has_spice="spice" in displays)

    def _fit_disk(self, disk: documents.Disk) -> None:
        others = list(self.domain.devices.disks)[:-1]
        kind = disk.device or "disk"
        if kind in [each.device or "disk" for each in others]:
            return
        if kind == "disk":
            disk.bus = self.disk_bus()
        elif kind == "cdrom":
            disk.bus = self.drive_bus()
        else:
            return
        disk.target = free_target(disk.bus, [each.target for each in others])
