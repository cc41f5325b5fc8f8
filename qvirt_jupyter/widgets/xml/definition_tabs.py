"""The tabs "XML" and "History" of a machine; each is built when it is in front first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.xml.definition_history import DefinitionHistory
from qvirt_jupyter.widgets.xml.machine_xml import MachineXml
from qvirt_jupyter.widgets.xml.words import EDITING_OFF

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.widgets.xml.editor import XmlEditor


class DefinitionTabs:
    """What is in the two tabs.

    Parameters
    ----------
    domain
        The machine.

    Attributes
    ----------
    xml, history
        What stands in the tabs.
    """

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._editor: MachineXml | None = None
        self._history: DefinitionHistory | None = None
        self.xml = ipywidgets.VBox()
        self.history = ipywidgets.VBox()

    @property
    def is_dirty(self) -> bool:
        """Whether there is XML that is not stored."""
        return self._editor is not None and self._editor.is_dirty

    def want_xml(self) -> MachineXml:
        """Have the editor in its tab: that is in front now."""
        if self._editor is None:
            self._editor = MachineXml(self._domain)
            self.xml.children = (self._editor,)
        return self._editor

    def why_no_new_xml(self) -> str:
        """Say why the XML of a new device cannot be edited now; empty where it can."""
        return why_no_new_xml(self._editor)

    def want_history(self) -> DefinitionHistory:
        """Have the earlier definitions in their tab: that is in front now."""
        if self._history is None:
            self._history = DefinitionHistory(self._domain)
            self.history.children = (self._history,)
        return self._history

    def leave(self, then: Callable[[], object]) -> None:
        """Go on, after a question where XML is not stored."""
        if self._editor is None:
            then()
        else:
            self._editor.leave(then)

    def take_over(self, before: DefinitionTabs) -> None:
        """Have what was typed before the page was loaded again."""
        if before._editor is not None and before._editor.is_dirty:
            self.want_xml().take_over(before._editor)


def why_no_new_xml(editor: XmlEditor | None) -> str:
    """Say why the XML of a new device cannot be edited now; empty where it can.

    Parameters
    ----------
    editor
        The editor of its machine; None where nobody has needed it yet.
    """
    if not preferences.now.edit_xml:
        return str(EDITING_OFF)
    if editor is not None and editor.is_dirty:
        return str(_("The XML tab has changes that are not applied: apply or discard them first."))
    return ""
