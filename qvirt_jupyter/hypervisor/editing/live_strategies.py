"""How a running machine takes over what was stored: one function for each strategy.

What libvirt refuses waits for the next start, with libvirt's reason; nothing is raised, for the
stored part has succeeded.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import patch
from qvirt_jupyter.hypervisor.editing import live, live_tuning
from qvirt_jupyter.hypervisor.editing.device_matching import find
from qvirt_jupyter.hypervisor.editing.effects import Effect, When
from qvirt_jupyter.hypervisor.editing.unplugs import Unplug, Unplugs, is_there
from qvirt_jupyter.hypervisor.libvirt_errors import from_libvirt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from qvirt_jupyter.documents import Change, Device
    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle
    from qvirt_jupyter.hypervisor.editing.live import Step
    from qvirt_jupyter.hypervisor.errors import Subject

LIVE: Final = libvirt.VIR_DOMAIN_AFFECT_LIVE
_UNANSWERED: Final = _("The guest was asked to let go of it and has not answered yet.")
_LOCKED: Final = _(
    "The guest does not open the tray: it has locked it, since it uses the medium. Eject the "
    "medium in the guest and apply it again, or do it by force."
)
# What libvirt says when a tray stays closed (src/qemu/qemu_hotplug.c, qemuHotplugWaitForTrayEject);
# an image that cannot be opened is another error.
_WAITED_IN_VAIN: Final = (libvirt.VIR_ERR_OPERATION_FAILED, libvirt.VIR_ERR_OPERATION_TIMEOUT)
PATIENCE: Final = 5.0
"""Seconds in which a guest that is well lets go of a device; then it is pending."""


@dataclass(frozen=True, slots=True)
class Target:
    """The machine that a step is tried on.

    Parameters
    ----------
    domain
        libvirt's object.
    before, after
        The stored definition; `after` is what libvirt made of it.
    running
        That of the running machine before the first step.
    unplugs
        What guests were asked to let go of.
    force
        Whether media are changed although the guest has locked their tray.
    """

    domain: libvirt.virDomain
    before: documents.Domain
    after: documents.Domain
    running: documents.Domain
    unplugs: Unplugs
    force: bool = False


def update(target: Target, step: Step) -> None:
    """Change a device: its running self, with what was touched.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainUpdateDeviceFlags
    """
    assert step.pair is not None  # noqa: S101 - the plan gives devices to this strategy only
    assert step.running is not None  # noqa: S101 - what does not run waits
    device = step.running.copy()
    assert step.pair.before is not None  # noqa: S101 - it was changed
    paths = {step.pair.inside(change) for change in step.changes}
    patch(step.pair.before, step.pair.device, device, paths)
    forget_the_run(device)
    flags = LIVE | (libvirt.VIR_DOMAIN_DEVICE_MODIFY_FORCE if target.force else 0)
    target.domain.updateDeviceFlags(str(device), flags)


def attach(target: Target, step: Step) -> None:
    """Plug a device in, where its stored self is if that place is free."""
    assert step.pair is not None  # noqa: S101 - the plan gives devices to this strategy only
    wanted = step.pair.device
    # As libvirt completed it: with a MAC address, and with a place among the others.
    device = (find(wanted, target.after) or wanted).copy()
    try:
        target.domain.attachDeviceFlags(str(device), LIVE)
    except libvirt.libvirtError:
        if wanted.address or not device.address:
            raise
        # In the running machine another one may be there.
        del device.address
        target.domain.attachDeviceFlags(str(device), LIVE)


def detach(target: Target, step: Step) -> None:
    """Ask the guest to let go of a device, and give it a moment to answer.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainDetachDeviceAlias
    """
    assert step.pair is not None  # noqa: S101 - the plan gives devices to this strategy only
    assert step.running is not None  # noqa: S101 - what does not run is gone already
    domain, device, alias = target.domain, step.running, step.running.alias
    if not alias:
        domain.detachDeviceFlags(str(device), LIVE)
        return
    uuid = domain.UUIDString()
    asked_before = target.unplugs.find(uuid, alias)
    name = step.pair.device.display_name
    target.unplugs.ask(uuid, Unplug(alias, step.pair.name, name, time.time()))
    try:
        domain.detachDeviceAlias(alias, LIVE)
    except libvirt.libvirtError:
        if asked_before is not None and is_there(domain, alias):
            # QEMU still waits for the answer to the first question.
            return
        target.unplugs.withdraw(uuid, alias)
        raise
    if target.unplugs.wait(uuid, alias, PATIENCE) == "none" and not is_there(domain, alias):
        # A driver without events.
        target.unplugs.withdraw(uuid, alias)


def nothing(target: Target, step: Step) -> None:
    """Do nothing: the running machine has it that way already."""
    del target, step


STRATEGIES: Final[dict[str, Callable[[Target, Step], None]]] = {
    "update": update,
    "attach": attach,
    "detach": detach,
    "nothing": nothing,
    "link": update,
    "password": update,
    **live_tuning.STRATEGIES,
}
"""The strategies by the names that the tables and ``live=`` of a declaration give them."""

_LOOKED_AT: Final = frozenset({"update", "link"})
"""Strategies that libvirt may accept without doing everything that was asked for."""


def carry_out(
    handle: DomainHandle,
    before: documents.Domain,
    after: documents.Domain,
    written: documents.Domain,
    *,
    force: bool = False,
) -> tuple[Effect, ...]:
    """Try on the running machine what was stored.

    Parameters
    ----------
    handle
        The machine.
    before, after
        The stored definition before and after the edit.
    written
        What libvirt made of it.
    force
        As for :class:`Target`.

    Raises
    ------
    ConnectionLost
        The connection broke: what was tried is not known.
    """
    subject, uuid = handle.subject, handle.uuid
    unplugs = handle.connection.inventory.unplugs

    def work(connection: libvirt.virConnect) -> tuple[Effect, ...]:
        domain = connection.lookupByUUIDString(uuid)
        if not domain.isActive():
            # It stopped just now: the next start has it all.
            return live.all_now(before, after)
        running = _running(domain)
        plan = live.plan(before, after, running)
        target = Target(domain, before, written, running, unplugs, force)
        tried: list[Effect] = []
        for step in plan.steps:
            tried += _try(target, step, lambda error: _words(error, subject))
        if not domain.isActive():
            # It stopped meanwhile: what it refused for that waits for nothing, either.
            return live.all_now(before, after)
        return plan.effects(tuple(_seen(domain, plan.steps, tried, unplugs)))

    return handle.connection.call(work, subject=subject)


def _try(
    target: Target, step: Step, words: Callable[[libvirt.libvirtError], str]
) -> Iterator[Effect]:
    try:
        STRATEGIES[step.strategy](target, step)
    except libvirt.libvirtError as error:
        if _is_locked(target, step, error):
            reason = str(_LOCKED)
            yield from (
                Effect(change.path, change, "next_boot", reason, can_be_forced=True)
                for change in step.changes
            )
            return
        if len(step.changes) > 1:
            # Part of it may be possible.
            for change in step.changes:
                alone = live.Step(step.strategy, (change,), step.pair, step.running)
                yield from _try(target, alone, words)
            return
        # The guest was asked and may still do it.
        is_open = error.get_error_code() == libvirt.VIR_ERR_OPERATION_TIMEOUT
        when: When = "pending" if is_open else "next_boot"
        reason = str(_UNANSWERED) if is_open else words(error)
        yield from (Effect(change.path, change, when, reason) for change in step.changes)
        return
    yield from (Effect(change.path, change, "now") for change in step.changes)


def _is_locked(target: Target, step: Step, error: libvirt.libvirtError) -> bool:
    """Whether the guest did not open the tray of a drive: libvirt asked it, and waited."""
    device = step.pair.device if step.pair is not None else None
    return (
        not target.force
        and step.strategy == "update"
        and isinstance(device, documents.Disk)
        and device.device in ("cdrom", "floppy")
        and error.get_error_code() in _WAITED_IN_VAIN
    )


def _words(error: libvirt.libvirtError, subject: Subject) -> str:
    if error.get_error_domain() == libvirt.VIR_FROM_NONE and error.get_str1() is None:
        # "An error occurred, but the cause is unknown": that of a program has its words.
        return str(_("The hypervisor refused it and did not say why."))
    return from_libvirt(error, subject).reason


def _seen(
    domain: libvirt.virDomain, steps: Iterable[Step], tried: list[Effect], unplugs: Unplugs
) -> Iterator[Effect]:
    """Look at the running machine again, where libvirt's yes does not say that it is done."""
    running: documents.Domain | None = None
    by_path = {change.path: step for step in steps for change in step.changes}
    for effect in tried:
        step = by_path[effect.path]
        if effect.when != "now" or step.strategy not in {*_LOOKED_AT, "detach"}:
            yield effect
            continue
        running = running if running is not None else _running(domain)
        when, reason = _outcome(step, effect.change, running, unplugs)
        yield Effect(effect.path, effect.change, when, reason)


