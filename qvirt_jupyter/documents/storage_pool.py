"""Storage pools."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host, Port
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.values import Choice, Integer, Path, Size, Text, Uuid


class PoolHost(Element):
    """A server that the pool comes from."""

    tag = "host"
    name = Field("@name", Host(), label=_("Host"))
    port = Field("@port", Port(), label=_("Port"))


class PoolDevice(Element):
    """A device that the pool is made of."""

    tag = "device"
    path = Field("@path", Text(), label=_("Device"))


class PoolSource(Element):
    """Where a pool comes from.

    https://libvirt.org/formatstorage.html#source-elements
    """

    tag = "source"
    hosts = Many(PoolHost, key="name")
    devices = Many(PoolDevice, key="path")
    folder = Field("dir/@path", Text(), label=_("Exported folder"), essential=True)
    adapter = Field("adapter/@name", Text(), label=_("Adapter"), essential=True)
    name = Field("name", Text(), label=_("Name of the source"))
    initiator = Field("initiator/iqn/@name", Text(), label=_("iSCSI initiator"), essential=True)
    format = Field("format/@type", Text(), label=_("Format"), essential=True)


class Permissions(Element):
    """Who owns a file.

    https://libvirt.org/formatstorage.html#target-elements
    """

    tag = "permissions"
    mode = Field(
        "mode",
        Text(pattern="0?[0-7]{3}", expected=_("an octal mode such as 0711")),
        label=_("Mode"),
        advanced=True,
    )
    owner = Field("owner", Integer(-1), label=_("Owner"), advanced=True)
    group = Field("group", Integer(-1), label=_("Group"), advanced=True)
    label = Field("label", Text(), label=_("SELinux label"), advanced=True)


class StoragePool(Document):
    """A storage pool.

    https://libvirt.org/formatstorage.html
    """

    tag = "pool"
    type = Field(
        "@type",
        Choice(
            *("dir", "fs", "netfs", "logical", "disk", "iscsi", "iscsi-direct", "scsi", "mpath"),
            *("rbd", "gluster", "zfs", "vstorage"),
        ),
        label=_("Type"),
    )
    name = Field(
        "name", Text(pattern=r"[^/\n]+", expected=_("a name without slash")), label=_("Name")
    )
    uuid = Field("uuid", Uuid(), label=_("UUID"))
    capacity = Field("capacity", Size("bytes"), label=_("Capacity"))
    allocation = Field("allocation", Size("bytes"), label=_("Allocation"))
    available = Field("available", Size("bytes"), label=_("Available"))
    source = Group("source", PoolSource)
    path = Field("target/path", Path(), label=_("Path on the host"))
    permissions = Group("target/permissions", Permissions)
