"""What is said of a page to the browser."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final, TypedDict

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.change_words import words_of
from qvirt_jupyter.widgets.details import display_changing
from qvirt_jupyter.widgets.details.add_page import AddPage, addable
from qvirt_jupyter.widgets.details.boot_page import AUTOSTART, BootPage, boot_order, bootable
from qvirt_jupyter.widgets.details.definitions import concerns
from qvirt_jupyter.widgets.details.disk_page import DiskPage
from qvirt_jupyter.widgets.details.entries import icon_of
from qvirt_jupyter.widgets.details.fields import field_state, secret_states, shown_value
from qvirt_jupyter.widgets.details.offers import REMOVABLE, offered
from qvirt_jupyter.widgets.details.page import DevicePage
from qvirt_jupyter.widgets.details.performance_page import PerformancePage
from qvirt_jupyter.widgets.details.sources import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qvirt_jupyter.documents import Declared
    from qvirt_jupyter.hypervisor import Effect
    from qvirt_jupyter.widgets._details_messages import (
        BootEntryState,
        DetailFieldState,
        EffectState,
        FactState,
        KindState,
        PageState,
        StorageState,
    )
    from qvirt_jupyter.widgets._form_messages import FoldersState
    from qvirt_jupyter.widgets._panel_messages import ButtonState
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.differences import Difference
    from qvirt_jupyter.widgets.details.draft import Draft
    from qvirt_jupyter.widgets.details.offers import Offers
    from qvirt_jupyter.widgets.details.page import Page


_ANYTHING: Final = "x"
"""What stands for a secret where only its place matters."""


class Frame(TypedDict):
    """What stands around the inputs; the parts of ``PageState`` of these names."""

    draft: int
    asks: bool
    warning: str
    busy: bool
    refused: str
    problem: str
    attempt: int
    answered: int
    said: list[str]
    diff: str
    facts: list[FactState]
    storage: StorageState | None
    folders: FoldersState | None


def page_state(
    page: Page,
    draft: Draft,
    definitions: Definitions,
    *,
    differences: Mapping[str, Difference],
    autostart: bool,
    frame: Frame,
    effects: Iterable[Effect],
    offers: Offers,
    no_folders: str,
) -> PageState:
    """Return all that the browser needs to draw a page.

    Parameters
    ----------
    page, draft
        What is shown, with what was typed.
    definitions
        The machine as it is now.
    differences
        Which fields count only from the next start.
    autostart
        Whether the machine starts with its host.
    frame
        What stands around the inputs.
    effects
        What applying would do.
    offers
        What there is to choose from just now.
    no_folders
        Why no folder of the host can be looked for; empty where one can.
    """
    fields = _fields(page, draft, definitions, differences, offers)
    for state in fields:
        if draft.element is not None and is_folder(draft.element, state["name"]):
            state["noBrowse"] = no_folders
        if state["name"] == AUTOSTART:
            wanted = draft.touched.get(AUTOSTART, autostart)
            state["value"] = "true" if wanted else "false"
    return {
        **frame,
        "key": page.key,
        "title": page.title(definitions),
        "lead": page.lead,
        "fields": fields,
        "boot": _boot(draft) if isinstance(page, BootPage) else [],
        "kinds": _kinds(page, definitions),
        "note": None,
        "dirty": draft.is_dirty,
        "effects": [_effect(each, page, draft) for each in effects],
        "buttons": _buttons(page, draft, definitions),
    }


def xml_of(page: Page, draft: Draft, stored: documents.Domain) -> str:
    """Return what differs in the XML; all XML of a device that is to be added.

    Parameters
    ----------
    page, draft
        What is shown, with what was typed.
    stored
        The definition as it is now.
    """
    if isinstance(page, AddPage):
        return str(page.device(draft.domain) or "")
    before, after = stored.rewritten(), draft.domain.rewritten()
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    # The names of both "files" say nothing here.
    return "\n".join(list(lines)[2:])


def _fields(
    page: Page,
    draft: Draft,
    definitions: Definitions,
    differences: Mapping[str, Difference],
    offers: Offers,
) -> list[DetailFieldState]:
    """Return the inputs; of a device that only the running machine has they are only read."""
    element = draft.element
    leaving = ""
    if element is None and definitions.running is not None:
        element = page.element(definitions.running)
        leaving = str(_("Only the running machine has it: it goes when that stops."))
    if element is None:
        return []
    states = []
    for item in page.declared(element):
        state = field_state(
            item,
            element,
            host=definitions.host,
            suggestions={
                **dict.fromkeys(definitions.there.get((element.tag, item.name), ()), ""),
                **offered(offers, element, item.name),
            },
            fixed=leaving or page.why_fixed(element, item.name, customise=definitions.is_drafted),
            wrong=draft.wrong.get(item.name),
            difference=differences.get(item.name),
        )
        state["error"] = state["error"] or page.remarks.get(state["name"], "")
        if item.name == "source.port_group" and offers and not state["choices"]:
            # The network has none.
            state["shown"] = bool(state["value"])
        states.append(state)
        if item.type.secret and (page.key, item.name) in definitions.secrets:
            states += secret_states(state, taken_away=draft.takes_away(item.name))
    if isinstance(page, DevicePage):
        # What can be changed stands first. What is fixed for one reason stands together, so that
        # the reason is said once.
        reasons = list(dict.fromkeys(state["fixed"] for state in states if state["fixed"]))
        order = {reason: number for number, reason in enumerate(("", *reasons))}
        states.sort(key=lambda state: order[state["fixed"]])
    return states


def _boot(draft: Draft) -> list[BootEntryState]:
    """Return what it boots from in order, and behind it what it could boot from."""
    devices = bootable(draft.domain)
    chosen = boot_order(draft.domain)
    return [
        {
            "id": key,
            "icon": icon_of(devices[key]),
            "label": str(devices[key].display_name),
            "summary": str(devices[key].summary),
            "chosen": key in chosen,
        }
        for key in (*chosen, *(key for key in devices if key not in chosen))
    ]


def _effect(effect: Effect, page: Page, draft: Draft) -> EffectState:
    base = page.base(draft.base)
    path = effect.path
    if base and concerns(path, base):
        path = path[len(base) + 1 :] or page.key
    item = _item_at(path, page, draft)
    if item is None:
        what = words_of(effect.change)
    else:
        before, after = (
            _values(item, page, draft)
            if not item.type.secret
            else (_value(each) for each in (effect.change.before, effect.change.after))
        )
        what = str(_("{label}: {before} → {after}")).format(
            label=item.label, before=before, after=after
        )
    return {
        "when": effect.when,
        "what": what,
        "reason": str(effect.reason),
    }


def _value(text: str | None) -> str:
    return str(_("not set")) if text is None else text


def _values(item: Declared, page: Page, draft: Draft) -> tuple[str, str]:
    """Return what people read for a value before and after, as the input shows it."""
    read = []
    for element in (page.element(draft.base), draft.element):
        value = item.get(element) if element is not None else None
        read.append(_value(None if value is None or value == "" else shown_value(item, value)))
    return read[0], read[1]


def _item_at(path: str, page: Page, draft: Draft) -> Declared | None:
    """Return the input whose touch changed what lies at a path; None where the page has none."""
    element = draft.element
    if element is None:
        return None
    found = (item for item in page.declared(element) if path in item_paths(page, draft, item))
    return next(found, None)


def item_paths(page: Page, draft: Draft, item: Any) -> tuple[str, ...]:  # noqa: ANN401 - of any declaration
    """Return the paths that a touched value changed by itself."""
    if not draft.is_touched(item.name):
        return ()
    before = page.element(draft.base)
    if before is None:
        return ()
    changed = before.copy()
    try:
        item.set(changed, draft.touched.get(item.name, _ANYTHING))
    except (AttributeError, ValueError):
        # It belongs to a type that was chosen with it, and means nothing for the old one.
        return ()
    return before.diff(changed).paths[:1]


def _kinds(page: Page, definitions: Definitions) -> list[KindState]:
    if not isinstance(page, AddPage):
        return []
    return [
        {
            "id": kind.tag,
            "icon": kind.tag,
            "label": str(kind.title or kind.tag),
            "reason": reason,
            "chosen": kind.tag == page.kind,
        }
        for kind, reason in addable(definitions)
    ]


def _buttons(page: Page, draft: Draft, definitions: Definitions) -> list[ButtonState]:
    if isinstance(page, PerformancePage):
        return [{"id": "performance", "label": str(_("Show the graphs")), "kind": "primary"}]
    if isinstance(page, AddPage):
        return [
            {"id": "add", "label": str(_("Add")), "kind": "primary"},
            {"id": "back", "label": str(_("Cancel")), "kind": "plain"},
            {"id": "as xml", "label": str(_("Edit as XML…")), "kind": "plain"},
        ]
    buttons: list[ButtonState] = [
        {"id": "apply", "label": str(_("Apply")), "kind": "primary"},
        {"id": "cancel", "label": str(_("Cancel")), "kind": "plain"},
    ]
    element = draft.element
    if isinstance(element, documents.Disk) and element.device in REMOVABLE and element.path:
        buttons.append({"id": "eject", "label": str(_("Eject")), "kind": "plain"})
    there = page.element(definitions.running) if definitions.running is not None else None
    if (
        isinstance(element, documents.Disk)
        and isinstance(there, documents.Disk)
        and element.device in REMOVABLE
        and element.path != there.path
        and not draft.is_dirty
    ):
        # The guest may have locked the tray.
        buttons.append({"id": "force", "label": str(_("Change now by force")), "kind": "danger"})
    if isinstance(page, DiskPage) and page.growth is not None:
        buttons.append(
            {
                "id": "resize",
                "label": str(_("Resize…")),
                "kind": "plain",
                "reason": page.growth.reason,
            }
        )
        if page.growth.volume is not None:
            buttons.append({"id": "storage", "label": str(_("Show its pool")), "kind": "plain"})
    buttons += display_changing.offered(element, definitions, is_dirty=draft.is_dirty)
    if isinstance(page, DevicePage) and element is not None:
        buttons.append({"id": "xml", "label": str(_("Show its XML")), "kind": "plain"})
    return buttons
