"""The XML of a host's networks, pools, volumes, interfaces and filters: one editor for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from qvirt_jupyter.hypervisor import Network, NetworkRecord, StoragePool, StoragePoolRecord
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.xml.editor import XmlEditor
from qvirt_jupyter.widgets.xml.host_xml_sources import (
    Nothing,
    StoredInterface,
    StoredNetwork,
    StoredPool,
    VolumeDescription,
    interfaces_and_filters,
    why_fixed,
)
from qvirt_jupyter.widgets.xml.sources import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor import StorageVolume
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.widgets._xml_messages import XmlChoice

Source: TypeAlias = "StoredNetwork | StoredInterface | VolumeDescription"


class HostXml(XmlEditor):
    """An editor that offers each network and pool of a host, and the volumes of the pool in front.

    Parameters
    ----------
    connection
        The connection to the host.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._records: tuple[NetworkRecord | StoragePoolRecord, ...] = ()
        self._sources: dict[str, Source] = {}
        self._volumes: dict[str, tuple[VolumeDescription, ...]] = {}
        self._others: tuple[StoredInterface, ...] = ()
        self._are_others_known = False
        self._front: Nothing | Source = Nothing(connection)
        super().__init__(self._front)
        self._subscriptions = (
            connection.observe(lambda _connection: self._look_around()),
            connection.inventory.subscribe(self._on_batch),
            preferences.observe(lambda _preferences: self._look_around()),
        )

    def close(self) -> None:
        """Take the editor away; what was typed and not stored is lost."""
        for subscription in self._subscriptions:
            subscription.close()
        super().close()

    def choose(self, key: str) -> None:
        """Show another object, after a question where changes would be lost."""
        source = self._sources.get(key)
        if source is not None and key != self._front.key:
            self.leave(lambda: self._show(source))

    def take_over(self, before: XmlEditor) -> None:
        """Have what was typed in an editor that this one replaces, whatever it showed."""
        if isinstance(before, HostXml) and before.is_dirty:
            self._show(before._front)  # noqa: SLF001 - of this class
            super().take_over(before)

    def _show(self, source: Nothing | Source) -> None:
        self._front = source
        self.edit(source)
        self._look_around()
        if isinstance(source, StoredPool):
            pool = source.pool
            ask(
                source,
                lambda: tuple(pool.volumes) if pool.is_active else (),
                lambda volumes: self._take_volumes(pool, volumes),
                # The definition can be read all the same.
                lambda _error: self._take_volumes(pool, ()),
            )

    def _take_volumes(self, pool: StoragePool, volumes: Sequence[StorageVolume]) -> None:
        by_name = sorted(volumes, key=lambda volume: volume.name)
        found = tuple(VolumeDescription(volume) for volume in by_name)
        self._volumes = {pool.uuid: found}
        self._offer()

    def _on_batch(self, batch: Batch) -> None:
        del batch
        snapshot = self._connection.inventory.snapshot()
        records: tuple[NetworkRecord | StoragePoolRecord, ...]
        records = (*snapshot.networks, *snapshot.storage_pools)
        if records == self._records:
            return
        changed = {_key(record) for record in set(records) - set(self._records)}
        self._records = records
        self._offer()
        if self._front.key in changed:
            self.reload()
        else:
            self._show_what_there_is()

    def _show_what_there_is(self) -> None:
        """Show the first where what was in front is gone, unless somebody typed into it."""
        if self._front.key not in self._sources and not self.is_dirty:
            first = next(iter(self._sources.values()), None)
            self._show(first if first is not None else Nothing(self._connection))

    def _offer(self) -> None:
        sources: list[Source] = []
        for record in self._records:
            if isinstance(record, NetworkRecord):
                network = Network(self._connection, record.uuid, record.name)
                sources.append(StoredNetwork(network, record.name))
            else:
                pool = StoragePool(self._connection, record.uuid, record.name)
                sources += [StoredPool(pool, record.name), *self._volumes.get(record.uuid, ())]
        sources += self._others
        self._sources = {source.key: source for source in sources}
        choices: list[XmlChoice] = [{"id": source.key, "label": source.label} for source in sources]
        self.offer(choices)

    def _look_around(self) -> None:
        """Say whether something can be changed now."""
        self.refuse(why_fixed(self._connection, self._front))
        self._ask_for_others()

    def _ask_for_others(self) -> None:
        """List once what the inventory does not: libvirt has no events for it."""
        connection = self._connection
        if self._are_others_known or not connection.is_connected:
            return
        self._are_others_known = True
        ask(
            Nothing(connection),
            lambda: interfaces_and_filters(connection),
            self._take_others,
            # The connection went away; the next one is asked.
            lambda _error: self._forget_others(),
        )

    def _take_others(self, others: tuple[StoredInterface, ...]) -> None:
        self._others = others
        self._offer()
        self._show_what_there_is()

    def _forget_others(self) -> None:
        self._are_others_known = False


def _key(record: NetworkRecord | StoragePoolRecord) -> str:
    kind = "network" if isinstance(record, NetworkRecord) else "pool"
    return f"{kind} {record.uuid}"
