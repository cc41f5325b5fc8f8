"""What is known of a host itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostRecord:
    """The host of a connection, as ``virNodeGetInfo`` describes it.

    Parameters
    ----------
    hostname
        Its name.
    architecture
        ``"x86_64"``, ``"aarch64"``, ...
    cpus
        Number of active processors.
    mhz
        Their clock; 0 where not known.
    numa_nodes, sockets, cores, threads
        NUMA nodes, sockets in each of them, cores in each socket, threads in each core.
    memory
        In KiB.
    hypervisor
        libvirt's name of the hypervisor: ``"QEMU"``, ``"Test"``, ...
    """

    hostname: str
    architecture: str
    cpus: int
    mhz: int
    numa_nodes: int
    sockets: int
    cores: int
    threads: int
    memory: int
    hypervisor: str
