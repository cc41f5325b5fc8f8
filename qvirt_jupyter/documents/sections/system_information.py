"""What the guest reads of its board: vendors, serial numbers, files of the firmware.

https://libvirt.org/formatdomain.html#smbios-system-information
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.values import Choice, Path, Text, Uuid
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words

_BIOS = _("BIOS")
_SYSTEM = _("System")
_CHASSIS = _("Chassis")


def _entry(way: str, name: str, label: Words, group: Words = "") -> Field[str | None]:
    """Declare an entry, which is told from its like by its name."""
    return Field(f"{way}entry[@name='{name}']", Text(), label=label, group=group, advanced=True)


class BaseBoard(Element):
    """A board of the system."""

    tag = "baseBoard"
    manufacturer = _entry("", "manufacturer", _("Manufacturer"))
    product = _entry("", "product", _("Product"))
    version = _entry("", "version", _("Version"))
    serial = _entry("", "serial", _("Serial number"))
    asset = _entry("", "asset", _("Asset number"))
    location = _entry("", "location", _("Place"))


class OemString(Element):
    """A text that the guest can read."""

    tag = "entry"
    text = Field(".", Text(), label=_("Text for the guest"), advanced=True)


class Smbios(Element):
    """What the guest reads of its board."""

    tag = "sysinfo"
    bios_vendor = _entry("bios/", "vendor", _("Vendor"), _BIOS)
    bios_version = _entry("bios/", "version", _("Version"), _BIOS)
    bios_date = _entry("bios/", "date", _("Date"), _BIOS)
    bios_release = _entry("bios/", "release", _("Release"), _BIOS)
    manufacturer = _entry("system/", "manufacturer", _("Manufacturer"), _SYSTEM)
    product = _entry("system/", "product", _("Product"), _SYSTEM)
    version = _entry("system/", "version", _("Version"), _SYSTEM)
    serial = _entry("system/", "serial", _("Serial number"), _SYSTEM)
    uuid = Field(
        "system/entry[@name='uuid']",
        Uuid(),
        label=_("UUID"),
        help=_("It must be the UUID of the guest itself."),
        group=_SYSTEM,
        advanced=True,
    )
    sku = _entry("system/", "sku", _("Order number"), _SYSTEM)
    family = _entry("system/", "family", _("Family"), _SYSTEM)
    boards = Many(BaseBoard)
    chassis_manufacturer = _entry("chassis/", "manufacturer", _("Manufacturer"), _CHASSIS)
    chassis_version = _entry("chassis/", "version", _("Version"), _CHASSIS)
    chassis_serial = _entry("chassis/", "serial", _("Serial number"), _CHASSIS)
    chassis_asset = _entry("chassis/", "asset", _("Asset number"), _CHASSIS)
    chassis_sku = _entry("chassis/", "sku", _("Order number"), _CHASSIS)
    oem_strings = Many(OemString, location="oemStrings/entry")


class FirmwareFile(Element):
    """A file that the guest reads from its firmware, such as Ignition's configuration."""

    tag = "entry"
    name = Field(
        "@name",
        Text(),
        label=_("Name"),
        help=_("Names of your own begin with opt/, such as opt/com.coreos/config."),
        advanced=True,
    )
    file = Field("@file", Path(), label=_("File of the host"), advanced=True)
    text = Field(".", Text(multiline=True), label=_("Contents"), advanced=True)


class FirmwareFiles(Element):
    """Files that the guest reads from its firmware."""

    tag = "sysinfo"
    files = Many(FirmwareFile, key="name")


class SystemInformation(Element):
    """What the guest reads of its board, or from its firmware."""

    tag = "sysinfo"
    type = Field(
        "@type",
        Choice(
            *("smbios", "fwcfg"),
            open=False,
            labels={"smbios": _("Vendors and serial numbers"), "fwcfg": _("Files of the firmware")},
        ),
        label=_("System information"),
        advanced=True,
    )
    source = Variant("@type", {"smbios": Smbios, "fwcfg": FirmwareFiles})
