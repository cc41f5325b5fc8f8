"""Storage pools."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.pool_source import PoolSource
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Size, Text, Uuid


class MountOption(Element):
    """An option that a file system is mounted with."""

    tag = "{http://libvirt.org/schemas/storagepool/fs/1.0}option"
    name = Field("@name", Text(), label=_("Mount option"))


class RbdOption(Element):
    """A setting of Ceph's own."""

    tag = "{http://libvirt.org/schemas/storagepool/rbd/1.0}option"
    name = Field("@name", Text(), label=_("Setting of Ceph"))
    value = Field("@value", Text(), label=_("Value"))


MODE = Text(pattern="0?[0-7]{3}", expected=_("an octal mode such as 0711"))
POOL_NAME = Text(pattern=r"[^/\n]+", expected=_("a name without slash"))


class Permissions(Element):
    """Who owns a file.

    https://libvirt.org/formatstorage.html#target-elements
    """

    tag = "permissions"
    mode = Field("mode", MODE, label=_("Mode"), advanced=True)
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
            *("rbd", "gluster", "zfs", "vstorage", "sheepdog"),
        ),
        label=_("Type"),
    )
    name = Field("name", POOL_NAME, label=_("Name"))
    uuid = Field("uuid", Uuid(), label=_("UUID"))
    capacity = Field("capacity", Size("bytes"), label=_("Capacity"))
    allocation = Field("allocation", Size("bytes"), label=_("Allocation"))
    available = Field("available", Size("bytes"), label=_("Available"))
    copy_on_write = Field(
        "features/cow/@state",
        YesNo(),
        label=_("Copy on write"),
        help=_("btrfs only: images are faster without it, and lose its checksums."),
        essential=True,
        advanced=True,
    )
    source = Group("source", PoolSource)
    path = Field("target/path", Path(), label=_("Path on the host"))
    permissions = Group("target/permissions", Permissions)
    volume_allocation = Field(
        "refresh/volume/@allocation",
        Choice(
            "default",
            "capacity",
            open=False,
            labels={"default": _("as it is"), "capacity": _("taken for the capacity: faster")},
        ),
        label=_("Allocation of volumes"),
        essential=True,
        advanced=True,
    )
    mount_options = Many(MountOption, key="name", location="fs:mount_opts/fs:option")
    rbd_options = Many(RbdOption, key="name", location="rbd:config_opts/rbd:option")