def _outcome(
    step: Step, change: Change, running: documents.Domain, unplugs: Unplugs
) -> tuple[When, str]:
    assert step.pair is not None  # noqa: S101 - only devices are looked at
    if step.strategy == "detach":
        assert step.running is not None  # noqa: S101 - the plan says so
        alias = step.running.alias
        if not any(other.alias == alias for other in running.devices.of(type(step.running))):
            return "now", ""
        asked = unplugs.find(str(running.uuid), alias or "")
        if asked is not None and asked.refused:
            return "next_boot", str(_("The guest was asked to let go of it and refused."))
        return "pending", str(_UNANSWERED)
    found = find(step.pair.device, running)
    if found is not None:
        now, wanted = found.copy(), step.pair.device.copy()
        forget_the_run(now)
        forget_the_run(wanted)
        if live.is_missing(change, step.pair.inside(change), now.diff(wanted)):
            return "next_boot", str(_("The running machine was asked, but it is as it was."))
    return "now", ""


def forget_the_run(device: Device) -> None:
    """Take away what libvirt found for the old source of a device; it finds it anew."""
    root = device._node  # noqa: SLF001 - none of it is declared, for it is nobody's wish
    if root is None:
        return
    source = root.find("source")
    if source is not None:
        for name in ("index", "portid"):
            source.attrib.pop(name, None)
        if device.tag == "interface" and root.get("type") == "network":
            source.attrib.pop("bridge", None)
        if not source.attrib and not len(source):
            # An empty drive has its number only.
            root.remove(source)
    if device.tag == "disk":
        for chain in root.findall("backingStore"):
            root.remove(chain)


def _running(domain: libvirt.virDomain) -> documents.Domain:
    return documents.Domain.parse(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE))
