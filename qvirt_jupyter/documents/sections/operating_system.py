"""What a guest boots, and how."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.sections.containers import (
    InitArgument,
    InitVariable,
)
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text

_FIRMWARE = _("Firmware")
_KERNEL = _("Direct kernel boot")
_CONTAINER = _("Container")

_IMAGE = (
    *("loader", "secure", "loader_read_only", "loader_type", "loader_format", "stateless"),
    *("nvram", "nvram_template", "nvram_format"),
)


class BootDevice(Element):
    """A kind of device to boot from; devices may have an order of their own instead."""

    tag = "boot"
    device = Field(
        "@dev",
        Choice(
            *("hd", "cdrom", "network", "fd"),
            open=False,
            labels={
                "hd": _("first disk"),
                "cdrom": _("first CD-ROM"),
                "network": _("first network card"),
                "fd": _("first floppy"),
            },
        ),
        label=_("Boot device"),
    )


class FirmwareFeature(Element):
    """What a firmware that libvirt chooses must have, or must not have."""

    tag = "feature"
    enabled = Field("@enabled", YesNo(), label=_("Enabled"))
    name = Field(
        "@name",
        Choice("secure-boot", "enrolled-keys", open=False),
        label=_("Firmware feature"),
    )


class AcpiTable(Element):
    """A table that the firmware hands on to the guest."""

    tag = "table"
    type = Field(
        "@type",
        Choice("slic", "msdm", "rawset"),
        label=_("Kind of table"),
        advanced=True,
    )
    path = Field(".", Path(), label=_("File"), advanced=True)


def _has_image(system: OperatingSystem) -> bool:
    return system.loader is not None


class OperatingSystem(Element):
    """Machine, firmware and boot.

    https://libvirt.org/formatdomain.html#operating-system-booting
    """

    tag = "os"
    # virDomainDefFormatInternalSetRootName of src/conf/domain_conf.c
    order = (
        *("type", "firmware", "init", "initarg", "initenv", "initdir", "inituser", "initgroup"),
        *("loader", "nvram", "kernel", "initrd", "cmdline", "dtb", "root", "shim", "acpi"),
        *("boot", "bootmenu", "bios", "smbios"),
    )

    firmware = Field(
        "@firmware",
        Choice("bios", "efi", open=False, labels={"bios": "BIOS", "efi": "UEFI"}),
        label=_("Firmware"),
        help=_("libvirt chooses an image of this kind; left out, it is the hypervisor's own."),
        group=_FIRMWARE,
        caps="os/firmware",
    )
    type = Field(
        "type",
        Choice("hvm", "exe", "xen", "xenpvh", "linux"),
        label=_("Guest type"),
        help=_("hvm is a whole machine, exe a container."),
        advanced=True,
    )
    arch = Field("type/@arch", Text(), label=_("Architecture"), advanced=True, caps="guest/arch")
    machine = Field(
        "type/@machine",
        Text(),
        label=_("Machine"),
        help=_("The board that QEMU plays: q35 is today's PC, pc the one of 1996."),
        caps="guest/machine",
    )
    firmware_features = Many(
        FirmwareFeature, key="name", location="firmware/feature", essential=True
    )
    init = Field("init", Path(), label=_("First program"), group=_CONTAINER)
    init_arguments = Many(InitArgument)
    init_variables = Many(InitVariable, key="name")
    init_folder = Field(
        "initdir", Path(), label=_("Its working folder"), group=_CONTAINER, advanced=True
    )
    init_user = Field("inituser", Text(), label=_("Its user"), group=_CONTAINER, advanced=True)
    init_group = Field("initgroup", Text(), label=_("Its group"), group=_CONTAINER, advanced=True)
    loader = Field(
        "loader",
        Path(),
        label=_("Firmware image"),
        help=_("A firmware of your own choice instead of libvirt's."),
        group=_FIRMWARE,
        advanced=True,
        caps="os/loader/path",
    )
    loader_read_only = Field(
        "loader/@readonly",
        YesNo(),
        label=_("Firmware image is read-only"),
        group=_FIRMWARE,
        essential=True,
        advanced=True,
        when=_has_image,
        caps="os/loader/readonly",
    )
    secure = Field(
        "loader/@secure",
        YesNo(),
        label=_("Secure boot"),
        help=_("The image guards its variables by system management mode."),
        group=_FIRMWARE,
        essential=True,
        advanced=True,
        caps="os/loader/secure",
    )
    loader_type = Field(
        "loader/@type",
        Choice("rom", "pflash", open=False),
        label=_("Firmware kind"),
        help=_("UEFI images are pflash, older ones rom."),
        group=_FIRMWARE,
        essential=True,
        advanced=True,
        when=_has_image,
        caps="os/loader/type",
    )
    stateless = Field(
        "loader/@stateless",
        YesNo(),
        label=_("Firmware keeps nothing"),
        help=_("The firmware's variables are lost at each stop."),
        group=_FIRMWARE,
        essential=True,
        advanced=True,
    )
    loader_format = Field(
        "loader/@format",
        Choice("raw", "qcow2", open=False),
        label=_("Format of the firmware image"),
        group=_FIRMWARE,
        essential=True,
        advanced=True,
        when=_has_image,
    )
    nvram = Field(
        "nvram",
        Path(),
        label=_("Firmware variables"),
        help=_("The file in which the firmware keeps its settings for this guest."),
        group=_FIRMWARE,
        advanced=True,
    )
    nvram_template = Field(
        "nvram/@template",
        Path(),
        label=_("Template of the variables"),
        help=_("What the variables are made from at the first start."),
        group=_FIRMWARE,
        essential=True,
        advanced=True,
    )
    nvram_format = Field(
        "nvram/@format",
        Choice("raw", "qcow2", open=False),
        label=_("Format of the variables"),
        group=_FIRMWARE,
        essential=True,
        advanced=True,
    )
    kernel = Field(
        "kernel",
        Path(),
        label=_("Kernel"),
        help=_("Boots this kernel of the host and no boot loader."),
        group=_KERNEL,
    )
    initrd = Field("initrd", Path(), label=_("Initial RAM disk"), group=_KERNEL)
    arguments = Field("cmdline", Text(), label=_("Kernel arguments"), group=_KERNEL)
    device_tree = Field("dtb", Path(), label=_("Device tree"), group=_KERNEL, advanced=True)
    root = Field(
        "root",
        Path(),
        label=_("Root device"),
        group=_KERNEL,
        advanced=True,
        when=lambda system: system.type in ("xen", "linux"),
    )
    shim = Field(
        "shim",
        Path(),
        label=_("UEFI shim"),
        help=_("Checks the kernel where secure boot is on."),
        group=_KERNEL,
        advanced=True,
    )
    acpi_tables = Many(AcpiTable, location="acpi/table")
    boot = Many(BootDevice, key="device")
    boot_menu = Field(
        "bootmenu/@enable",
        YesNo(),
        label=_("Boot menu"),
        help=_("The firmware lets the user choose what to boot."),
        essential=True,
    )
    boot_menu_timeout = Field(
        "bootmenu/@timeout",
        Integer(0, 65535),
        label=_("Time to choose"),
        unit="ms",
        advanced=True,
        when=lambda system: bool(system.boot_menu),
        essential=True,
    )
    bios_on_serial = Field(
        "bios/@useserial",
        YesNo(),
        label=_("BIOS on the serial port"),
        help=_("For guests without display; it needs a serial port."),
        advanced=True,
        essential=True,
    )
    reboot_timeout = Field(
        "bios/@rebootTimeout",
        Integer(-1, 65535),
        label=_("Try to boot again after"),
        unit="ms",
        help=_("Where nothing could be booted; -1 is never."),
        advanced=True,
        essential=True,
    )
    smbios = Field(
        "smbios/@mode",
        Choice(
            *("emulate", "host", "sysinfo"),
            open=False,
            labels={
                "emulate": _("What the hypervisor makes up"),
                "host": _("What the host says"),
                "sysinfo": _("What the definition says"),
            },
        ),
        label=_("Serial numbers and vendors"),
        help=_("What the guest reads of its board, chassis and BIOS."),
        advanced=True,
        essential=True,
    )

    def use_default_firmware(self) -> None:
        """Clear all that is said of the firmware: the hypervisor takes its own."""
        self.firmware = None
        self._clear_image()
        self.firmware_features.clear()

    def use_firmware_image(self, path: str, *, secure: bool = False) -> None:
        """Take one firmware image of the host.

        Parameters
        ----------
        path
            The image.
        secure
            Whether it guards its variables by system management mode, as secure boot needs.
        """
        self.use_default_firmware()
        self.loader = path
        self.loader_type = "pflash"
        self.loader_read_only = True
        if secure:
            self.secure = True

    def boot_from_disk(self) -> None:
        """Clear the kernel and all that it is given."""
        self.kernel = None

    @property
    def is_secure(self) -> bool:
        """Whether the firmware enforces secure boot, as far as the definition says."""
        feature = self.firmware_features.get("secure-boot")
        return bool(self.secure or (feature is not None and feature.enabled))

    @rule("firmware", touches=("firmware_features", *_IMAGE))
    def firmware_is_chosen_anew(self) -> None:
        """Clear the image and what was said of it: libvirt chooses one, or the hypervisor does."""
        self._clear_image()
        if self.firmware is None:
            self.firmware_features.clear()

    @rule("loader", touches=("firmware", "firmware_features", *_IMAGE))
    def image_replaces_automatic_firmware(self) -> None:
        """Let libvirt choose no more where the image is said; clear what no image has."""
        if self.loader is None:
            self._clear_image()
        elif self.firmware is not None:
            self.firmware = None
            self.firmware_features.clear()

    @rule("stateless", touches=("nvram", "nvram_template", "nvram_format"))
    def what_keeps_nothing_has_no_variables(self) -> None:
        """Clear the file of the variables."""
        if self.stateless:
            self.nvram = self.nvram_template = self.nvram_format = None

    @rule("nvram", touches=("stateless",))
    def variables_are_kept(self) -> None:
        """Say no more that the firmware keeps nothing."""
        if self.nvram is not None and self.stateless:
            self.stateless = None

    @rule("kernel", touches=("initrd", "arguments", "device_tree", "root", "shim"))
    def without_kernel_there_is_nothing_for_it(self) -> None:
        """Clear what only a kernel is given: libvirt refuses it alone."""
        if self.kernel is None:
            self.initrd = self.arguments = self.device_tree = self.root = self.shim = None

    @rule("boot_menu", touches=("boot_menu_timeout",))
    def without_menu_nothing_is_waited_for(self) -> None:
        """Clear the time to choose."""
        if not self.boot_menu:
            self.boot_menu_timeout = None

    @rule("init_user", touches=("init_group",))
    def the_group_goes_with_the_user(self) -> None:
        """Clear the group: libvirt wants both or none."""
        if self.init_user is None:
            self.init_group = None

    def _clear_image(self) -> None:
        self.loader = self.secure = self.loader_read_only = self.loader_type = None
        self.loader_format = self.stateless = None
        self.nvram = self.nvram_template = self.nvram_format = None
