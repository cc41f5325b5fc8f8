"""What the inventory knows of each object: immutable records, one class for each kind.

A record compares by value; the inventory builds a new one only if a raw value changed, so an
unchanged object keeps the identity of its record and a view may compare with ``is``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.host.secret_record import SecretRecord
from qvirt_jupyter.hypervisor.record_key import Recorded, RecordKey

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.documents import Change
    from qvirt_jupyter.hypervisor.editing.unplugs import Unplug
    from qvirt_jupyter.hypervisor.storage.room import TightDisk


class DomainState(enum.Enum):
    """What a virtual machine is doing, as the list shows it.

    libvirt's NOSTATE and BLOCKED count as running, and a machine that is shut off but has a
    managed-save image counts as saved.
    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainState
    """

    RUNNING = "running"
    """It executes, or waits for a device."""
    PAUSED = "paused"
    """Its processors are stopped, its memory is kept."""
    SHUTTING_DOWN = "shutting_down"
    """It was told to shut down and has not finished."""
    SHUTOFF = "shutoff"
    """It is off."""
    SAVED = "saved"
    """It is off, and its memory lies in a managed-save image: the next start resumes it."""
    CRASHED = "crashed"
    """It broke, and its configuration says to keep it for inspection."""
    SUSPENDED = "suspended"
    """The guest itself went to sleep (suspend to memory)."""

    @property
    def label(self) -> LazyString:
        """The state in one or two words."""
        return _STATE_LABELS[self]

    @property
    def is_active(self) -> bool:
        """Whether a process or an equivalent exists for the machine."""
        return self not in _INACTIVE

    @classmethod
    def from_libvirt(cls, state: int, *, managed_save: bool = False) -> DomainState:
        """Return the state that libvirt's number stands for."""
        found = _STATES.get(state, cls.RUNNING)
        return cls.SAVED if found is cls.SHUTOFF and managed_save else found


_STATES = {
    libvirt.VIR_DOMAIN_NOSTATE: DomainState.RUNNING,
    libvirt.VIR_DOMAIN_RUNNING: DomainState.RUNNING,
    libvirt.VIR_DOMAIN_BLOCKED: DomainState.RUNNING,
    libvirt.VIR_DOMAIN_PAUSED: DomainState.PAUSED,
    libvirt.VIR_DOMAIN_SHUTDOWN: DomainState.SHUTTING_DOWN,
    libvirt.VIR_DOMAIN_SHUTOFF: DomainState.SHUTOFF,
    libvirt.VIR_DOMAIN_CRASHED: DomainState.CRASHED,
    libvirt.VIR_DOMAIN_PMSUSPENDED: DomainState.SUSPENDED,
}
_INACTIVE = frozenset({DomainState.SHUTOFF, DomainState.SAVED})
_STATE_LABELS = {
    DomainState.RUNNING: _("Running"),
    DomainState.PAUSED: _("Paused"),
    DomainState.SHUTTING_DOWN: _("Shutting down"),
    DomainState.SHUTOFF: _("Shut off"),
    DomainState.SAVED: _("Saved"),
    DomainState.CRASHED: _("Crashed"),
    DomainState.SUSPENDED: _("Suspended"),
}


@dataclass(frozen=True, slots=True)
class DisplayRecord:
    """One screen of a virtual machine.

    Parameters
    ----------
    index
        Its position among the ``<graphics>`` elements, as ``virDomainOpenGraphicsFD`` counts.
    type
        ``"vnc"``, ``"spice"``, ``"rdp"``, ``"sdl"``, ``"egl-headless"`` or ``"dbus"``.
    listen
        How it can be reached: ``"address"``, ``"network"``, ``"socket"`` or ``"none"``.
    """

    index: int
    type: str
    listen: str


