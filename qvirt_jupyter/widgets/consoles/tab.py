"""A machine's consoles in a tab of their own, with what is asked and said about its connection."""

from __future__ import annotations

import html
import threading
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import DomainRecord, RecordKey, publisher
from qvirt_jupyter.widgets.consoles.usb_choice import UsbChoice
from qvirt_jupyter.widgets.consoles.views import ConsoleViews
from qvirt_jupyter.widgets.fleet import ConnectionState, fleet
from qvirt_jupyter.widgets.notices import NoticeBoard, Notices
from qvirt_jupyter.widgets.panel import Panel
from qvirt_jupyter.widgets.questions import QuestionBoard, Questions
from qvirt_jupyter.widgets.shell import close_tab, rename_tab

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.inventory import Batch

_GONE_FOR_GOOD: Final = 2.0
"""Seconds until the tab of a machine that is gone closes: one that is renamed comes back."""


class ConsoleTab(Panel):
    """The consoles, and above them whatever their connection needs.

    The tab is called by the machine and its connection, and closes by itself once the machine is
    removed (CONSOLE-29).

    Parameters
    ----------
    domain
        The machine.
    """

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._arguments = {"uri": domain.connection.uri, "uuid": domain.uuid}
        self._key = RecordKey("domain", domain.connection.uri, domain.uuid)
        self._title = ""
        self._notices = NoticeBoard()
        questions = QuestionBoard()
        usb = UsbChoice(domain, questions, self._notices).button()
        usb.layout.width = "max-content"
        self._views = ConsoleViews(domain, beside=usb)
        super().__init__(
            (
                Notices(self._notices),
                Questions(questions),
                Questions(fleet.questions),
                self._views,
            )
        )
        self.add_class("qvirt-console-tab")
        self.follow(
            domain.connection.observe(lambda _connection: self._update()),
            domain.connection.inventory.subscribe(self._on_batch),
        )
        self._update()
        fleet.open_if_idle(domain.connection)

    def snapshot(self) -> str:
        """Say what was here: a screen is not kept."""
        return f"<p>{html.escape(str(self._domain.subject))}</p>"

    def _update(self) -> None:
        fleet.explain(self._domain.connection, self._notices)

    def _on_batch(self, batch: Batch) -> None:
        for record in (*batch.added, *batch.changed):
            if isinstance(record, DomainRecord) and record.uuid == self._domain.uuid:
                title = str(
                    _("{name} on {connection}").format(
                        name=record.label, connection=self._domain.connection.label
                    )
                )
                if title != self._title:
                    self._title = title
                    rename_tab("console", self._arguments, title)
        if self._key in batch.removed:
            timer = threading.Timer(
                _GONE_FOR_GOOD,
                lambda: publisher.post(("console-tab", id(self)), self._close_if_gone),
            )
            timer.daemon = True
            timer.start()

    def _close_if_gone(self) -> None:
        connection = self._domain.connection
        if self.is_closed or connection.state is not ConnectionState.CONNECTED:
            # What a lost connection does not know may well be there.
            return
        if self._key not in (found.record_key for found in connection.inventory.snapshot().domains):
            close_tab("console", self._arguments)
