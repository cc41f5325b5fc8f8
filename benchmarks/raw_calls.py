"""The denominator of the ratios: the raw libvirt calls for the same content, and nothing else."""

from __future__ import annotations

import libvirt


def running(connection: libvirt.virConnect) -> list[libvirt.virDomain]:
    """Return what a tick asks; a program that listens to events need not list it again."""
    return connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)


def tick(domains: list[libvirt.virDomain]) -> list[list[int]]:
    """Ask for state and processor time of each machine, on a driver without bulk statistics."""
    return [domain.info() for domain in domains]


def everything_in_bulk(connection: libvirt.virConnect) -> list[tuple[libvirt.virDomain, dict]]:
    """Ask for all statistics of all machines, with one call."""
    return connection.getAllDomainStats(0, 0)


def volumes(pool: libvirt.virStoragePool) -> list[str]:
    """Ask for all volumes of a pool, one after the other: libvirt has no call for many."""
    return [volume.XMLDesc(0) for volume in pool.listAllVolumes(0)]


def volume_infos(pool: libvirt.virStoragePool) -> list[list[int]]:
    """Ask for sizes and kinds of all volumes alone: neither formats nor what they build on."""
    return [volume.info() for volume in pool.listAllVolumes(0)]


def open_host(uri: str) -> None:
    """Open a host and read what the list shows of its machines."""
    connection = libvirt.open(uri)
    for domain in connection.listAllDomains():
        domain.name(), domain.UUIDString(), domain.ID(), domain.state(), domain.XMLDesc()
    connection.close()
