"""What a host is, in words."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.widgets import quantities

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import DomainRecord, HostRecord
    from qvirt_jupyter.hypervisor.connection import Connection

_MHZ_PER_GHZ = 1000


def host_facts(connection: Connection, processor: str) -> list[tuple[str, str]]:
    """Return what is known of a connection's host, as names and values; only what is known.

    Parameters
    ----------
    connection
        One that was open at least once.
    processor
        The model of its processors; empty where it is not known.

    Raises
    ------
    ConnectionLost
        It was never open.
    """
    host, versions = connection.host, connection.versions
    domains = connection.inventory.snapshot().domains
    measured = connection.stats.host
    # Memory that was plugged in later is in what is measured only.
    memory = (measured.memory_total if measured is not None else None) or host.memory
    rows: list[tuple[LazyString, str]] = [
        (_("Host"), host.hostname),
        (_("Hypervisor"), f"{host.hypervisor} {versions.hypervisor}".strip()),
        (_("libvirt on the host"), versions.service),
        (_("libvirt here"), versions.library),
        (_("Architecture"), host.architecture),
        (_("Processor"), _with_clock(processor, host.mhz)),
        (_("Processors"), topology(host)),
        (_("Memory"), quantities.size(memory, unit="KiB")),
        (_("Virtual machines"), _machines(domains)),
        (_("Connection"), connection.uri),
    ]
    return [(str(name), value) for name, value in rows if value]


def host_facts_html(connection: Connection, processor: str) -> str:
    """Return the facts as a list of HTML; see :func:`host_facts`."""
    rows = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
        for name, value in host_facts(connection, processor)
    )
    return f'<dl class="qvirt-facts">{rows}</dl>'


def topology(host: HostRecord) -> str:
    """Return in words how the processors of a host are built together.

    libvirt counts the sockets of one NUMA node; where the numbers do not fit together it gives
    up and says one node with all processors as cores.
    https://libvirt.org/html/libvirt-libvirt-host.html#virNodeInfo
    """
    parts = [
        ngettext("{number} NUMA node", "{number} NUMA nodes", host.numa_nodes),
        ngettext("{number} socket each", "{number} sockets each", host.sockets),
        ngettext("{number} core each", "{number} cores each", host.cores),
        ngettext("{number} thread each", "{number} threads each", host.threads),
    ]
    whole = str(host.cpus)
    if not (host.numa_nodes and host.sockets and host.cores and host.threads):
        return whole
    return f"{whole} ({', '.join(str(part) for part in parts)})"


def _with_clock(processor: str, mhz: int) -> str:
    if not mhz:
        return processor
    clock = f"{mhz / _MHZ_PER_GHZ:.1f} GHz"
    return f"{processor}, {clock}" if processor else clock


def _machines(domains: tuple[DomainRecord, ...]) -> str:
    active = [record for record in domains if record.is_active]
    words = str(_("{active} of {total} active")).format(active=len(active), total=len(domains))
    if not active:
        return words
    vcpus = sum(record.vcpus for record in active)
    memory = quantities.size(sum(record.memory for record in active), unit="KiB")
    given = ngettext(
        "with {number} virtual processor and {memory}",
        "with {number} virtual processors and {memory}",
        vcpus,
    )
    return f"{words}, {given.format(number=vcpus, memory=memory)}"
