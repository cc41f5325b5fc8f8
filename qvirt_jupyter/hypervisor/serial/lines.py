"""The serial lines of a connection: one for each console in this process, whoever asks for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from qvirt_jupyter.hypervisor.serial.line import SerialLine

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.serial.ports import SerialPort


class SerialLines:
    """Those that somebody has asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[tuple[str, str], SerialLine] = {}

    def line(self, connection: Connection, uuid: str, name: str, port: SerialPort) -> SerialLine:
        """Return the line of a console, always the same object.

        Parameters
        ----------
        connection
            The connection of the machine.
        uuid, name
            The machine.
        port
            Which console.
        """
        with self._lock:
            line = self._lines.get((uuid, port.alias))
            if line is None:
                # A machine that is gone does not come back, and its lines take memory.
                over = [key for key, other in self._lines.items() if other.is_over]
                for key in over:
                    del self._lines[key]
                line = self._lines[uuid, port.alias] = SerialLine(connection, uuid, name, port)
        line.adopt(name, port)
        return line
