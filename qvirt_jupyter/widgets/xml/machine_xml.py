"""The XML tab of a machine: its stored definition and each of its devices, kept up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Domain as DomainDocument
from qvirt_jupyter.documents.devices.stored_devices import stored_devices
from qvirt_jupyter.hypervisor import DomainRecord, RecordKey
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.xml.editor import XmlEditor
from qvirt_jupyter.widgets.xml.sources import NewDeviceXml, StoredDefinition, StoredDeviceXml, ask
from qvirt_jupyter.widgets.xml.words import EDITING_OFF

if TYPE_CHECKING:
    from qvirt_jupyter.documents.devices.stored_devices import StoredDevice
    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.widgets._xml_messages import XmlChoice


class MachineXml(XmlEditor):
    """An editor that follows a machine, and offers each of its devices beside the whole.

    Parameters
    ----------
    domain
        The machine.
    """

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._key = RecordKey("domain", domain.connection.uri, domain.uuid)
        self._record: DomainRecord | None = None
        self._sources: dict[str, StoredDefinition] = {}
        self._awaited = ("", "")
        self._whole = StoredDefinition(domain)
        super().__init__(self._whole)
        self._subscriptions = (
            domain.connection.observe(lambda _connection: self._look_around()),
            domain.connection.inventory.subscribe(self._on_batch),
            preferences.observe(lambda _preferences: self._look_around()),
        )

    def close(self) -> None:
        """Take the editor away; what was typed and not stored is lost."""
        for subscription in self._subscriptions:
            subscription.close()
        super().close()

    def choose(self, key: str, proposed: str = "") -> None:
        """Show the whole definition or a device, after a question where changes would be lost.

        Parameters
        ----------
        key
            Which; :attr:`~qvirt_jupyter.widgets.xml.sources.NewDeviceXml.key` for a new device.
        proposed
            What stands in the editor as if it was typed; empty for what is stored.
        """
        source = self._sources.get(key)
        # The devices are not known before they were read.
        self._awaited = (key, proposed) if source is None else ("", "")
        if source is not None and (proposed or key != self._source.key):
            self.leave(lambda: self.edit(source, proposed))

    def _on_batch(self, batch: Batch) -> None:
        before = self._record
        for record in (*batch.added, *batch.changed):
            if isinstance(record, DomainRecord) and record.record_key == self._key:
                self._record = record
        if self._key in batch.removed:
            self._record = None
        now = self._record
        if now is before:
            return
        self._look_around()
        if now is not None and (
            before is None
            or (now.xml_version, now.persistent) != (before.xml_version, before.persistent)
        ):
            self.reload()
            self._list_devices()

    def _look_around(self) -> None:
        """Say whether something can be changed now."""
        self.refuse(self._why_not())

    def _why_not(self) -> str:
        connection, record = self._domain.connection, self._record
        if not connection.is_connected:
            return str(_("Not connected to {label}.").format(label=connection.label))
        if record is None:
            return str(_("This virtual machine is not there now."))
        if reason := connection.features.reason("write"):
            return reason
        if not preferences.now.edit_xml:
            return str(EDITING_OFF)
        return ""

    def _list_devices(self) -> None:
        ask(
            self._whole,
            lambda: stored_devices(DomainDocument.parse(self._whole.read())),
            self._offer_devices,
            # The text itself could not be read either, and says so.
            lambda _error: self._offer_devices(()),
        )

    def _offer_devices(self, devices: tuple[StoredDevice, ...]) -> None:
        sources = (
            self._whole,
            *(StoredDeviceXml(self._domain, each) for each in devices),
            NewDeviceXml(self._domain),
        )
        self._sources = {source.key: source for source in sources}
        choices: list[XmlChoice] = [{"id": source.key, "label": source.label} for source in sources]
        self.offer(choices)
        if self._awaited[0] in self._sources:
            self.choose(*self._awaited)
        if self._source.key not in self._sources and not self.is_dirty:
            # The device was removed.
            self.edit(self._whole)
