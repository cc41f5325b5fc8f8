"""A small, slowly changing picture of a machine's screen."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import ConnectionLost, DomainState, QvirtError, publisher
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor import Domain, DomainRecord
    from qvirt_jupyter.widgets._panel_messages import ScreenState

INTERVAL: Final = 5000
"""Milliseconds between two pictures, while somebody sees them."""
_AFTER_FAILURE: Final = 20000
_SOON: Final = 50
_YOUNG: Final = 2.0
"""Seconds in which a second browser gets the picture that the first one asked for."""
_WITH_PICTURE: Final = frozenset({DomainState.RUNNING, DomainState.PAUSED})
_KEPT: Final = 8
"""Pictures of other machines, for one who comes back to them."""


class Thumbnail(PanelPart):
    """The screen of a machine; the browser asks for a picture while it shows it.

    Parameters
    ----------
    domain
        The machine.
    open_console
        Called on the publisher thread when the picture is pressed.
    """

    _part: ClassVar[str] = "screen"
    _strings: ClassVar[Mapping[str, LazyString]] = {"open": _("Open the console")}

    def __init__(self, domain: Domain, open_console: Callable[[], object]) -> None:
        super().__init__()
        self._domain = domain
        self._open_console = open_console
        self._lock = threading.Lock()
        self._state: DomainState | None = None
        self._run = -1
        self._kept: dict[tuple[Domain, int], tuple[ScreenState, bytes, float]] = {}
        self._is_busy = False
        self._taken = 0.0
        self._say(_("No picture yet."))

    def follow(self, domain: Domain, open_console: Callable[[], object]) -> None:
        """Show the screen of another machine from now on; its next record says what there is.

        Parameters
        ----------
        domain, open_console
            As at first.
        """
        with self._lock:
            self._domain, self._open_console = domain, open_console
            self._state, self._run, self._taken, self._is_busy = None, -1, 0.0, False

    def update(self, record: DomainRecord | None, *, refused: str = "") -> None:
        """Follow the machine; a picture is taken only while it runs.

        Parameters
        ----------
        record
            What is known of it; None while nothing is.
        refused
            Why there are no pictures at all.
        """
        state = None if record is None else record.state
        if state is self._state and not refused:
            return
        self._state = state
        self._run = -1 if record is None else record.id
        kept = self._kept.get((self._domain, self._run))
        if refused:
            self._say(refused)
        elif kept is not None and state in _WITH_PICTURE:
            # Until the next one, which is asked for no sooner than if it had been there all along.
            shown, jpeg, taken = kept
            age = time.monotonic() - taken
            wait = max(_SOON, INTERVAL - round(1000 * age))
            self._taken = taken
            self.show({**shown, "interval": wait}, jpeg)
        elif state in _WITH_PICTURE:
            self._say(_("Waiting for a picture…"), interval=_SOON)
        elif state is None:
            self._say(_("Not available."))
        else:
            self._say(_("The screen is dark: {state}.").format(state=state.label))

    def _say(self, text: str | LazyString, interval: int = 0) -> None:
        state: ScreenState = {
            "text": str(text),
            "alt": "",
            "picture": False,
            "interval": interval,
        }
        self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - any may look
        match content:
            case {"type": "picture"}:
                self._ask()
            case {"type": "press", "id": "open"}:
                publisher.post(("open", id(self)), self._open_console)

    def _ask(self) -> None:
        with self._lock:
            if self._is_busy or self._state not in _WITH_PICTURE:
                return
            if time.monotonic() - self._taken < _YOUNG:
                self._send_soon()
                return
            self._is_busy = True
            domain = self._domain
        try:
            taken = domain.connection.pool.submit(lambda: self._take(domain))
        except ConnectionLost:
            # The connection was closed, which the panel around it says.
            self._is_busy = False
        else:
            # Also where it was dropped before it began.
            taken.add_done_callback(lambda _taken: self._on_taken(domain))

    def _take(self, domain: Domain) -> None:
        if domain is not self._domain:
            return
        try:
            picture = domain.thumbnail()
        except QvirtError as error:
            if domain is self._domain and self._state is DomainState.RUNNING:
                self._say(error.reason, interval=_AFTER_FAILURE)
        else:
            jpeg = picture.data
            state: ScreenState = {
                "text": "",
                "alt": str(_("Screen of {name}").format(name=domain.subject.name)),
                "picture": True,
                # A paused machine's screen does not change.
                "interval": INTERVAL if self._state is DomainState.RUNNING else 0,
            }
            with self._lock:
                is_shown = domain is self._domain and self._state in _WITH_PICTURE
                if is_shown:
                    self._kept.pop((domain, self._run), None)
                    self._kept[domain, self._run] = (state, jpeg, time.monotonic())
                    while len(self._kept) > _KEPT:
                        del self._kept[next(iter(self._kept))]
            if is_shown:
                self.show(state, jpeg)

    def _on_taken(self, domain: Domain) -> None:
        with self._lock:
            if domain is self._domain:
                self._taken = time.monotonic()
                self._is_busy = False
