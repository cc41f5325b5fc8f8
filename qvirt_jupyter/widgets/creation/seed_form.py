"""The form of a seed, for the page of a wizard or on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.creation.seed_draft import SeedDraft
from qvirt_jupyter.widgets.forms.form import Form, Note, Words
from qvirt_jupyter.widgets.xml.words import CODE_MIRROR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.provision import CloudSeed
    from qvirt_jupyter.widgets._panel_messages import ButtonState

_TITLE: Final = _("First start of the cloud image")
_NEXT: Final = _("Next")


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
    on_press
        Called on the publisher thread with the button of a wizard that was pressed: ``back``,
        ``skip`` or ``close``. A wizard has them in one row with the form's own; without it there
        are none.

    Examples
    --------
    >>> form = SeedForm(lambda seed: print(sorted(seed.files())), draft=SeedDraft(user="anna"))
    >>> form.submit()
    ['meta-data', 'user-data']
    True
    """

    _strings: ClassVar[Mapping[str, LazyString]] = {**Form._strings, **CODE_MIRROR}  # noqa: SLF001 - the editor's words

    def __init__(
        self,
        on_submit: Callable[[CloudSeed], object],
        on_cancel: Callable[[], object] | None = None,
        draft: SeedDraft | None = None,
        *,
        title: Words = _TITLE,
        submit: Words = _NEXT,
        on_press: Callable[[str], object] | None = None,
    ) -> None:
        self._on_press = on_press
        super().__init__(
            draft or SeedDraft.suggested(),
            title=title,
            submit=submit,
            on_submit=lambda filled: on_submit(filled.seed()),
            on_cancel=on_cancel,
            note=_preview,
            keeps_secrets=True,
        )

    def _more(self) -> Mapping[str, Any]:
        if self._on_press is None:
            return {}
        before: list[ButtonState] = [{"id": "back", "label": str(_("Back"))}]
        after: list[ButtonState] = [
            {"id": "skip", "label": str(_("Tell it nothing"))},
            {"id": "close", "label": str(_("Cancel"))},
        ]
        return {"buttons": before, "lastButtons": after}

    def press(self, button: str) -> None:
        """Tell the wizard that one of its buttons was pressed."""
        on_press = self._on_press
        if on_press is not None and button in ("back", "skip", "close"):
            publisher.post(None, lambda: on_press(button))


def _preview(draft: SeedDraft) -> Note:
    text, problems = draft.preview()
    return Note(_("The guest gets"), text, "\n".join(str(problem) for problem in problems))
