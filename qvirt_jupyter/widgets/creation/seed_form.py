"""The form of a seed, for the page of a wizard or on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.creation.seed_draft import SeedDraft
from qvirt_jupyter.widgets.form import Form, Note, Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.provision import CloudSeed

_TITLE: Final = _("First start of the cloud image")
_NEXT: Final = _("Forward")


class SeedForm(Form[SeedDraft]):
    """Who may sign in to a cloud image, what it is called and what it installs.

    What the guest gets is shown while somebody types, with secrets hidden. The password is kept
    here, so that it is there still when the form was left, and is in no state and no preview.

    A wizard that draws its own inputs takes the declarations of :class:`SeedDraft` instead, its
    ``check()`` and ``preview()``, and makes the seed with ``draft.seed(password)``.

    Parameters
    ----------
    on_submit
        Called with the seed when it is right.
    on_cancel
        Called when the user wants none; without it there is no such button.
    draft
        What stands in it at first; :meth:`SeedDraft.suggested` where it is left out.
    title, submit
        What the form and its button say.

    Examples
    --------
    >>> form = SeedForm(lambda seed: print(sorted(seed.files())), draft=SeedDraft(user="anna"))
    >>> form.submit()
    ['meta-data', 'user-data']
    True
    """

    def __init__(
        self,
        on_submit: Callable[[CloudSeed], object],
        on_cancel: Callable[[], object] | None = None,
        draft: SeedDraft | None = None,
        *,
        title: Words = _TITLE,
        submit: Words = _NEXT,
    ) -> None:
        super().__init__(
            draft or SeedDraft.suggested(),
            title=title,
            submit=submit,
            on_submit=lambda filled: on_submit(filled.seed()),
            on_cancel=on_cancel,
            note=_preview,
            keeps_secrets=True,
        )


def _preview(draft: SeedDraft) -> Note:
    text, problems = draft.preview()
    return Note(_("The guest gets"), text, "\n".join(str(problem) for problem in problems))
