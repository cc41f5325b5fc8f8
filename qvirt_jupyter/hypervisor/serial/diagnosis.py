"""What the output of a serial line says of who waits there, and what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.guest.waiting import NotYet
from qvirt_jupyter.hypervisor.records import DomainState
from qvirt_jupyter.hypervisor.serial.state import SerialState

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString

LOGIN: Final = re.compile(r"\b(?:login|user ?name):\s*\Z", re.IGNORECASE)
BURIED: Final = re.compile(r"\blogin: *\S[^\n]*\n", re.IGNORECASE)
"""A prompt behind which something else was written: a message of the kernel, say."""
PASSWORD: Final = re.compile(r"\b(?:password|passphrase)\b[^\n]*:\s*\Z", re.IGNORECASE)
PROMPT: Final = re.compile(r"[#$%>\u276f\u00bb] ?\Z")
REFUSED: Final = re.compile(
    r"(?:login incorrect|permission denied|authentication failure)", re.IGNORECASE
)
_NEXT_STEPS: Final[tuple[tuple[re.Pattern[str], LazyString], ...]] = (
    (LOGIN, _("Log in first: login('root'), with a password where the guest asks for one.")),
    (PASSWORD, _("It asks for a password: Ctrl-C, send(b'\\x03'), ends that; then log in.")),
    (re.compile(r"--More--|\(END\)\s*\Z"), _("A pager waits: send('q') leaves it.")),
    (re.compile(r"^>\s*\Z"), _("A shell waits for the rest of a command: send(b'\\x03') ends it.")),
)
_SILENT: Final = _(
    "What it wrote before anybody listened is lost: send('\\n') shows a prompt that waits. If that "
    "shows nothing, see whether the guest uses this console (console=ttyS0 among its kernel's "
    "arguments), and whether a program runs in it: send(b'\\x03') is Ctrl-C."
)
_WAITS: Final[dict[SerialState, tuple[LazyString, LazyString | str]]] = {
    SerialState.OFF: (_("the machine is off"), _("Start it.")),
    SerialState.LOST: (
        _("there is no connection to the host"),
        _("See what its connection says; the console opens again with it."),
    ),
    SerialState.OPENING: (_("the console is still being opened"), ""),
}
HOPELESS: Final = frozenset({SerialState.BUSY, SerialState.REFUSED, SerialState.GONE})
"""The states in which waiting helps nobody."""


def obstacle(line: SerialState, machine: DomainState | None) -> NotYet | None:
    """Return why nothing can come now, or None where something may.

    Parameters
    ----------
    line
        Where the line is.
    machine
        What the machine does; None where nobody knows.
    """
    if line in _WAITS:
        return NotYet(*_WAITS[line])
    if machine is DomainState.PAUSED:
        return NotYet(_("the machine is paused"), _("Resume it."))
    return None


def unfinished(text: str) -> NotYet:
    """Return what is seen of a command that has not ended.

    Parameters
    ----------
    text
        What it has printed so far.
    """
    last = _last_line(text)
    return NotYet(
        _("the last line was {line}").format(line=repr(last))
        if last
        else _("it still runs and has printed nothing"),
        _("It was interrupted, as by Ctrl-C. Give it more time: run(…, timeout=600)."),
    )


def unmatched(text: str) -> NotYet:
    """Return what is seen instead of what is looked for.

    Parameters
    ----------
    text
        What has come meanwhile.
    """
    last = _last_line(text)
    if not last:
        return NotYet(_("nothing has come on the console since"), _SILENT)
    steps = (step for pattern, step in _NEXT_STEPS if pattern.search(last))
    return NotYet(
        _("the last line was {line}").format(line=repr(last)),
        next(steps, _("See all that it wrote: print(vm.serial.text).")),
    )


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")
