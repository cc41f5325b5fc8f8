"""Disks, CD-ROMs, floppies and LUNs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.controller import missing_controller
from qvirt_jupyter.documents.devices.controller_options import NvmeOptions
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.disk_chain import (
    SOURCE_TYPES,
    SOURCES,
    BackingStore,
    Mirror,
)
from qvirt_jupyter.documents.devices.disk_driver import DiskDriver
from qvirt_jupyter.documents.devices.disk_shape import DiskShape
from qvirt_jupyter.documents.devices.disk_sources import (
    BlockSource,
    FileSource,
    FolderSource,
    NvmeSource,
    VhostUserSource,
    VhostVdpaSource,
    VolumeSource,
)
from qvirt_jupyter.documents.devices.disk_target import (
    BUS_NAMES,
    BUSES,
    PLACES,
    PREFIXES,
    free_target,
    place_of,
)
from qvirt_jupyter.documents.devices.disk_tuning import IoTune
from qvirt_jupyter.documents.devices.network_sources import NetworkSource
from qvirt_jupyter.documents.devices.virtio_options import MODELS
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import Flag, YesNo
from qvirt_jupyter.documents.values import Choice, Text
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Self

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

_DEVICES: dict[str, Words] = {
    "disk": _("Disk"),
    "cdrom": _("CD-ROM"),
    "floppy": _("Floppy"),
    "lun": _("LUN"),
}

_KINDS: dict[str, Words] = {**_DEVICES, "disk": _("disk"), "floppy": _("floppy")}
"""What a list calls them, behind their bus."""


class Disk(DiskDriver, DiskShape, Device):
    """A disk.

    https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
    """

    tag = "disk"
    collection = "disks"
    key = "target"
    title = _("Disk")
    # The order in which libvirt writes them (src/conf/domain_conf.c, virDomainDiskDefFormat).
    order = (
        *("driver", "auth", "source", "backingStore", "backenddomain", "geometry", "blockio"),
        *("mirror", "target", "iotune", "readonly", "shareable", "transient", "serial", "wwn"),
        *("vendor", "product", "encryption"),
    )

    type = Field("@type", SOURCE_TYPES, label=_("Source type"), live="update", unset="")
    device = Field(
        "@device",
        Choice(*BUSES, labels=_DEVICES, open=False),
        label=_("Device type"),
        unset="",
    )
    model = Field(
        "@model",
        Choice(*MODELS),
        label=_("VirtIO model"),
        help=_("'transitional' also works with guests that know only the first VirtIO standard."),
        advanced=True,
        caps="disk/model",
        when=lambda disk: disk.bus == "virtio",
    )
    raw_io = Field(
        "@rawio",
        YesNo(),
        label=_("Raw commands"),
        help=_("The guest may send commands to the LUN that need a privilege on the host."),
        advanced=True,
        when=lambda disk: disk.device == "lun",
    )
    filtered_io = Field(
        "@sgio",
        Choice("filtered", "unfiltered", open=False),
        label=_("SCSI commands"),
        help=_("Whether the host's kernel filters the commands of the guest."),
        advanced=True,
        when=lambda disk: disk.device == "lun",
    )
    snapshot = Field(
        "@snapshot",
        Choice("internal", "external", "manual", "no"),
        label=_("In snapshots"),
        help=_("How a snapshot of the machine takes this disk, if it is not told otherwise."),
        advanced=True,
    )
    source = Variant("@type", SOURCES, default="file")
    backing_stores = Many(BackingStore)
    mirrors = Many(Mirror)
    target = Field(
        "target/@dev",
        Text(pattern=r"[a-z]+[0-9]*(n[0-9]+)?", expected=_("a name such as vda")),
        label=_("Target"),
        help=_("Names the disk in this definition; the guest may call it something else."),
    )
    bus = Field(
        "target/@bus",
        Choice(*PREFIXES, labels=BUS_NAMES),
        label=_("Bus"),
        caps="disk/bus",
        among=lambda disk: BUSES.get(disk.device or "disk", ()),
        unset="",
        unfit=lambda disk: _("There is no {device} on this bus.").format(
            device=_DEVICES.get(disk.device or "disk", disk.device)
        ),
    )
    tray = Field(
        "target/@tray",
        Choice("open", "closed", open=False),
        label=_("Tray"),
        advanced=True,
        when=lambda disk: disk.device in ("cdrom", "floppy"),
    )
    removable = Field(
        "target/@removable",
        Choice("on", "off", open=False),
        label=_("Removable"),
        help=_("Whether the guest takes it for a stick that is unplugged, or for a fixed disk."),
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
    transient = Field(
        "transient",
        Flag(),
        label=_("Changes are thrown away when the guest stops"),
        advanced=True,
    )
    share_backing = Field(
        "transient/@shareBacking",
        YesNo(),
        label=_("Several guests may do so with the same image"),
        advanced=True,
    )

    # What it is ---------------------------------------------------------------------------------

    @property
    def path(self) -> str | None:
        """The file, block device or folder on the host; ``None`` for other sources."""
        source = self.source
        if isinstance(source, FileSource):
            return source.file
        if isinstance(source, BlockSource | VhostVdpaSource):
            return source.device
        return source.folder if isinstance(source, FolderSource) else None

    @property
    def where(self) -> str:
        """Where its contents lie, in a few words; empty where it has none."""
        source = self.source
        if isinstance(source, VolumeSource):
            return f"{source.pool}/{source.volume}" if source.volume else ""
        if isinstance(source, NetworkSource):
            return f"{source.protocol}:{source.name or ''}" if source.protocol else ""
        if isinstance(source, NvmeSource):
            return source.address.text
        if isinstance(source, VhostUserSource):
            return source.path or ""
        return self.path or ""

    @property
    def backing_chain(self) -> tuple[BackingStore, ...]:
        """The images that it builds on, the next one first; the end of the chain is left out."""
        chain: list[BackingStore] = []
        stores = list(self.backing_stores)
        while stores and stores[0].type:
            chain.append(stores[0])
            stores = list(stores[0].backing_stores)
        return tuple(chain)

    @property
    def is_virtio(self) -> bool:
        """Whether it speaks virtio to the guest."""
        return self.bus == "virtio"

    @property
    def display_name(self) -> str:
        """What a list calls it: ``VirtIO disk 1``."""
        number = self._number(self._siblings())
        bus = str(BUS_NAMES.get(self.bus or "", self.bus or ""))
        if self.device == "floppy":
            return str(_("Floppy {number}").format(number=number))
        kind = _KINDS.get(self.device or "disk", self.device)
        return f"{bus} {kind} {number}".strip()

    @property
    def summary(self) -> str:
        """Its format and the last part of where it lies; of a drive without medium, that."""
        if not self.where:
            return str(_("empty")) if self.device in ("cdrom", "floppy") else ""
        name = self.where.rstrip("/").rpartition("/")[2] if self.path else self.where
        return " · ".join(filter(None, (self.format, name)))

    @property
    def identity(self) -> Hashable:
        """Its target and its bus."""
        return (self.tag, self.target, self.bus)

    def _siblings(self) -> tuple[Device, ...]:
        return self._alike(_bus_and_kind)

    # What is added ------------------------------------------------------------------------------

    @classmethod
    def suggested(
        cls, domain: Domain, host: DomainCapabilities | None, device: str = "disk"
    ) -> Self:
        """Return a disk without source, on the bus of the first one of its kind.

        Parameters
        ----------
        domain
            The definition of the guest.
        host
            What its host offers.
        device
            ``disk``, ``cdrom``, ``floppy`` or ``lun``.
        """
        disks = domain.devices.of(Disk)
        bus = next((each.bus for each in disks if each.device == device and each.bus), None)
        bus = bus or _first_offered(BUSES.get(device, ("virtio",)), host)
        is_image = device == "disk"
        new = cls(
            type="block" if device == "lun" else "file",
            device=device,
            driver="qemu" if domain.type in ("qemu", "kvm", None) else None,
            format="qcow2" if is_image else "raw",
            bus=bus,
            target=free_target(bus, [each.target for each in disks]),
        )
        new.read_only = device == "cdrom"
        return new

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say that it has no source, a target that is taken, or no place on its bus."""
        del host
        if not self.where and (self.device or "disk") in ("disk", "lun"):
            return _("A disk needs a source. Choose a file, a volume or a device.")
        if any(each.target == self.target for each in domain.devices.of(Disk)):
            return _(
                "Another disk of the guest has the target {target}. Choose another one."
            ).format(target=self.target)
        places = PLACES.get(self.bus or "")
        if places is not None and place_of(self.target) >= places:
            return _("All {count} places of the bus {bus} are taken. Choose another bus.").format(
                count=places, bus=BUS_NAMES.get(self.bus or "", self.bus)
            )
        return ""

    def brings(self, domain: Domain, host: DomainCapabilities | None) -> tuple[Device, ...]:
        """Return the controller of its bus where the guest has none."""
        del host
        if self.bus not in ("scsi", "usb", "nvme"):
            # libvirt adds the others by itself.
            return ()
        found = missing_controller(domain, self.bus)
        for controller in found:
            if isinstance(controller.options, NvmeOptions):
                # To the guest, all disks of an NVMe controller have its serial number.
                controller.options.serial = self.serial
        return found

    # What belongs together ----------------------------------------------------------------------

    @rule("type", touches=("source",))
    def source_says_its_kind(self) -> None:
        """Say what libvirt wants to read of sources that there is only one kind of."""
        if isinstance(self.source, NvmeSource):
            self.source.type = "pci"
        elif isinstance(self.source, VhostUserSource):
            self.source.type = "unix"

    @rule("device", touches=("raw_io", "filtered_io"))
    def commands_go_with_the_lun(self) -> None:
        """Clear what only LUNs have."""
        if self.device != "lun":
            self.raw_io = self.filtered_io = None

    @rule(
        "device",
        touches=("type", "source", "bus", "target", "address", "removable", "model", "format"),
    )
    def device_sits_on_a_bus_of_its_kind(self) -> None:
        """Change to a bus that takes such a device; a LUN is a block device, media are raw."""
        buses = BUSES.get(self.device or "disk", ())
        if self.bus and self.bus not in buses:
            self.bus = buses[0]
            self._follow_bus()
        if self.device in ("cdrom", "floppy", "lun") and self.format is not None:
            self.format = "raw"
        if self.device == "lun" and self.type == "file":
            self.type = "block"

    @rule("transient", touches=("share_backing",))
    def sharing_needs_that_changes_are_thrown_away(self) -> None:
        """Clear what goes with it: an image that is changed for good cannot be shared."""
        if not self.transient:
            self.share_backing = None

    @rule("bus", touches=("target", "address", "removable", "model"))
    def bus_names_the_target(self) -> None:
        """Give the target a name of the new bus and drop what belonged to the old one."""
        self._follow_bus()

    def _follow_bus(self) -> None:
        prefix = PREFIXES.get(self.bus or "", "sd")
        if self.bus and not (self.target or "").startswith(prefix):
            self.target = free_target(self.bus, [each.target for each in self._others()])
        if self.address:
            del self.address
        if self.bus != "usb":
            self.removable = None
        if self.bus != "virtio":
            self.model = None

    def _others(self) -> tuple[Disk, ...]:
        return tuple(each for each in self._of_its_kind() if isinstance(each, Disk))


def _bus_and_kind(disk: Disk) -> Hashable:
    return (disk.bus, disk.device or "disk")


def _first_offered(buses: tuple[str, ...], host: DomainCapabilities | None) -> str:
    offered = host.choices("disk/bus") if host is not None else None
    return next((bus for bus in buses if offered is None or bus in offered), buses[0])
