"""Devices that guests were asked to let go of, and what they answered.

Unplugging is a request: the guest's system decides, at once, after a while, or never. libvirt tells
the answer by an event, not by the end of the call.
https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectDomainEventDeviceRemovalFailedCallback
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import libvirt

from qvirt_jupyter.documents import parse_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LOG = logging.getLogger(__name__)

Answer: TypeAlias = Literal["gone", "refused", "none"]


@dataclass(frozen=True, slots=True)
class Unplug:
    """A device that its guest was asked to let go of, and has not.

    Parameters
    ----------
    alias
        libvirt's name of the device in the running machine.
    path
        Where it is: ``devices/disk[vda]``.
    name
        What a list calls it.
    asked_at
        When the guest was asked last, in seconds since the epoch.
    refused
        Whether the guest said no; otherwise it has not answered. It may be asked again.
    """

    alias: str
    path: str
    name: str
    asked_at: float
    refused: bool = False


class Unplugs:
    """All of one connection; they outlive a connection that is lost and comes back."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open: dict[str, dict[str, Unplug]] = {}

    def of(self, uuid: str) -> tuple[Unplug, ...]:
        """Return those of a machine that are not gone, the oldest first."""
        return tuple(self._open.get(uuid, {}).values())

    def find(self, uuid: str, alias: str) -> Unplug | None:
        """Return the one of a device, if its guest has not let go of it."""
        return self._open.get(uuid, {}).get(alias)

    def ask(self, uuid: str, unplug: Unplug) -> None:
        """Note that a guest is asked now; before libvirt is, so that no answer is missed."""
        with self._changed:
            self._open = {**self._open, uuid: {**self._open.get(uuid, {}), unplug.alias: unplug}}

    def withdraw(self, uuid: str, alias: str) -> None:
        """Forget one: libvirt did not ask the guest, or the device is gone."""
        with self._changed:
            left = {key: one for key, one in self._open.get(uuid, {}).items() if key != alias}
            others = {key: value for key, value in self._open.items() if key != uuid}
            self._open = {**others, uuid: left} if left else others
            self._changed.notify_all()

    def answer(self, uuid: str, alias: str, *, gone: bool) -> None:
        """Take the guest's answer; on the event thread."""
        with self._changed:
            asked = self._open.get(uuid, {}).get(alias)
            if asked is None:
                return
            if not gone:
                refused = dataclasses.replace(asked, refused=True)
                self._open = {**self._open, uuid: {**self._open[uuid], alias: refused}}
                self._changed.notify_all()
                return
        self.withdraw(uuid, alias)

    def forget(self, uuid: str) -> None:
        """Forget those of a machine that has stopped: the next start is without the devices."""
        with self._changed:
            self._open = {key: value for key, value in self._open.items() if key != uuid}
            self._changed.notify_all()

    def wait(self, uuid: str, alias: str, seconds: float) -> Answer:
        """Wait for the answer of a guest that was asked.

        Parameters
        ----------
        uuid, alias
            The machine and the device.
        seconds
            How long, at most.
        """
        until = time.monotonic() + seconds
        with self._changed:
            while True:
                asked = self._open.get(uuid, {}).get(alias)
                if asked is None:
                    return "gone"
                if asked.refused:
                    return "refused"
                left = until - time.monotonic()
                if left <= 0:
                    return "none"
                self._changed.wait(left)

    def reconcile(self, connection: libvirt.virConnect) -> None:
        """Look for the devices: their guests may have answered while nobody listened."""
        for uuid in tuple(self._open):
            try:
                there = _aliases(connection.lookupByUUIDString(uuid))
            except libvirt.libvirtError as error:
                _LOG.debug("%s cannot be looked at: %s", uuid, error)
                there = frozenset()
            for unplug in self.of(uuid):
                if unplug.alias not in there:
                    self.answer(uuid, unplug.alias, gone=True)


def is_there(domain: libvirt.virDomain, alias: str) -> bool:
    """Tell whether a running machine has a device.

    Raises
    ------
    libvirt.libvirtError
        The machine does not exist any more.
    """
    return alias in _aliases(domain)


def _aliases(domain: libvirt.virDomain) -> frozenset[str]:
    if not domain.isActive():
        return frozenset()
    root = parse_xml(domain.XMLDesc(0))
    return frozenset(str(alias.get("name")) for alias in root.iterfind("devices/*/alias"))


def listen(
    add: Callable[[int, Callable[..., object]], object],
    unplugs: Unplugs,
    note: Callable[[str], object],
) -> None:
    """Register for the answers.

    Parameters
    ----------
    add
        Registers a callback for an event.
    unplugs
        Who takes the answers.
    note
        Told the UUID of the machine afterwards.
    """

    def noter(gone: bool) -> Callable[..., object]:  # noqa: FBT001 - of this function
        def answered(
            _connection: libvirt.virConnect, domain: libvirt.virDomain, alias: str, _opaque: object
        ) -> None:
            uuid = domain.UUIDString()
            unplugs.answer(uuid, alias, gone=gone)
            note(uuid)

        return answered

    events: Iterable[tuple[str, bool]] = (
        ("VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED", True),
        ("VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED", False),
    )
    for name, gone in events:
        add(getattr(libvirt, name), noter(gone))
