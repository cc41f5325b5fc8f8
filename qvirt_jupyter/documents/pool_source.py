"""Where a storage pool comes from, and what a host answers who asks for such places.

https://libvirt.org/formatstorage.html#source-elements
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host, Port
from qvirt_jupyter.documents.devices.disk_encryption import SecretReference
from qvirt_jupyter.documents.devices.pci_address import PciAddress
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text

WORLD_WIDE_NAME = Text(
    pattern="[0-9a-fA-F]{16}", expected=_("a world wide name: 16 hexadecimal digits")
)


class PoolHost(Element):
    """A server that the pool comes from."""

    tag = "host"
    name = Field("@name", Host(), label=_("Host"))
    port = Field("@port", Port(), label=_("Port"))


class FreeExtent(Element):
    """A part of a disk that no partition has; libvirt says it of disk pools that are on."""

    tag = "freeExtent"
    start = Field("@start", Integer(), label=_("First byte"), unit="bytes")
    end = Field("@end", Integer(), label=_("Last byte"), unit="bytes")


class PoolDevice(Element):
    """A device, or an iSCSI target, that the pool is made of."""

    tag = "device"
    path = Field("@path", Text(), label=_("Device"))
    part_separator = Field(
        "@part_separator",
        YesNo(),
        label=_("“p” before the number of a partition"),
        help=_("As in /dev/mapper/disk-p1; without it, /dev/mapper/disk1."),
        advanced=True,
    )
    free_extents = Many(FreeExtent)


class PoolAdapter(Element):
    """A SCSI adapter of the host whose LUNs are the volumes.

    https://libvirt.org/formatstorage.html#source-elements
    """

    tag = "adapter"
    type = Field(
        "@type",
        Choice(
            "scsi_host",
            "fc_host",
            open=False,
            labels={"scsi_host": _("SCSI"), "fc_host": _("Fibre Channel (vHBA)")},
        ),
        label=_("Kind of adapter"),
    )
    name = Field("@name", Text(), label=_("Adapter"), essential=True)
    parent = Field("@parent", Text(), label=_("Adapter that the vHBA is made on"), advanced=True)
    managed = Field("@managed", YesNo(), label=_("The vHBA goes with the pool"), advanced=True)
    parent_wwnn = Field(
        "@parent_wwnn", WORLD_WIDE_NAME, label=_("Node name of that adapter"), advanced=True
    )
    parent_wwpn = Field(
        "@parent_wwpn", WORLD_WIDE_NAME, label=_("Port name of that adapter"), advanced=True
    )
    parent_fabric_wwn = Field(
        "@parent_fabric_wwn", WORLD_WIDE_NAME, label=_("Fabric of that adapter"), advanced=True
    )
    wwnn = Field("@wwnn", WORLD_WIDE_NAME, label=_("Node name (WWNN)"))
    wwpn = Field("@wwpn", WORLD_WIDE_NAME, label=_("Port name (WWPN)"))
    unique_id = Field(
        "parentaddr/@unique_id",
        Integer(),
        label=_("Number of the adapter on its PCI device"),
        advanced=True,
        essential=True,
    )
    address = Group("parentaddr/address", PciAddress)


class PoolAuthentication(Element):
    """Who the host says it is to the pool's server; the password is one of libvirt's secrets."""

    tag = "auth"
    type = Field(
        "@type",
        Choice(
            "chap",
            "ceph",
            open=False,
            labels={"chap": _("CHAP (iSCSI)"), "ceph": _("Ceph")},
        ),
        label=_("Kind of sign-in"),
        required=True,
    )
    username = Field("@username", Text(), label=_("User"), required=True)
    secret = Group("secret", SecretReference)


class PoolSource(Element):
    """Where a pool comes from.

    https://libvirt.org/formatstorage.html#source-elements
    """

    tag = "source"
    hosts = Many(PoolHost, key="name")
    devices = Many(PoolDevice, key="path")
    folder = Field("dir/@path", Text(), label=_("Exported folder"), essential=True)
    adapter = Group("adapter", PoolAdapter)
    name = Field("name", Text(), label=_("Name of the source"))
    initiator = Field("initiator/iqn/@name", Text(), label=_("iSCSI initiator"), required=True)
    auth = Group("auth", PoolAuthentication)
    protocol_version = Field(
        "protocol/@ver", Text(), label=_("NFS version"), essential=True, advanced=True
    )
    format = Field("format/@type", Text(), label=_("Format"), essential=True)
    vendor = Field("vendor/@name", Text(), label=_("Vendor"), essential=True, advanced=True)
    product = Field("product/@name", Text(), label=_("Product"), essential=True, advanced=True)

    @property
    def words(self) -> str:
        """The place in one line: ``nas.example.org:/export``; empty where the pool is its folder.

        Examples
        --------
        >>> source = PoolSource(folder="/export")
        >>> source.hosts = [PoolHost(name="nas")]
        >>> source.words
        'nas:/export'
        """
        hosts = ", ".join(
            f"{host.name}:{host.port}" if host.port else str(host.name) for host in self.hosts
        )
        devices = ", ".join(str(device.path) for device in self.devices)
        adapter = self.adapter.name or self.adapter.wwpn
        what = self.name or self.folder or devices or adapter or ""
        return f"{hosts}:{what}" if hosts and what else hosts or what


class PoolSources(Document):
    """The answer of ``virConnectFindStoragePoolSources``; it is read and never written.

    https://libvirt.org/html/libvirt-libvirt-storage.html#virConnectFindStoragePoolSources
    """

    tag = "sources"
    sources = Many(PoolSource)
