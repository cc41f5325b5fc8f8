"""Which devices the host itself uses, so that nobody takes them away from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.node_device import NetworkDevice, StorageDevice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qvirt_jupyter import documents

_MOUNTS: Final = Path("/proc/self/mountinfo")
_SWAPS: Final = Path("/proc/swaps")
_BLOCKS: Final = Path("/sys/class/block")
_NUMBERS: Final = Path("/sys/dev/block")
_DEVICE: Final = 2
"""Where a line of mountinfo has major:minor (proc_pid_mountinfo(5)); the mount point is at 4."""
_POINT: Final = 4


def mounted_disks(
    mounts: Path = _MOUNTS,
    swaps: Path = _SWAPS,
    blocks: Path = _BLOCKS,
    numbers: Path = _NUMBERS,
) -> dict[str, str]:
    """Return the disks of this machine that carry mounted file systems or swap, with what for.

    What lies on partitions, RAID or logical volumes is followed down to the disks.

    Parameters
    ----------
    mounts, swaps, blocks, numbers
        Where Linux says it.
    """
    found: dict[str, str] = {}
    for line in _lines(mounts):
        words = line.split()
        if len(words) > _POINT:
            place = numbers / words[_DEVICE]
            if place.exists():
                for disk in _disks(place.resolve().name, blocks):
                    found.setdefault(f"/dev/{disk}", words[_POINT])
    for line in _lines(swaps)[1:]:
        name = Path(line.split()[0]).resolve().name
        if (blocks / name).exists():
            for disk in _disks(name, blocks):
                found.setdefault(f"/dev/{disk}", str(_("swap")))
    return found


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError:
        # Another system than Linux, or a sandbox that hides it: then nothing is known.
        return []


def _disks(name: str, blocks: Path) -> set[str]:
    """Return the disks that a block device lies on; itself where it is one."""
    place = (blocks / name).resolve()
    if (place / "partition").exists():
        return _disks(place.parent.name, blocks)
    below = place / "slaves"
    under = [each.name for each in below.iterdir()] if below.is_dir() else []
    return set().union(*(_disks(each, blocks) for each in under)) if under else {name}


def uses_of_host(
    nodes: Iterable[documents.NodeDevice], mounted: Mapping[str, str]
) -> dict[str, str]:
    """Return why the host needs some of its devices, by libvirt's names, in whole sentences.

    A device is needed for what hangs on it: the adapter for its disk.

    Parameters
    ----------
    nodes
        All devices of the host.
    mounted
        Disks in use, as :func:`mounted_disks` returns them; empty for another machine's.
    """
    by_name = {str(node.name): node for node in nodes}
    found: dict[str, str] = {}
    for node in by_name.values():
        reason = _reason(node, mounted)
        above: documents.NodeDevice | None = node
        while reason and above is not None and str(above.name) not in found:
            found[str(above.name)] = reason
            above = by_name.get(above.parent or "")
    return found


def _reason(node: documents.NodeDevice, mounted: Mapping[str, str]) -> str:
    device = node.capability
    if isinstance(device, StorageDevice) and (what := mounted.get(device.block or "")):
        text = _("The host uses its disk {disk} for {what}.")
        return str(text.format(disk=device.block, what=what))
    if (
        isinstance(device, NetworkDevice)
        and device.link_state == "up"
        and node.parent != "computer"
    ):
        text = _("The host uses its network device {device}: take it down first.")
        return str(text.format(device=device.interface))
    return ""
