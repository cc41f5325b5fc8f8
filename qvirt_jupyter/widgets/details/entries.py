"""The entries of the tree: pages of the machine, then its devices, each with a line about it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.editing.live_tables import why_not
from qvirt_jupyter.hypervisor.host.device_names import CHOSEN, HostDeviceNames
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.details.boot_page import BootPage
from qvirt_jupyter.widgets.details.definitions import (
    concerns,
    devices_of,
    path_of,
    removed_and_added,
)
from qvirt_jupyter.widgets.details.differences import differences
from qvirt_jupyter.widgets.details.disk_page import DiskPage
from qvirt_jupyter.widgets.details.machine_page import MachinePage
from qvirt_jupyter.widgets.details.memory_page import MemoryPage
from qvirt_jupyter.widgets.details.page import DevicePage, DomainPage, Page, RestPage
from qvirt_jupyter.widgets.details.performance_page import PerformancePage
from qvirt_jupyter.widgets.details.processor_page import ProcessorPage
from qvirt_jupyter.widgets.details.system_page import SystemPage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from qvirt_jupyter.widgets._details_messages import EntryGroupState, EntryState, MarkState
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine

_LAID_OUT: Final[tuple[DomainPage, ...]] = (
    MachinePage("machine"),
    SystemPage("system"),
    PerformancePage("performance"),
    ProcessorPage("processors"),
    MemoryPage("memory"),
    BootPage("boot"),
)
PAGES: Final[Mapping[str, DomainPage]] = {
    page.key: page for page in (*_LAID_OUT, RestPage("rest", _LAID_OUT))
}
"""The pages that every machine has, by key, in the order of the tree."""

_GROUPS: Final[tuple[tuple[LazyString, tuple[str, ...]], ...]] = (
    (_("Disks"), ("disk",)),
    (_("Network"), ("interface",)),
    (_("Input, display and sound"), ("input", "graphics", "sound", "audio")),
    (_("Ports and channels"), ("serial", "parallel", "console", "channel")),
    (_("Host devices"), ("hostdev",)),
    (_("Other devices"), ()),
)
_DRIVES: Final = {"cdrom": "cdrom", "floppy": "floppy"}
_PENDING: Final = _("changes wait for the next start")
_NEW: Final = _("comes with the next start")
_LEAVING: Final = _("goes at the next start")
_REMOVED: Final = _("It is removed already, and goes at the next start.")
_DISK: Final = "disk "
"""How the keys of disks begin."""
_UNPLUGGING: Final = _("waits for the guest to let it go")


def page_of(key: str) -> Page:
    """Return the page of an entry."""
    return PAGES.get(key) or (DiskPage(key) if key.startswith(_DISK) else DevicePage(key))


def groups(definitions: Definitions, unplugging: Collection[str]) -> list[EntryGroupState]:
    """Return all entries; what must be asked about their devices is known later.

    Parameters
    ----------
    definitions
        The machine.
    unplugging
        The keys of devices that the guest was asked to let go.
    """
    with ExitStack() as reading:
        for each in (definitions.stored, definitions.running):
            if each is not None:
                reading.enter_context(each.unchanging())
        return _groups(definitions, unplugging)


def _groups(definitions: Definitions, unplugging: Collection[str]) -> list[EntryGroupState]:
    found: list[EntryGroupState] = [
        {
            "label": str(_("Machine")),
            "entries": [
                _page(page.bound(definitions), definitions) for page in _pages(definitions)
            ],
        }
    ]
    devices = list(_devices(definitions))
    marks = _marks(devices, definitions, unplugging)
    named = {tag for _label, tags in _GROUPS for tag in tags}
    for label, tags in _GROUPS:
        entries = [
            _device(key, device, marks.get(key, []), unplugging)
            for key, device in devices
            if (device.tag in tags if tags else device.tag not in named)
        ]
        if entries:
            found.append({"label": str(label), "entries": entries})
    return found


def _pages(definitions: Definitions) -> Iterator[DomainPage]:
    """Yield the pages of a machine; one that is not made yet has nothing that is measured."""
    for page in PAGES.values():
        if not (definitions.is_drafted and isinstance(page, PerformancePage)):
            yield page


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of devices a little later than their definition.

    Parameters
    ----------
    sizes
        How large disks are in bytes, by target.
    products
        Who made devices of the host and what they are, by the keys of their entries.
    """

    sizes: Mapping[str, int] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)


def learn(domain: Machine, definitions: Definitions) -> Learned:
    """Ask what is not in the definition; in the pool.

    Parameters
    ----------
    domain
        The machine.
    definitions
        Its definitions.
    """
    given = {
        key: device
        for key, device in _devices(definitions)
        if isinstance(device, documents.Hostdev) and device.type in CHOSEN
    }
    # Most machines have none of them: the host is not asked then.
    names = HostDeviceNames(domain.connection.node_devices.descriptions) if given else None
    products = {key: names.product_of(device) for key, device in given.items()} if names else {}
    return Learned(domain.disk_sizes(), products)


