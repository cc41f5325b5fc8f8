"""What a panel says of a connection that cannot be used, and what can be done about it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.widgets.notices import Notice

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.notices import NoticeButton


def notice_key(connection: Connection) -> str:
    """Return the key of all notices about a connection: a later one takes the place of another."""
    return f"connection {connection.uri}"


def is_failure(connection: Connection) -> bool:
    """Whether something went wrong: not where somebody closed it, or did not want to sign in."""
    error = connection.error
    return error is not None and not getattr(error, "cancelled", False)


def connection_notice(
    connection: Connection, connect: NoticeButton, doubts: tuple[NoticeButton, ...] = ()
) -> Notice | None:
    """Return what there is to say; None where it is open or being opened.

    Parameters
    ----------
    connection
        What is looked at.
    connect
        Opens it.
    doubts
        For one that was added a moment ago and was never open: whether it should stay (CON-06).
    """
    state, error = connection.state, connection.error
    if state in {ConnectionState.CONNECTED, ConnectionState.CONNECTING}:
        return None
    key = notice_key(connection)
    if state is ConnectionState.RECONNECTING:
        return Notice(
            key,
            "warning",
            connection.label,
            _("The connection is lost. It is being tried again, and all goes on by itself."),
            error.details if error is not None else "",
            (connect,),
        )
    if error is None or not is_failure(connection):
        return Notice(key, "info", connection.label, _("It is not connected."), buttons=(connect,))
    text = f"{error.reason} {error.next_step}".strip()
    if doubts:
        text = str(_("{why} Should it stay in the list?").format(why=text))
    buttons = (*doubts, connect)
    return Notice(key, "error", connection.label, text, error.details, buttons)
