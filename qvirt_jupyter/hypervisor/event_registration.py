"""The events that a connection listens to; each only says which object to read again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.hypervisor.editing.unplugs import listen

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.editing.unplugs import Unplugs

_LOG = logging.getLogger(__name__)

# Events after which the definition may read differently, not only the state. Members that the
# installed libvirt does not know are left out.
# https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainEventID
_DEFINITION_EVENTS: Final = (
    "VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE",
    "VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE",
    "VIR_DOMAIN_EVENT_ID_DEVICE_ADDED",
    "VIR_DOMAIN_EVENT_ID_METADATA_CHANGE",
    "VIR_DOMAIN_EVENT_ID_TRAY_CHANGE",
)
_STATE_EVENTS: Final = ("VIR_DOMAIN_EVENT_ID_PMSUSPEND", "VIR_DOMAIN_EVENT_ID_PMWAKEUP")
_DEFINITION_CHANGES: Final = frozenset(
    {
        libvirt.VIR_DOMAIN_EVENT_DEFINED,
        libvirt.VIR_DOMAIN_EVENT_UNDEFINED,
        libvirt.VIR_DOMAIN_EVENT_STARTED,
        libvirt.VIR_DOMAIN_EVENT_STOPPED,
    }
)


class EventRegistration:
    """Callbacks of one open connection.

    Parameters
    ----------
    connection
        What libvirt opened.
    note
        Called on the event thread with kind, key, and whether the definition may have changed.
    lifecycle
        Called on the event thread with UUID and event of a machine's lifecycle.
    unplugs
        Who is told what guests answer when they are to let go of a device.
    """

    def __init__(
        self,
        connection: libvirt.virConnect,
        note: Callable[[str, str, bool], object],
        lifecycle: Callable[[str, int], object],
        unplugs: Unplugs,
    ) -> None:
        self._note = note
        self._lifecycle = lifecycle
        self._unplugs = unplugs
        self._undo: list[Callable[[], object]] = []
        self.kinds: frozenset[str] = frozenset()
        """Kinds whose lifecycle events arrive; the others must be polled."""
        self._register(connection)

    def close(self) -> None:
        """Take all callbacks out; not on the event thread, because it asks libvirt."""
        undo, self._undo = self._undo, []
        for step in undo:
            try:
                step()
            except libvirt.libvirtError as error:
                # The connection is broken: the callbacks are gone with it.
                _LOG.debug("An event callback could not be taken out: %s", error)

    def _register(self, connection: libvirt.virConnect) -> None:
        kinds = set()
        domain, remove = connection.domainEventRegisterAny, connection.domainEventDeregisterAny
        if self._add(domain, remove, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self._on_lifecycle):
            kinds.add("domain")
        listen(
            lambda event, callback: self._add(domain, remove, event, callback),
            self._unplugs,
            lambda uuid: self._note("domain", uuid, True),  # noqa: FBT003 - the definition changed
        )
        self._unplugs.reconcile(connection)
        for names, stale in ((_DEFINITION_EVENTS, True), (_STATE_EVENTS, False)):
            for name in names:
                if hasattr(libvirt, name):
                    self._add(domain, remove, getattr(libvirt, name), self._domain_noter(stale))
        for kind, add, remove, events in (
            (
                "network",
                connection.networkEventRegisterAny,
                connection.networkEventDeregisterAny,
                ("VIR_NETWORK_EVENT_ID_LIFECYCLE", "VIR_NETWORK_EVENT_ID_METADATA_CHANGE"),
            ),
            (
                "pool",
                connection.storagePoolEventRegisterAny,
                connection.storagePoolEventDeregisterAny,
                ("VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE", "VIR_STORAGE_POOL_EVENT_ID_REFRESH"),
            ),
            (
                "node_device",
                connection.nodeDeviceEventRegisterAny,
                connection.nodeDeviceEventDeregisterAny,
                ("VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE", "VIR_NODE_DEVICE_EVENT_ID_UPDATE"),
            ),
            (
                "secret",
                connection.secretEventRegisterAny,
                connection.secretEventDeregisterAny,
                ("VIR_SECRET_EVENT_ID_LIFECYCLE", "VIR_SECRET_EVENT_ID_VALUE_CHANGED"),
            ),
        ):
            for event in events:
                if (
                    hasattr(libvirt, event)
                    and self._add(add, remove, getattr(libvirt, event), self._noter(kind))
                    and event.endswith("LIFECYCLE")
                ):
                    kinds.add(kind)
        self.kinds = frozenset(kinds)

    def _add(
        self,
        register: Callable[..., int],
        remove: Callable[[int], object],
        event: int,
        callback: Callable[..., object],
    ) -> bool:
        try:
            number = register(None, event, callback, None)
        except libvirt.libvirtError as error:
            _LOG.debug("No events %s: %s", event, error)
            return False
        self._undo.append(lambda: remove(number))
        return True

    def _on_lifecycle(
        self,
        _connection: libvirt.virConnect,
        domain: libvirt.virDomain,
        event: int,
        _detail: int,
        _opaque: Any,  # noqa: ANN401 - libvirt's signature
    ) -> None:
        uuid = domain.UUIDString()
        if event == libvirt.VIR_DOMAIN_EVENT_STOPPED:
            self._unplugs.forget(uuid)
        self._lifecycle(uuid, event)
        self._note("domain", uuid, event in _DEFINITION_CHANGES)

    def _domain_noter(self, stale: bool) -> Callable[..., object]:  # noqa: FBT001 - kept by a loop
        def noted(_connection: libvirt.virConnect, domain: libvirt.virDomain, *_rest: Any) -> None:  # noqa: ANN401 - each event has its own
            self._note("domain", domain.UUIDString(), stale)

        return noted

    def _noter(self, kind: str) -> Callable[..., object]:
        def noted(_connection: libvirt.virConnect, found: Any, *_rest: Any) -> None:  # noqa: ANN401 - each event has its own
            key = found.name() if kind == "node_device" else found.UUIDString()
            self._note(kind, key, True)  # noqa: FBT003 - the definition may have changed

        return noted
