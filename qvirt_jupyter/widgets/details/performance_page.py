"""The way from the tree to the graphs, which have a tab of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.details.page import DomainPage

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.documents import Declared


class PerformancePage(DomainPage):
    """A link; nothing of the definition."""

    icon = "performance"
    label = _("Performance")

    @property
    def lead(self) -> str:
        """Where the graphs are."""
        return str(_("The graphs of this machine have a tab of their own."))

    def declared(self, element: documents.Element) -> list[Declared]:  # noqa: ARG002 - it has none
        """Return nothing."""
        return []
