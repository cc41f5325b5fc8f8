"""What a host offers to a guest of one kind, asked once for each kind."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter import documents

if TYPE_CHECKING:
    from collections.abc import Callable

_Key = tuple[int, str | None, str | None, str | None, str | None]


class CapabilitiesOfKinds:
    """The domain capabilities of one connection: the answer is long and changes with its host only.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetDomainCapabilities
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[_Key, documents.DomainCapabilities | None] = {}

    def of(
        self,
        document: documents.Domain,
        generation: int,
        call: Callable[[Callable[[libvirt.virConnect], str | None]], str | None],
    ) -> documents.DomainCapabilities | None:
        """Return what suits a definition; None where the driver does not say.

        Parameters
        ----------
        document
            The definition: its emulator, architecture, machine type and hypervisor count.
        generation
            Counts how often the connection was opened: another host may answer.
        call
            Calls libvirt.

        Raises
        ------
        QvirtError
            The connection is lost.
        """
        wanted = (
            document.devices.emulator,
            document.os.arch,
            document.os.machine,
            document.type,
        )
        key = (generation, *wanted)
        with self._lock:
            if key in self._known:
                return self._known[key]
        text = call(lambda connection: _ask(connection, wanted))
        found = None if text is None else documents.DomainCapabilities.parse(text)
        with self._lock:
            self._known = {
                **{known: value for known, value in self._known.items() if known[0] == generation},
                key: found,
            }
        return found


def _ask(
    connection: libvirt.virConnect,
    wanted: tuple[str | None, str | None, str | None, str | None],
) -> str | None:
    try:
        text: str = connection.getDomainCapabilities(*wanted, 0)
    except libvirt.libvirtError as error:
        if error.get_error_code() in (
            libvirt.VIR_ERR_NO_SUPPORT,
            libvirt.VIR_ERR_INVALID_ARG,
            libvirt.VIR_ERR_CONFIG_UNSUPPORTED,
        ):
            # The driver has none, or not for such an emulator: then nothing is narrowed.
            return None
        raise
    return text
