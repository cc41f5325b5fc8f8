"""Disks, CD-ROMs, floppies and LUNs."""

from __future__ import annotations

import string

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host, Port
from qvirt_jupyter.documents.devices.device import Device, Devices
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text
from qvirt_jupyter.documents.variant import Variant

STARTUP_POLICIES = Choice("mandatory", "requisite", "optional")

TARGET_PREFIXES = {"virtio": "vd", "ide": "hd", "fdc": "fd", "xen": "xvd"}
"""How libvirt names targets by bus; all others are ``sd``."""


class FileSource(Element):
    """An image file."""

    tag = "source"
    file = Field("source/@file", Path(), label=_("File"))
    startup_policy = Field(
        "source/@startupPolicy", STARTUP_POLICIES, label=_("If the file is missing"), advanced=True
    )


class BlockSource(Element):
    """A block device of the host."""

    tag = "source"
    device = Field("source/@dev", Path(), label=_("Block device"))
    startup_policy = Field(
        "source/@startupPolicy",
        STARTUP_POLICIES,
        label=_("If the device is missing"),
        advanced=True,
    )


class FolderSource(Element):
    """A folder that the guest sees as a FAT file system."""

    tag = "source"
    folder = Field("source/@dir", Path(), label=_("Folder"))


class VolumeSource(Element):
    """A volume of a storage pool."""

    tag = "source"
    pool = Field("source/@pool", Text(), label=_("Storage pool"))
    volume = Field("source/@volume", Text(), label=_("Volume"))
    startup_policy = Field(
        "source/@startupPolicy",
        STARTUP_POLICIES,
        label=_("If the volume is missing"),
        advanced=True,
    )


class SourceHost(Element):
    """A server that offers a network disk."""

    tag = "host"
    name = Field("@name", Host(), label=_("Host"))
    port = Field("@port", Port(), label=_("Port"))
    transport = Field(
        "@transport", Choice("tcp", "rdma", "unix", open=False), label=_("Transport"), advanced=True
    )
    socket = Field("@socket", Path(), label=_("Socket"), advanced=True)


class NetworkSource(Element):
    """A disk that a server offers."""

    tag = "source"
    protocol = Field(
        "source/@protocol",
        Choice(
            "nbd",
            "iscsi",
            "rbd",
            "sheepdog",
            "gluster",
            "vxhs",
            "nfs",
            "http",
            "https",
            "ftp",
            "ssh",
        ),
        label=_("Protocol"),
    )
    name = Field("source/@name", Text(), label=_("Name on the server"))
    hosts = Many(SourceHost, key="name", location="source/host")


class IoTune(Element):
    """Limits on the throughput of a disk; a total excludes its read and write parts."""

    tag = "iotune"
    total_bytes = Field("total_bytes_sec", Integer(), label=_("Total"), unit="bytes/s")
    read_bytes = Field("read_bytes_sec", Integer(), label=_("Read"), unit="bytes/s")
    write_bytes = Field("write_bytes_sec", Integer(), label=_("Write"), unit="bytes/s")
    total_operations = Field("total_iops_sec", Integer(), label=_("Total operations"), unit="1/s")
    read_operations = Field("read_iops_sec", Integer(), label=_("Read operations"), unit="1/s")
    write_operations = Field("write_iops_sec", Integer(), label=_("Write operations"), unit="1/s")

    @rule("total_bytes", touches=("read_bytes", "write_bytes"))
    def total_bytes_replace_their_parts(self) -> None:
        """Clear the parts: libvirt refuses a total beside them."""
        if self.total_bytes:
            self.read_bytes = self.write_bytes = None

    @rule("read_bytes", "write_bytes", touches=("total_bytes",))
    def parts_replace_total_bytes(self) -> None:
        """Clear the total: libvirt refuses it beside its parts."""
        if self.read_bytes or self.write_bytes:
            self.total_bytes = None

    @rule("total_operations", touches=("read_operations", "write_operations"))
    def total_operations_replace_their_parts(self) -> None:
        """Clear the parts: libvirt refuses a total beside them."""
        if self.total_operations:
            self.read_operations = self.write_operations = None

    @rule("read_operations", "write_operations", touches=("total_operations",))
    def parts_replace_total_operations(self) -> None:
        """Clear the total: libvirt refuses it beside its parts."""
        if self.read_operations or self.write_operations:
            self.total_operations = None


