"""A change of a machine's displays that is planned, shown, and then done as it was shown."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter import documents
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.documents.diff import Diff
    from qvirt_jupyter.hypervisor.domain import Domain
    from qvirt_jupyter.hypervisor.editing.effects import EditResult


@dataclass(frozen=True, slots=True)
class DisplayChange:
    """What is changed in a machine's definition for another way to its screen; not written yet.

    Parameters
    ----------
    domain
        The machine.
    title
        What is done, as a heading.
    yes
        What a button says that does it.
    done
        What is said when it is done.
    changes
        What is changed, field by field.
    notes
        What was chosen and why, in whole sentences.
    xml_diff
        The same as a diff of XML, without passwords.
    """

    domain: Domain
    title: LazyString
    yes: LazyString
    done: LazyString
    changes: Diff
    notes: tuple[str | LazyString, ...]
    xml_diff: str
    _base: documents.Domain
    _change: Callable[[documents.Domain], object]

    @property
    def when(self) -> LazyString:
        """When it counts."""
        if self.domain.is_active:
            return _("It counts from the next start; until then the display stays as it is.")
        return _("It counts at once, as the machine is off.")

    def apply(self) -> EditResult:
        """Write it into the definition; the one before is kept, so that it can be undone.

        A running machine goes on with its display as it is until it has been shut down.

        Raises
        ------
        EditConflict
            Somebody changed the definition since this was planned; nothing is written.
        QvirtError
            libvirt does not take it; nothing has changed.
        """
        # Not live: a display that still runs would lose what belongs to it, or not change at all.
        edit = self.domain.edit(self._base, live=False, cause=str(self.title))
        with edit as definition:
            self._change(definition)
        assert edit.result is not None  # noqa: S101 - the block has ended
        return edit.result

    def __repr__(self) -> str:
        lines = [*map(str, self.notes), str(self.when), "", self.xml_diff]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [(change.path, change.before or "", change.after or "") for change in self.changes]
        notes = "".join(f"<p>{escape(str(note))}</p>" for note in (*self.notes, self.when))
        headings = (_("Where"), _("Before"), _("After"))
        return notes + html.table(self.title, headings, rows)


@dataclass(frozen=True, slots=True)
class Planned:
    """What a change is called, and how it is made.

    Parameters
    ----------
    title, yes, done
        As :class:`DisplayChange` has them.
    change
        Changes a definition, and returns what was chosen and why.
    """

    title: LazyString
    yes: LazyString
    done: LazyString
    change: Callable[[documents.Domain], tuple[str | LazyString, ...]]

    def of(self, domain: Domain) -> DisplayChange:
        """Return what it changes in a machine, made on copies."""
        stored = domain.persistent
        # A machine without a definition has only its running self, which cannot be changed so.
        base = domain.document(inactive=stored, secure=True)
        shown = domain.document(inactive=stored)
        after = shown.copy()
        self.change(after)
        # What is said of a password takes the one with it.
        notes = self.change(base.copy())
        before, text = shown.rewritten().splitlines(), after.rewritten().splitlines()
        # Which "file" is which is said by the signs.
        lines = list(difflib.unified_diff(before, text, lineterm="", n=2))[2:]
        return DisplayChange(
            domain,
            self.title,
            self.yes,
            self.done,
            shown.diff(after),
            notes,
            "\n".join(lines),
            base,
            self.change,
        )
