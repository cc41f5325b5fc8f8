"""What applying a draft would do, asked of libvirt while somebody types."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qvirt_jupyter.widgets.details.add_page import AddPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import Effect
    from qvirt_jupyter.widgets.details.draft import Draft
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.work import Work


class Foresight:
    """The effects of one draft; one look at a time, and the last word of the draft counts.

    Parameters
    ----------
    domain
        The machine.
    work
        How something that waits for libvirt is done.
    on_change
        Called when something else is known.

    Attributes
    ----------
    effects
        What applying the draft would do, as far as that is known.
    """

    def __init__(self, domain: Machine, work: Work, on_change: Callable[[], object]) -> None:
        self._domain, self._work, self._on_change = domain, work, on_change
        self._draft: Draft | None = None
        self._base: documents.Domain | None = None
        self._number = 0
        self._is_looking = False
        self.effects: tuple[Effect, ...] = ()

    def forget(self) -> None:
        """Expect nothing any more: the draft was applied or given up."""
        self._draft = None
        self._number += 1
        self.effects = ()

    def look(self, draft: Draft | None, base: documents.Domain) -> None:
        """Find out what applying a draft would do.

        Parameters
        ----------
        draft
            What was typed.
        base
            The stored definition, without secrets.
        """
        self._draft, self._base = draft, base
        self._number += 1
        # A device that is added is an edit as it is suggested.
        if draft is None or not (draft.has_edits or isinstance(draft.page, AddPage)):
            self.effects = ()
        elif not self._is_looking:
            self._begin(draft, base)

    def _begin(self, draft: Draft, base: documents.Domain) -> None:
        self._is_looking = True
        asked, edited = self._number, draft.filled()
        self._work(
            partial(self._with_secrets, draft)
            if draft.has_secrets
            else lambda: self._domain.foresee(edited, base),
            partial(self._seen, asked),
            lambda _error: self._seen(asked, ()),
        )

    def _with_secrets(self, draft: Draft) -> tuple[Effect, ...]:
        """Look at an edit over the secrets that are stored; in the pool."""
        base = self._domain.document(inactive=self._domain.persistent, secure=True)
        return self._domain.foresee(draft.filled(base), base)

    def _seen(self, asked: int, effects: tuple[Effect, ...]) -> None:
        self._is_looking = False
        if asked != self._number:
            # More was typed meanwhile, or it was given up.
            if self._draft is not None and self._base is not None:
                self.look(self._draft, self._base)
            return
        self.effects = effects
        self._on_change()
