"""The XML of the pool in front, and of the volume that is selected in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.xml.editor import XmlEditor
from qvirt_jupyter.widgets.xml.host_xml_sources import StoredPool, VolumeDescription, why_fixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor.connection import Connection

Source: TypeAlias = "StoredPool | VolumeDescription"


class StorageXml(XmlEditor):
    """An editor that follows what is selected; what is typed and not stored keeps it where it is.

    Parameters
    ----------
    connection
        The connection to the host.
    sources
        What it offers, the one in front first; at least one.
    """

    def __init__(self, connection: Connection, sources: Sequence[Source]) -> None:
        self._connection = connection
        self._sources = {source.key: source for source in sources}
        self._front = sources[0]
        super().__init__(self._front)
        self._subscriptions = (
            connection.observe(lambda _connection: self._look_around()),
            preferences.observe(lambda _preferences: self._look_around()),
        )
        self.look_at(sources)
        self._look_around()

    def close(self) -> None:
        """Take the editor away; what was typed and not stored is lost."""
        for subscription in self._subscriptions:
            subscription.close()
        super().close()

    def look_at(self, sources: Sequence[Source]) -> None:
        """Offer other objects; the one in front stays where it is among them.

        Parameters
        ----------
        sources
            The pool, and the volumes that are selected in it.
        """
        self._sources = {source.key: source for source in sources}
        self.offer([{"id": source.key, "label": source.label} for source in sources])
        if self._front.key not in self._sources and not self.is_dirty:
            self._show(sources[0])

    def choose(self, key: str) -> None:
        """Show another object, after a question where changes would be lost."""
        source = self._sources.get(key)
        if source is not None and key != self._front.key:
            self.leave(lambda: self._show(source))

    def _show(self, source: Source) -> None:
        self._front = source
        self.edit(source)
        self._look_around()

    def _look_around(self) -> None:
        self.refuse(why_fixed(self._connection, self._front))
