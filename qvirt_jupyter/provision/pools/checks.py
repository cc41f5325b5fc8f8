"""What is wrong with a request, and what one should know: by field, before libvirt is asked."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Host
from qvirt_jupyter.documents.declaration import mistyped
from qvirt_jupyter.hypervisor import InvalidDefinition, Subject
from qvirt_jupyter.hypervisor.definition_names import checked_name
from qvirt_jupyter.provision.pools import places
from qvirt_jupyter.provision.pools.building import (
    definition_of,
    hosts_in,
    settings_in,
    words_in,
)
from qvirt_jupyter.provision.pools.defaults import images_of
from qvirt_jupyter.provision.pools.offer import system_warning
from qvirt_jupyter.provision.pools.pool_type import POOL_TYPES
from qvirt_jupyter.provision.pools.sign_in import is_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import StoragePoolRecord
    from qvirt_jupyter.provision.pools.request import PoolRequest

_Words = LazyString | str
# https://www.rfc-editor.org/rfc/rfc3720#section-3.2.6.3.1, as libvirt's own schema has it.
_IQN: Final = re.compile(r"iqn\.[0-9]{4}-(0[1-9]|1[0-2])\.[a-zA-Z0-9.\-]+(:.+)?")
_MISSING: Final[Mapping[str, LazyString]] = {
    "host": _("Name the server."),
    "folder": _("Name the folder that the server exports, such as /export/images."),
    "device": _("Name the device, such as /dev/sdb."),
    "source_name": _("Name the source of the pool."),
    "target_iqn": _("Name the target, such as iqn.2026-01.org.example:storage."),
    "initiator": _("Say who the host is to the target, such as iqn.2026-01.org.example:host."),
}
_NAMES_OF_SOURCES: Final[Mapping[str, LazyString]] = {
    "logical": _("Name the volume group."),
    "rbd": _("Name the pool of Ceph."),
    "gluster": _("Name the Gluster volume."),
    "zfs": _("Name the ZFS pool."),
}
_OF_DEVICES: Final = frozenset({"fs", "disk", "zfs"})
"""Types that cannot share a device, whichever two of them there are."""
_LOST: Final = _("All that is on {device} will be lost.")
Finding = tuple[str, _Words]


def problems(request: PoolRequest, connection: Connection) -> Mapping[str, _Words]:
    """Return what is wrong with a request whose defaults are filled in: the first of each field.

    Parameters
    ----------
    request
        The request.
    connection
        Where it would be; it is not asked.
    """
    if request.type not in POOL_TYPES:
        known = ", ".join(POOL_TYPES)
        return {"type": _("There is no such kind of pool; there are {known}.").format(known=known)}
    others = connection.inventory.snapshot().storage_pools
    found: dict[str, _Words] = {}
    for check in (_missing, _mistyped, _addresses, _sign_in, _preparation):
        for field, words in check(request):
            found.setdefault(field, words)
    for field, words in _taken(request, others, found):
        found.setdefault(field, words)
    return found


def _missing(request: PoolRequest) -> Iterator[Finding]:
    for field in sorted(request.kind.required):
        if not getattr(request, field):
            own = _NAMES_OF_SOURCES.get(request.type) if field == "source_name" else None
            yield field, own or _MISSING[field]
    if request.type == "scsi" and request.adapter_type == "fc_host":
        for field in ("wwnn", "wwpn"):
            if not getattr(request, field):
                yield field, _("A vHBA needs both of its world wide names.")
    elif request.type == "scsi" and not request.adapter:
        yield "adapter", _("Name the adapter, such as scsi_host2.")


def _mistyped(request: PoolRequest) -> Iterator[Finding]:
    try:
        checked_name(request.name, Subject("pool", request.name, ""))
    except InvalidDefinition as error:
        yield "name", error.reason
    yield from (found for found in mistyped(request) if found[0] != "name")


def _addresses(request: PoolRequest) -> Iterator[Finding]:
    fields = request.kind.fields
    if "host" in fields:
        yield from _hosts(request)
    if "device" in fields:
        yield from _devices(request)
    for field in ("target_iqn", "initiator"):
        value = getattr(request, field)
        if field in fields and value and not _IQN.fullmatch(value):
            yield (
                field,
                _("{value} is no name such as iqn.2026-01.org.example:storage.").format(
                    value=value
                ),
            )
    # CIFS shares and Gluster volumes are no paths.
    is_nfs = request.type == "netfs" and request.format in ("auto", "nfs")
    if is_nfs and request.folder and not request.folder.startswith("/"):
        yield "folder", _("The folder of an NFS server begins with a slash.")
    if "ceph_settings" in fields:
        try:
            settings_in(request.ceph_settings)
        except ValueError as error:
            yield "ceph_settings", str(error)


def _hosts(request: PoolRequest) -> Iterator[Finding]:
    try:
        hosts = hosts_in(request.host)
        for name, _port in hosts:
            Host().check(name)
    except ValueError as error:
        yield "host", str(error)
        return
    if len(hosts) > 1 and not request.kind.several:
        yield "host", _("This kind of pool has one server only.")


def _devices(request: PoolRequest) -> Iterator[Finding]:
    devices = words_in(request.device)
    wrong = next((each for each in devices if not each.startswith("/")), None)
    # ZFS takes names of devices, and words such as "mirror" between them.
    if wrong is not None and request.type != "zfs":
        yield "device", _("{device} is no path of a device, such as /dev/sdb.").format(device=wrong)
    if len(devices) > 1 and not request.kind.several:
        yield "device", _("This kind of pool has one device only.")


def _sign_in(request: PoolRequest) -> Iterator[Finding]:
    if not request.kind.auth:
        return
    if request.secret and request.password:
        yield "password", _("Give either a secret that libvirt has, or a new password.")
    if request.username and not (request.secret or request.password):
        yield "password", _("Who signs in needs a password, or a secret that libvirt has.")
    if request.kind.auth == "ceph" and request.password and not is_key(request.password):
        yield "password", _("A key of Ceph is in base64, as “ceph auth get-key” prints it.")
    if not request.username and (request.secret or request.password):
        yield "username", _("Say who signs in with this password.")


def _preparation(request: PoolRequest) -> Iterator[Finding]:
    if request.preparation == "keep" or "preparation" not in request.kind.fields:
        return
    if not request.device:
        yield "device", _("Name the device that it is made on, such as /dev/sdb.")
    if request.type == "fs" and request.format == "auto":
        yield "format", _("Say which file system is to be made, such as ext4.")


def _taken(
    request: PoolRequest, others: tuple[StoragePoolRecord, ...], wrong: Mapping[str, _Words]
) -> Iterator[Finding]:
    """Say what another pool has: the name, the folder, or the source."""
    if any(other.name == request.name for other in others):
        yield "name", _("The name {name} is taken.").format(name=request.name)
    if request.kind.is_folder and request.target:
        for other in others:
            if other.path and _same(other.path, request.target):
                yield "target", _("The pool {name} has this folder.").format(name=other.name)
    if wrong:
        # Its source cannot be said yet.
        return
    source = definition_of(request).source.words
    for other in others:
        is_alike = other.type == request.type or {other.type, request.type} <= _OF_DEVICES
        if is_alike and _is_one_place(request, source, other):
            yield (
                _place_field(request),
                _("The pool {name} comes from there already.").format(name=other.name),
            )


def _is_one_place(request: PoolRequest, source: str, other: StoragePoolRecord) -> bool:
    if request.type == "mpath":
        return True
    return bool(source) and source == other.source


def _place_field(request: PoolRequest) -> str:
    fields = request.kind.fields
    order = ("source_name", "target_iqn", "folder", "device", "adapter_type", "target")
    found = next(field for field in order if field in fields)
    if found != "adapter_type":
        return found
    return "wwpn" if request.adapter_type == "fc_host" else "adapter"


def _same(one: str, other: str) -> bool:
    return PurePosixPath(one) == PurePosixPath(other)


def warnings(request: PoolRequest, connection: Connection) -> Mapping[str, _Words]:
    """Return what one should know of a request whose defaults are filled in, by field.

    Parameters
    ----------
    request
        The request.
    connection
        Where it would be; it is not asked. Where that is this machine, folders and devices are
        looked at.
    """
    if request.type not in POOL_TYPES:
        return {}
    # Said last, counts: what is seen on this machine is nearer than what other pools say.
    said = (*_of_host(request, connection), *_seen(request, connection))
    return {field: words for field, words in said if words}


def _of_host(request: PoolRequest, connection: Connection) -> Iterator[Finding]:
    kind = request.kind
    yield "type", system_warning(kind, connection)
    devices = ", ".join(words_in(request.device))
    if request.preparation == "erase" and kind.prepares and devices:
        yield "preparation", _LOST.format(device=devices)
    others = connection.inventory.snapshot().storage_pools
    outer = places.pool_around(request.target, others) if kind.is_folder else ""
    # Beneath the folder of images is where new ones belong.
    is_usual = PurePosixPath(request.target).parent == PurePosixPath(images_of(connection))
    if outer and not is_usual:
        yield (
            "target",
            _(
                "This is inside of the pool {name}, which shows the folder as one of its volumes."
            ).format(name=outer),
        )


def _seen(request: PoolRequest, connection: Connection) -> Iterator[Finding]:
    if connection.parts.is_remote:
        return
    if request.kind.is_folder and request.target:
        yield "target", places.about_folder(request.target, mounts=request.type != "dir")
    if "device" in request.kind.fields:
        yield "device", places.about_devices(words_in(request.device))
