"""Installation over the network: PXE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision.guest.install_method import InstallMethod, boot_first

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.provision.guest.equipment import Equipment
    from qvirt_jupyter.provision.osinfo import OperatingSystem


@dataclass(frozen=True, slots=True)
class InstallFromNetwork(InstallMethod):
    """Start from the network first, then from the disk that was installed to.

    The network must have a server that says what to load (PXE). A machine without disks always
    starts from it.
    """

    def start_from(self, equipment: Equipment) -> tuple[str, ...]:
        """Return the disk, or the network where there is none."""
        return InstallMethod.start_from(self, equipment) or ("network",)

    @property
    def first_start(self) -> LazyString | str:
        """That it starts from the network."""
        return _(
            "The machine starts from the network until the installation has ended. Then it starts "
            "as these pages say."
        )

    def begin(self, domain: documents.Domain, system: OperatingSystem) -> bool:
        """Start from the network."""
        del system
        if not any(disk.device in (None, "disk") for disk in domain.devices.disks):
            return False
        boot_first(domain, "network")
        return True
