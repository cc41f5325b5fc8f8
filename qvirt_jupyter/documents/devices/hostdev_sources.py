"""Which device of the host a guest gets, by its type.

https://libvirt.org/formatdomain.html#host-device-assignment
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host, Port
from qvirt_jupyter.documents.devices.disk_encryption import Authentication
from qvirt_jupyter.documents.devices.guest_addresses import GuestAddress, GuestRoute
from qvirt_jupyter.documents.devices.pci_address import PciAddress
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff, YesNo
from qvirt_jupyter.documents.values import Choice, Hexadecimal, Integer, Path, Text, Uuid
from qvirt_jupyter.documents.variant import Variant

_TEAMING = _("Failover")

_STARTUP = Choice(
    "mandatory",
    "requisite",
    "optional",
    "default",
    open=False,
    labels={
        "mandatory": _("Do not start"),
        "requisite": _("Do not start; go on after migration"),
        "optional": _("Start without it"),
    },
)


class HostSource(Element):
    """What a guest gets."""

    tag = "source"

    @property
    def where(self) -> str:
        """Where the device is on the host, or what identifies it there."""
        return ""


class UsbSource(HostSource):
    """A USB device, by maker and product, or by where it is plugged in."""

    startup_policy = Field(
        "source/@startupPolicy",
        _STARTUP,
        label=_("If it is missing"),
        unset=_("Default (do not start)"),
        caps="hostdev/startupPolicy",
    )
    guest_reset = Field(
        "source/@guestReset",
        Choice("off", "uninitialized", "on", open=False),
        label=_("The guest may reset it"),
        advanced=True,
    )
    missing = Field(
        "source/@missing",
        YesNo(),
        label=_("Missing now"),
        help=_("Said by libvirt of a running guest only."),
        advanced=True,
    )
    vendor = Field("source/vendor/@id", Hexadecimal(4, maximum=0xFFFF), label=_("Maker"))
    product = Field("source/product/@id", Hexadecimal(4, maximum=0xFFFF), label=_("Product"))
    bus = Field(
        "source/address/@bus",
        Integer(1),
        label=_("USB bus"),
        help=_("Where it is plugged in; needed where several of the same kind are."),
        required=True,
    )
    device = Field("source/address/@device", Integer(1), label=_("USB device"), required=True)

    @property
    def where(self) -> str:
        """The place and the numbers of maker and product, as far as they are said."""
        place = f"{self.bus}:{self.device}" if self.device else ""
        kind = "" if self.vendor is None else f"{self.vendor:04x}:{self.product or 0:04x}"
        return " ".join(filter(None, (place, kind)))


class PciSource(HostSource):
    """A PCI device, given to the guest whole."""

    write_filtering = Field(
        "source/@writeFiltering",
        YesNo(),
        label=_("Filter what the guest writes into its configuration"),
        help=_("Xen only."),
        advanced=True,
    )
    address = Group("source/address", PciAddress)
    driver = Field(
        "driver/@name",
        Choice("vfio", "xen", "kvm"),
        label=_("Driver"),
        essential=True,
        advanced=True,
        caps="hostdev/pciBackend",
    )
    driver_model = Field(
        "driver/@model",
        Text(),
        label=_("Driver of the host's kernel"),
        help=_("Such as a VFIO driver of the maker; empty lets libvirt choose."),
        advanced=True,
    )
    teaming = Field(
        "teaming/@type",
        Choice("transient", "persistent", open=False),
        label=_("Part in a failover pair"),
        group=_TEAMING,
        required=True,
        advanced=True,
    )
    teaming_partner = Field(
        "teaming/@persistent",
        Text(),
        label=_("Alias of the persistent card"),
        group=_TEAMING,
        advanced=True,
    )

    @rule("teaming_partner", touches=("teaming",))
    def transient_part_needs_a_partner(self) -> None:
        """Leave a failover pair whose other half is not said any more."""
        if self.teaming_partner is None and self.teaming == "transient":
            self.teaming = None

    @property
    def where(self) -> str:
        """The address."""
        return self.address.text


class AdapterUnit(Element):
    """A SCSI unit behind an adapter of the host."""

    adapter = Field("source/adapter/@name", Text(), label=_("SCSI adapter"))
    bus = Field("source/address/@bus", Integer(), label=_("SCSI bus"))
    target = Field("source/address/@target", Integer(), label=_("SCSI target"))
    unit = Field("source/address/@unit", Integer(), label=_("Unit"))


class IscsiHost(Element):
    """The server of an iSCSI unit."""

    tag = "host"
    name = Field("@name", Host(), label=_("Host"))
    port = Field("@port", Port(), label=_("Port"))


class IscsiUnit(Element):
    """A SCSI unit of an iSCSI server."""

    name = Field("source/@name", Text(), label=_("Name on the server"))
    hosts = Many(IscsiHost, key="name", location="source/host")
    auth = Group("source/auth", Authentication)
    initiator = Field(
        "source/initiator/iqn/@name",
        Text(),
        label=_("Name of the initiator"),
        advanced=True,
        required=True,
    )


class ScsiSource(HostSource):
    """A SCSI unit."""

    filtered_io = Field(
        "@sgio",
        Choice("filtered", "unfiltered", open=False),
        label=_("SCSI commands"),
        help=_("Whether the host's kernel filters the commands of the guest."),
        advanced=True,
    )
    raw_io = Field(
        "@rawio",
        YesNo(),
        label=_("Raw commands"),
        help=_("The guest may send commands that need a privilege on the host."),
        advanced=True,
    )
    protocol = Field(
        "source/@protocol",
        Choice(
            "adapter",
            "iscsi",
            labels={"adapter": _("adapter of the host"), "iscsi": "iSCSI"},
        ),
        label=_("Reached by"),
    )
    place = Variant(
        "source/@protocol", {"adapter": AdapterUnit, "iscsi": IscsiUnit}, default="adapter"
    )

    @property
    def where(self) -> str:
        """The adapter and the numbers behind it, or the name on the server."""
        place = self.place
        if isinstance(place, AdapterUnit) and place.adapter:
            numbers = (place.bus, place.target, place.unit)
            return ":".join((place.adapter, *(str(number or 0) for number in numbers)))
        return place.name or "" if isinstance(place, IscsiUnit) else ""


class ScsiHostSource(HostSource):
    """A whole SCSI target of the host's kernel, by vhost."""

    protocol = Field("source/@protocol", Choice("vhost"), label=_("Reached by"))
    wwpn = Field("source/@wwpn", Text(), label=_("World Wide Port Name"))
    model = Field(
        "@model",
        Choice("virtio", "virtio-transitional", "virtio-non-transitional"),
        label=_("VirtIO model"),
        advanced=True,
    )

    @property
    def where(self) -> str:
        """The name of the port."""
        return self.wwpn or ""


