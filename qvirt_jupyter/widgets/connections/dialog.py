"""The form that adds a connection, or changes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.opening.client_certificates import missing_client_file
from qvirt_jupyter.widgets.connections.request import SESSION, ConnectionRequest
from qvirt_jupyter.widgets.forms.form import Form, Note, Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection


_ADD_CONNECTION: Final = _("Add connection")
_ADD: Final = _("Add")


class ConnectionDialog(Form[ConnectionRequest]):
    """Choose a hypervisor and how it is reached; the URI is shown while typing.

    Parameters
    ----------
    on_submit
        Called with the connection to be remembered and opened.
    close
        Called when the dialog is no longer needed.
    request
        What stands in it at first.
    title, submit
        What the form and its button say.
    """

    def __init__(
        self,
        on_submit: Callable[[SavedConnection], object],
        close: Callable[[], object],
        request: ConnectionRequest | None = None,
        *,
        title: Words = _ADD_CONNECTION,
        submit: Words = _ADD,
    ) -> None:
        def hand_on(filled: ConnectionRequest) -> None:
            on_submit(filled.saved())
            close()

        made = request or ConnectionRequest().coupled("hypervisor")
        super().__init__(
            made,
            title=title,
            submit=submit,
            on_submit=hand_on,
            on_cancel=close,
            note=_preview,
            placeholders={"label": _default_name},
            narrowed={"recent": ("", *made.recents)},
        )


def _preview(request: ConnectionRequest) -> Note:
    try:
        uri = request.uri
    except ValueError:
        # What is wrong is said where it is typed.
        return Note(_("URI"), "")
    missing = missing_client_file(uri) if uri.transport == "tls" else None
    if missing is not None:
        summary: Words = _("TLS needs a certificate of this machine: there is no file {file} yet.")
        summary = summary.format(file=missing)
    elif request.hypervisor == SESSION:
        summary = _(
            "Your own machines, without administrator rights: networks and storage of the whole "
            "host are out of reach."
        )
    else:
        driver = uri.known_driver
        summary = driver.summary if driver is not None else ""
    return Note(_("URI"), str(uri), summary)


def _default_name(request: ConnectionRequest) -> str:
    try:
        return request.uri.describe()
    except ValueError:
        return ""
