"""What stands beside the list: the selected machine's screen, notes, addresses and buttons."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import DomainRecord, RecordKey, publisher
from qvirt_jupyter.hypervisor.lifecycle import Action
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.machine.head import HeadButton, MachineHead
from qvirt_jupyter.widgets.machine.notes import notes_html
from qvirt_jupyter.widgets.machine.overview import facts_html
from qvirt_jupyter.widgets.panel import close_all
from qvirt_jupyter.widgets.thumbnail import Thumbnail

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Batch, Domain, Subscription
    from qvirt_jupyter.widgets.machine.actions import MachineActions


class MachinePane(ipywidgets.VBox):
    """The details of one machine at a time; it follows the machine while it shows it.

    Parameters
    ----------
    actions
        What its buttons do.
    open_console
        Called with the machine when the picture of its screen is pressed.
    act
        Called with ``"clone"``, ``"template"`` or ``"delete"``, the machine and the browser window
        when one of these buttons is pressed.
    """

    def __init__(
        self,
        actions: MachineActions,
        open_console: Callable[[RecordKey], object],
        act: Callable[[str, tuple[RecordKey, ...], str], object],
    ) -> None:
        self._actions = actions
        self._open_console = open_console
        self._act = act
        self._key: RecordKey | None = None
        self._domain: Domain | None = None
        self._thumbnail: Thumbnail | None = None
        self._subscriptions: tuple[Subscription, ...] = ()
        self._head = MachineHead(
            self._press,
            {
                name: HeadButton(label, partial(self._act_on_it, name), as_for)
                for name, label, as_for in (
                    ("clone", _("Clone…"), Action.UNDEFINE),
                    ("template", _("Template…"), Action.SET_TEMPLATE),
                    ("delete", _("Delete…"), None),
                )
            },
        )
        self._screen = ipywidgets.VBox()
        self._notes = ipywidgets.HTML()
        self._notes.add_class("qvirt-notes")
        self._facts = ipywidgets.HTML()
        self._parts: tuple[ipywidgets.Widget, ...] = (
            self._head,
            self._screen,
            self._notes,
            self._facts,
        )
        super().__init__()
        self.add_class("qvirt-pane")
        self._hide()

    def show(self, key: RecordKey | None) -> None:
        """Show another machine, or none; on the publisher thread.

        Parameters
        ----------
        key
            Of its row; None for no machine.
        """
        if key == self._key:
            return
        self._leave()
        self._key = key
        if key is None or key.kind != "domain":
            self._hide()
            return
        domain = fleet.domain(key.uri, key.id)
        self._domain = domain
        if self._thumbnail is None:
            self._thumbnail = Thumbnail(domain, lambda: self._open_console(key))
            self._screen.children = (self._thumbnail,)
        else:
            self._thumbnail.follow(domain, lambda: self._open_console(key))
        inventory = domain.connection.inventory
        known = inventory.snapshot().records.get(key)
        if isinstance(known, DomainRecord):
            # All parts show the other machine at once.
            self._update(known)
        self._subscriptions = (
            inventory.examine({key.id}),
            inventory.subscribe(self._on_batch),
        )
        self.children = self._parts
        self.layout.display = None

    def close(self) -> None:
        """Take it away; the machine is not touched."""
        self._leave()
        for part in self._parts:
            close_all(part)
        super().close()

    def _hide(self) -> None:
        # Nothing of it is drawn by browsers while nobody wants it.
        self.children = ()
        self.layout.display = "none"

    def _leave(self) -> None:
        for subscription in self._subscriptions:
            subscription.close()
        self._subscriptions = ()

    def _on_batch(self, batch: Batch) -> None:
        if self._key in batch.removed:
            publisher.post(("pane", id(self)), lambda: self.show(None))
            return
        for record in (*batch.added, *batch.changed):
            if isinstance(record, DomainRecord) and record.record_key == self._key:
                self._update(record)

    def _update(self, record: DomainRecord) -> None:
        if self._domain is None or self._thumbnail is None:
            return
        connection = self._domain.connection
        self._head.update(
            record, name=record.label, away="", refused=connection.features.reason("write")
        )
        self._thumbnail.update(record, refused=connection.features.reason("screenshots"))
        _set(self._notes, notes_html(record.description))
        # The notes stand above.
        _set(self._facts, facts_html(replace(record, description=""), connection.label))

    def _act_on_it(self, name: str, client: str) -> None:
        if self._key is not None:
            self._act(name, (self._key,), client)

    def _press(self, action: Action, client: str) -> None:
        if self._domain is not None:
            self._actions.do(action, (self._domain,), client)


def _set(widget: ipywidgets.HTML, text: str) -> None:
    if widget.value != text:
        widget.value = text
