"""Where dialogs stand in a panel: one at a time, above what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.panel import close_all

if TYPE_CHECKING:
    from collections.abc import Callable


class DialogPlace(ipywidgets.VBox):
    """A place for one dialog; the next takes the place of the one before."""

    def show(self, dialog: Any) -> None:  # noqa: ANN401 - widgets have no types
        """Show a dialog, with the focus in it; on the publisher thread.

        Parameters
        ----------
        dialog
            A widget.
        """
        self._replace((dialog,))
        dialog.focus()

    def show_soon(self, make: Callable[[], Any]) -> None:
        """Make a dialog and show it; from any thread.

        Parameters
        ----------
        make
            Returns the dialog.
        """
        publisher.post(("dialog", id(self)), lambda: self.show(make()))

    def clear(self) -> None:
        """Take the dialog away; from any thread."""
        publisher.post(("dialog", id(self)), lambda: self._replace(()))

    def _replace(self, dialogs: tuple[Any, ...]) -> None:
        before = self.children
        self.set_trait("children", dialogs)
        for widget in before:
            close_all(widget)
