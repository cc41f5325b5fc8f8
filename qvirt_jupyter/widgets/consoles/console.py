"""The screen of a virtual machine in a tab or a cell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.console.display_routes import route
from qvirt_jupyter.console.whereabouts import whereabouts
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.hypervisor.screen import key_combination, keyboard_layouts
from qvirt_jupyter.hypervisor.screen.display_passwords import display_passwords
from qvirt_jupyter.hypervisor.screen.display_place import NotListening
from qvirt_jupyter.widgets._console_messages import VERSION
from qvirt_jupyter.widgets._console_strings import STRINGS
from qvirt_jupyter.widgets.consoles import input as console_input
from qvirt_jupyter.widgets.consoles import release_keys
from qvirt_jupyter.widgets.consoles.changes import ConsoleChanges
from qvirt_jupyter.widgets.consoles.machine_view import MachineView
from qvirt_jupyter.widgets.preferences import preferences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.console.display_routes import Route
    from qvirt_jupyter.hypervisor import Display, Domain
    from qvirt_jupyter.widgets._console_messages import (
        ConsoleMessage,
        DisplayTicketMessage,
        RecalledMessage,
        SaidMessage,
        TabletMessage,
        ViewerMessage,
    )

__all__ = ["ConsolePanel"]

_WISHES: Final = frozenset({"scaling", "autoconnect", "layout"})
"""What a page may ask to be kept for its machine."""


_SHOWN: Final = frozenset({"vnc", "spice"})
"""The types of displays that the page draws (``frontend/console/display.ts``)."""


class ConsolePanel(MachineView):
    """One graphical display of a virtual machine, with tools above it.

    The panel draws nothing itself: the browser shows a page of the Jupyter server, which bridges it
    to the display (:mod:`qvirt_jupyter.server`). The kernel's part is to say what the machine does,
    to write the ticket that the server asks for, and to start or resume the machine on request.

    Parameters
    ----------
    domain
        The machine.
    display
        Which of its displays (:attr:`Display.index`); None means the first of the type that the
        preferences name, or else the first that can be shown.
    """

    _module: ClassVar[str] = "console"
    _strings: ClassVar[Mapping[str, LazyString]] = STRINGS

    def __init__(self, domain: Domain, display: int | None = None) -> None:
        self.display = display
        self._shown = ""
        self._index = display or 0
        self._route: Route | None = None
        self._remedy = ""
        self._changes = ConsoleChanges(domain)
        super().__init__(domain)

    def close(self) -> None:
        """End the panel, and the way to the display; the machine is not touched."""
        super().close()
        self._take(None)

    def _said(self, content: dict[str, Any]) -> None:
        match content:
            case {"kind": "wish"}:
                self._keep({f"console_{name}": content[name] for name in _WISHES & content.keys()})
            case {"kind": "layout", "name": str(name)}:
                self._tell(console_input.layout_message(name))
            case {"kind": "keys", "text": str(text), "layout": str(name)}:
                self._tell(console_input.keys_message(text, name))
            case {"kind": "tablet"}:
                self._in_background(self._add_tablet)
            case {"kind": "viewer"}:
                self._in_background(self._give_viewer_file)
            case {"kind": "plan", "change": "vnc" | "loopback" as name}:
                self._in_background(partial(self._plan, name))
            case {"kind": "apply"}:
                self._in_background(self._apply)
            case _:
                self._said_of_password(content)

    def _said_of_password(self, content: dict[str, Any]) -> None:
        place = (self.domain.connection.uri, self.domain.uuid, self._index)
        match content:
            case {"kind": "recall"}:
                known = display_passwords.recall(*place)
                answer: RecalledMessage = {
                    "kind": "recalled",
                    "username": known.username if known else "",
                    "password": known.password if known else "",
                }
                self._tell(answer)
            case {"kind": "remember", "username": username, "password": password}:
                display_passwords.remember(*place, username, password)
            case {"kind": "forget"}:
                display_passwords.forget(*place)

    def _give_viewer_file(self) -> None:
        try:
            file = self.domain.viewer_file(self._index)
        except QvirtError as error:
            self._tell_problem(str(error))
            return
        message: ViewerMessage = {"kind": "viewer", "name": file.name, "text": file.text}
        self._tell(message)

    def _plan(self, name: str) -> None:
        try:
            self._tell(self._changes.plan(name, self._index))
        except QvirtError as error:
            self._tell_problem(str(error))

    def _apply(self) -> None:
        try:
            done = self._changes.apply()
        except QvirtError as error:
            self._tell_problem(str(error))
            return
        if done:
            message: SaidMessage = {"kind": "said", "message": done}
            self._tell(message)
            # Where the machine is off the display is reached now; where it runs, it is said when.
            self._renew()

    def _begin(self) -> None:
        machine = self._known_machine()
        ticket, refusal = self._permission()
        connection = self.domain.connection
        wishes = preferences.now.of_machine(self.domain.uuid)
        message: ConsoleMessage = {
            "kind": "console",
            "version": VERSION,
            "name": self.domain.name,
            "uuid": self.domain.uuid,
            "connection": str(connection.label),
            "display": self._shown,
            "ticket": ticket,
            "refusal": refusal,
            "remedy": self._remedy,
            "machine": machine,
            "scaling": wishes.console_scaling,
            "autoconnect": wishes.console_autoconnect,
            "layout": wishes.console_layout,
            "layouts": keyboard_layouts.layout_labels(),
            "keyNames": list(key_combination.names()),
            "tablet": self._has_tablet(),
            "release": release_keys.parts_of(wishes.console_release),
            "whereabouts": whereabouts(),
            "strings": release_keys.filled(self._strings, wishes.console_release),
        }
        self._tell(message)

    def _add_tablet(self) -> None:
        try:
            job = console_input.add_tablet(self.domain)
        except QvirtError as error:
            self._tell_problem(str(error))
        else:
            self._watch(job, self._tell_tablet)

    def _tell_tablet(self) -> None:
        message: TabletMessage = {"kind": "tablet", "tablet": self._has_tablet()}
        self._tell(message)

    def _has_tablet(self) -> bool:
        try:
            return console_input.has_tablet(self.domain)
        except QvirtError:
            # What cannot be read has no display either, which the page is told.
            return True

    def _renew(self) -> None:
        ticket, refusal = self._permission()
        message: DisplayTicketMessage = {
            "kind": "ticket",
            "display": self._shown,
            "ticket": ticket,
            "refusal": refusal,
            "remedy": self._remedy,
        }
        self._tell(message)

    def _permission(self) -> tuple[str, str]:
        """Return a ticket, or why there is none."""
        self._shown = self._remedy = ""
        try:
            preferred = preferences.now.console_display
            display, refusal = _choose(self.domain.displays(), self.display, preferred)
            if display is None:
                return "", refusal
            self._shown, self._index = display.type, display.index
            found = route(self.domain, display)
        except NotListening as error:
            self._remedy, more = self._changes.remedy(self._index)
            return "", f"{error} {more}".rstrip()
        except QvirtError as error:
            return "", str(error)
        self._take(found)
        return self._ticket_for(found.target)

    def _take(self, found: Route | None) -> None:
        """Keep the way to the display; the older one is given up after the newer one is there."""
        older: Route | None
        with self._lock:
            if self._is_closed and found is not None:
                older = found
            else:
                older, self._route = self._route, found
        if older is not None:
            older.close()


def _choose(
    displays: tuple[Display, ...], wanted: int | None, preferred: str
) -> tuple[Display | None, str]:
    """Return the display to show, or None and why there is none."""
    if not displays:
        return None, str(
            _("The machine has no display. Give it a VNC display to see a screen here.")
        )
    if wanted is not None:
        candidates = tuple(display for display in displays if display.index == wanted)
        if not candidates:
            sentence = _("The machine has no display {number} any more.")
            return None, str(sentence.format(number=wanted + 1))
    else:
        candidates = tuple(sorted(displays, key=lambda display: display.type != preferred))
    shown = next((display for display in candidates if display.type in _SHOWN), None)
    if shown is not None:
        return shown, ""
    types = ", ".join(display.type.upper() for display in candidates)
    sentence = _(
        "The machine's display is {types}; this console shows VNC and SPICE. Give it a VNC display."
    )
    return None, str(sentence.format(types=types))
