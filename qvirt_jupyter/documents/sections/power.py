"""What the guest may do to sleep, and what is measured of it.

https://libvirt.org/formatdomain.html#power-management
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice


class PowerManagement(Element):
    """Whether the firmware offers the guest to sleep."""

    tag = "pm"
    suspend_to_memory = Field(
        "suspend-to-mem/@enabled",
        YesNo(),
        label=_("Sleep (S3)"),
        help=_("Whether the guest may sleep with its state in memory."),
        advanced=True,
        essential=True,
    )
    suspend_to_disk = Field(
        "suspend-to-disk/@enabled",
        YesNo(),
        label=_("Hibernation (S4)"),
        help=_("Whether the guest may hibernate with its state on disk."),
        advanced=True,
        essential=True,
    )


class PerfEvent(Element):
    """A counter of the host that is read for the guest.

    https://libvirt.org/formatdomain.html#performance-monitoring-events
    """

    tag = "event"
    name = Field(
        "@name",
        Choice(
            *("cmt", "mbmt", "mbml", "cpu_cycles", "instructions", "cache_references"),
            *("cache_misses", "branch_instructions", "branch_misses", "bus_cycles"),
            *("stalled_cycles_frontend", "stalled_cycles_backend", "ref_cpu_cycles"),
            *("cpu_clock", "task_clock", "page_faults", "context_switches", "cpu_migrations"),
            *("page_faults_min", "page_faults_maj", "alignment_faults", "emulation_faults"),
        ),
        label=_("Event"),
        advanced=True,
    )
    enabled = Field("@enabled", YesNo(), label=_("Measured"), advanced=True)
