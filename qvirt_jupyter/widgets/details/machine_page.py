"""What a machine is: its names, its hypervisor, its chipset and firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.details.page import DomainPage, Known

if TYPE_CHECKING:
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine


class MachinePage(DomainPage):
    """Names, hypervisor, chipset and firmware."""

    icon = "machine"
    label = _("Overview")
    names = (
        *("name", "title", "description", "uuid"),
        *("type", "os.type", "os.arch", "os.machine"),
        *("os.firmware", "os.secure", "os.loader", "os.loader_type", "os.loader_read_only"),
        *("os.loader_format", "os.stateless", "os.nvram", "os.nvram_template", "os.nvram_format"),
        *("generation_id", "devices.emulator"),
    )

    def look_up(self, domain: Machine, definitions: Definitions) -> Known:  # noqa: ARG002 - of the host
        """Return the firmware images that the host has for such a machine."""
        host = definitions.host
        return Known(offers={"os.loader": host.firmware_images if host is not None else ()})

    def summary(self, definitions: Definitions) -> str:
        """Return the chipset and the firmware."""
        system = definitions.stored.os
        firmware = {"efi": "UEFI", "bios": "BIOS"}.get(system.firmware or "", "")
        if not firmware and system.loader:
            firmware = "UEFI"
        return " · ".join(part for part in (system.machine or "", firmware) if part)