def with_lines(
    found: list[EntryGroupState], definitions: Definitions, learned: Learned
) -> list[EntryGroupState]:
    """Return the entries with what was learned of their devices, which changes nothing else.

    Parameters
    ----------
    found
        The entries without.
    definitions
        The machine.
    learned
        What was asked since.
    """
    if learned == Learned():
        return found
    lines = {key: summary_of(key, device, learned) for key, device in _devices(definitions)}
    return [
        {
            "label": group["label"],
            "entries": [
                {**entry, "summary": lines.get(entry["id"], entry["summary"])}
                for entry in group["entries"]
            ],
        }
        for group in found
    ]


def _devices(definitions: Definitions) -> Iterator[tuple[str, documents.Device]]:
    stored = devices_of(definitions.stored)
    running = devices_of(definitions.running) if definitions.running is not None else {}
    order = {
        tag: number for number, tag in enumerate(dict.fromkeys(d.tag for d in stored.values()))
    }
    both = [*stored.items(), *((key, each) for key, each in running.items() if key not in stored)]
    # Devices that only the running machine has stand behind their like.
    both.sort(key=lambda item: order.get(item[1].tag, len(order)))
    for key, device in both:
        if not device.is_noise:
            yield key, device


def _page(page: DomainPage, definitions: Definitions) -> EntryState:
    return {
        "id": page.key,
        "icon": page.icon,
        "label": page.title(definitions),
        "summary": page.summary(definitions),
        "marks": [{"kind": "pending", "label": str(_PENDING)}]
        if differences(page, definitions)
        else [],
        "remove": str(_("Remove")),
        "kept": str(_("It is a part of every machine.")),
    }


def why_kept(device: documents.Device, *, is_leaving: bool) -> str:
    """Say why a device cannot be removed; empty where it can.

    Parameters
    ----------
    device
        In the stored definition or, where that has it no more, in the running one.
    is_leaving
        Whether it was removed from the stored definition, so that only the guest has it.
    """
    if not is_leaving:
        return str(device.why_kept)
    # Where it may be unplugged, asking for that is worth a try.
    reason = why_not(device, "detach")
    return f"{_REMOVED} {reason}" if reason else ""


def _device(
    key: str, device: documents.Device, marks: list[MarkState], unplugging: Collection[str]
) -> EntryState:
    is_leaving = any(mark["kind"] == "leaving" for mark in marks)
    is_asked = is_leaving and key in unplugging
    return {
        "id": key,
        "icon": icon_of(device),
        "label": str(device.display_name),
        "summary": str(device.summary),
        "marks": marks,
        "remove": str(_("Ask the guest again") if is_asked else _("Remove")),
        "kept": why_kept(device, is_leaving=is_leaving),
    }


def _marks(
    devices: Iterable[tuple[str, documents.Device]],
    definitions: Definitions,
    unplugging: Collection[str],
) -> dict[str, list[MarkState]]:
    """Return what is special about devices now, by key."""
    odd = removed_and_added(definitions)
    found: dict[str, list[MarkState]] = {}
    for key, device in devices:
        if odd.get(key) == "leaving":
            words = _UNPLUGGING if key in unplugging else _LEAVING
            found[key] = [{"kind": "leaving", "label": str(words)}]
        elif odd.get(key) == "new":
            found[key] = [{"kind": "new", "label": str(_NEW)}]
        elif _differs(device, definitions):
            found[key] = [{"kind": "pending", "label": str(_PENDING)}]
    return found


def icon_of(device: documents.Device) -> str:
    """Return the name of a device's icon."""
    if isinstance(device, documents.Disk):
        return _DRIVES.get(device.device or "", "disk")
    return device.tag


def summary_of(key: str, device: documents.Device, learned: Learned) -> str:
    """Return the line about a device; it begins with what was learned of it."""
    summary = str(device.summary)
    if key in learned.products:
        return " · ".join(part for part in (learned.products[key], summary) if part)
    size = learned.sizes.get(device.target or "") if isinstance(device, documents.Disk) else None
    if size is None:
        return summary
    # "20 GiB qcow2 · web.qcow2": size and format belong together.
    joint = " " if isinstance(device, documents.Disk) and device.format else " · "
    return joint.join(part for part in (quantities.size(size), summary) if part)


def _differs(device: documents.Device, definitions: Definitions) -> bool:
    if not definitions.pending or definitions.running is None:
        return False
    base = path_of(device, definitions.stored)
    return any(concerns(change.path, base) for change in definitions.pending)
