"""A machine's screen in a tab of its own, with what is asked and said about its connection."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from qvirt_jupyter.widgets.console import ConsolePanel
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.notices import NoticeBoard, Notices
from qvirt_jupyter.widgets.panel import Panel
from qvirt_jupyter.widgets.questions import Questions

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain


class ConsoleTab(Panel):
    """The console, and above it whatever its connection needs.

    Parameters
    ----------
    domain
        The machine.
    """

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._notices = NoticeBoard()
        console = ConsolePanel(domain)
        super().__init__((Notices(self._notices), Questions(fleet.questions), console))
        self.add_class("qvirt-console-tab")
        self.follow(domain.connection.observe(lambda _connection: self._update()))
        self._update()
        fleet.open_if_idle(domain.connection)

    def snapshot(self) -> str:
        """Say what was here: a screen is not kept."""
        return f"<p>{html.escape(str(self._domain.subject))}</p>"

    def _update(self) -> None:
        fleet.explain(self._domain.connection, self._notices)
