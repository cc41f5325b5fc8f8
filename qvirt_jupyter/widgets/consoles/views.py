"""All consoles of a machine in one place: one in front, the others go on behind it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import ipywidgets

from qvirt_jupyter.hypervisor import ConnectionLost, DomainRecord, QvirtError, publisher
from qvirt_jupyter.widgets.consoles.console import ConsolePanel
from qvirt_jupyter.widgets.consoles.switch import ConsoleSwitch
from qvirt_jupyter.widgets.consoles.terminal import TerminalPanel
from qvirt_jupyter.widgets.panel import close_all
from qvirt_jupyter.widgets.preferences import preferences

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import ConsoleChoice, Domain
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.widgets.consoles.machine_view import MachineView

_LOG = logging.getLogger(__name__)
_NONE: Final = ""
"""The key of what is shown where there is no console that could be: the reason."""


class ConsoleViews(ipywidgets.VBox):
    """The consoles of one machine, and the switch between them.

    A console is made when it is first chosen, and then goes on behind the others: what the guest
    writes meanwhile is there when somebody comes back. Which one was chosen last is remembered for
    the machine; at first it is the first that can be opened.

    Parameters
    ----------
    domain
        The machine.
    beside
        A widget at the end of the row of the switch, such as a button.
    """

    def __init__(self, domain: Domain, beside: ipywidgets.Widget | None = None) -> None:
        self._domain = domain
        self._choices: tuple[ConsoleChoice, ...] | None = None
        self._views: dict[str, MachineView] = {}
        self._chosen: str | None = None
        self._read_at: tuple[int, bool] | None = None
        self._is_closed = False
        self._switch = ConsoleSwitch(self.choose)
        self._row = ipywidgets.HBox([self._switch] if beside is None else [self._switch, beside])
        self._row.add_class("qvirt-console-row")
        super().__init__([self._row])
        self.add_class("qvirt-console-views")
        self._has_row = beside is not None
        self._show_row()
        self._subscription = domain.connection.inventory.subscribe(self._on_batch)

    def __del__(self) -> None:
        # ipywidgets closes what is deleted; one that is alive is held by its subscription.
        return

    def close(self) -> None:
        """Close all consoles; the machine is not touched."""
        self._is_closed = True
        self._subscription.close()
        super().close()

    @property
    def chosen(self) -> str | None:
        """The key of the console in front; None while nothing is known."""
        return self._chosen

    def choose(self, key: str) -> None:
        """Bring a console to the front and remember it; one that cannot be opened stays behind.

        Parameters
        ----------
        key
            :attr:`~qvirt_jupyter.hypervisor.ConsoleChoice.key` of one of ``domain.consoles()``.
        """
        if self._is_closed or not any(each.key == key for each in self._usable()):
            return
        self._chosen = key
        self._draw()
        try:
            preferences.set_for(self._domain.uuid, console_shown=key)
        except OSError as error:
            # It is in front all the same; only the next tab begins with another.
            _LOG.warning("The chosen console is not remembered: %s", error)

    # -- what there is: on the publisher thread -----------------------------------------------

    def _on_batch(self, batch: Batch) -> None:
        for record in (*batch.added, *batch.changed):
            if isinstance(record, DomainRecord) and record.uuid == self._domain.uuid:
                # Devices change with the definition, and with its start: some come by hotplug.
                at = (record.xml_version, record.is_active)
                if at != self._read_at:
                    self._read_at = at
                    try:
                        self._domain.connection.pool.submit(self._read)
                    except ConnectionLost:
                        # It is told anew what there is once the connection is opened again.
                        self._read_at = None

    def _read(self) -> None:
        try:
            choices = self._domain.consoles()
        except QvirtError as error:
            _LOG.info("The consoles of %s are not known: %s", self._domain.uuid, error)
            if self._choices is not None:
                return
            # The console in front says why it cannot be opened.
            choices = ()
        publisher.post(("consoles", id(self)), lambda: self._take(choices))

    def _take(self, choices: tuple[ConsoleChoice, ...]) -> None:
        if self._is_closed or (choices == self._choices and self._chosen is not None):
            return
        self._choices = choices
        keys = {choice.key for choice in self._usable()}
        if self._chosen not in keys:
            wished = preferences.now.of_machine(self._domain.uuid).console_shown
            self._chosen = wished if wished in keys else self._first()
        for key in self._views.keys() - keys - {self._chosen}:
            self._drop(key)
        self._draw()

    def _usable(self) -> tuple[ConsoleChoice, ...]:
        return tuple(choice for choice in self._choices or () if not choice.refusal)

    def _first(self) -> str:
        """Return what comes first: of several displays one of the preferred type."""
        preferred = preferences.now.console_display
        usable = self._usable()
        displays = (each for each in usable if each.kind == "graphics" and each.type == preferred)
        first = next(displays, next(iter(usable), None))
        return _NONE if first is None else first.key

    # -- what is shown ------------------------------------------------------------------------

    def _draw(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return
        # First they go, then it comes: each is a message of its own, and two at once would flicker.
        for key, view in self._views.items():
            if key != chosen:
                view.layout.display = "none"
        if chosen not in self._views:
            self._views[chosen] = self._make(chosen)
            self._place()
        self._views[chosen].layout.display = None
        self._switch.update(self._choices or (), chosen)
        self._show_row()

    def _make(self, key: str) -> MachineView:
        choice = next((each for each in self._usable() if each.key == key), None)
        if choice is None:
            return ConsolePanel(self._domain)
        if choice.index is not None:
            return ConsolePanel(self._domain, choice.index)
        return TerminalPanel(self._domain, choice.alias)

    def _drop(self, key: str) -> None:
        view = self._views.pop(key)
        self._place()
        close_all(view)

    def _place(self) -> None:
        # The new one at the end: what stands before stays in the page, with all that it shows.
        self.children = (self._row, *self._views.values())

    def _show_row(self) -> None:
        # With one console there is nothing to choose from.
        is_needed = self._has_row or len(self._choices or ()) > 1
        self._row.layout.display = None if is_needed else "none"
        self._switch.layout.display = None if len(self._choices or ()) > 1 else "none"
