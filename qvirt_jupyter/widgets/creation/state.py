"""What the browser draws of the wizard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision import own_ssh_keys
from qvirt_jupyter.widgets.creation import checks, ways
from qvirt_jupyter.widgets.creation.draft import NO_NETWORK, USER_NETWORK
from qvirt_jupyter.widgets.creation.summary import summary_of

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._creation_messages import (
        RunState,
        StepState,
        SummaryState,
        WizardState,
    )
    from qvirt_jupyter.widgets._panel_messages import ButtonState
    from qvirt_jupyter.widgets.creation.inputs import Shown
    from qvirt_jupyter.widgets.creation.wizard import Wizard


def state_of(wizard: Wizard) -> WizardState:
    """Return what the wizard shows now."""
    view = wizard.shown()
    page = wizard.page
    texts = {name: str(problem.text) for name, problem in wizard.problems.items()}
    mends = {
        name: (str(problem.mend), str(problem.waive)) for name, problem in wizard.problems.items()
    }
    connection, known = wizard.connection, wizard.facts
    is_last = page is wizard.pages[-1]
    return {
        "title": str(_("New virtual machine") if not wizard.is_quick else page.label),
        "page": page.id,
        "steps": [] if wizard.is_quick else _steps(wizard),
        "lead": _lead(wizard),
        "note": _note(wizard),
        "warnings": [str(text) for text in _warnings(wizard, view)],
        "ways": ways.states(
            wizard.draft.method,
            connection,
            quick=wizard.is_quick,
            takes_installers=wizard.takes_installers,
        )
        if connection is not None and page.id in ("method", "quick")
        else [],
        "fields": wizard.inputs.states(page.inputs(wizard.draft, view), view, texts, mends)
        if view is not None and wizard.customised is None
        else [],
        "systems": wizard.systems.state() if view is not None and wizard.asks_for_system else None,
        "summary": _summary(wizard, summary_of(wizard.draft, known, view, connection))
        if is_last and view and known and connection and wizard.customised is None
        else [],
        "upload": wizard.can_upload,
        "awaits": wizard.awaits if wizard.can_upload else "",
        "text": wizard.text if is_last else "",
        "textLabel": _TEXTS[wizard.shows] if is_last and wizard.shows else "",
        "storage": wizard.storage.state if wizard.storage is not None else None,
        "run": _run(wizard),
        "leaving": str(_leaving(wizard)),
        "goesOn": wizard.is_making,
        "busy": str(wizard.busy),
        "problem": str(wizard.problem),
        "attempt": wizard.attempt,
        "answered": wizard.answered,
        "buttons": _buttons(wizard),
    }


_NO_PXE: Final = {
    USER_NETWORK: _(
        "This network has no server that says what to load. Choose a virtual network or a bridge "
        "that has one."
    ),
    NO_NETWORK: _("Without a network there is nothing to start from. Choose one with a server."),
}
_TEXTS = {"xml": "XML", "code": "Python"}


def _run(wizard: Wizard) -> RunState | None:
    shown = wizard.uploading or wizard.making
    return shown.state() if shown is not None else None


def _leaving(wizard: Wizard) -> LazyString | str:
    """Say what becomes of what is under way where the tab is closed; empty where nothing is."""
    if wizard.is_making:
        return _(
            "{name} is being made. Without this tab that goes on; the list of tasks shows it and "
            "can cancel it."
        ).format(name=wizard.name)
    if wizard.is_uploading:
        return _(
            "A file of this computer is being uploaded. Without this tab it stops, and what has "
            "arrived is removed."
        )
    return ""


def _lead(wizard: Wizard) -> str:
    if wizard.customised is not None:
        return str(_("Customize before install"))
    return "" if wizard.is_quick else str(wizard.page.label)


def _note(wizard: Wizard) -> str:
    """Say what the first start has that cannot be seen below."""
    request = wizard.request
    is_seen = wizard.customised is not None or wizard.shows == "xml"
    return str(request.method.first_start) if is_seen and request is not None else ""


def _summary(wizard: Wizard, lines: list[SummaryState]) -> list[SummaryState]:
    """Leave out what stands on the same page."""
    if not wizard.is_quick:
        return lines
    return [line for line in lines if line["step"] not in ("method", "medium")]


def _steps(wizard: Wizard) -> list[StepState]:
    return [
        {
            "id": page.id,
            "label": str(page.label),
            "current": page is wizard.page,
            "reached": wizard.is_reached(page.id),
        }
        for page in wizard.pages
    ]


def _warnings(wizard: Wizard, view: Shown | None) -> list[LazyString | str]:
    found: list[LazyString | str] = []
    known, page = wizard.facts, wizard.page.id
    if known is not None and known.emulates and page in ("method", "quick"):
        found.append(
            _(
                "This host has no hardware virtualisation (KVM) that works, so QEMU emulates the "
                "processor: expect a machine that is many times slower."
            )
        )
    elif view is not None and view.emulates and page == "method":
        found.append(
            _("QEMU emulates the processor of such a machine: expect it to be many times slower.")
        )
    if wizard.misses_uefi and page in ("method", "quick"):
        found.append(
            _(
                "This host has no UEFI firmware, which your preferences ask for: the machine gets "
                "what its system needs."
            )
        )
    if wizard.trusts_own_keys and not own_ssh_keys():
        found.append(
            _(
                "You have no SSH key, so nobody could sign in. Press “Other ways…” to give it a "
                "user with a password."
            )
        )
    if view is not None and page in ("storage", "quick") and wizard.makes_disk:
        warning = checks.size_warning(view)
        if warning:
            found.append(warning)
    if view is not None and page in ("resources", "summary", "quick"):
        found += checks.power_warnings(view)
    starts_from_network = wizard.draft.method == "network" and page in ("network", "summary")
    if view is not None and starts_from_network and view.value("network") in _NO_PXE:
        found.append(_NO_PXE[view.value("network")])
    if page in ("storage", "summary") and wizard.draft.has_no_disk:
        found.append(_("Without a disk nothing can be installed; it starts from its medium."))
    return found


def _buttons(wizard: Wizard) -> list[ButtonState]:
    if wizard.is_making or wizard.is_uploading:
        return [{"id": "cancel", "label": str(_("Cancel"))}]
    if wizard.page.id == "seed":
        # They stand below the form of that page, in one row with its own.
        return []
    if wizard.made is not None:
        return [
            {"id": "open", "label": str(_("Open it")), "kind": "primary"},
            {"id": "again", "label": str(_("Make another one"))},
            {"id": "close", "label": str(_("Close"))},
        ]
    no_host = "" if wizard.facts is not None else str(wizard.problem or _("Wait for the host."))
    wait = no_host or str(wizard.busy)
    is_last = wizard.page is wizard.pages[-1]
    failed = wizard.making is not None and wizard.making.has_failed
    buttons: list[ButtonState] = []
    if not wizard.is_quick:
        first = "" if wizard.page is not wizard.pages[0] else str(_("This is the first page."))
        buttons.append({"id": "back", "label": str(_("Back")), "reason": first})
    if wizard.customised is not None:
        label = _("Try again") if failed else _("Begin installation")
        buttons.append({"id": "begin", "label": str(label), "kind": "primary", "reason": wait})
    elif is_last:
        label = _("Try again") if failed else _("Create")
        buttons.append({"id": "create", "label": str(label), "kind": "primary", "reason": wait})
        buttons += [
            {"id": "customise", "label": str(_("Customize before install")), "reason": wait},
            {"id": "xml", "label": str(_("XML")), "reason": no_host},
            {"id": "code", "label": str(_("Copy as code")), "reason": no_host},
        ]
    else:
        buttons.append({"id": "next", "label": str(_("Next")), "kind": "primary", "reason": wait})
    if wizard.is_quick:
        buttons.append({"id": "pages", "label": str(_("Other ways…"))})
    buttons.append({"id": "close", "label": str(_("Cancel"))})
    return buttons
