"""The XML of a machine that is not defined yet: the whole, and each of its devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.documents.devices.stored_devices import stored_devices
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.xml.editor import XmlEditor
from qvirt_jupyter.widgets.xml.sources import NewDeviceXml, StoredDefinition, StoredDeviceXml
from qvirt_jupyter.widgets.xml.words import EDITING_OFF

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._xml_messages import XmlChoice
    from qvirt_jupyter.widgets.details.drafted_machine import DraftedMachine


class DraftedXml(XmlEditor):
    """An editor of a definition in memory; on the publisher thread.

    Parameters
    ----------
    machine
        Whose.
    """

    def __init__(self, machine: DraftedMachine) -> None:
        self._machine = machine
        self._whole = StoredDefinition(machine)
        self._sources: dict[str, StoredDefinition] = {}
        super().__init__(self._whole)
        self._subscription = preferences.observe(lambda _preferences: self._look_around())
        self._look_around()
        self.follow()

    def close(self) -> None:
        """Take the editor away; what was typed and not applied is lost."""
        self._subscription.close()
        super().close()

    def _look_around(self) -> None:
        self.refuse("" if preferences.now.edit_xml else str(EDITING_OFF))

    def follow(self) -> None:
        """Show what the definition is now, unless something was typed."""
        devices = stored_devices(self._machine.document())
        sources = (
            self._whole,
            *(StoredDeviceXml(self._machine, each) for each in devices),
            NewDeviceXml(self._machine),
        )
        self._sources = {source.key: source for source in sources}
        choices: list[XmlChoice] = [{"id": source.key, "label": source.label} for source in sources]
        self.offer(choices)
        if self._source.key not in self._sources and not self.is_dirty:
            self.edit(self._whole)
        else:
            self.reload()

    def choose(self, key: str, proposed: str = "") -> None:
        """Show the whole definition or a device, after a question where changes would be lost."""
        source = self._sources.get(key)
        if source is not None and (proposed or key != self._source.key):
            self.leave(lambda: self.edit(source, proposed))