@dataclass(frozen=True, slots=True)
class DomainRecord(Recorded):
    """A virtual machine.

    Parameters
    ----------
    uri, uuid, name
        The connection and the two names of the machine.
    id
        libvirt's number for the running instance; -1 when off.
    state, reason
        What it is doing, and why in words (empty where libvirt does not say).
    title, description
        Free text of its owner; empty where not set.
    vcpus
        Number of virtual processors in use.
    memory, max_memory
        Current and largest memory in KiB.
    persistent
        It has a definition that outlives the running instance.
    autostart
        It starts with the host.
    managed_save
        It has a managed-save image.
    tags, group
        From our namespace in its metadata.
    addresses
        IP addresses that were last seen; empty where not known.
    os_id
        libosinfo's identifier of the guest's system, or empty.
    displays
        Its screens.
    started_at
        When it was started, in seconds since the epoch; None where not known.
    xml_version
        Counts the changes of its definition that were read; 0 while it has not been read yet.
    pending
        What waits for its next start, from how it runs to what is stored; empty where it is off.
        None where it was not compared, which is done while a list shows it:
        ``Domain.pending_changes`` asks libvirt.
    unplugs
        Devices that its guest was asked to let go of, and has not.
    is_template
        It is there to be cloned, and is not started.
    is_installing
        This run is that of its installer.
    full_disks
        The disks for which it is paused: no space was left for them.
    tight_disks
        Its disks in pools that are nearly full.
    """

    _kind: ClassVar[str] = "domain"

    uri: str
    uuid: str
    name: str
    id: int
    state: DomainState
    reason: str
    title: str
    description: str
    vcpus: int
    memory: int
    max_memory: int
    persistent: bool
    autostart: bool
    managed_save: bool
    tags: tuple[str, ...]
    group: str
    addresses: tuple[str, ...]
    os_id: str
    displays: tuple[DisplayRecord, ...]
    started_at: float | None
    xml_version: int
    pending: tuple[Change, ...] | None = None
    unplugs: tuple[Unplug, ...] = ()
    is_template: bool = False
    is_installing: bool = False
    full_disks: tuple[str, ...] = ()
    tight_disks: tuple[TightDisk, ...] = ()

    @property
    def label(self) -> str:
        """The title where there is one, otherwise the name."""
        return self.title or self.name

    @property
    def is_active(self) -> bool:
        """Whether it runs in any way."""
        return self.state.is_active


@dataclass(frozen=True, slots=True)
class NetworkRecord(Recorded):
    """A virtual network.

    Parameters
    ----------
    uri, uuid, name
        The connection and the two names of the network.
    active, persistent, autostart
        As for a machine.
    forward
        ``"nat"``, ``"route"``, ``"open"``, ``"bridge"``, ...; empty for an isolated network.
    bridge
        The host's bridge device, or empty.
    devices
        The host's devices that its traffic goes out by, where its definition names them.
    subnets
        What its addresses span: ``"192.168.122.0/24"``.
    """

    _kind: ClassVar[str] = "network"

    uri: str
    uuid: str
    name: str
    active: bool
    persistent: bool
    autostart: bool
    forward: str
    bridge: str
    devices: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoragePoolRecord(Recorded):
    """A storage pool.

    Parameters
    ----------
    uri, uuid, name
        The connection and the two names of the pool.
    active, persistent, autostart
        As for a machine.
    type
        ``"dir"``, ``"logical"``, ``"netfs"``, ...
    path
        Where its volumes appear on the host, or empty.
    capacity, allocation, available
        In bytes; zeros while it is off.
    source
        Where it comes from, in one line: ``nas.example.org:/export``, ``/dev/sdb``, ``vg0``; empty
        for a pool that is a folder.
    """

    _kind: ClassVar[str] = "pool"

    uri: str
    uuid: str
    name: str
    active: bool
    persistent: bool
    autostart: bool
    type: str
    path: str
    capacity: int
    allocation: int
    available: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class StorageVolumeRecord:
    """A volume of a pool; volumes are listed on demand and are not part of the inventory.

    Parameters
    ----------
    uri, pool, name
        The connection, the pool's UUID and the volume's name.
    type
        ``"file"``, ``"block"``, ``"dir"``, ``"network"``.
    path
        Where it is on the host.
    format
        ``"qcow2"``, ``"raw"``, ``"iso"``, ...; empty where the pool has none.
    capacity, allocation
        In bytes.
    backing
        Path of the volume that it builds on, or empty.
    id
        libvirt's own key of it: for LUNs of iSCSI and SCSI another one than the path.
    """

    uri: str
    pool: str
    name: str
    type: str
    path: str
    format: str
    capacity: int
    allocation: int
    backing: str
    id: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """The connection's URI, the pool's UUID and the name."""
        return (self.uri, self.pool, self.name)


@dataclass(frozen=True, slots=True)
class NodeDeviceRecord:
    """A device of the host.

    Parameters
    ----------
    uri, name
        The connection and libvirt's name of the device.
    parent
        Name of the device that it hangs on, or empty.
    capability
        Its first capability: ``"pci"``, ``"usb_device"``, ``"net"``, ``"storage"``, ...
    vendor, product
        In words, or empty.
    driver
        The driver of the host that has it, or empty.
    iommu_group
        The number of its IOMMU group, or empty.
    device
        What the host calls it: ``"eth0"``, ``"/dev/sda"``; empty where it has no such name.
    active
        Whether it is there now: a mediated device may be defined only.
    """

    uri: str
    name: str
    parent: str
    capability: str
    vendor: str
    product: str
    driver: str = ""
    iommu_group: str = ""
    device: str = ""
    active: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """The connection's URI and the name."""
        return (self.uri, self.name)

    @property
    def record_key(self) -> RecordKey:
        """The key under which batches say that it was removed."""
        return RecordKey("node_device", self.uri, self.name)


Record: TypeAlias = (
    DomainRecord | NetworkRecord | StoragePoolRecord | NodeDeviceRecord | SecretRecord
)
"""What an inventory holds."""
