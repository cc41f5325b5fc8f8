"""Devices of the host."""

from __future__ import annotations

from dataclasses import dataclass

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Mac
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Hexadecimal, Integer, Path, Size, Text, Uuid
from qvirt_jupyter.documents.variant import Variant


class Product(Element):
    """A device with a vendor and a product."""

    tag = "capability"
    product_id = Field("capability/product/@id", Hexadecimal(4), label=_("Product number"))
    product = Field("capability/product", Text(), label=_("Product"))
    vendor_id = Field("capability/vendor/@id", Hexadecimal(4), label=_("Vendor number"))
    vendor = Field("capability/vendor", Text(), label=_("Vendor"))


class PciDevice(Product):
    """A device on the PCI bus."""

    device_class = Field("capability/class", Hexadecimal(6), label=_("PCI class"))
    domain = Field("capability/domain", Integer(), label=_("PCI domain"))
    bus = Field("capability/bus", Integer(), label=_("Bus"))
    slot = Field("capability/slot", Integer(), label=_("PCI slot"))
    function = Field("capability/function", Integer(), label=_("PCI function"))
    iommu_group = Field("capability/iommuGroup/@number", Integer(), label=_("IOMMU group"))


class UsbDevice(Product):
    """A device on the USB bus."""

    bus = Field("capability/bus", Integer(), label=_("Bus"))
    device = Field("capability/device", Integer(), label=_("Device number"))


class NetworkDevice(Element):
    """A network device."""

    tag = "capability"
    interface = Field("capability/interface", Text(), label=_("Network device"))
    mac = Field("capability/address", Mac(), label=_("MAC address"))
    link_state = Field("capability/link/@state", Text(), label=_("Link state"))
    link_speed = Field("capability/link/@speed", Integer(), label=_("Speed"), unit="Mbit/s")


class StorageDevice(Element):
    """A disk or a drive."""

    tag = "capability"
    block = Field("capability/block", Path(), label=_("Block device"))
    drive_type = Field("capability/drive_type", Text(), label=_("Drive type"))
    model = Field("capability/model", Text(), label=_("Model"))
    vendor = Field("capability/vendor", Text(), label=_("Vendor"))
    serial = Field("capability/serial", Text(), label=_("Serial number"))
    size = Field("capability/size", Size("bytes"), label=_("Size"))


class MediatedDevice(Element):
    """A part of a device that is given to guests by itself."""

    tag = "capability"
    type_id = Field("capability/type/@id", Text(), label=_("Kind of part"))
    uuid = Field("capability/uuid", Uuid(), label=_("UUID"))
    iommu_group = Field("capability/iommuGroup/@number", Integer(), label=_("IOMMU group"))


class ScsiDevice(Element):
    """A SCSI unit behind an adapter of the host."""

    tag = "capability"
    host = Field("capability/host", Integer(), label=_("SCSI adapter"))
    bus = Field("capability/bus", Integer(), label=_("SCSI bus"))
    target = Field("capability/target", Integer(), label=_("SCSI target"))
    unit = Field("capability/lun", Integer(), label=_("Unit"))
    kind = Field("capability/type", Text(), label=_("Kind of unit"))


class DrmDevice(Element):
    """A way to draw with a graphics card."""

    tag = "capability"
    kind = Field("capability/type", Text(), label=_("Kind of node"))
    file = Field("devnode[@type='dev']", Path(), label=_("Device file"))


@dataclass(frozen=True, slots=True)
class MediatedKind:
    """A kind of part into which a card can be divided.

    Parameters
    ----------
    id
        What a new part says: ``"nvidia-11"``.
    name
        In words, or empty.
    available
        How many more there can be.
    """

    id: str
    name: str
    available: int


class NodeDevice(Document):
    """A device of the host.

    https://libvirt.org/formatnode.html
    """

    tag = "device"
    name = Field("name", Text(), label=_("Name"))
    path = Field("path", Path(), label=_("Path in sysfs"), advanced=True)
    parent = Field("parent", Text(), label=_("Parent"))
    driver = Field("driver/name", Text(), label=_("Driver"))
    type = Field(
        "capability/@type",
        Choice(
            *("system", "pci", "usb", "usb_device", "net", "scsi_host", "scsi", "storage", "mdev"),
            "drm",
        ),
        label=_("Type"),
    )
    capability = Variant(
        "capability/@type",
        {
            "pci": PciDevice,
            "usb_device": UsbDevice,
            "net": NetworkDevice,
            "storage": StorageDevice,
            "mdev": MediatedDevice,
            "scsi": ScsiDevice,
            "drm": DrmDevice,
        },
    )

    @property
    def mediated_kinds(self) -> tuple[MediatedKind, ...]:
        """The kinds of parts that it can be divided into; none where it cannot.

        https://libvirt.org/drvnodedev.html#mediated-devices-mdevs
        """
        path = "capability/capability[@type='mdev_types']/type"
        places = () if self._node is None else self._node.iterfind(path)
        return tuple(
            MediatedKind(
                kind.get("id", ""),
                (kind.findtext("name") or "").strip(),
                int(kind.findtext("availableInstances") or 0),
            )
            for kind in places
        )
