"""What of an edit may be tried on a running machine, and what waits for its next start.

libvirt's answer decides: what it refuses of what is tried waits for the next start, too.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.diff import Diff
from qvirt_jupyter.hypervisor.editing.device_matching import Pair, find, kinds, pairs
from qvirt_jupyter.hypervisor.editing.effects import Effect
from qvirt_jupyter.hypervisor.editing.live_tables import (
    NO_PATH,
    strategy_of_device,
    strategy_of_domain,
    why_not,
)

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.documents import Change, Device


_NOT_RUNNING_YET: Final = _("The running machine does not have this device.")


_OF_MODULES: Final = frozenset({"memory", "currentMemory"})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is tried on a running machine.

    Parameters
    ----------
    strategy
        By which strategy.
    changes
        What it brings about.
    pair
        The device in the stored definition before and after; None for what is no device.
    running
        The device in the running machine, where it has it.
    """

    strategy: str
    changes: tuple[Change, ...]
    pair: Pair | None = None
    running: Device | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried, and what waits.

    Parameters
    ----------
    steps
        In order.
    waiting
        What is not tried, with reasons.
    order
        The paths of all changes, in order.
    """

    steps: tuple[Step, ...]
    waiting: tuple[Effect, ...]
    order: tuple[str, ...]

    def effects(self, tried: tuple[Effect, ...] | None = None) -> tuple[Effect, ...]:
        """Return all effects in the order of the changes.

        Parameters
        ----------
        tried
            What became of the steps; without it, they are thought to succeed.
        """
        if tried is None:
            tried = tuple(
                Effect(change.path, change, "now") for step in self.steps for change in step.changes
            )
        places = {path: place for place, path in enumerate(self.order)}
        found = sorted((*tried, *self.waiting), key=lambda effect: places.get(effect.path, 0))
        late = next((effect for effect in found if _is_late_module(effect)), None)
        if late is None:
            return tuple(found)
        # The memory of a module stays as long as the module.
        return tuple(
            dataclasses.replace(effect, when=late.when, reason=late.reason)
            if effect.path in _OF_MODULES
            else effect
            for effect in found
        )


def _is_late_module(effect: Effect) -> bool:
    is_whole = re.fullmatch(r"devices/memory\[[^/]*", effect.path) is not None
    return is_whole and effect.when != "now"


def changes_of_domain(before: documents.Domain, after: documents.Domain) -> tuple[Change, ...]:
    """Compare two definitions of a machine in what is no device."""
    return tuple(change for change in before.diff(after) if not _is_of_a_device(change, before))


def changes_of(before: documents.Domain, after: documents.Domain) -> Diff:
    """Compare two definitions of a machine, device with device."""
    of_devices = (change for pair in pairs(before, after) for change in pair.changes())
    return Diff((*changes_of_domain(before, after), *of_devices))


def all_now(before: documents.Domain, after: documents.Domain) -> tuple[Effect, ...]:
    """Return the effects of an edit of a machine that is off: nothing waits."""
    return tuple(Effect(change.path, change, "now") for change in changes_of(before, after))


def all_wait(
    before: documents.Domain, after: documents.Domain, reason: LazyString | str
) -> tuple[Effect, ...]:
    """Return the effects of an edit that is not tried on the running machine."""
    return tuple(
        Effect(change.path, change, "next_boot", str(reason))
        for change in changes_of(before, after)
    )


def plan(before: documents.Domain, after: documents.Domain, running: documents.Domain) -> Plan:
    """Say what of an edit is tried on the running machine.

    Parameters
    ----------
    before, after
        The stored definition.
    running
        That of the running machine.
    """
    steps: list[Step] = []
    waiting: list[Effect] = []
    order: list[str] = []
    grouped: dict[str, list[Change]] = {}
    to_do = running.diff(after)
    # Memory comes and goes with its module: a balloon would take it from the guest once more.
    matched = pairs(before, after)
    moves_modules = any(
        pair.device.tag == "memory" and (pair.before is None or pair.after is None)
        for pair in matched
    )
    for change in changes_of_domain(before, after):
        order.append(change.path)
        strategy, reason = strategy_of_domain(change.path)
        is_module = change.path in _OF_MODULES and moves_modules
        if is_module or not is_missing(change, change.path, to_do):
            grouped.setdefault("nothing", []).append(change)
        elif strategy is None:
            waiting.append(_waits(change, reason))
        else:
            grouped.setdefault(strategy, []).append(change)
    steps += [Step(strategy, tuple(changes)) for strategy, changes in grouped.items()]
    leaving: list[Step] = []
    staying: list[Step] = []
    coming: list[Step] = []
    for pair in matched:
        changes = pair.changes()
        order += [change.path for change in changes]
        if not changes:
            continue
        target = find(pair.before, running) if pair.before is not None else None
        if pair.before is None:
            _plug(pair, target, coming, waiting, "attach")
        elif pair.after is None:
            if target is not None:
                _plug(pair, target, leaving, waiting, "detach")
            else:
                # It was to come with the next start.
                coming.append(Step("nothing", changes, pair))
        else:
            _update(pair, target, staying, waiting)
    return Plan((*steps, *leaving, *staying, *coming), tuple(waiting), tuple(order))


def is_missing(change: Change, path: str, to_do: Diff) -> bool:
    """Tell whether the running machine still has to take over a change.

    Parameters
    ----------
    change
        A change of the stored definition.
    path
        Where, in what is compared.
    to_do
        What leads from what runs to what is stored now.
    """
    return any(
        other.path == path or other.path.startswith(f"{path}/") or path.startswith(f"{other.path}/")
        for other in to_do
        # What only the running machine has was filled in, unless it was to go.
        if change.after is None or other.after is not None
    )


def _plug(
    pair: Pair,
    target: Device | None,
    steps: list[Step],
    waiting: list[Effect],
    strategy: Literal["attach", "detach"],
) -> None:
    reason = why_not(pair.device, strategy)
    if reason:
        waiting.extend(_waits(change, reason) for change in pair.changes())
    else:
        steps.append(Step(strategy, pair.changes(), pair, target))


def _update(pair: Pair, target: Device | None, steps: list[Step], waiting: list[Effect]) -> None:
    grouped: dict[str, list[Change]] = {}
    to_do = None if target is None else target.diff(pair.device)
    for change in pair.changes():
        strategy, reason = strategy_of_device(pair.device, pair.inside(change))
        if strategy is not None and pair.before is not None:
            # What it was decides, too: a card is not moved from just anywhere.
            strategy, reason = strategy_of_device(pair.before, pair.inside(change))
        if to_do is None:
            waiting.append(_waits(change, _NOT_RUNNING_YET))
        elif not is_missing(change, pair.inside(change), to_do):
            grouped.setdefault("nothing", []).append(change)
        elif strategy is None:
            waiting.append(_waits(change, reason))
        else:
            grouped.setdefault(strategy, []).append(change)
    steps += [Step(strategy, tuple(found), pair, target) for strategy, found in grouped.items()]


def _waits(change: Change, reason: LazyString | str) -> Effect:
    return Effect(change.path, change, "next_boot", str(reason or NO_PATH))


def _is_of_a_device(change: Change, definition: documents.Domain) -> bool:
    if not change.path.startswith("devices/"):
        return False
    tags = {cls.tag for cls in kinds(definition.devices).values()}
    name = re.match(r"[\w-]+", change.path.removeprefix("devices/"))
    return name is not None and name.group() in tags