class Disk(Device):
    """A disk.

    https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
    """

    tag = "disk"
    collection = "disks"
    key = "target"

    type = Field(
        "@type", Choice("file", "block", "dir", "network", "volume", "nvme"), label=_("Source type")
    )
    device = Field("@device", Choice("disk", "cdrom", "floppy", "lun"), label=_("Device"))
    driver = Field("driver/@name", Text(), label=_("Driver"), advanced=True)
    format = Field("driver/@type", Choice("qcow2", "raw", "vmdk", "vdi", "vhdx"), label=_("Format"))
    cache = Field(
        "driver/@cache",
        Choice("none", "writethrough", "writeback", "directsync", "unsafe"),
        label=_("Cache mode"),
        group=_("Performance"),
    )
    io = Field(
        "driver/@io",
        Choice("threads", "native", "io_uring"),
        label=_("Input and output"),
        group=_("Performance"),
        advanced=True,
    )
    discard = Field(
        "driver/@discard",
        Choice("unmap", "ignore"),
        label=_("Discard"),
        group=_("Performance"),
        help=_("Whether blocks that the guest frees are freed on the host too."),
    )
    detect_zeroes = Field(
        "driver/@detect_zeroes",
        Choice("off", "on", "unmap"),
        label=_("Detect zeroes"),
        group=_("Performance"),
        advanced=True,
    )
    io_thread = Field(
        "driver/@iothread", Integer(1), label=_("I/O thread"), group=_("Performance"), advanced=True
    )
    source = Variant(
        "@type",
        {
            "file": FileSource,
            "block": BlockSource,
            "dir": FolderSource,
            "volume": VolumeSource,
            "network": NetworkSource,
        },
        default="file",
    )
    target = Field(
        "target/@dev",
        Text(pattern=r"[a-z]+[0-9]*", expected=_("a name such as vda")),
        label=_("Target"),
    )
    bus = Field(
        "target/@bus",
        Choice("virtio", "sata", "scsi", "ide", "usb", "fdc", "sd", "xen"),
        label=_("Bus"),
        caps="disk/bus",
    )
    removable = Field(
        "target/@removable",
        Choice("on", "off", open=False),
        label=_("Removable"),
        when=lambda disk: disk.bus == "usb",
    )
    iotune = Group("iotune", IoTune)
    read_only = Field("readonly", Flag(), label=_("Read-only"))
    shareable = Field(
        "shareable",
        Flag(),
        label=_("Shareable"),
        help=_("Several guests may use it at once; they must know how to."),
    )
    serial = Field("serial", Text(max_length=256), label=_("Serial number"), advanced=True)

    @property
    def path(self) -> str | None:
        """The file, block device or folder on the host; ``None`` for other sources."""
        source = self.source
        if isinstance(source, FileSource):
            return source.file
        if isinstance(source, BlockSource):
            return source.device
        return source.folder if isinstance(source, FolderSource) else None

    @rule("bus", touches=("target", "address", "removable"))
    def bus_names_the_target(self) -> None:
        """Give the target a name of the new bus and drop the address, which was the old bus's."""
        prefix = TARGET_PREFIXES.get(self.bus or "", "sd")
        if self.bus and not (self.target or "").startswith(prefix):
            self.target = self._free_target(prefix)
        if self.address:
            del self.address
        if self.bus != "usb":
            self.removable = None

    def _free_target(self, prefix: str) -> str:
        devices = self._holder
        taken = [disk.target for disk in devices.of(Disk)] if isinstance(devices, Devices) else []
        letters = string.ascii_lowercase
        names = [*letters, *(first + second for first in letters for second in letters)]
        free: str = next(prefix + name for name in names if prefix + name not in taken)
        return free
