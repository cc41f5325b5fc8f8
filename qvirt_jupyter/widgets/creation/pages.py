"""The pages of the wizard: what each asks, and when it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets.creation.draft import BRIDGE, MACVTAP
from qvirt_jupyter.widgets.creation.ways import way_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.widgets.creation.draft import Draft
    from qvirt_jupyter.widgets.creation.inputs import Shown


def _always(_draft: Draft) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Parameters
    ----------
    id, label
        Its name and its title.
    inputs
        Which inputs it has for a draft.
    is_needed
        Whether there is anything to ask.
    has_systems
        Whether the operating system is asked for.
    """

    id: str
    label: LazyString
    inputs: Callable[[Draft, Shown], tuple[str, ...]]
    is_needed: Callable[[Draft], bool] = _always
    has_systems: bool = False


def _method(_draft: Draft, view: Shown) -> tuple[str, ...]:
    return ("connection", *view.kinds)


def _medium(draft: Draft, _view: Shown) -> tuple[str, ...]:
    return way_of(draft.method).inputs


def _storage(draft: Draft, view: Shown) -> tuple[str, ...]:
    if draft.method == "cloud":
        return ("size", "pool")
    match draft.storage:
        case "new":
            files = ("format", "volume") if view.has_format else ("volume",)
            return ("storage", "size", "pool", *files)
        case "existing":
            return ("storage", "disk")
        case _:
            return ("storage",)


def _nothing(_draft: Draft, _view: Shown) -> tuple[str, ...]:
    return ()


def _network(_draft: Draft, view: Shown) -> tuple[str, ...]:
    named = {BRIDGE: ("bridge",), MACVTAP: ("device",)}
    return ("network", *named.get(view.value("network"), ()))


def _has_disk_page(draft: Draft) -> bool:
    return draft.asks_for_storage or draft.method == "cloud"


def _quick(draft: Draft, _view: Shown) -> tuple[str, ...]:
    return ("connection", *way_of(draft.method).inputs, "name")


PAGES: Final = (
    Page("method", _("How to install"), _method),
    Page("medium", _("Medium and system"), _medium, has_systems=True),
    Page("seed", _("First start"), _nothing, lambda draft: draft.method == "cloud"),
    Page("resources", _("Memory and CPUs"), lambda _draft, _view: ("memory", "vcpus")),
    Page("storage", _("Storage"), _storage, _has_disk_page),
    Page("network", _("Network"), _network),
    Page("summary", _("Summary"), lambda _draft, _view: ("name",)),
)
QUICK: Final = (Page("quick", _("Quick create"), _quick, has_systems=True),)


def pages_of(draft: Draft, *, quick: bool) -> list[Page]:
    """Return the pages that there are for a draft.

    Parameters
    ----------
    draft
        What was said.
    quick
        Whether all of it is one page.
    """
    return [page for page in (QUICK if quick else PAGES) if page.is_needed(draft)]
