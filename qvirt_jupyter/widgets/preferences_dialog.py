"""The form that changes the preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.forms.form import Form
from qvirt_jupyter.widgets.preferences import preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.widgets.preferences import Preferences, PreferenceStore


class PreferencesDialog(Form["Preferences"]):
    """What a person prefers; it counts in all open panels as soon as it is saved.

    Parameters
    ----------
    close
        Called when the dialog is no longer needed.
    store
        Where the preferences are kept; None means those of this user.
    """

    def __init__(self, close: Callable[[], object], store: PreferenceStore | None = None) -> None:
        kept = store or preferences

        def submit(_filled: Preferences) -> None:
            # Only what was touched here: another panel may have changed the rest meanwhile.
            kept.set(**self.changes)
            close()

        super().__init__(
            kept.now,
            title=_("Preferences"),
            submit=_("Save"),
            on_submit=submit,
            on_cancel=close,
        )
