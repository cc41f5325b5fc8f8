"""A serial or text console of a virtual machine in a tab or a cell."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.console.serial_service import Offer, service
from qvirt_jupyter.console.whereabouts import whereabouts
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.widgets._terminal_messages import VERSION
from qvirt_jupyter.widgets._terminal_strings import STRINGS
from qvirt_jupyter.widgets.consoles import release_keys
from qvirt_jupyter.widgets.consoles.machine_view import MachineView
from qvirt_jupyter.widgets.preferences import preferences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import Domain, Subscription
    from qvirt_jupyter.hypervisor.serial.line import SerialLine
    from qvirt_jupyter.widgets._terminal_messages import LineMessage, LineState, TerminalMessage

__all__ = ["TerminalPanel"]

LINES: Final = 10_000
"""How many lines can be scrolled back to."""

_WISHES: Final = frozenset({"font_size", "screen_reader"})
"""What a page may ask to be kept."""


class TerminalPanel(MachineView):
    """One serial or text console of a virtual machine, with tools above it.

    The browser shows a page of the Jupyter server, which bridges it to the kernel's end of the
    line: all panels and cells of a kernel share one line, so several may look and type.

    Parameters
    ----------
    domain
        The machine.
    alias
        Which of its consoles: a name of ``domain.serials``, such as ``"serial0"``.
    """

    _module: ClassVar[str] = "terminal"
    _strings: ClassVar[Mapping[str, LazyString]] = STRINGS

    def __init__(self, domain: Domain, alias: str) -> None:
        self.alias = alias
        self._line: SerialLine | None = None
        self._offer: Offer | None = None
        self._line_ends: tuple[Subscription, ...] = ()
        super().__init__(domain)

    def close(self) -> None:
        """End the panel; the line closes where nobody else uses it, and the guest runs on."""
        super().close()
        with self._lock:
            ends, self._line_ends = self._line_ends, ()
            offer, self._offer = self._offer, None
        for end in ends:
            end.close()
        if offer is not None:
            offer.close()

    # -- the line -----------------------------------------------------------------------------

    def _permission(self) -> tuple[str, str]:
        """Return a ticket, or why there is none."""
        try:
            offer = self._take_line()
        except QvirtError as error:
            return "", str(error)
        except OSError as error:
            sentence = _("The console cannot be served to the browser: {reason}.")
            return "", str(sentence.format(reason=error))
        return ("", "") if offer is None else self._ticket_for(offer.target)

    def _take_line(self) -> Offer | None:
        """Return the offer of the line, made once; None where the panel was closed meanwhile."""
        line = self.domain.serials[self.alias]
        with self._lock:
            if self._is_closed or self._offer is not None:
                return self._offer
            # Refused by a line that libvirt cannot open: then there is nothing to serve.
            use = line.use()
            try:
                self._offer = service.offer(line)
            except OSError:
                use.close()
                raise
            self._line = line
            self._line_ends = (line.observe(self._tell_line), use)
            return self._offer

    def _tell_line(self, line: SerialLine) -> None:
        message: LineMessage = {"kind": "line", "line": _state(line)}
        self._tell(message)

    # -- what the browser says ----------------------------------------------------------------

    def _begin(self) -> None:
        machine = self._known_machine()
        ticket, refusal = self._permission()
        wishes = preferences.now
        line = self._line
        message: TerminalMessage = {
            "kind": "terminal",
            "version": VERSION,
            "name": self.domain.name,
            "uuid": self.domain.uuid,
            "connection": str(self.domain.connection.label),
            "label": self.alias if line is None else str(line.label),
            "ticket": ticket,
            "refusal": refusal,
            "machine": machine,
            "line": _NO_LINE if line is None else _state(line),
            "log_offer": str(self._log_offer()),
            "lines": LINES,
            "font_size": wishes.terminal_font_size,
            "screen_reader": wishes.terminal_screen_reader,
            "release": release_keys.parts_of(wishes.console_release),
            "whereabouts": whereabouts(),
            "strings": release_keys.filled(self._strings, wishes.console_release),
        }
        self._tell(message)

    def _said(self, content: dict[str, Any]) -> None:
        match content:
            case {"kind": "open", "force": bool(force)}:
                self._in_background(lambda: self._open(force=force))
            case {"kind": "log", "path": str(path)}:
                self._in_background(lambda: self._log(path))
            case {"kind": "wish"}:
                self._prefer({f"terminal_{name}": content[name] for name in _WISHES & {*content}})

    def _open(self, *, force: bool) -> None:
        if self._line is not None:
            self._watch(self._line.submit.retry(force=force))

    def _log(self, path: str) -> None:
        if self._line is None:
            return
        try:
            self._line.log_to(Path(path).expanduser() if path else None)
        except (OSError, QvirtError) as error:
            self._tell_problem(str(error))

    def _log_offer(self) -> Path:
        """Return a new file beside the notebook for what the guest writes."""
        name = re.sub(r"[^\w.-]+", "-", f"{self.domain.name}-{self.alias}")
        return Path.cwd() / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.log"

    def _prefer(self, wishes: dict[str, Any]) -> None:
        """Show all terminals so from now on."""
        try:
            preferences.set(**wishes)
        except (OSError, TypeError, ValueError) as error:
            self._tell_problem(str(error))


_NO_LINE: Final[LineState] = {
    "state": "refused",
    "words": "",
    "reason": "",
    "log": "",
    "log_error": "",
}


def _state(line: SerialLine) -> LineState:
    return {
        "state": line.state.value,
        "words": str(line.state.label),
        "reason": str(line.reason),
        "log": str(line.log_path or ""),
        "log_error": str(line.log_error),
    }
