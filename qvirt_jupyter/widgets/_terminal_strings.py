"""The words of the terminal's page; it knows them by these names (``frontend/viewer/strings.ts``).

``{fields}`` are filled in by the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets import _console_strings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString

_SHARED: Final = (
    "toolbar",
    "send_key",
    "view",
    "clipboard_denied",
    "left",
    "not_connected",
    "connecting",
    "connection_lost",
    "trying_again",
    "try_now",
    "start",
    "paused",
    "resume",
    "refused",
    "retry",
    "close",
    "cancel",
    "connect",
    "kernel_silent",
    "other_host",
    "other_runtime",
    "no_server",
    "no_extension",
    "version_mismatch",
)
"""What the page of a graphical console says in the same words."""

STRINGS: Mapping[str, LazyString] = {
    **{name: _console_strings.STRINGS[name] for name in _SHARED},
    "terminal_title": _("{name} on {connection}: {console}"),
    "input": _("Terminal"),
    # The tools
    "copy": _("Copy"),
    "copied": _("{characters} characters copied."),
    "nothing_selected": _("Nothing is selected: select a text with the pointer first."),
    "paste": _("Paste"),
    "pasted": _("{characters} characters pasted."),
    "paste_nothing": _("The clipboard has no text."),
    "paste_lines": _("Lines that a shell runs as they arrive: {lines}."),
    "paste_by_hand": _(
        "The browser does not give its clipboard to this page. Paste the text here."
    ),
    "find": _("Find"),
    "find_next": _("Next"),
    "find_previous": _("Previous"),
    "find_case": _("Match case"),
    "find_case_short": _("Aa"),
    "find_count": _("{number} of {total}"),
    "find_none": _("Not found"),
    "log": _("Log to a file"),
    "log_on": _("Log to a file: {path}"),
    "log_file": _("File, where the kernel runs"),
    "log_writes": _("Everything from the guest is written to"),
    "log_note": _("What the guest writes from now on, also while no browser looks."),
    "log_start": _("Start"),
    "log_stop": _("Stop"),
    "larger": _("Larger text"),
    "smaller": _("Smaller text"),
    "tell_size": _("Tell the guest the size: {rows} rows, {columns} columns"),
    "clear": _("Clear what scrolled away"),
    "save": _("Save as text"),
    "saved": _("Saved as {name}."),
    "screen_reader": _("Screen reader"),
    "leave_hint": _("{chord} leaves the terminal"),
    "leave_help": _(
        "Keys go to the guest while the terminal has the focus, Tab too. Press {chord} together "
        "and let go to give them back to JupyterLab."
    ),
    "skipped": _("[{size} were left out: they came faster than they could be shown.]"),
    # What is said above the text
    "silence": _("The guest has written nothing here yet. Where it waits, Enter shows its prompt."),
    "not_open": _("The console is not open: nothing was sent."),
    "busy": _("Somebody else holds this console."),
    "take_over": _("Take it over…"),
    "take_over_question": _("Take it over? Whoever holds it now is cut off."),
    "take_over_now": _("Take it over"),
}
