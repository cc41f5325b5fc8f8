"""The section with the XML of the host's objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.widgets.host.section import HostSection
from qvirt_jupyter.widgets.xml.host_xml import HostXml

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.host.section import SectionContext


class XmlSection(HostSection):
    """The editor for the XML of networks, storage pools and volumes.

    Parameters
    ----------
    connection, context
        As for each section.
    """

    def __init__(self, connection: Connection, context: SectionContext) -> None:
        self.editor = HostXml(connection)
        super().__init__(connection, context, (self.editor,))

    @property
    def is_dirty(self) -> bool:
        """Whether there is XML that is not stored."""
        return self.editor.is_dirty

    def leave(self, then: Callable[[], object]) -> None:
        """Go on, after a question where XML is not stored."""
        self.editor.leave(then)

    def take_over(self, before: HostSection) -> None:
        """Have the XML that was typed before the page was loaded again."""
        if isinstance(before, XmlSection):
            self.editor.take_over(before.editor)
