"""What a machine is: its names, its hypervisor, its chipset and firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.machine import is_x86
from qvirt_jupyter.widgets.details.page import DomainPage, changed

if TYPE_CHECKING:
    from qvirt_jupyter.documents import Declared
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.offers import Offers


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

    def find_offers(self, domain: Machine, definitions: Definitions) -> Offers:  # noqa: ARG002 - of the host
        """Return the firmware images that the host has for such a machine."""
        images = definitions.host.firmware_images if definitions.host is not None else ()
        return {"os.loader": dict.fromkeys(images, "")}

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return the fields; the firmware says what it is where none is chosen."""
        found = super().declared(element)
        if not isinstance(element, documents.Domain):
            return found
        if element.os.loader:
            unset = _("As the loader says")
        elif is_x86(element) and element.os.type == "hvm":
            unset = _("Default (BIOS)")
        else:
            return found
        return [
            changed(each, unset=unset) if each.name == "os.firmware" else each for each in found
        ]

    def summary(self, definitions: Definitions) -> str:
        """Return the chipset and the firmware."""
        system = definitions.stored.os
        firmware = {"efi": "UEFI", "bios": "BIOS"}.get(system.firmware or "", "")
        if not firmware and system.loader:
            firmware = "UEFI"
        return " · ".join(part for part in (system.machine or "", firmware) if part)
