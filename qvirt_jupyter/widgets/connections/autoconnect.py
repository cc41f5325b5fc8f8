"""Opening what is to be open when a panel starts."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.widgets.fleet import fleet

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection

PATIENCE: Final = 30.0
"""Seconds after which a host that does not answer keeps the next one waiting no longer."""


def open_saved() -> None:
    """Begin to open the saved connections that are marked for it.

    Other hosts come one after the other, so that their questions do not pile up (CON-08).
    """
    marked = {saved.uri for saved in fleet.saved if saved.autoconnect}
    wanted = [connection for connection in fleet.connections if connection.uri in marked]
    for connection in wanted:
        if not connection.parts.is_remote:
            fleet.open_if_idle(connection)
    far = [connection for connection in wanted if connection.parts.is_remote]
    threading.Thread(
        target=_open_in_turn, args=(far,), name="qvirt-autoconnect", daemon=True
    ).start()


def _open_in_turn(far: list[Connection]) -> None:
    for connection in far:
        job = fleet.open_if_idle(connection)
        if job is None:
            continue
        # What failed is said by its notice.
        with contextlib.suppress(QvirtError):
            try:
                job.result(PATIENCE)
            except TimeoutError:
                if fleet.questions.has_about(connection.uri):
                    job.result()
