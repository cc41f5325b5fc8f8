"""Upload a tiny guest's files to a host that cannot read this user's cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import libvirt
from lxml import etree
from lxml.builder import ElementMaker

from qvirt_jupyter.provision.guest_definition import GuestFiles

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Connection

POOL_NAME: Final = "default"
POOL_FOLDER: Final = "/var/lib/libvirt/images"
"""Where libvirt and its tools keep images of the system instance."""
CHUNK: Final = 256 * 1024
"""Bytes of a stream packet; the largest that libvirt's protocol takes is 4 MiB."""


def own_files_reach(connection: Connection) -> bool:
    """Say whether QEMU behind a connection runs as this user and can read its files."""
    parts = urlsplit(connection.uri)
    local = parts.scheme.partition("+")[2] in {"", "unix"} and not parts.netloc
    return local and parts.path == "/session" and os.geteuid() != 0


def guest_volumes(
    connection: Connection,
    *,
    kernel: Path,
    initramfs: Path,
    digest: str,
    disk: tuple[str, int] | None,
) -> GuestFiles:
    """Put kernel, initramfs and disk into the host's pool ``default``, unless they are there.

    Parameters
    ----------
    connection
        An open QEMU connection with the right to define storage.
    kernel, initramfs
        Files on this machine.
    digest
        Names what they were built from, so that another build gets files of its own.
    disk
        Name of the disk's volume and its size in bytes; None for none.

    Returns
    -------
    GuestFiles
        The paths on that host.
    """

    def upload(virt: libvirt.virConnect) -> GuestFiles:
        pool = _pool(virt)
        return GuestFiles(
            _uploaded(virt, pool, f"qvirt-tiny-{digest}-vmlinuz", kernel),
            _uploaded(virt, pool, f"qvirt-tiny-{digest}-initramfs.img", initramfs),
            None if disk is None else _disk(pool, *disk),
        )

    return connection.call(upload)


def _pool(virt: libvirt.virConnect) -> libvirt.virStoragePool:
    pools = {pool.name(): pool for pool in virt.listAllStoragePools()}
    pool = pools.get(POOL_NAME)
    if pool is None:
        e = ElementMaker()
        xml = e.pool(e.name(POOL_NAME), e.target(e.path(POOL_FOLDER)), type="dir")
        pool = virt.storagePoolDefineXML(etree.tostring(xml, encoding="unicode"))
        pool.setAutostart(1)
    if not pool.isActive():
        pool.create(libvirt.VIR_STORAGE_POOL_CREATE_WITH_BUILD)
    pool.refresh()
    return pool


def _path(volume: libvirt.virStorageVol) -> Path:
    return Path(volume.path())


def _create(
    pool: libvirt.virStoragePool, name: str, size: int, image_format: str
) -> libvirt.virStorageVol:
    e = ElementMaker()
    xml = e.volume(
        e.name(name),
        e.capacity(str(size), unit="bytes"),
        # Grows as it is written, so what it takes shows how much of it is there.
        e.allocation("0"),
        e.target(e.format(type=image_format)),
    )
    return pool.createXML(etree.tostring(xml, encoding="unicode"))


def _disk(pool: libvirt.virStoragePool, name: str, size: int) -> Path:
    if name in pool.listVolumes():
        return _path(pool.storageVolLookupByName(name))
    return _path(_create(pool, name, size, "qcow2"))


def _uploaded(
    virt: libvirt.virConnect, pool: libvirt.virStoragePool, name: str, source: Path
) -> Path:
    size = source.stat().st_size
    if name in pool.listVolumes():
        volume = pool.storageVolLookupByName(name)
        _kind, _capacity, allocation = volume.info()
        if allocation >= size:
            return _path(volume)
        # An upload that was cut off.
        volume.delete()
    volume = _create(pool, name, size, "raw")
    stream = virt.newStream()
    try:
        volume.upload(stream, 0, size)
        with source.open("rb") as file:
            while chunk := file.read(CHUNK):
                _send_all(stream, chunk)
        stream.finish()
    except BaseException:
        # Half a kernel must not look like a whole one to the next call.
        volume.delete()
        raise
    return _path(volume)


def _send_all(stream: libvirt.virStream, data: bytes) -> None:
    sent = 0
    while sent < len(data):
        sent += stream.send(data[sent:])
