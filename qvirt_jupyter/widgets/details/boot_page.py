"""What a machine boots from, and whether it starts with its host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Declared, Flag, declarations
from qvirt_jupyter.documents.sections.boot_order import BOOTABLE
from qvirt_jupyter.widgets.details.definitions import devices_of
from qvirt_jupyter.widgets.details.derived import Derived
from qvirt_jupyter.widgets.details.page import DomainPage, changed, select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter import documents
    from qvirt_jupyter.documents import Device
    from qvirt_jupyter.widgets.details.definitions import Definitions

AUTOSTART: Final = "autostart"
"""The name of the value that is no part of the definition: libvirt is told at once."""
ORDER: Final = "boot order"
"""The name of the order, which is given as the keys of the devices."""
_OF_CONTAINERS: Final = frozenset({"os.init", "os.init_folder", "os.init_user", "os.init_group"})


class BootPage(DomainPage):
    """The order of the devices, the menu, and a kernel that is booted without any of them."""

    icon = "boot"
    label = _("Boot order")
    names = (
        *("os.boot_menu", "os.boot_menu_timeout", "os.reboot_timeout", "os.bios_on_serial"),
        *("os.kernel", "os.initrd", "os.arguments", "os.device_tree", "os.root", "os.shim"),
        *("os.init", "os.init_folder", "os.init_user", "os.init_group"),
    )

    def summary(self, definitions: Definitions) -> str:
        """Return what it tries first."""
        chosen = boot_order(definitions.stored)
        device = devices_of(definitions.stored).get(chosen[0]) if chosen else None
        return str(device.display_name) if device is not None else ""

    def refused(self, domain: documents.Domain) -> str:
        """Say what is missing to boot a kernel of the host, or to begin a container."""
        system = domain.os
        if not system.kernel and any((system.initrd, system.arguments, system.device_tree)):
            return str(
                _("Choose a kernel: an initrd, arguments and a device tree mean nothing without.")
            )
        if system.type == "exe" and not system.init:
            return str(_("Enter the first program: a container begins with it."))
        return ""

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return the fields, and whether the machine starts with its host."""
        return [
            Derived(
                name=AUTOSTART,
                type=Flag(),
                label=_("Start with the host"),
                help=_("It counts at once."),
                read=lambda _domain: False,
                write=lambda _domain, _value: None,
            ),
            *(
                changed(item, when=_is_container if item.name in _OF_CONTAINERS else item.when)
                for item in select(declarations(element), self.names)
            ),
        ]


def _is_container(system: documents.Element) -> bool:
    """Only a container begins with a program; what is asked is the ``os`` element."""
    return getattr(system, "type", None) == "exe"


def bootable(domain: documents.Domain) -> dict[str, Device]:
    """Return the devices that a machine can boot from, by key."""
    return {key: device for key, device in devices_of(domain).items() if device.tag in BOOTABLE}


def boot_order(domain: documents.Domain) -> tuple[str, ...]:
    """Return the keys of the devices that a machine boots from, in order."""
    keys = {device: key for key, device in bootable(domain).items()}
    return tuple(keys[device] for device in domain.boot_order)


def set_boot_order(domain: documents.Domain, keys: Iterable[str]) -> None:
    """Let a machine boot from these devices and no others, in this order."""
    devices = bootable(domain)
    # Devices that went meanwhile are left out.
    domain.boot_order = tuple(devices[key] for key in keys if key in devices)
