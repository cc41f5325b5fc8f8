"""Which changes may be tried on a running machine, as data.

A row says where a change lies and by which strategy it is tried, or why there is none.
https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainUpdateDeviceFlags
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Disk, Graphics
from qvirt_jupyter.documents.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qvirt_jupyter.documents import Device


@dataclass(frozen=True, slots=True)
class Row:
    """What may be tried with a change.

    Parameters
    ----------
    where
        Paths, as a pattern; those of devices begin with the device's element.
    strategy
        A name of :data:`~qvirt_jupyter.hypervisor.editing.live_strategies.STRATEGIES`; None:
        nothing.
    reason
        Why nothing can be tried.
    only
        Told the device, says whether the row is meant.
    """

    where: str
    strategy: str | None = None
    reason: LazyString | str = ""
    only: Callable[[Device], bool] | None = None

    def matches(self, path: str, device: Device | None) -> bool:
        """Tell whether the row is about a change."""
        if re.fullmatch(self.where, path) is None:
            return False
        return self.only is None or (device is not None and self.only(device))


@dataclass(frozen=True, slots=True)
class Plug:
    """Whether devices of a kind come and go while a guest runs.

    Parameters
    ----------
    attach, detach
        Whether that may be tried.
    only
        Told the device, says why it stays as it is; empty where it may be tried.
    """

    attach: bool = True
    detach: bool = True
    only: Callable[[Device], LazyString | str] | None = None


def _has_media(device: Device) -> bool:
    return isinstance(device, Disk) and device.device in ("cdrom", "floppy")


def _has_no_password(device: Device) -> bool:
    # QEMU began with a password; libvirt keeps that one where it is given none.
    source = device.source if isinstance(device, Graphics) else None
    return getattr(source, "password", None) is None


def _is_on_a_bridge(device: Device) -> bool:
    # src/qemu/qemu_hotplug.c, qemuDomainChangeNet: only the host's side of these can be moved.
    return getattr(device, "type", None) in ("network", "bridge")


_FIXED_BUSES: Final = ("ide", "sata", "fdc", "sd")


def _disk_is_fixed(device: Device) -> LazyString | str:
    if _has_media(device) and getattr(device, "bus", None) not in ("scsi", "usb"):
        return _("A running guest cannot be given another drive for removable media.")
    if getattr(device, "bus", None) in _FIXED_BUSES:
        return _("Disks on this bus come and go only while the machine is off.")
    return ""


def _needs_a_pluggable_bus(device: Device) -> LazyString | str:
    bus = getattr(device, "bus", None)
    return _("PS/2 devices are part of the machine.") if bus == "ps2" else ""


def _is_pluggable_character(device: Device) -> LazyString | str:
    if device.tag == "channel":
        return ""
    target = getattr(device, "target_type", None)
    if target in ("virtio", "usb-serial", "pci-serial"):
        return ""
    return _("This port is part of the machine.")


def _is_scsi(device: Device) -> LazyString | str:
    if getattr(device, "type", None) == "scsi":
        return ""
    return _("Only SCSI controllers come and go while a guest runs.")


_NO_PLUG: Final = _("Devices of this kind come and go only while the machine is off.")

# Which kinds QEMU's driver plugs in (src/qemu/qemu_driver.c, qemuDomainAttachDeviceLive and
# qemuDomainDetachDeviceLive); a kind that is not here does neither.
PLUGS: Final[dict[str, Plug]] = {
    "disk": Plug(only=_disk_is_fixed),
    "controller": Plug(only=_is_scsi),
    "lease": Plug(),
    "filesystem": Plug(),
    "interface": Plug(),
    "hostdev": Plug(),
    "redirdev": Plug(),
    "channel": Plug(only=_is_pluggable_character),
    "console": Plug(only=_is_pluggable_character),
    "serial": Plug(only=_is_pluggable_character),
    "input": Plug(only=_needs_a_pluggable_bus),
    "watchdog": Plug(),
    "rng": Plug(),
    "memory": Plug(),
    "shmem": Plug(),
    "vsock": Plug(),
}

_WHAT_IT_IS: Final = _("What a device is stays while the guest uses it.")

# The first row that matches counts; what no row matches goes by the strategy of its declaration.
DEVICE_ROWS: Final[tuple[Row, ...]] = (
    Row(r"disk/iotune(/.*)?", "iotune"),
    # Another image, or none: https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
    Row(r"disk/(@type|source(/.*)?|driver/@type|backingStore(/.*)?)", "update", only=_has_media),
    Row(
        r"disk/(@type|source(/.*)?|driver/@type)",
        reason=_("A fixed disk keeps its image while the guest uses it."),
    ),
    Row(
        r"disk/driver/@(cache|io|discard|detect_zeroes|iothread|queues)",
        reason=_("The image is open in this way until the machine stops."),
    ),
    Row(r"disk/@snapshot", reason=_("It is looked at when a snapshot is taken after a start.")),
    Row(r"interface/link(/.*)?", "update"),
    Row(r"interface/(@type|source(/.*)?|virtualport(/.*)?)", "update", only=_is_on_a_bridge),
    Row(
        r"interface/(@type|source(/.*)?|virtualport(/.*)?|backend(/.*)?)",
        reason=_("Only cards on a network or a bridge are moved while the guest uses them."),
    ),
    Row(r"interface/bandwidth(/.*)?", "bandwidth"),
    Row(r"interface/(filterref(/.*)?|vlan(/.*)?|coalesce(/.*)?|port(/.*)?)", "update"),
    Row(
        r"interface/mtu(/.*)?",
        reason=_("QEMU tells the guest the MTU only when it starts."),
    ),
    Row(
        r"graphics/@passwd(ValidTo)?",
        reason=_("A display that asks for a password does so until the machine stops."),
        only=_has_no_password,
    ),
    Row(r"graphics/@(passwd|passwdValidTo|connected)", "update"),
    Row(r"graphics/.*", reason=_("The display listens as it did when the machine was started.")),
    Row(r"memballoon/stats(/.*)?", "balloon_period"),
    Row(r"memory/target/requested(/.*)?", "update"),
    Row(r"hostdev/teaming(/.*)?", reason=_WHAT_IT_IS),
    Row(r"disk/target(/.*)?", reason=_WHAT_IT_IS),
    Row(r".*/boot(/.*)?", reason=_("The firmware reads the boot order when the guest starts.")),
    Row(r".*/address(/.*)?", reason=_("The guest has found the device where it is now.")),
    Row(r".*/alias(/.*)?", reason=_("Names of devices are given when the machine starts.")),
    Row(r".*/model(/.*)?", reason=_WHAT_IT_IS),
)

DOMAIN_ROWS: Final[tuple[Row, ...]] = (
    Row(r"title|description|metadata(/.*)?", "metadata"),
    Row(r"memory|currentMemory", "memory"),
    Row(r"vcpu/@current", "vcpus"),
    Row(
        r"vcpu(/.*)?",
        reason=_("The greatest number of virtual CPUs is fixed while it runs."),
    ),
    Row(r"cputune(/.*)?", "cputune"),
    Row(r"memtune(/.*)?", "memtune"),
    Row(r"blkiotune(/.*)?", "blkiotune"),
    Row(r"numatune(/memory(/.*)?)?", "numatune"),
    Row(r"iothreads|iothreadids(/.*)?", "iothreads"),
    Row(r"on_(poweroff|reboot|crash)", "lifecycle_action"),
    Row(
        r"maxMemory(/.*)?",
        reason=_("The slots for memory are made when the machine starts."),
    ),
    Row(r"cpu(/.*)?", reason=_("The guest has found its processor as it is now.")),
    Row(r"os(/.*)?", reason=_("The firmware reads it when the guest starts.")),
    Row(r"clock(/.*)?", reason=_("The clock of the guest is set up when it starts.")),
    Row(r"features(/.*)?|pm(/.*)?", reason=_("The guest has found the machine as it is now.")),
    Row(
        r"(devices/emulator|@type|qemu:.*)(/.*)?",
        reason=_("The emulator is the one that runs."),
    ),
)

NO_PATH: Final = _("A running machine cannot take it over.")


def why_not(device: Device, strategy: Literal["attach", "detach"]) -> LazyString | str:
    """Say why a device does not come or go while its guest runs; empty where that may be tried.

    Parameters
    ----------
    device
        The device.
    strategy
        What is to be done with it.
    """
    plug = PLUGS.get(device.tag)
    if plug is None or not getattr(plug, strategy):
        return _NO_PLUG
    return plug.only(device) if plug.only is not None else ""


def strategy_of_device(device: Device, inside: str) -> tuple[str | None, LazyString | str]:
    """Say by which strategy a change of a device is tried, or why by none.

    Parameters
    ----------
    device
        The device.
    inside
        The path of the change from the device on.
    """
    row = _row(DEVICE_ROWS, f"{device.tag}/{inside}", device)
    if row is not None:
        return row.strategy, row.reason
    return _declared_strategy(device, inside), NO_PATH


def strategy_of_domain(path: str) -> tuple[str | None, LazyString | str]:
    """Say by which strategy a change of what is no device is tried, or why by none."""
    row = _row(DOMAIN_ROWS, path, None)
    return (row.strategy, row.reason) if row is not None else (None, NO_PATH)


def _declared_strategy(device: Device, inside: str) -> str | None:
    """Return what the declaration of the field says that lies there."""
    for location, declared in _located(device):
        if location == inside or inside.startswith(f"{location}/"):
            return declared
    return None


def _located(device: Device) -> Iterator[tuple[str, str]]:
    for member in schema_of(type(device)).members.values():
        declared = getattr(getattr(member, "declared", None), "live", None)
        if declared:
            yield str(member.location), declared


def _row(rows: tuple[Row, ...], path: str, device: Device | None) -> Row | None:
    return next((row for row in rows if row.matches(path, device)), None)
