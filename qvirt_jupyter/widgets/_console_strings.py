"""The words of the console's page; it knows them by these names (``frontend/console/strings.ts``).

``{fields}`` are filled in by the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString

LEAVE = "Ctrl+Alt+Shift"
"""The chord that leaves the screen (``frontend/console/chord.ts``): pressed and let go together."""

STRINGS: Mapping[str, LazyString] = {
    "title": _("{name} on {connection}"),
    "toolbar": _("Console"),
    # The tools
    "send_key": _("Send key"),
    "view": _("View"),
    "scaling_fit": _("Fit the tab"),
    "scaling_actual": _("Actual size (a pixel for a pixel)"),
    "scaling_resize": _("Resize the guest's screen"),
    "scaling_resize_ignored": _("The guest keeps the size of its screen."),
    "autoconnect": _("Connect at once to this machine"),
    "view_only": _("View only"),
    "view_only_on": _("View only: keys and the pointer do not reach the guest."),
    "view_only_off": _("Keys and the pointer reach the guest again."),
    "clipboard": _("Clipboard"),
    "clipboard_text": _("Text for the guest, or copied in it"),
    "clipboard_share": _("Share my clipboard with the guest"),
    "clipboard_note": _(
        "The guest's clipboard needs an agent in the guest. Typing works without one, for a guest "
        "with a US keyboard."
    ),
    "clipboard_insecure": _(
        "The browser shares its clipboard with pages of https or localhost only. Typing works "
        "everywhere."
    ),
    "clipboard_send": _("Copy to the guest"),
    "clipboard_copied": _("Copied from the guest."),
    "clipboard_denied": _("The browser does not allow the clipboard to be used."),
    "type": _("Type as keys"),
    "typing": _("Typing…"),
    "typing_done": _("{typed} characters typed."),
    "typing_stopped": _("Stopped after {typed} of {total} characters."),
    "typing_missing": _("Left out, as a US keyboard does not have them: {characters}"),
    "picture": _("Screenshot"),
    "picture_saved": _("Saved as {name}."),
    "fullscreen": _("Full screen"),
    "fullscreen_refused": _("The browser does not allow full screen here."),
    "leave_hint": _("{chord} leaves the screen").format(chord=LEAVE),
    "leave_help": _(
        "Keys go to the guest while its screen has the focus. Press {chord} together and let go to "
        "give them back to JupyterLab."
    ).format(chord=LEAVE),
    "left": _("Keys go to JupyterLab."),
    # What the page shows instead of the picture
    "not_connected": _("Not connected"),
    "connecting": _("Connecting…"),
    "connection_lost": _("The connection was lost."),
    "trying_again": _("Trying again in {seconds} s."),
    "try_now": _("Try now"),
    "stopped": _("Not running"),
    "stopped_text": _("Start the machine to see its screen."),
    "start": _("Start"),
    "paused": _("Paused"),
    "resume": _("Resume"),
    "refused": _("The console cannot be shown."),
    "retry": _("Try again"),
    "close": _("Close"),
    "cancel": _("Cancel"),
    "password_needed": _("The display asks for a password."),
    "password_text": _("It was set in the machine's definition."),
    "username": _("User name"),
    "password": _("Password"),
    "connect": _("Connect"),
    "display_refused": _("The display refused: {reason}"),
    "wrong_password": _("wrong password"),
    # Why there is no console at all
    "kernel_silent": _("The kernel does not answer. It is busy or gone: open the console again."),
    "other_host": _(
        "The kernel runs on {kernel} and the Jupyter server on {server}, so the server cannot "
        "reach the machine. Use a kernel on the server's own computer."
    ),
    "other_runtime": _(
        "Kernel and Jupyter server do not share a runtime folder ({kernel} and {server}), so the "
        "server cannot read the console's ticket. Set JUPYTER_RUNTIME_DIR to the same for both."
    ),
    "no_server": _(
        "Consoles need a Jupyter server in the browser (JupyterLab, Notebook or Voila); this page "
        "has none."
    ),
    "no_extension": _(
        "This Jupyter server does not have the part of qvirt-jupyter that shows consoles. Install "
        "qvirt-jupyter where the server runs, and start the server again."
    ),
    "version_mismatch": _(
        "The page is of another version than the kernel: reload it, and restart the kernel."
    ),
}
