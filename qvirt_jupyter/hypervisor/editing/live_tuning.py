"""Strategies for what is no device: processors, memory, limits, metadata of a running machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import libvirt

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from qvirt_jupyter.documents import Device, Domain
    from qvirt_jupyter.hypervisor.editing.live import Step
    from qvirt_jupyter.hypervisor.editing.live_strategies import Target

LIVE: Final = libvirt.VIR_DOMAIN_AFFECT_LIVE
_UNLIMITED: Final = 9_007_199_254_740_991
"""VIR_DOMAIN_MEMORY_PARAM_UNLIMITED, which libvirt-python does not name."""


def vcpus(target: Target, step: Step) -> None:
    """Plug processors in or out; a guest must let go of one.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetVcpusFlags
    """
    del step
    target.domain.setVcpusFlags(target.after.current_vcpus or target.after.vcpus or 1, LIVE)


def memory(target: Target, step: Step) -> None:
    """Change the memory that the guest has, and the most that it may have (DET-29).

    Where the new maximum is below what it has, that is lowered first; otherwise the maximum goes
    first.
    """
    most, current = target.after.memory, target.after.current_memory or target.after.memory
    has = target.running.current_memory or target.running.memory or 0
    paths = {change.path for change in step.changes}
    calls: list[Callable[[], object]] = []
    if "memory" in paths and most is not None:
        flags = LIVE | libvirt.VIR_DOMAIN_MEM_MAXIMUM
        calls.append(lambda: target.domain.setMemoryFlags(most, flags))
    if "currentMemory" in paths and current is not None:
        calls.append(lambda: target.domain.setMemoryFlags(current, LIVE))
    if most is not None and most < has:
        calls.reverse()
    for call in calls:
        call()


def cputune(target: Target, step: Step) -> None:
    """Change shares, quotas and pinning.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetSchedulerParametersFlags
    """
    del step
    before, after = _section(target.before, "cputune"), _section(target.after, "cputune")
    limits = {
        _SCHEDULER.get(tag, f"vcpu_{tag}"): int(after[tag]) if tag in after else _default(tag)
        for tag in (*_SCHEDULER, "period", "quota")
        if before.get(tag) != after.get(tag)
    }
    if limits:
        target.domain.setSchedulerParametersFlags(limits, LIVE)
    old, new = _pins(target.before), _pins(target.after)
    cpus = target.domain.connect().getInfo()[2]
    for what, number in dict.fromkeys([*old, *new]):
        cpuset = new.get((what, number))
        if old.get((what, number)) != cpuset:
            # What is pinned no more may run everywhere.
            allowed = cpu_map(cpuset or f"0-{max(0, cpus - 1)}", cpus)
            _pin(target.domain, what, number, allowed)


_SCHEDULER: Final = {
    "shares": "cpu_shares",
    **{
        name: name
        for whose in ("global", "emulator", "iothread")
        for name in (f"{whose}_period", f"{whose}_quota")
    },
}


def _default(tag: str) -> int:
    # https://libvirt.org/formatdomain.html#cpu-tuning: a quota below zero is no limit.
    if tag == "shares":
        return 1024
    return 100_000 if tag.endswith("period") else -1


def _pin(domain: libvirt.virDomain, what: str, number: int, cpus: tuple[bool, ...]) -> None:
    if what == "vcpupin":
        domain.pinVcpuFlags(number, cpus, LIVE)
    elif what == "emulatorpin":
        domain.pinEmulator(cpus, LIVE)
    else:
        domain.pinIOThread(number, cpus, LIVE)


def _pins(definition: Domain) -> dict[tuple[str, int], str]:
    root = definition._node  # noqa: SLF001 - read as libvirt writes it, declared or not
    assert root is not None  # noqa: S101 - a definition has a node
    return {
        (tag, int(pin.get("vcpu") or pin.get("iothread") or 0)): pin.get("cpuset") or ""
        for tag in ("vcpupin", "emulatorpin", "iothreadpin")
        for pin in root.iterfind(f"cputune/{tag}")
    }


def cpu_map(cpuset: str, cpus: int) -> tuple[bool, ...]:
    """Read ``0-3,^2``: https://libvirt.org/formatdomain.html#cpu-allocation.

    Parameters
    ----------
    cpuset
        Numbers and ranges of the host's processors; ``^`` takes one out.
    cpus
        How many the host has.
    """
    chosen = [False] * cpus
    for part in filter(None, (part.strip() for part in cpuset.split(","))):
        first, _dash, last = part.removeprefix("^").partition("-")
        for number in range(int(first), int(last or first) + 1):
            if number < cpus:
                chosen[number] = not part.startswith("^")
    return tuple(chosen)


def memtune(target: Target, step: Step) -> None:
    """Change limits of memory, in KiB.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetMemoryParameters
    """
    del step
    before, after = _section(target.before, "memtune"), _section(target.after, "memtune")
    limits = {
        name: _kib(target.after, f"memtune/{name}") if name in after else _UNLIMITED
        for name in ("hard_limit", "soft_limit", "swap_hard_limit", "min_guarantee")
        if before.get(name) != after.get(name)
    }
    if limits:
        target.domain.setMemoryParameters(limits, LIVE)


def blkiotune(target: Target, step: Step) -> None:
    """Change weights and limits of block devices of the host.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetBlkioParameters
    """
    del step
    before, after = _blkio(target.before), _blkio(target.after)
    changed: dict[str, Any] = {
        name: after.get(name, _nothing_left(before[name]) if name in before else 0)
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    }
    if changed:
        target.domain.setBlkioParameters(changed, LIVE)


def _nothing_left(value: str | int) -> str | int:
    """Return a list of devices with 0 for each, which means no limit."""
    if isinstance(value, int):
        return 500
    return ",".join(f"{path},0" for path in value.split(",")[::2])


def _blkio(definition: Domain) -> dict[str, str | int]:
    root = definition._node  # noqa: SLF001 - as above
    assert root is not None  # noqa: S101 - a definition has a node
    values: dict[str, str | int] = {}
    weight = root.findtext("blkiotune/weight")
    if weight:
        values["weight"] = int(weight)
    for device in root.iterfind("blkiotune/device"):
        path = device.findtext("path")
        for child in device:
            if isinstance(child.tag, str) and child.tag != "path" and child.text:
                name = f"device_{child.tag}"
                had = values.get(name)
                values[name] = f"{had},{path},{child.text}" if had else f"{path},{child.text}"
    return values


_NUMA_MODES: Final = {"strict": 0, "preferred": 1, "interleave": 2, "restrictive": 3}


def numatune(target: Target, step: Step) -> None:
    """Move the memory of the guest to other nodes of the host.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetNumaParameters
    """
    del step
    root = target.after._node  # noqa: SLF001 - as above
    assert root is not None  # noqa: S101 - a definition has a node
    found = root.find("numatune/memory")
    node = {} if found is None else dict(found.attrib)
    parameters: dict[str, Any] = {"numa_nodeset": node.get("nodeset", "")}
    if "mode" in node:
        parameters["numa_mode"] = _NUMA_MODES.get(str(node["mode"]), 0)
    target.domain.setNumaParameters(parameters, LIVE)


def iothreads(target: Target, step: Step) -> None:
    """Add and remove threads for input and output."""
    del step
    wanted, has = _threads(target.after), _threads(target.running)
    for number in sorted(wanted - has):
        target.domain.addIOThread(number, LIVE)
    for number in sorted(has - wanted):
        target.domain.delIOThread(number, LIVE)


def _threads(definition: Domain) -> set[int]:
    root = definition._node  # noqa: SLF001 - as above
    assert root is not None  # noqa: S101 - a definition has a node
    named = {int(thread.get("id") or 0) for thread in root.iterfind("iothreadids/iothread")}
    count = int(root.findtext("iothreads") or 0)
    free = (number for number in range(1, count + len(named) + 1) if number not in named)
    while len(named) < count:
        named.add(next(free))
    return named


_EVENTS: Final = {"on_poweroff": 0, "on_reboot": 1, "on_crash": 2}
_ACTIONS: Final = (
    *("destroy", "restart", "rename-restart", "preserve"),
    *("coredump-destroy", "coredump-restart"),
)


def lifecycle_action(target: Target, step: Step) -> None:
    """Say what happens when the guest stops.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetLifecycleAction
    """
    for change in step.changes:
        action = change.after or {"on_poweroff": "destroy"}.get(change.path, "restart")
        target.domain.setLifecycleAction(_EVENTS[change.path], _ACTIONS.index(action), LIVE)


def metadata(target: Target, step: Step) -> None:
    """Write title, description and elements of other programs.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetMetadata
    """
    paths = {change.path for change in step.changes}
    set_it = target.domain.setMetadata
    if "title" in paths:
        set_it(libvirt.VIR_DOMAIN_METADATA_TITLE, target.after.title or None, None, None, LIVE)
    if "description" in paths:
        text = target.after.description or None
        set_it(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, text, None, None, LIVE)
    old, new = _own_elements(target.before), _own_elements(target.after)
    for number, uri in enumerate(dict.fromkeys([*old, *new])):
        if old.get(uri) != new.get(uri):
            # libvirt declares the prefix itself and refuses one that is declared already.
            set_it(libvirt.VIR_DOMAIN_METADATA_ELEMENT, new.get(uri), f"qv{number}", uri, LIVE)


def _own_elements(definition: Domain) -> dict[str, str]:
    from lxml import etree  # noqa: PLC0415 - only here

    root = definition._node  # noqa: SLF001 - as above
    assert root is not None  # noqa: S101 - a definition has a node
    return {
        etree.QName(child).namespace or "": etree.tostring(
            child, encoding="unicode", with_tail=False
        )
        for child in root.iterfind("metadata/*")
        if isinstance(child.tag, str)
    }


def iotune(target: Target, step: Step) -> None:
    """Change the limits of a disk.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetBlockIoTune
    """
    assert step.pair is not None  # noqa: S101 - the plan gives devices to this strategy only
    before, after = _leaves(step.pair.before, "iotune"), _leaves(step.pair.after, "iotune")
    # All at once: libvirt takes a total only where its parts are 0.
    limits: dict[str, Any] = {
        name: (after.get(name, "") if name == "group_name" else int(after.get(name) or 0))
        for name in dict.fromkeys([*before, *after])
        if name != "group_name" or name in after
    }
    target.domain.setBlockIoTune(getattr(step.pair.device, "target", ""), limits, LIVE)


def bandwidth(target: Target, step: Step) -> None:
    """Change the limits of a network card.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetInterfaceParameters
    """
    assert step.pair is not None  # noqa: S101 - the plan gives devices to this strategy only
    node = step.pair.device._node  # noqa: SLF001 - as above
    assert node is not None  # noqa: S101 - a device has a node
    limits = {
        f"{way}.{name}": _number(node.find(f"bandwidth/{way}"), name)
        for way in ("inbound", "outbound")
        for name in ("average", "peak", "burst", *(("floor",) if way == "inbound" else ()))
    }
    if not limits["inbound.floor"]:
        del limits["inbound.floor"]
    mac = getattr(step.running, "mac", None) or getattr(step.pair.device, "mac", "")
    target.domain.setInterfaceParameters(mac, limits, LIVE)


def balloon_period(target: Target, step: Step) -> None:
    """Change how often the guest tells what of its memory is free, in seconds."""
    assert step.pair is not None  # noqa: S101 - the plan gives devices to this strategy only
    node = step.pair.device._node  # noqa: SLF001 - as above
    assert node is not None  # noqa: S101 - a device has a node
    target.domain.setMemoryStatsPeriod(_number(node.find("stats"), "period"), LIVE)


def _number(node: _Element | None, name: str) -> int:
    return 0 if node is None else int(node.get(name) or 0)


def _leaves(device: Device | None, tag: str) -> dict[str, str]:
    node = None if device is None else device._node  # noqa: SLF001 - as above
    found = None if node is None else node.find(tag)
    if found is None:
        return {}
    return {str(child.tag): (child.text or "").strip() for child in found}


def _section(definition: Domain, tag: str) -> dict[str, str]:
    root = definition._node  # noqa: SLF001 - as above
    assert root is not None  # noqa: S101 - a definition has a node
    found = root.find(tag)
    if found is None:
        return {}
    return {
        str(child.tag): f"{child.text or ''} {child.get('unit', '')}".strip() for child in found
    }


def _kib(definition: Domain, path: str) -> int:
    from qvirt_jupyter.documents import Size  # noqa: PLC0415 - only here

    root = definition._node  # noqa: SLF001 - as above
    found = None if root is None else root.find(path)
    if found is None:
        return 0
    return Size().parse(f"{found.text} {found.get('unit', 'KiB')}")


STRATEGIES: Final[dict[str, Callable[[Target, Step], None]]] = {
    "vcpus": vcpus,
    "memory": memory,
    "cputune": cputune,
    "memtune": memtune,
    "blkiotune": blkiotune,
    "numatune": numatune,
    "iothreads": iothreads,
    "lifecycle_action": lifecycle_action,
    "metadata": metadata,
    "iotune": iotune,
    "bandwidth": bandwidth,
    "balloon_period": balloon_period,
}
