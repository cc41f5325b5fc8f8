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
    from collections.abc import Callable, Hashable
    from typing import Self

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.devices.channel import Channel
    from qvirt_jupyter.documents.devices.console import Console
    from qvirt_jupyter.documents.devices.disk import Disk
    from qvirt_jupyter.documents.devices.graphics import Graphics
    from qvirt_jupyter.documents.devices.interface import Interface
    from qvirt_jupyter.documents.devices.serial import Serial
    from qvirt_jupyter.documents.devices.video import Video
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

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
    title
        What people call the kind.
    """

    collection: ClassVar[str]
    key: ClassVar[str | None] = None
    title: ClassVar[Words] = ""

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

    # What a list of devices says of it ----------------------------------------------------------

    @property
    def display_name(self) -> str:
        """What a list calls it: ``VirtIO disk 1``; numbers count from 1 among its like."""
        return f"{self.title} {self._number(self._siblings())}".strip()

    @property
    def summary(self) -> str:
        """The few values that people look for, in a line; empty where there are none."""
        return ""

    @property
    def is_noise(self) -> bool:
        """Whether a list leaves it out, since it only serves other devices or repeats one."""
        return False

    # What it is to others -----------------------------------------------------------------------

    @property
    def identity(self) -> Hashable:
        """What is the same in the running and in the stored definition, and in no other device.

        By default the key, or else the kind and its number among its like.
        """
        if self.key is not None:
            return (self.tag, getattr(self, self.key))
        return (self.tag, self._number(self._siblings()))

    @property
    def why_kept(self) -> Words:
        """Why it cannot be removed from its guest as that is now; empty where it can."""
        return ""

    @property
    def goes_along(self) -> tuple[Device, ...]:
        """The other devices that make no sense without it and are removed with it."""
        return ()

    # What is added ------------------------------------------------------------------------------

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get one; empty where it can.

        Parameters
        ----------
        domain
            The definition of the guest.
        host
            What its host offers; None where the host does not say.
        """
        del domain
        is_offered = host.supports(cls.tag) if host is not None else None
        return _("This host does not offer it.") if is_offered is False else ""

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one with the values that suit a guest best, ready to be added.

        The parameters are those of :meth:`unavailable`.
        """
        del domain, host
        return cls()

    def _siblings(self) -> tuple[Device, ...]:
        """Return the devices of the guest that it is numbered among, itself included."""
        holder = self._holder
        return tuple(holder.of(type(self))) if isinstance(holder, Devices) else (self,)

    def _number(self, among: tuple[Device, ...]) -> int:
        return next((number for number, each in enumerate(among, 1) if each == self), 1)


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
