"""What the Details tab is told; ``frontend/widgets/panel/detailsMessages.ts`` is the other half.

The tree is one message, and so is the page in front: no other page is built. Secrets that are typed
come up as messages and are in no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from qvirt_jupyter.widgets._form_messages import BrowsedFieldState, FoldersState, NoteState

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._panel_messages import ButtonState


class MarkState(TypedDict):
    """What is special about an entry now."""

    kind: Literal["pending", "new", "leaving"]
    label: str


class EntryState(TypedDict):
    """An entry of the tree.

    ``remove`` is what the button says that removes it, ``kept`` why it cannot be removed; that is
    empty where it can.
    """

    id: str
    icon: str
    label: str
    summary: str
    marks: list[MarkState]
    remove: str
    kept: str


class EntryGroupState(TypedDict):
    """Entries under a heading."""

    label: str
    entries: list[EntryState]


class DeviceTreeState(TypedDict):
    """The whole tree; ``refused`` says why nothing can be added or removed now."""

    groups: list[EntryGroupState]
    selected: str
    dirty: bool
    refused: str
    canAdd: bool


class DetailFieldState(BrowsedFieldState):
    """An input of a page.

    ``fixed`` says why it cannot be changed, ``running`` what counts until the next start where that
    is something else, and ``revert`` whether the running value can be taken back. ``browse`` is
    empty where nothing is looked for.
    """

    fixed: str
    running: str
    revert: bool


class EffectState(TypedDict):
    """What applying does, change by change; ``reason`` says why one waits."""

    when: Literal["now", "next_boot", "pending", "never"]
    what: str
    reason: str


class BootEntryState(TypedDict):
    """A device to boot from."""

    id: str
    icon: str
    label: str
    summary: str
    chosen: bool


class FactState(TypedDict):
    """A value that is only read."""

    label: str
    value: str


class KindState(TypedDict):
    """A kind of device that can be added; ``reason`` says why not, where it cannot."""

    id: str
    icon: str
    label: str
    reason: str
    chosen: bool


class PoolState(TypedDict):
    """A storage pool; ``reason`` says why it cannot be looked into, ``share`` what is used of 1."""

    id: str
    name: str
    space: str
    share: float | None
    reason: str


class VolumeState(TypedDict):
    """A volume of the pool that is looked into; ``reason`` says why it cannot be chosen."""

    name: str
    format: str
    size: str
    path: str
    users: str
    reason: str


class StorageState(TypedDict):
    """The storage browser; ``pool`` is the id of the one that is looked into."""

    title: str
    pools: list[PoolState]
    pool: str
    volumes: list[VolumeState]
    path: str
    busy: bool
    problem: str
    warning: str
    canCreate: bool
    formats: list[str]
    newName: str


class PageState(TypedDict):
    """The page in front.

    ``asks`` says whether whoever leaves what is not applied is to be asked, ``diff`` what changes
    in the XML, or all XML of a device that is to be added.
    ``attempt`` grows when what was applied was refused; ``answered`` is the number of the last edit
    that the state knows of.
    """

    key: str
    draft: int
    asks: bool
    title: str
    lead: str
    warning: str
    facts: list[FactState]
    fields: list[DetailFieldState]
    boot: list[BootEntryState]
    kinds: list[KindState]
    storage: StorageState | None
    folders: FoldersState | None
    note: NoteState | None
    dirty: bool
    busy: bool
    refused: str
    effects: list[EffectState]
    diff: str
    problem: str
    attempt: int
    answered: int
    said: list[str]
    buttons: list[ButtonState]
