"""The board of a PC: what must change with it.

https://libvirt.org/pci-hotplug.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.documents.devices.controller import USB_3, Controller
from qvirt_jupyter.documents.devices.disk import Disk
from qvirt_jupyter.documents.devices.machine import is_q35, is_x86
from qvirt_jupyter.documents.schema import rule

if TYPE_CHECKING:
    from qvirt_jupyter.documents.devices.device import Devices
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.sections.features import Features
    from qvirt_jupyter.documents.sections.operating_system import OperatingSystem

ROOT_PORTS = 14
"""Places for devices that are added while the guest runs; each takes one."""

_USB_OF_OLD_BOARDS = ("piix3-uhci", "piix4-uhci")


class Chipset:
    """What a domain says of its board, and what follows from it."""

    if TYPE_CHECKING:
        os: OperatingSystem
        features: Features
        devices: Devices

    @rule("os.machine", touches=("devices",))
    def devices_fit_the_board(self: Domain) -> None:  # type: ignore[misc]  # it is mixed into Domain
        """Replace the PCI controllers of the other board, and what only that board has.

        Where the definition has nothing of the other board there is nothing to replace: libvirt
        adds the PCI controllers when it is given the definition.
        """
        if is_q35(self) and self._has_parts_of_i440fx():
            self._leave_the_board()
            self._fit_q35()
        elif is_i440fx(self) and "pcie-root" in self._pci_models():
            self._leave_the_board()

    def add_root_ports(self: Domain) -> None:  # type: ignore[misc]  # it is mixed into Domain
        """Add places for devices that come later to a q35 that names no PCI controller.

        libvirt by itself adds one more than the guest needs at its start.
        """
        if not is_q35(self) or self._pci_models():
            return
        controllers = self.devices.of(Controller)
        controllers.append(Controller(type="pci", index=0, model="pcie-root"))
        for number in range(1, ROOT_PORTS + 1):
            controllers.append(Controller(type="pci", index=number, model="pcie-root-port"))

    @rule("os.secure", "os.firmware_features", touches=("features", "os", "devices"))
    def secure_boot_needs_smm_and_q35(self: Domain) -> None:  # type: ignore[misc]  # it is mixed into Domain
        """Switch system management mode on, which guards the variables and which only q35 has."""
        if not self.os.is_secure or not is_x86(self):
            return
        self.features.smm = True
        if not is_q35(self):
            self.os.machine = "q35"
            self.devices_fit_the_board()

    def _pci_models(self) -> set[str | None]:
        return {each.model for each in self.devices.of(Controller) if each.type == "pci"}

    def _has_parts_of_i440fx(self) -> bool:
        # No q35 starts with IDE, which a definition may have that libvirt has not completed yet.
        return (
            "pci-root" in self._pci_models()
            or any(each.type == "ide" for each in self.devices.of(Controller))
            or any(disk.bus == "ide" for disk in self.devices.of(Disk))
        )

    def _leave_the_board(self) -> None:
        controllers = self.devices.of(Controller)
        for controller in [each for each in controllers if each.type == "pci"]:
            controllers.remove(controller)
        for device in self.devices.all:
            # Another board has other places; libvirt finds one for each device.
            if device.address.type == "pci":
                del device.address

    def _fit_q35(self: Domain) -> None:  # type: ignore[misc]  # it is mixed into Domain
        controllers = self.devices.of(Controller)
        for controller in [each for each in controllers if each.type == "ide"]:
            controllers.remove(controller)
        for controller in controllers:
            if controller.model in _USB_OF_OLD_BOARDS:
                controller.model = USB_3
        for disk in self.devices.of(Disk):
            if disk.bus == "ide":
                disk.bus = "sata"
                disk.bus_names_the_target()
        self.add_root_ports()


def is_i440fx(domain: Domain) -> bool:
    """Tell whether a guest is a PC with the board of 1996."""
    machine = domain.os.machine or ""
    return is_x86(domain) and (machine == "pc" or machine.startswith("pc-i440fx"))
