"""The head of a host's tab: its name, its state, and the buttons that open and close it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets._panel_messages import MachineState


class HostHead(PanelPart):
    """A connection's name and state, with buttons that open and close it.

    Parameters
    ----------
    connection
        The connection.
    """

    _part: ClassVar[str] = "machine"
    _strings: ClassVar[Mapping[str, LazyString]] = {"actions": _("Actions")}

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self._presses: Final[Mapping[str, Callable[[Connection], object]]] = {
            "connect": fleet.open,
            "disconnect": fleet.disconnect,
        }

    def update(self) -> None:
        """Show how the connection is now."""
        connection = self._connection
        is_idle = connection.state in fleet.IDLE
        state: MachineState = {
            "title": connection.label,
            "name": connection.label,
            "state": connection.state.value,
            "stateLabel": str(connection.state.label),
            "reason": str(_("read-only")) if connection.read_only else "",
            "pending": "",
            "buttons": [
                {
                    "id": "connect",
                    "label": str(_("Connect")),
                    "reason": "" if is_idle else str(_("It is connected or about to be.")),
                },
                {
                    "id": "disconnect",
                    "label": str(_("Disconnect")),
                    "reason": str(_("It is not connected.")) if is_idle else "",
                },
            ],
        }
        if state != self.shown:
            self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - any may
        match content:
            case {"type": "press", "id": str(name)} if name in self._presses:
                self._presses[name](self._connection)
