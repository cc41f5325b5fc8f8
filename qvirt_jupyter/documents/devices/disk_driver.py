"""How the emulator reads and writes a disk."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.controller_options import MappedThread
from qvirt_jupyter.documents.devices.virtio_options import VirtioOptions
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer, Size, Text

_PERFORMANCE = _("Performance")
_ERRORS = _("On errors")

_ON_ERROR = {
    "stop": _("Pause the guest"),
    "report": _("Tell the guest"),
    "ignore": _("Go on"),
    "enospace": _("Pause the guest when space runs out"),
}


class DiskDriver(VirtioOptions):
    """The options of a disk's driver.

    https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
    """

    driver = Field("driver/@name", Text(), label=_("Driver"), advanced=True)
    format = Field(
        "driver/@type",
        Choice("qcow2", "raw", "qed", "vmdk", "vdi", "vhdx", "vpc", "luks", "fat"),
        label=_("Format"),
        # libvirt does not look into images to find out, which guests could make use of.
        unset=_("Default (raw)"),
    )
    cache = Field(
        "driver/@cache",
        Choice("none", "writethrough", "writeback", "directsync", "unsafe", "default"),
        label=_("Cache mode"),
        help=_("How the host's memory is used; 'unsafe' loses data when the host goes down."),
        group=_PERFORMANCE,
        live="update",
    )
    error_policy = Field(
        "driver/@error_policy",
        Choice("stop", "report", "ignore", "enospace", labels=_ON_ERROR),
        label=_("When writing fails"),
        group=_ERRORS,
        advanced=True,
    )
    read_error_policy = Field(
        "driver/@rerror_policy",
        Choice("stop", "report", "ignore", labels=_ON_ERROR),
        label=_("When reading fails"),
        help=_("Empty does the same as when writing fails."),
        group=_ERRORS,
        advanced=True,
    )
    io = Field(
        "driver/@io",
        Choice("threads", "native", "io_uring"),
        label=_("Input and output"),
        help=_("'native' needs the cache mode 'none' or 'directsync'."),
        group=_PERFORMANCE,
        advanced=True,
    )
    io_event_fd = Field(
        "driver/@ioeventfd",
        OnOff(),
        label=_("I/O in a thread of its own"),
        help=_("The guest goes on while its request is taken up."),
        group=_PERFORMANCE,
        advanced=True,
    )
    event_index = Field(
        "driver/@event_idx",
        OnOff(),
        label=_("Fewer interrupts"),
        help=_("Guest and host tell each other how many requests to gather."),
        group=_PERFORMANCE,
        advanced=True,
    )
    copy_on_read = Field(
        "driver/@copy_on_read",
        OnOff(),
        label=_("Copy what is read"),
        help=_("What is read from a backing file is kept in the image."),
        group=_PERFORMANCE,
        advanced=True,
    )
    discard = Field(
        "driver/@discard",
        Choice("unmap", "ignore"),
        label=_("Discard"),
        group=_PERFORMANCE,
        help=_("Whether blocks that the guest frees are freed on the host too."),
        live="update",
    )
    discard_without_unreference = Field(
        "driver/@discard_no_unref",
        OnOff(),
        label=_("Keep the place of freed blocks"),
        help=_("A qcow2 image then does not scatter over time."),
        group=_PERFORMANCE,
        advanced=True,
    )
    io_thread = Field(
        "driver/@iothread",
        Integer(1),
        label=_("I/O thread"),
        help=_("Which of the machine's I/O threads serves the disk."),
        group=_PERFORMANCE,
        advanced=True,
    )
    detect_zeroes = Field(
        "driver/@detect_zeroes",
        Choice("off", "on", "unmap"),
        label=_("Detect zeroes"),
        help=_("Blocks full of zeroes take no space; 'unmap' needs the discard mode 'unmap'."),
        group=_PERFORMANCE,
        advanced=True,
    )
    queues = Field(
        "driver/@queues",
        Integer(1),
        label=_("Queues"),
        help=_("More than one lets several virtual CPUs use the disk at once; VirtIO only."),
        group=_PERFORMANCE,
        advanced=True,
    )
    queue_size = Field(
        "driver/@queue_size",
        Integer(1),
        label=_("Requests in a queue"),
        group=_PERFORMANCE,
        advanced=True,
    )
    io_threads = Many(MappedThread, key="id", location="driver/iothreads/iothread")
    metadata_cache = Field(
        "driver/metadata_cache/max_size",
        Size("bytes"),
        label=_("Most memory for the image's own tables"),
        group=_PERFORMANCE,
        advanced=True,
    )
