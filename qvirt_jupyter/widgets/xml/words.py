"""Words that the XML parts show: ours, and those of CodeMirror's own panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor import EditResult
    from qvirt_jupyter.widgets._panel_messages import ButtonState

LEAVING: Final = _("The XML has changes that are not stored.")

CODE_MIRROR: Final[Mapping[str, LazyString]] = {
    # https://codemirror.net/examples/translate/
    "Find": _("Find"),
    "Replace": _("Replace"),
    "next": _("next"),
    "previous": _("previous"),
    "all": _("all"),
    "match case": _("match case"),
    "regexp": _("regular expression"),
    "by word": _("whole words"),
    "replace": _("replace"),
    "replace all": _("replace all"),
    "close": _("close"),
    "current match": _("current match"),
    "replaced $ matches": _("replaced $ matches"),
    "replaced match on line $": _("replaced match on line $"),
    "on line": _("on line"),
    "Fold line": _("Fold this element"),
    "Unfold line": _("Unfold this element"),
    "Folded lines": _("Folded lines"),
    "Unfolded lines": _("Unfolded lines"),
    "folded code": _("folded lines"),
    "unfold": _("unfold"),
    "to": _("to"),
    "Diagnostics": _("Faults"),
    "No diagnostics": _("No faults"),
    "$ unchanged lines": _("$ lines that are the same"),
    "Revert this chunk": _("Take this change"),
}

EDITOR: Final[Mapping[str, LazyString]] = {
    **CODE_MIRROR,
    "choice": _("What is edited"),
    "apply": _("Apply"),
    "revert": _("Revert"),
    "find": _("Find…"),
    "reveal": _("Show passwords"),
    "nothingChanged": _("Nothing was changed."),
    "saving": _("It is being stored."),
    "faults": _("What is wrong"),
    "line": _("Line {number}"),
    "details": _("Details"),
    "hint": _("Escape and then Tab leaves the text. Ctrl+S applies, Ctrl+F searches."),
    "foreign": _("Somebody else changed what is stored since you began."),
    "compare": _("Compare"),
    "comparison": _("Three versions"),
    "comparisonText": _(
        "Somebody else changed what is stored since you began. Nothing was overwritten: look at "
        "both changes, edit yours on the right, and say which counts."
    ),
    "takeTheirs": _("Take theirs"),
    "writeMine": _("Store mine in place of theirs"),
    "backToText": _("Back to my text"),
    "baseToTheirs": _("What you began with, and what became of it"),
    "theirs": _("Theirs: stored now"),
    "mine": _("Yours"),
    "takeChunk": _("Take this part of theirs"),
}
"""Of the editor."""

HISTORY: Final[Mapping[str, LazyString]] = {
    **CODE_MIRROR,
    "entries": _("Edits, the newest first"),
    "empty": _("No edit was made here yet. Each one keeps the definition that it replaces."),
    "difference": _("What changed"),
    "same": _("There is no difference."),
    "againstNext": _("What the edit changed"),
    "againstNow": _("Changes since then"),
    "restore": _("Restore what was before"),
    "restoring": _("It is being restored."),
}
"""Of the earlier definitions."""

EDITING_OFF: Final = _(
    "Editing XML is off. To turn it on, open the preferences of the Virtual Machine Manager and "
    "set “Edit XML”."
)
"""Why nothing can be typed where the preferences say so."""
_PATHS_SHOWN: Final = 5


def leaving_answers() -> list[ButtonState]:
    """Return what can be answered where changes would be left."""
    return [
        {"id": "apply", "label": str(_("Apply")), "kind": "primary"},
        {"id": "discard", "label": str(_("Discard")), "kind": "danger"},
        {"id": "stay", "label": str(_("Stay here")), "kind": "plain"},
    ]


def said_of(result: EditResult) -> str:
    """Return what was done in words."""
    paths = result.changes.paths
    if not paths:
        return str(_("Nothing was stored: only layout or comments were changed."))
    if result.impossible:
        # A transient machine: nothing is stored.
        undone = "; ".join(
            dict.fromkeys(f"{each.path}: {each.reason}".rstrip(": ") for each in result.impossible)
        )
        return str(
            _("The machine is transient, and cannot take over all of it now. {undone}").format(
                undone=undone
            )
        )
    shown = ", ".join(paths[:_PATHS_SHOWN]) + ("…" if len(paths) > _PATHS_SHOWN else "")
    if result.waits_for_start:
        words = _("Stored: {paths}. It counts from the next start.")
    else:
        words = _("Stored: {paths}.")
    return str(words.format(paths=shown))
