"""What somebody wants of a new storage pool; a frozen dataclass for dialogs and notebooks alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Choice, Declared, Flag, Path, Text, YesNo, option
from qvirt_jupyter.documents.declaration import declarations
from qvirt_jupyter.documents.pool_source import WORLD_WIDE_NAME
from qvirt_jupyter.documents.storage_pool import MODE, POOL_NAME
from qvirt_jupyter.documents.values import Integer
from qvirt_jupyter.hypervisor.action_log import MASK
from qvirt_jupyter.provision.pools import checks, discovery
from qvirt_jupyter.provision.pools.building import definition_of
from qvirt_jupyter.provision.pools.conditions import (
    PREPARATIONS,
    Preparation,
    changed_by,
    has,
    is_fibre,
    is_scsi,
)
from qvirt_jupyter.provision.pools.creation import Creation
from qvirt_jupyter.provision.pools.defaults import completed
from qvirt_jupyter.provision.pools.pool_type import POOL_TYPES, PoolType, kind_of

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import Job, StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.transfer import Reporter
    from qvirt_jupyter.provision.pools.discovery import FoundSource

_ACCESS: Final = _("Access to the folder")
_SIGN_IN: Final = _("Sign-in")


@dataclass(frozen=True, kw_only=True)
class PoolRequest:
    """A new storage pool.

    ::

        PoolRequest(type="dir", name="isos", target="/srv/isos").create(conn)
        PoolRequest(type="netfs", host="nas.example.org", folder="/export/images").create(conn)
        PoolRequest(type="fs", device="/dev/sdb1", format="ext4", preparation="new").create(conn)

    What is left empty has a default (:meth:`completed`); what a kind of pool does not have is
    left out.

    Parameters
    ----------
    type
        ``dir``, ``fs``, ``netfs``, ``logical``, ``disk``, ``iscsi``, ``iscsi-direct``, ``scsi``,
        ``mpath``, ``rbd``, ``gluster``, ``zfs``, ``vstorage`` or ``sheepdog``.
    name
        Its name; empty for ``pool``, or the next of ``pool-1``, ``pool-2`` that is free.
    host
        The server, with a port after a colon if need be; several with commas between them.
    folder
        The folder that the server exports, or the share.
    device
        A device of the host; several with commas between them, or a list.
    source_name
        The volume group, the Gluster volume, the pool of Ceph or ZFS.
    target_iqn, initiator
        The iSCSI target, and who the host says it is.
    adapter_type, adapter, parent, wwnn, wwpn
        The SCSI adapter: ``scsi_host`` with its name, or ``fc_host`` with the names of a vHBA.
    format
        The file system, the kind of share, or the partition table.
    target
        Where it appears on the host.
    preparation
        ``keep`` uses what is on the device; ``new`` makes a file system, volume group or partition
        table on an empty device; ``erase`` does so on any device, and all that is on it is lost.
    protocol_version
        The version of NFS, such as ``4.2``.
    mount_options
        As of ``mount``, with commas between them, or a list.
    ceph_settings
        ``client_mount_timeout=30``; several with commas between them, or a mapping.
    username
        Who signs in.
    secret
        The UUID, or the use, of a secret that libvirt has already.
    password
        A password or key that becomes a new secret of libvirt. It is in no log, ``repr`` or code.
    mode, owner, group
        Whose folder it is, and who may do what: ``0711``, and numbers of user and group.
    copy_on_write
        False turns it off for images on btrfs.
    start
        Whether it is switched on.
    autostart
        Whether it starts with its host.
    """

    type: str = option(
        Choice(
            *POOL_TYPES,
            open=False,
            labels={name: kind.label for name, kind in POOL_TYPES.items()},
        ),
        label=_("Type"),
        default="dir",
    )
    name: str = option(POOL_NAME, label=_("Name"), default="")
    host: str = option(
        Text(),
        label=_("Server"),
        help=_("A name or an address; a port after a colon."),
        default="",
        when=has("host"),
    )
    folder: str = option(
        Text(), label=_("Exported folder or share"), default="", when=has("folder")
    )
    source_name: str = option(
        Text(), label=_("Name of the source"), default="", when=has("source_name")
    )
    device: str = option(Text(), label=_("Device"), default="", when=has("device"))
    target_iqn: str = option(
        Text(),
        label=_("Target (IQN)"),
        help=_("Such as iqn.2026-01.org.example:storage."),
        default="",
        when=has("target_iqn"),
    )
    initiator: str = option(
        Text(),
        label=_("Initiator (IQN)"),
        help=_("Who the host says it is."),
        default="",
        when=has("initiator"),
    )
    adapter_type: str = option(
        Choice(
            "scsi_host",
            "fc_host",
            open=False,
            labels={"scsi_host": _("SCSI"), "fc_host": _("Fibre Channel (vHBA)")},
        ),
        label=_("Kind of adapter"),
        default="scsi_host",
        when=has("adapter_type"),
    )
    adapter: str = option(Text(), label=_("Adapter"), default="", when=is_scsi)
    parent: str = option(
        Text(), label=_("Adapter that the vHBA is made on"), default="", when=is_fibre
    )
    wwnn: str = option(WORLD_WIDE_NAME, label=_("Node name (WWNN)"), default="", when=is_fibre)
    wwpn: str = option(WORLD_WIDE_NAME, label=_("Port name (WWPN)"), default="", when=is_fibre)
    format: str = option(Choice(), label=_("Format"), default="", when=has("format"))
    preparation: Preparation = option(  # noqa: RUF009 - as field()
        PREPARATIONS, label=_("What is on the device"), default="keep", when=has("preparation")
    )
    target: str = option(Path(), label=_("Path on the host"), default="", when=has("target"))
    protocol_version: str = option(
        Text(),
        label=_("NFS version"),
        help=_("Such as 4.2; empty for what both sides can."),
        default="",
        advanced=True,
        when=has("protocol_version"),
    )
    mount_options: str = option(
        Text(),
        label=_("Mount options"),
        help=_("With commas between them."),
        default="",
        advanced=True,
        when=has("mount_options"),
    )
    ceph_settings: str = option(
        Text(),
        label=_("Settings of Ceph"),
        help=_("Such as client_mount_timeout=30, with commas between them."),
        default="",
        advanced=True,
        when=has("ceph_settings"),
    )
    username: str = option(
        Text(), label=_("User"), group=_SIGN_IN, default="", when=has("username")
    )
    secret: str = option(
        Text(),
        label=_("Secret that libvirt has"),
        help=_("Its UUID or what it is for."),
        group=_SIGN_IN,
        default="",
        when=has("secret"),
    )
    password: str = option(
        Text(secret=True),
        label=_("Password"),
        help=_("It is kept by libvirt as a new secret."),
        group=_SIGN_IN,
        default="",
        when=has("password"),
    )
    mode: str = option(
        MODE, label=_("Mode"), group=_ACCESS, default="", advanced=True, when=has("mode")
    )
    owner: int | None = option(
        Integer(0), label=_("Owner"), group=_ACCESS, default=None, advanced=True, when=has("owner")
    )
    group: int | None = option(
        Integer(0), label=_("Group"), group=_ACCESS, default=None, advanced=True, when=has("group")
    )
    copy_on_write: bool | None = option(
        YesNo(),
        label=_("Copy on write"),
        help=_("btrfs only: images are faster without it, and lose its checksums."),
        default=None,
        advanced=True,
        when=has("copy_on_write"),
    )
    start: bool = option(Flag(), label=_("Start it now"), default=True)
    autostart: bool = option(Flag(), label=_("Start it with the host"), default=True)

    def __post_init__(self) -> None:
        for name in ("device", "host", "mount_options", "ceph_settings"):
            value: Any = getattr(self, name)
            if isinstance(value, Mapping):
                value = [f"{key}={each}" for key, each in value.items()]
            if not isinstance(value, str):
                object.__setattr__(self, name, ", ".join(value or ()))
        for field in dataclasses.fields(self):
            # A form has None where nothing is typed.
            if field.default == "" and getattr(self, field.name) is None:
                object.__setattr__(self, field.name, "")

    @property
    def kind(self) -> PoolType:
        """What its kind of pools is like.

        Raises
        ------
        ValueError
            There is no such kind.
        """
        return kind_of(self.type)

    @property
    def declared(self) -> tuple[Declared, ...]:
        """What a form asks for of this kind, in order, called as people call it there."""
        kind = self.kind
        own = {each.name: each for each in declarations(self)}
        order = ("type", "name", *kind.fields, "start", "autostart")
        return tuple(
            dataclasses.replace(own[name], **changed_by(kind, name))
            for name in order
            if own[name].is_shown(self)
        )

    def completed(self, connection: Connection) -> PoolRequest:
        """Return the same with a default for all that was left empty; nothing is asked.

        Parameters
        ----------
        connection
            Where it would be: its pools have names and folders, too.
        """
        return completed(self, connection)

    def problems(self, connection: Connection) -> Mapping[str, LazyString | str]:
        """Return what is wrong, by field; empty where it can be tried. libvirt is not asked.

        Parameters
        ----------
        connection
            Where it would be.
        """
        return checks.problems(self.completed(connection), connection)

    def warnings(self, connection: Connection) -> Mapping[str, LazyString | str]:
        """Return what one should know before it is made, by field. libvirt is not asked.

        Folders and devices are looked at where the host is this machine.

        Parameters
        ----------
        connection
            Where it would be.
        """
        return checks.warnings(self.completed(connection), connection)

    def sources(self, connection: Connection) -> tuple[FoundSource, ...]:
        """Look for places that it could come from; :meth:`FoundSource.fill` takes one over.

        It may take as long as a server takes to answer. Volume groups and adapters of the host,
        exports of an NFS server, targets of an iSCSI server, volumes of a Gluster server, and
        devices of the host for a new file system, partition table or volume group.

        Parameters
        ----------
        connection
            The host that looks.

        Raises
        ------
        InvalidDefinition
            A server must be named first.
        QvirtError
            The server or the host does not answer.
        """
        return discovery.sources(self, connection)

    def build(self, connection: Connection) -> documents.StoragePool:
        """Return its definition; nothing is made. A secret that is to be made is not in it yet.

        Parameters
        ----------
        connection
            Where it would be.

        Raises
        ------
        ValueError
            A value is wrong; the text names the right ones.
        """
        return definition_of(self.completed(connection))

    def create(self, connection: Connection, progress: Reporter | None = None) -> StoragePool:
        """Make the pool: its secret, its definition, what it lives in; then it is switched on.

        Parameters
        ----------
        connection
            Where.
        progress
            Told how far it is and asked whether to go on, besides the job of this call.

        Raises
        ------
        AlreadyExists
            The name is taken, or there is something on the device that nobody said may be erased.
        InvalidDefinition
            Something is wrong with it, as :meth:`problems` says.
        OperationCancelled
            It was cancelled.
        QvirtError
            libvirt refuses. What was made is removed again; what could not be is named in notes of
            the error.
        """
        return Creation(self, connection, progress).run()

    def submit(self, connection: Connection) -> Job[StoragePool]:
        """Begin what :meth:`create` does, and return its job at once.

        Parameters
        ----------
        connection
            Where.
        """
        return Creation(self, connection).submit()

    @property
    def code(self) -> str:
        """A Python expression for it; what is left at its default is left out."""
        said = []
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value == field.default and field.name != "type":
                continue
            said.append(f"{field.name}={(MASK if field.name == 'password' else value)!r}")
        return f"PoolRequest({', '.join(said)})"

    def __repr__(self) -> str:
        return self.code
