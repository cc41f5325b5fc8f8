"""What all devices share, and the element that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Items, Many
from qvirt_jupyter.documents.schema import add_member
from qvirt_jupyter.documents.values import Choice, Hexadecimal, Integer, Path, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.documents.devices.channel import Channel
    from qvirt_jupyter.documents.devices.console import Console
    from qvirt_jupyter.documents.devices.disk import Disk
    from qvirt_jupyter.documents.devices.graphics import Graphics
    from qvirt_jupyter.documents.devices.interface import Interface
    from qvirt_jupyter.documents.devices.serial import Serial
    from qvirt_jupyter.documents.devices.video import Video

D = TypeVar("D", bound="Device")


_ADDRESS = _("Address in the guest")


def _of_type(*types: str) -> Callable[[DeviceAddress], bool]:
    return lambda address: address.type in types


class DeviceAddress(Element):
    """Where the guest finds a device.

    https://libvirt.org/formatdomain.html#device-addresses
    """

    tag = "address"
    type = Field(
        "@type",
        Choice("pci", "drive", "virtio-serial", "ccid", "usb", "spapr-vio", "virtio-mmio", "isa"),
        label=_("Address type"),
        group=_ADDRESS,
        advanced=True,
    )
    controller = Field(
        "@controller",
        Integer(),
        label=_("Controller"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("drive", "virtio-serial", "ccid"),
    )
    domain = Field(
        "@domain",
        Hexadecimal(4),
        label=_("PCI domain"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("pci"),
    )
    bus = Field(
        "@bus",
        Integer(),
        label=_("Bus number"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("pci", "drive", "virtio-serial", "usb"),
    )
    slot = Field(
        "@slot",
        Hexadecimal(2),
        label=_("PCI slot"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("pci", "ccid"),
    )
    function = Field(
        "@function",
        Hexadecimal(1),
        label=_("PCI function"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("pci"),
    )
    target = Field(
        "@target",
        Integer(),
        label=_("SCSI target"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("drive"),
    )
    unit = Field(
        "@unit",
        Integer(),
        label=_("Unit"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("drive"),
    )
    port = Field(
        "@port",
        Text(),
        label=_("Port of the controller"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("virtio-serial", "usb"),
    )


class Device(Document):
    """A device; a subclass names its tag, the collection that it stands in, and its key.

    Attributes
    ----------
    collection
        The attribute of :class:`Devices` that holds devices of this kind.
    key
        The field that tells devices of this kind apart.
    """

    collection: ClassVar[str]
    key: ClassVar[str | None] = None

    boot_order = Field(
        "boot/@order",
        Integer(1),
        label=_("Boot order"),
        essential=True,
        help=_("The firmware tries the device with the lowest number first."),
    )
    alias = Field("alias/@name", Text(), label=_("Alias"), essential=True, advanced=True)
    address = Group("address", DeviceAddress)

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        if "collection" in vars(cls):
            add_member(Devices, cls.collection, Many(cls, key=cls.key))


class Devices(Element):
    """The devices of a domain, by kind.

    https://libvirt.org/formatdomain.html#devices
    """

    tag = "devices"
    # The order in which libvirt writes them (src/conf/domain_conf.c, virDomainDefFormatDevices).
    order = (
        *("emulator", "disk", "controller", "lease", "filesystem", "interface", "smartcard"),
        *("serial", "parallel", "console", "channel", "input", "tpm", "graphics", "sound"),
        *("audio", "video", "hostdev", "redirdev", "redirfilter", "hub", "watchdog"),
        *("memballoon", "rng", "nvram", "panic", "shmem", "memory", "iommu", "vsock", "crypto"),
    )

    emulator = Field("emulator", Path(), label=_("Emulator"), advanced=True, caps="emulator")

    if TYPE_CHECKING:
        # For type checkers and readers; the classes enter themselves, each from its own file.
        disks: Many[Disk]
        interfaces: Many[Interface]
        serials: Many[Serial]
        consoles: Many[Console]
        channels: Many[Channel]
        graphics: Many[Graphics]
        videos: Many[Video]

        def __getattr__(self, name: str) -> Items[Any]: ...

    def of(self, kind: type[D]) -> Items[D]:
        """Return the devices of a kind."""
        items: Items[D] = getattr(self, kind.collection)
        return items