class MediatedSource(HostSource):
    """A mediated device: a part of a graphics card, or of a mainframe's hardware."""

    model = Field("@model", Choice("vfio-pci", "vfio-ccw", "vfio-ap"), label=_("Model"))
    display = Field(
        "@display",
        OnOff(),
        label=_("Show its screen"),
        help=_("In the display of the guest, as a second screen."),
    )
    ramfb = Field(
        "@ramfb",
        OnOff(),
        label=_("Show its screen from the start"),
        advanced=True,
    )
    uuid = Field("source/address/@uuid", Uuid(), label=_("UUID"))

    @property
    def where(self) -> str:
        """The UUID."""
        return self.uuid or ""


class StorageSource(HostSource):
    """A block device of the host, in a container."""

    block = Field("source/block", Path(), label=_("Block device"))

    @property
    def where(self) -> str:
        """The block device."""
        return self.block or ""


class MiscSource(HostSource):
    """A character device of the host, in a container."""

    char = Field("source/char", Path(), label=_("Character device"))

    @property
    def where(self) -> str:
        """The character device."""
        return self.char or ""


class NetSource(HostSource):
    """A network device of the host, in a container."""

    interface = Field("source/interface", Text(), label=_("Network device"))
    addresses = Many(GuestAddress, key="address")
    routes = Many(GuestRoute)

    @property
    def where(self) -> str:
        """The network device."""
        return self.interface or ""
