"""The words of the console's page; it knows them by these names (``frontend/console/strings.ts``).

``{fields}`` are filled in by the page, and ``{chord}`` by the kernel: the keys that leave the
screen are a preference (:mod:`qvirt_jupyter.widgets.consoles.release_keys`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString

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
        "The guest's clipboard needs an agent in the guest. Typing works without one, in a boot "
        "loader too, for the keyboard layout that the guest is set to."
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
    "typing_missing": _(
        "Nothing was typed: the layout “{layout}” lacks {characters}. Choose the layout that the "
        "guest uses, or leave these characters out."
    ),
    "typing_of": _("{typed} of {total}"),
    "layout": _("Keyboard layout of the guest"),
    "layout_waiting": _("Waiting for the keyboard layout…"),
    "combination": _("Other combination…"),
    "combination_keys": _("Keys"),
    "combination_note": _("Such as ctrl-alt-f2, super-l or alt-sysrq-b: names or characters."),
    "combination_send": _("Send"),
    "combination_sent": _("{keys} was sent."),
    "held_hint": _("The pointer is in the guest: {chord} frees it"),
    "grab_hint": _("A click lets the guest have the pointer; {chord} frees it"),
    "grab": _("Let the guest have the pointer"),
    "pointer_back": _("The pointer is free again."),
    "grab_refused": _("The browser does not let the guest have the pointer here."),
    "tablet": _("Add a tablet to the machine"),
    "tablet_help": _(
        "With a USB tablet the guest's pointer is where yours is, and need not be caught."
    ),
    "tablet_added": _("The machine has a USB tablet now."),
    "tablet_later": _("The machine has the USB tablet from its next start."),
    "tablet_adding": _("A USB tablet is being added."),
    "keyboard_locked": _("All keys go to the guest. {chord} leaves full screen."),
    "keyboard_not_locked": _(
        "This browser keeps keys such as Alt+Tab for itself, also in full screen: they are in the "
        "menu “Send key”."
    ),
    "touch_keyboard": _("Keyboard"),
    "touch_missing": _("The layout “{layout}” lacks {characters}."),
    "touch_keyboard_text": _("Keys for the guest"),
    "picture": _("Screenshot"),
    "picture_saved": _("Saved as {name}."),
    "sound": _("Sound"),
    "sound_on": _("The guest's sound is played here."),
    "sound_off": _("The guest's sound is not played here."),
    "sound_of_vnc": _("VNC brings no sound here."),
    "no_sound": _("The machine has no sound for SPICE."),
    "clipboard_of_spice": _(
        "Over SPICE this page brings no clipboard: type the text as keys, or open the display with "
        "remote-viewer."
    ),
    "resize_of_spice": _("The guest needs the SPICE agent (spice-vdagent) to change its size."),
    "glitch": _("A part of the picture could not be drawn."),
    "more": _("More"),
    "viewer_file": _("Connection file for remote-viewer"),
    "viewer_saved": _("Saved as {name}. It holds no password; remote-viewer asks for it."),
    "replace_spice_menu": _("Replace SPICE by VNC…"),
    "planned_diff": _("Changes of the definition"),
    "listen_on_loopback": _("Let it listen on 127.0.0.1…"),
    "fullscreen": _("Full screen"),
    "fullscreen_refused": _("The browser does not allow full screen here."),
    "leave_hint": _("{chord} leaves the screen"),
    "leave_help": _(
        "Keys go to the guest while its screen has the focus. Press {chord} together and let go to "
        "give them back to JupyterLab."
    ),
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
    "password_wrong": _("The display refused this password: try another one."),
    "password_text": _("It was set in the machine's definition."),
    "remember": _("Remember it in this kernel's memory, until the kernel ends"),
    "username": _("User name"),
    "password": _("Password"),
    "connect": _("Connect"),
    "taken": _("The display ended this view."),
    "taken_text": _(
        "SPICE shows a display to one viewer at a time: somebody else, or another tab, may have "
        "opened it."
    ),
    "take_back": _("Show it here"),
    "spice_tls": _(
        "it wants TLS on its channels, which a display that is opened here does not have. Remove "
        "the secure channels from its definition, or open it with remote-viewer"
    ),
    "spice_no_screen": _("the machine has no video device, so that there is no screen"),
    "spice_nonsense": _("what it sends makes no sense as SPICE ({detail})"),
    "spice_error": _("error {number} of the SPICE protocol"),
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
