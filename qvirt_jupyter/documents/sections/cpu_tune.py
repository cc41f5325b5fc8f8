"""How much of the host's processors the guest gets, and which of them.

https://libvirt.org/formatdomain.html#cpu-tuning
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.cpu_sets import CpuSet
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.sections.resource_control import BandwidthTune, CacheTune
from qvirt_jupyter.documents.values import Choice, Integer

_LIMITS = _("Limits of processor time")
_PINNING = _("Pinning")

# Bounds of libvirt's schema (domaincommon.rng, cpuperiod and cpuquota).
_PERIOD = Integer(1000, 1_000_000, unit="µs")
_QUOTA = Integer(-1, 17_592_186_044_415, unit="µs")


class VcpuPin(Element):
    """The host's processors that one virtual CPU may run on."""

    tag = "vcpupin"
    vcpu = Field("@vcpu", Integer(), label=_("Virtual CPU"), advanced=True)
    cpus = Field("@cpuset", CpuSet(), label=_("Processors of the host"), advanced=True)


class IoThreadPin(Element):
    """The host's processors that one I/O thread may run on."""

    tag = "iothreadpin"
    thread = Field("@iothread", Integer(1), label=_("I/O thread"), advanced=True)
    cpus = Field("@cpuset", CpuSet(), label=_("Processors of the host"), advanced=True)


class Scheduler(Element):
    """How the host schedules a thread."""

    kind = Field(
        "@scheduler",
        Choice("batch", "idle", "fifo", "rr", open=False),
        label=_("Scheduler"),
        help=_("fifo and rr are for real time, batch and idle stand back for others."),
        advanced=True,
        essential=True,
    )
    priority = Field(
        "@priority",
        Integer(1, 99),
        label=_("Priority"),
        advanced=True,
        when=lambda scheduler: scheduler.kind in ("fifo", "rr"),
        essential=True,
    )

    @rule("kind", touches=("priority",))
    def only_real_time_has_priorities(self) -> None:
        """Clear the priority: libvirt refuses it for the others."""
        if self.kind not in ("fifo", "rr"):
            self.priority = None


class VcpuScheduler(Scheduler):
    """How the host schedules virtual CPUs."""

    tag = "vcpusched"
    vcpus = Field("@vcpus", CpuSet(), label=_("Virtual CPUs"), advanced=True)


class IoThreadScheduler(Scheduler):
    """How the host schedules I/O threads."""

    tag = "iothreadsched"
    threads = Field("@iothreads", CpuSet(), label=_("I/O threads"), advanced=True)


class EmulatorScheduler(Scheduler):
    """How the host schedules the emulator itself."""

    tag = "emulatorsched"


class CpuTune(Element):
    """How much of the host's processors the guest gets, and which of them."""

    tag = "cputune"
    order = (
        *("shares", "period", "quota", "global_period", "global_quota"),
        *("emulator_period", "emulator_quota", "iothread_period", "iothread_quota"),
        *("vcpupin", "emulatorpin", "iothreadpin", "emulatorsched", "vcpusched", "iothreadsched"),
        *("cachetune", "memorytune"),
    )

    shares = Field(
        "shares",
        Integer(1),
        label=_("Share of processor time"),
        help=_("Counts where the guests want more than there is: twice as many, twice as much."),
        group=_LIMITS,
        advanced=True,
        live="cputune",
    )
    period = Field(
        "period",
        _PERIOD,
        label=_("Period of each virtual CPU"),
        group=_LIMITS,
        advanced=True,
        live="cputune",
    )
    quota = Field(
        "quota",
        _QUOTA,
        label=_("Time of each virtual CPU in it"),
        help=_("As much as each may run in a period; -1 is without limit."),
        group=_LIMITS,
        advanced=True,
        live="cputune",
    )
    global_period = Field(
        "global_period",
        _PERIOD,
        label=_("Period of the whole guest"),
        group=_LIMITS,
        advanced=True,
        live="cputune",
    )
    global_quota = Field(
        "global_quota",
        _QUOTA,
        label=_("Time of the whole guest in it"),
        group=_LIMITS,
        advanced=True,
        live="cputune",
    )
    emulator_period = Field(
        "emulator_period",
        _PERIOD,
        label=_("Period of the emulator"),
        group=_LIMITS,
        advanced=True,
        live="cputune",
    )
    emulator_quota = Field(
        "emulator_quota",
        _QUOTA,
        label=_("Time of the emulator in it"),
        group=_LIMITS,
        advanced=True,
        live="cputune",
    )
    io_thread_period = Field(
        "iothread_period",
        _PERIOD,
        label=_("Period of the I/O threads"),
        group=_LIMITS,
        advanced=True,
        live="cputune",
    )
    io_thread_quota = Field(
        "iothread_quota",
        _QUOTA,
        label=_("Time of the I/O threads in it"),
        group=_LIMITS,
        advanced=True,
        live="cputune",
    )
    vcpu_pins = Many(VcpuPin, key="vcpu")
    emulator_pin = Field(
        "emulatorpin/@cpuset",
        CpuSet(),
        label=_("Processors for the emulator"),
        help=_("The host's processors that the emulator itself may run on."),
        group=_PINNING,
        advanced=True,
        essential=True,
        live="cputune",
    )
    io_thread_pins = Many(IoThreadPin, key="thread")
    emulator_scheduler = Group("emulatorsched", EmulatorScheduler)
    vcpu_schedulers = Many(VcpuScheduler)
    io_thread_schedulers = Many(IoThreadScheduler)
    caches = Many(CacheTune)
    memory_bandwidths = Many(BandwidthTune)
