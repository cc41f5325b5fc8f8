"""What of a running machine's stored definition differs from how it runs now.

libvirt writes into the running definition what it found and made for this run: aliases, ports,
expanded processor models. That is no change of anybody's, so it is left out.
https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainXMLFlags
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.documents import transfer
from qvirt_jupyter.hypervisor.editing.device_matching import kinds, pairs
from qvirt_jupyter.hypervisor.editing.live import changes_of_domain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qvirt_jupyter import documents
    from qvirt_jupyter.documents import Change
    from qvirt_jupyter.hypervisor.editing.device_matching import Pair


@dataclass(frozen=True, slots=True)
class Noise:
    """What libvirt makes of a value for a run.

    Parameters
    ----------
    where
        Paths, as a pattern; ``[...]`` stands for any one device.
    only
        Told both definitions and the change, says whether the row is meant.
    """

    where: str
    only: Callable[[documents.Domain, documents.Domain, Change], bool] | None = None

    def covers(self, running: documents.Domain, stored: documents.Domain, change: Change) -> bool:
        """Tell whether a change is of this kind."""
        pattern = self.where.replace("[...]", r"\[[^]]*\]")
        if re.fullmatch(pattern, change.path) is None:
            return False
        return self.only is None or self.only(running, stored, change)


_EXPANDED: Final = frozenset({"host-model", "maximum", "host-passthrough"})
"""Modes of a processor for which libvirt writes what it found into the running definition."""


def _is_expanded(running: documents.Domain, stored: documents.Domain, _change: Change) -> bool:
    is_found = stored.cpu.mode in _EXPANDED or stored.cpu.match == "minimum"
    return is_found and running.cpu.mode in (*_EXPANDED, "custom")


def _is_settled(_running: documents.Domain, _stored: documents.Domain, change: Change) -> bool:
    # What the host has of a wish: it is required now, or forbidden.
    return change.after == "optional"


def _is_automatic(_running: documents.Domain, _stored: documents.Domain, change: Change) -> bool:
    return change.after in ("-1", "0", None)


def _is_in_the_balloon(
    running: documents.Domain, stored: documents.Domain, _change: Change
) -> bool:
    # Below the same maximum it is the guest that gives memory back, or does not.
    return running.memory == stored.memory


def _is_empty(running: documents.Domain, _stored: documents.Domain, change: Change) -> bool:
    target = change.path.partition("[")[2].partition("]")[0]
    disk = running.devices.disks.get(target)
    return disk is not None and change.before is None and _source(disk) is None


def _had_nothing(running: documents.Domain, _stored: documents.Domain, change: Change) -> bool:
    target = change.path.partition("[")[2].partition("]")[0]
    disk = running.devices.disks.get(target)
    return disk is not None and change.after is None and _source(disk) is None


def _source(disk: documents.Disk) -> object:
    node = disk._node  # noqa: SLF001 - whether there is any, of whatever kind
    source = None if node is None else node.find("source")
    return source if source is not None and set(source.attrib) - {"index"} else None


NOISE: Final[tuple[Noise, ...]] = (
    Noise("cpu(/.*)?", _is_expanded),
    # What was asked for, and that it was checked.
    Noise("cpu/@(check|match)"),
    Noise("cpu/model/@fallback"),
    Noise("cpu/feature[...]/@policy", _is_settled),
    # Chosen at the start where autoport is set.
    Noise(r"devices/graphics[...]/@(port|tlsPort|websocket)", _is_automatic),
    Noise("currentMemory", _is_in_the_balloon),
    # There is no image whose format it could be.
    Noise("devices/disk[...]/driver/@type", _is_empty),
    # libvirt numbers the image of an empty drive, too.
    Noise("devices/disk[...]/source", _had_nothing),
    # The guest sets its clock.
    Noise("clock/@(adjustment|basis|adjustment0)"),
    # Labels of this run.
    Noise("seclabel.*"),
    Noise("@id"),
)
_WHOLE_DEVICE: Final = re.compile(r"devices/[\w-]+(\[[^]]*\])*")

TAKEN_AWAY: Final[tuple[str, ...]] = (
    r"devices/disk\[[^]]*\]/source(/@(file|dev|dir|pool|volume|protocol|name))?",
    r"devices/disk\[[^]]*\]/(serial|wwn|readonly|shareable|transient|iotune(/.*)?)",
    r"devices/disk\[[^]]*\]/driver/@(cache|io|discard|detect_zeroes|iothread|queues)",
    r"devices/interface\[[^]]*\]/(filterref(/.*)?|link(/.*)?|vlan(/.*)?)",
    r"devices/graphics\[[^]]*\]/@(passwd|passwdValidTo|connected|keymap)",
    r"devices/\w+\[[^]]*\]/boot(/.*)?",
    r"title|description|features/.*|pm(/.*)?|memoryBacking(/.*)?",
    r"os/(kernel|initrd|cmdline|dtb|bootmenu(/.*)?|smbios(/.*)?|bios(/.*)?|boot\b.*)",
)
"""What libvirt never fills in for a run, as patterns: missing in the stored one, it was cleared."""

COUPLED: Final[tuple[str, ...]] = (
    # The bus names the target and gives the address.
    r"target(/.*)?|address(/.*)?|model(/.*)?",
    r"@type|source(/.*)?|driver/@type|backingStore(/.*)?|virtualport(/.*)?",
    r"@port|@autoport|@tlsPort|@websocket|@listen|listen(\[.*)?",
)
"""What of a device makes sense together only, as patterns of paths from the device on."""

COUPLED_IN_DOMAIN: Final[tuple[str, ...]] = (
    r"memory|currentMemory|maxMemory(/.*)?|cpu/numa(/.*)?",
    r"vcpu(/.*)?|vcpus(/.*)?|cpu/topology(/.*)?",
    r"os/(loader|nvram|firmware|@firmware)(/.*)?",
)


def pending_changes(running: documents.Domain, stored: documents.Domain) -> tuple[Change, ...]:
    """Return what will be otherwise after the next start, as changes from now to then.

    Parameters
    ----------
    running
        The definition of the running instance.
    stored
        The one that counts from the next start.
    """
    return tuple(
        change
        for change in (*changes_of_domain(running, stored), *_changes_of_devices(running, stored))
        if _is_of_somebody(change)
        and not any(noise.covers(running, stored, change) for noise in NOISE)
    )


def _changes_of_devices(running: documents.Domain, stored: documents.Domain) -> Iterator[Change]:
    for pair in pairs(running, stored):
        changes = pair.changes()
        insides = [pair.inside(change) for change in changes]
        is_another = any(
            inside == "target/@bus" or inside.startswith("model") for inside in insides
        )
        for change, inside in zip(changes, insides, strict=True):
            # What is something else now is elsewhere, too: that goes without saying.
            if not (is_another and inside.partition("/")[0] == "address"):
                yield change


def _is_of_somebody(change: Change) -> bool:
    """Tell whether somebody made a change from how it runs to what is stored."""
    if change.after is not None or _WHOLE_DEVICE.fullmatch(change.path):
        return True
    # Most of what only the running definition has was filled in for the run.
    return any(re.fullmatch(pattern, change.path) for pattern in TAKEN_AWAY)


def revert(running: documents.Domain, stored: documents.Domain, change: Change) -> None:
    """Write into the stored definition what runs, with what makes sense together only.

    Parameters
    ----------
    running
        The definition of the running instance.
    stored
        The one that counts from the next start; it is changed.
    change
        One of the pending changes.

    Raises
    ------
    KeyError
        It does not wait any more.
    """
    for pair in pairs(running, stored):
        if change.path == pair.name or change.path.startswith(f"{pair.name}/"):
            _revert_device(pair, stored, change)
            return
    if any(change.path.startswith(f"devices/{cls.tag}[") for cls in kinds(stored.devices).values()):
        raise KeyError(change.path)
    waiting = [other for other in changes_of_domain(running, stored) if _is_of_somebody(other)]
    _carry_back(running, stored, change.path, waiting, COUPLED_IN_DOMAIN)


def _revert_device(pair: Pair, stored: documents.Domain, change: Change) -> None:
    if pair.before is None:
        assert pair.after is not None  # noqa: S101 - one of them is always there
        stored.devices.remove(pair.after)
    elif pair.after is None:
        stored.devices.add(pair.before.copy())
    else:
        waiting = list(pair.before.diff(pair.after))
        _carry_back(pair.before, pair.after, pair.inside(change), waiting, COUPLED)


def _carry_back(
    running: documents.Element,
    stored: documents.Element,
    path: str,
    waiting: list[Change],
    coupled: tuple[str, ...],
) -> None:
    together = next((each for each in coupled if re.fullmatch(each, path)), re.escape(path))
    wanted = [
        other for other in waiting if other.path == path or re.fullmatch(together, other.path)
    ]
    if path not in {other.path for other in wanted}:
        raise KeyError(path)
    for other in wanted:
        transfer(running, stored, other.path)
