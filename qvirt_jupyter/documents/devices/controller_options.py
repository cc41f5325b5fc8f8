"""What controllers have for themselves depending on their type, and their driver's options."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.virtio_options import VirtioOptions
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Integer, Text

_PERFORMANCE = _("Performance")


class UsbOptions(Element):
    """What a USB controller has for itself."""

    first_port = Field(
        "master/@startport",
        Integer(),
        label=_("First port on the USB 2 controller"),
        help=_("Of the companions that serve slow devices beside USB 2."),
        essential=True,
        advanced=True,
    )
    ports = Field(
        "@ports",
        Integer(1),
        label=_("Ports"),
        help=_("How many devices fit; USB 3 only."),
        advanced=True,
    )


class PortsAndVectors(Element):
    """What a virtio-serial controller has for itself."""

    ports = Field(
        "@ports",
        Integer(0),
        label=_("Ports"),
        help=_("How many consoles and channels fit."),
        advanced=True,
    )
    vectors = Field("@vectors", Integer(0), label=_("Interrupt vectors"), advanced=True)


class XenbusOptions(Element):
    """What the bus of Xen's own devices has for itself."""

    most_grant_frames = Field(
        "@maxGrantFrames", Integer(), label=_("Most grant frames"), advanced=True
    )
    most_event_channels = Field(
        "@maxEventChannels", Integer(), label=_("Most event channels"), advanced=True
    )


class NvmeOptions(Element):
    """What an NVMe controller has for itself."""

    serial = Field(
        "serial",
        Text(max_length=20),
        label=_("Serial number"),
        help=_("The guest sees it on all disks of the controller."),
    )


class MappedThread(Element):
    """An I/O thread that serves some of the queues."""

    tag = "iothread"
    id = Field("@id", Integer(1), label=_("I/O thread"))


class ControllerDriver(VirtioOptions):
    """The options of a controller's driver, which VirtIO SCSI has."""

    queues = Field(
        "driver/@queues",
        Integer(1),
        label=_("Queues"),
        help=_("More than one lets several virtual CPUs use it at once."),
        group=_PERFORMANCE,
        advanced=True,
    )
    commands_per_unit = Field(
        "driver/@cmd_per_lun",
        Integer(1),
        label=_("Commands waiting for one disk"),
        group=_PERFORMANCE,
        advanced=True,
    )
    most_sectors = Field(
        "driver/@max_sectors",
        Integer(1),
        label=_("Most sectors in a command"),
        group=_PERFORMANCE,
        advanced=True,
    )
    io_event_fd = Field(
        "driver/@ioeventfd",
        OnOff(),
        label=_("I/O in a thread of its own"),
        group=_PERFORMANCE,
        advanced=True,
    )
    io_thread = Field(
        "driver/@iothread",
        Integer(1),
        label=_("I/O thread"),
        group=_PERFORMANCE,
        advanced=True,
    )
    io_threads = Many(MappedThread, key="id", location="driver/iothreads/iothread")
