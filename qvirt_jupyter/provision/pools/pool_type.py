"""The kinds of storage pools, as data: what each is, what it needs, and what it has by default.

https://libvirt.org/storage.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Mapping

Makes = Literal["", "folder", "file system", "volume group", "partition table", "zfs pool"]
Finds = Literal["", "server", "host", "adapters"]
Auth = Literal["", "chap", "ceph"]

_PERMISSIONS: Final = ("mode", "owner", "group")
_SIGN_IN: Final = ("username", "secret", "password")
_EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
_NO_WORDS: Final[Mapping[str, LazyString]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolType:
    """One kind of storage pools.

    Parameters
    ----------
    type
        libvirt's word for it.
    label
        What people call it.
    help
        What its volumes are.
    fields
        The fields of a :class:`PoolRequest` that it has, in order.
    required
        Those of them without which there is no pool.
    target
        Where its volumes appear on the host by default; ``{images}`` stands for the folder of
        images, ``{name}`` for the pool's name, ``{source_name}`` for that of its source. Empty
        where it has no such place.
    labels
        What fields are called for this kind, where that differs.
    defaults
        Values of fields that nobody gave.
    formats
        The formats that its source can have; the host may know others.
    makes
        What can be made where it is missing. A folder is made whenever a pool is created, as
        virt-manager does; all else on demand.
    is_folder
        Whether it has a folder of its own for its volumes, which no other pool may have.
    finds
        Who knows of places that it can come from: a server that must be named, the host, or the
        host's list of adapters.
    auth
        How it signs in, if at all.
    needs_system
        Whether the service of an ordinary user may not have it: it mounts, or uses devices.
    several
        Whether it may have several devices.
    """

    type: str
    label: LazyString
    help: LazyString
    fields: tuple[str, ...]
    required: frozenset[str] = frozenset()
    target: str = ""
    labels: Mapping[str, LazyString] = field(default_factory=lambda: _NO_WORDS)
    defaults: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    formats: tuple[str, ...] = ()
    makes: Makes = ""
    is_folder: bool = False
    finds: Finds = ""
    auth: Auth = ""
    needs_system: bool = False
    several: bool = False

    @property
    def prepares(self) -> bool:
        """Whether something other than a folder can be made of its source."""
        return self.makes not in ("", "folder")


POOL_TYPES: Final[Mapping[str, PoolType]] = MappingProxyType(
    {
        kind.type: kind
        for kind in (
            PoolType(
                type="dir",
                label=_("Folder"),
                help=_("Image files in a folder of the host."),
                fields=("target", "copy_on_write", *_PERMISSIONS),
                target="{images}/{name}",
                makes="folder",
                is_folder=True,
            ),
            PoolType(
                type="fs",
                label=_("File system on a device"),
                help=_("Image files on a disk or partition that the host mounts for it."),
                fields=(
                    *("device", "format", "target", "preparation"),
                    *("mount_options", "copy_on_write", *_PERMISSIONS),
                ),
                required=frozenset({"device"}),
                target="{images}/{name}",
                defaults=MappingProxyType({"format": "auto"}),
                formats=("auto", "ext4", "xfs", "ext3", "ext2", "vfat", "iso9660", "udf", "gfs2"),
                makes="file system",
                is_folder=True,
                needs_system=True,
            ),
            PoolType(
                type="netfs",
                label=_("Network share"),
                help=_("Image files of an NFS, CIFS or GlusterFS server that the host mounts."),
                fields=(
                    *("host", "folder", "format", "target", "protocol_version", "mount_options"),
                    *_PERMISSIONS,
                ),
                required=frozenset({"host", "folder"}),
                target="{images}/{name}",
                defaults=MappingProxyType({"format": "auto"}),
                formats=("auto", "nfs", "cifs", "glusterfs"),
                makes="folder",
                is_folder=True,
                finds="server",
                needs_system=True,
            ),
            PoolType(
                type="logical",
                label=_("LVM volume group"),
                help=_("Logical volumes of a volume group of the host."),
                fields=("source_name", "device", "preparation", "target", *_PERMISSIONS),
                required=frozenset({"source_name"}),
                target="/dev/{source_name}",
                labels=MappingProxyType(
                    {"source_name": _("Volume group"), "device": _("Devices of a new group")}
                ),
                defaults=MappingProxyType({"format": "lvm2"}),
                makes="volume group",
                finds="host",
                needs_system=True,
                several=True,
            ),
            PoolType(
                type="disk",
                label=_("Partitions of a disk"),
                help=_("Each partition of a whole disk is a volume."),
                fields=("device", "format", "preparation", "target"),
                required=frozenset({"device"}),
                target="/dev",
                labels=MappingProxyType({"format": _("Partition table")}),
                formats=("dos", "gpt", "bsd", "dvh", "mac", "pc98", "sun", "lvm2"),
                makes="partition table",
                needs_system=True,
            ),
            PoolType(
                type="iscsi",
                label=_("iSCSI target, by the host"),
                help=_("The LUNs of a target that the host's kernel signs in to."),
                fields=("host", "target_iqn", "initiator", *_SIGN_IN, "target"),
                required=frozenset({"host", "target_iqn"}),
                target="/dev/disk/by-path",
                finds="server",
                auth="chap",
                needs_system=True,
            ),
            PoolType(
                type="iscsi-direct",
                label=_("iSCSI target, direct"),
                help=_(
                    "The LUNs of a target that virtual machines reach without the host's kernel."
                ),
                fields=("host", "target_iqn", "initiator", *_SIGN_IN),
                required=frozenset({"host", "target_iqn", "initiator"}),
                finds="server",
                auth="chap",
            ),
            PoolType(
                type="scsi",
                label=_("SCSI or Fibre Channel adapter"),
                help=_("The LUNs of an adapter of the host."),
                fields=("adapter_type", "adapter", "parent", "wwnn", "wwpn", "target"),
                target="/dev/disk/by-path",
                defaults=MappingProxyType({"adapter_type": "scsi_host"}),
                finds="adapters",
                needs_system=True,
            ),
            PoolType(
                type="mpath",
                label=_("Multipath devices"),
                help=_("All multipath devices of the host; one such pool is all there can be."),
                fields=("target",),
                target="/dev/mapper",
                needs_system=True,
            ),
            PoolType(
                type="rbd",
                label=_("Ceph (RBD)"),
                help=_("Block devices of a Ceph cluster."),
                fields=("host", "source_name", *_SIGN_IN, "ceph_settings"),
                required=frozenset({"host", "source_name"}),
                labels=MappingProxyType(
                    {"host": _("Monitors"), "source_name": _("Ceph pool"), "password": _("Key")}
                ),
                defaults=MappingProxyType({"source_name": "rbd"}),
                auth="ceph",
                several=True,
            ),
            PoolType(
                type="gluster",
                label=_("Gluster volume"),
                help=_("Image files of a Gluster volume, which the host need not mount."),
                fields=("host", "source_name", "folder"),
                required=frozenset({"host", "source_name"}),
                labels=MappingProxyType(
                    {"source_name": _("Gluster volume"), "folder": _("Folder in the volume")}
                ),
                defaults=MappingProxyType({"source_name": "gv0"}),
                finds="server",
            ),
            PoolType(
                type="zfs",
                label=_("ZFS pool"),
                help=_("Block devices of a ZFS pool of the host."),
                fields=("source_name", "device", "preparation"),
                required=frozenset({"source_name"}),
                labels=MappingProxyType(
                    {"source_name": _("ZFS pool"), "device": _("Devices of a new pool")}
                ),
                makes="zfs pool",
                needs_system=True,
                several=True,
            ),
            PoolType(
                type="vstorage",
                label=_("Virtuozzo Storage"),
                help=_("Image files of a Virtuozzo Storage cluster."),
                fields=("source_name", "target", *_PERMISSIONS),
                required=frozenset({"source_name"}),
                target="{images}/{name}",
                labels=MappingProxyType({"source_name": _("Cluster")}),
                makes="folder",
                is_folder=True,
                needs_system=True,
            ),
            PoolType(
                type="sheepdog",
                label=_("Sheepdog"),
                help=_("Block devices of a Sheepdog cluster; older versions of libvirt only."),
                fields=("host", "source_name"),
                required=frozenset({"host", "source_name"}),
                labels=MappingProxyType({"source_name": _("Cluster")}),
            ),
        )
    }
)
"""All kinds that libvirt has or had, in the order in which people meet them."""


def kind_of(type: str) -> PoolType:  # noqa: A002 - libvirt's word
    """Return a kind of pools.

    Raises
    ------
    ValueError
        There is none of this name; the text names those that there are.
    """
    try:
        return POOL_TYPES[type]
    except KeyError:
        message = _("{type} is no kind of storage pool; there are {known}.")
        raise ValueError(
            str(message.format(type=repr(type), known=", ".join(POOL_TYPES)))
        ) from None
