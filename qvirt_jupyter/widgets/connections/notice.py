"""What a panel says of a connection that cannot be used, and what can be done about it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.widgets.notices import Notice

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.notices import NoticeButton

_WAITS: Final = _(
    "No answer to “{action}” for {seconds} s: the host, its service or the machine hangs or is "
    "very busy. All else goes on, and so will this when the answer comes."
)
_SILENT: Final = _(
    "The host has not answered for {seconds} s: it or its service hangs or is very busy. All else "
    "goes on, and so will this when the answer comes."
)


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
    """Return what there is to say; None where it is being opened, or is open and answers.

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
    key, slow = notice_key(connection), connection.slow_calls
    if state is ConnectionState.CONNECTED and slow:
        # What somebody waits for says more than a question of ours that waits longer.
        first = next((call for call in slow if call.action), slow[0])
        return Notice(
            key,
            "warning",
            connection.label,
            (_WAITS if first.action else _SILENT).format(
                action=first.action, seconds=int(first.seconds)
            ),
            "\n".join(f"{call.subject}: {call.what}" for call in slow),
        )
    if state in {ConnectionState.CONNECTED, ConnectionState.CONNECTING}:
        return None
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
