"""What a machine is: its names, its hypervisor, its chipset and firmware; and its system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.widgets.details.page import DomainPage
from qvirt_jupyter.widgets.system_names import system_name

if TYPE_CHECKING:
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.page import Facts


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

    def summary(self, definitions: Definitions) -> str:
        """Return the chipset and the firmware."""
        system = definitions.stored.os
        firmware = {"efi": "UEFI", "bios": "BIOS"}.get(system.firmware or "", "")
        if not firmware and system.loader:
            firmware = "UEFI"
        return " · ".join(part for part in (system.machine or "", firmware) if part)


class SystemPage(DomainPage):
    """The guest's operating system: what it is said to be, and what its agent says."""

    icon = "system"
    label = _("OS information")
    names = ("metadata.os_id",)

    def summary(self, definitions: Definitions) -> str:
        """Return the system's name."""
        os_id = definitions.stored.metadata.os_id
        return system_name(os_id) if os_id else ""

    def facts(self, domain: Machine, definitions: Definitions) -> Facts:
        """Return what the guest's agent says; why it says nothing, where it does not."""
        if definitions.is_drafted:
            return ()
        if not domain.is_active:
            return ((str(_("Agent")), str(_("The machine is off."))),)
        try:
            info = domain.guest_info()
        except QvirtError as error:
            return ((str(_("Agent")), error.reason),)
        said = (
            (_("System in the guest"), info.system),
            (_("Kernel"), info.kernel),
            (_("Host name"), info.hostname),
            (_("Time zone"), info.timezone),
        )
        return tuple((str(label), value) for label, value in said if value)
