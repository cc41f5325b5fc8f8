"""What the clone dialog is told; ``frontend/widgets/panel/cloneMessages.ts`` is the other half."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._details_messages import StorageState


class ChoiceState(TypedDict):
    """Something that can be chosen; ``reason`` says why not, and is empty where it can."""

    value: str
    label: str
    reason: str


class CloneDiskState(TypedDict):
    """A disk, and what becomes of it. ``name`` is None where no volume is made."""

    target: str
    label: str
    where: str
    size: str
    reason: str
    how: str
    choices: list[ChoiceState]
    name: str | None
    is_unsafe: bool


class CloneMachineState(TypedDict):
    """A machine that is cloned; ``made`` are the names of all its clones."""

    id: str
    title: str
    name: str
    made: list[str]
    problem: str
    disks: list[CloneDiskState]


class SpaceState(TypedDict):
    """What is needed of one storage pool."""

    text: str
    enough: bool


class ProgressState(TypedDict):
    """How far a job is; ``share`` is from 0 to 1, or None where it is not known."""

    title: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    share: float | None
    phase: str
    transfer: str
    log: list[str]
    error: str
    can_cancel: bool


class CloneState(TypedDict):
    """The whole dialog; ``answered`` is the number of the last edit that it knows of.

    ``storage`` is the search for a place while there is one. ``leaving`` says what becomes of what
    is under way where the tab is closed.
    """

    title: str
    machines: list[CloneMachineState]
    count: int
    linked: bool
    start: bool
    renew: bool
    renew_help: str
    pool: str
    pools: list[ChoiceState]
    space: list[SpaceState]
    refusals: list[str]
    warnings: list[str]
    agreed: bool
    busy: bool
    progress: ProgressState | None
    storage: StorageState | None
    leaving: str
    answered: int
