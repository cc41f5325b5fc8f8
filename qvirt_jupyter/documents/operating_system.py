"""What a guest boots, and how."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Path, Text


class BootDevice(Element):
    """A kind of device to boot from; devices may have an order of their own instead."""

    tag = "boot"
    device = Field(
        "@dev", Choice("hd", "cdrom", "network", "fd", open=False), label=_("Boot device")
    )


class OperatingSystem(Element):
    """Machine, firmware and boot.

    https://libvirt.org/formatdomain.html#operating-system-booting
    """

    tag = "os"
    firmware = Field(
        "@firmware",
        Choice("bios", "efi", open=False, labels={"bios": "BIOS", "efi": "UEFI"}),
        label=_("Firmware"),
        caps="os/firmware",
    )
    type = Field("type", Choice("hvm", "exe", "xen", "xenpvh", "linux"), label=_("Guest type"))
    arch = Field("type/@arch", Text(), label=_("Architecture"))
    machine = Field("type/@machine", Text(), label=_("Machine"))
    loader = Field("loader", Path(), label=_("Firmware image"), advanced=True)
    secure = Field("loader/@secure", YesNo(), label=_("Secure boot"), advanced=True)
    loader_read_only = Field(
        "loader/@readonly", YesNo(), label=_("Firmware image is read-only"), advanced=True
    )
    loader_type = Field(
        "loader/@type", Choice("rom", "pflash"), label=_("Firmware kind"), advanced=True
    )
    nvram = Field("nvram", Path(), label=_("Firmware variables"), advanced=True)
    kernel = Field("kernel", Path(), label=_("Kernel"), group=_("Direct kernel boot"))
    initrd = Field("initrd", Path(), label=_("Initial RAM disk"), group=_("Direct kernel boot"))
    arguments = Field("cmdline", Text(), label=_("Kernel arguments"), group=_("Direct kernel boot"))
    device_tree = Field(
        "dtb", Path(), label=_("Device tree"), group=_("Direct kernel boot"), advanced=True
    )
    boot = Many(BootDevice, key="device")
    boot_menu = Field("bootmenu/@enable", YesNo(), label=_("Boot menu"), essential=True)

    @rule("firmware", touches=("loader", "secure", "loader_read_only", "loader_type", "nvram"))
    def automatic_firmware_replaces_the_image(self) -> None:
        """Clear the explicit image: libvirt chooses one now."""
        if self.firmware is not None:
            self.loader = self.secure = self.loader_read_only = self.loader_type = self.nvram = None
