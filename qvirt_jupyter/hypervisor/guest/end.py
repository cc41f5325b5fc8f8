"""How a machine of QEMU came to its end: whether somebody pressed its power button.

libvirt says of a machine that it shut down, and not why: a guest that was asked to looks like one
that wanted to. QEMU's own events tell them apart.
https://qemu-project.gitlab.io/qemu/interop/qemu-qmp-ref.html#event-QMP-run-state.POWERDOWN
"""

from __future__ import annotations

import json
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.hypervisor.errors import QvirtError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.domain import Domain

_LOG = logging.getLogger(__name__)
_POWERDOWN: Final = "POWERDOWN"
_SHUTDOWN: Final = "SHUTDOWN"
_RESET: Final = "guest-reset"


class GuestEnd:
    """Listens to one machine from :meth:`listen` to :meth:`close`; both ask libvirt.

    Parameters
    ----------
    machine
        The machine.
    """

    def __init__(self, machine: Domain) -> None:
        self._machine = machine
        self._listens_on: libvirt.virConnect | None = None
        self._undo: list[Callable[[], object]] = []
        self._pressed = self._rebooted = False

    @property
    def was_asked(self) -> bool:
        """Whether its power button was pressed, and it did not end by a reboot all the same."""
        return self._pressed and not self._rebooted

    def listen(self) -> None:
        """Listen on the connection as it is now; where it does so already, nothing changes.

        What is no machine of QEMU, or may not be listened to, is never said to have been asked.

        Raises
        ------
        QvirtError
            The connection is lost.
        """
        self._machine.connection.call(self._register, subject=self._machine.subject)

    def close(self) -> None:
        """Listen no more."""
        undo, self._undo = self._undo, []

        def end(raw: libvirt.virConnect) -> None:
            if raw is self._listens_on:
                for step in undo:
                    step()

        try:
            self._machine.connection.call(end, subject=self._machine.subject)
        except QvirtError as error:
            # The callbacks are gone with the connection.
            _LOG.debug("No end of listening to %s: %s", self._machine.subject, error)

    def _register(self, raw: libvirt.virConnect) -> None:
        if raw is self._listens_on:
            return
        self._listens_on, self._undo = raw, []
        try:
            import libvirt_qemu  # noqa: PLC0415 - a build without QEMU has none
        except ImportError as error:
            _LOG.debug("No events of QEMU: %s", error)
            return
        for event, heard in ((_POWERDOWN, self._on_powerdown), (_SHUTDOWN, self._on_shutdown)):
            try:
                domain = raw.lookupByUUIDString(self._machine.uuid)
                number = libvirt_qemu.qemuMonitorEventRegister(raw, domain, event, heard, None)
            except libvirt.libvirtError as error:
                _LOG.debug("No events %s of %s: %s", event, self._machine.subject, error)
                continue
            self._undo.append(partial(libvirt_qemu.qemuMonitorEventDeregister, raw, number))

    def _on_powerdown(self, *_event: Any) -> None:  # noqa: ANN401 - libvirt's signature
        self._pressed = True

    def _on_shutdown(
        self,
        _connection: libvirt.virConnect,
        _domain: libvirt.virDomain,
        _event: str,
        _seconds: int,
        _micros: int,
        details: str | None,
        _opaque: object,
    ) -> None:
        try:
            found = json.loads(details or "{}")
        except ValueError:
            found = {}
        self._rebooted = isinstance(found, dict) and found.get("reason") == _RESET
