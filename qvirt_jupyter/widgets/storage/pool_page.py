"""The page of one pool: what it is, how full it is, what is in it, its XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import QvirtError, StoragePool, StorageVolume, publisher
from qvirt_jupyter.hypervisor.storage.known_volumes import CHANGED, NOW, OPENED, MaxAge
from qvirt_jupyter.widgets.storage import pool_view, volume_view
from qvirt_jupyter.widgets.storage.storage_xml import StorageXml
from qvirt_jupyter.widgets.storage.volume_looks import VolumeLooks
from qvirt_jupyter.widgets.table import RecordTable
from qvirt_jupyter.widgets.xml.below import XmlBelow
from qvirt_jupyter.widgets.xml.host_xml_sources import StoredPool, VolumeDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import StoragePoolRecord
    from qvirt_jupyter.hypervisor.storage.volume_survey import SurveyedVolume, VolumeSurvey
    from qvirt_jupyter.widgets.storage.storage_xml import Source
    from qvirt_jupyter.widgets.table import Action, Row

_XML_AT_MOST = 20
"""So many selected volumes are offered to the editor."""


class PoolPage(XmlBelow, ipywidgets.VBox):
    """What is shown of the pool that is selected; always told on the publisher thread.

    Parameters
    ----------
    connection
        Whose pools.
    offers
        Returns what can be done with volumes of the pool.
    perform
        Does it: called with the action, the pool, the names of volumes and the browser window.
    """

    def __init__(
        self,
        connection: Connection,
        offers: Callable[[StoragePoolRecord, Sequence[SurveyedVolume]], list[Action]],
        perform: Callable[[str, StoragePool, tuple[str, ...], str], object],
    ) -> None:
        self._connection, self._offers, self._perform = connection, offers, perform
        self.record: StoragePoolRecord | None = None
        self.survey: VolumeSurvey | None = None
        self._looks = VolumeLooks(connection, self)
        self._wanted = ""
        self._selected: tuple[str, ...] = ()
        self.details = ipywidgets.HTML()
        self.volumes = RecordTable(
            volume_view.COLUMNS,
            label=_("Volumes"),
            empty="",
            sort="name",
            on_select=lambda names: publisher.post(
                ("volumes", id(self)), lambda: self._select(names)
            ),
            on_action=self._act,
            actions=self._offered,
        )
        self.xml: StorageXml | None = None
        self._xml_place = ipywidgets.VBox()
        self._unfolding = ipywidgets.Accordion((self._xml_place,), titles=(str(_("XML")),))
        self._unfolding.observe(self._on_unfolded, "selected_index")
        super().__init__((self.details, self.volumes, self._unfolding))
        self.add_class("qvirt-pool-page")

    def show(self, record: StoragePoolRecord | None) -> None:
        """Show another pool, or none."""
        self.record, self.survey = record, None
        self._selected = ()
        self._looks.forget()
        self.volumes.update(())
        self._draw()
        self._aim()
        self.list_again(OPENED)

    def update(self, record: StoragePoolRecord) -> None:
        """Show what is new of the pool; its volumes are listed again where that may matter."""
        before, self.record = self.record, record
        if record != before:
            self._draw()
            self.list_again()
            if self.xml is not None:
                self.xml.reload()

    def list_again(self, max_age: MaxAge = CHANGED) -> None:
        """Look again for what is in the pool; several wishes in a moment are one.

        Parameters
        ----------
        max_age
            What is good enough of what was read before.
        """
        record = self.record
        if record is None or not record.active or not self._connection.is_connected:
            self._looks.forget()
            self.survey = None
            self._fill()
            return
        if self.survey is None:
            self.volumes.say(_("Looking what is in it…"))
        pool = StoragePool(self._connection, record.uuid, record.name)
        self._looks.look(pool, record.type, max_age, is_first=self.survey is None)

    def want(self, volume: str) -> None:
        """Select a volume once it is listed: it was just made (STOR-16)."""
        self._wanted = volume
        self.list_again(NOW)

    def close(self) -> None:
        """Take the page away; nothing on the host is touched."""
        self.record = None
        self._looks.forget()
        super().close()

    def on_named(self, rows: Sequence[Row]) -> None:
        """Show volumes of which not all is known yet."""
        if self.record is not None and self.survey is None:
            self.volumes.update(rows)

    def on_listed(self, survey: VolumeSurvey, rows: Sequence[Row]) -> None:
        """Show all that is known of the volumes."""
        if self.record is not None:
            self.survey = survey
            self._fill(rows)

    def on_failed(self, error: BaseException) -> None:
        """Say why the volumes cannot be listed."""
        if self.record is None:
            return
        self.survey = None
        self._fill()
        reason = error.reason if isinstance(error, QvirtError) else str(error)
        self.volumes.say(_("Its volumes cannot be listed: {reason}").format(reason=reason))

    def _fill(self, rows: Iterable[Row] = ()) -> None:
        record, survey = self.record, self.survey
        if record is None or survey is None:
            self.volumes.update(())
            self.volumes.say(self._why_empty())
        else:
            self.volumes.say(_("There is no volume in it."))
            self.volumes.update(rows)
            if self._wanted and any(each.record.name == self._wanted for each in survey.volumes):
                self.volumes.select(self._wanted)
                self._wanted = ""
        self._draw()

    def _why_empty(self) -> LazyString | str:
        if not self._connection.is_connected:
            return _("Not connected to {label}.").format(label=self._connection.label)
        if self.record is None:
            return _("Select a storage pool to see what is in it.")
        return _("The pool is off: start it to see its volumes.")

    def _draw(self) -> None:
        record = self.record
        text = "" if record is None else pool_view.details(record, self.survey)
        if self.details.value != text:
            self.details.value = text
        self._unfolding.layout.display = "none" if record is None else None

    # What goes down.

    def _offered(self, names: tuple[str, ...]) -> list[Action]:
        if self.record is None:
            return []
        return self._offers(self.record, self._volumes(names))

    def _volumes(self, names: Sequence[str]) -> list[SurveyedVolume]:
        wanted = set(names)
        found = () if self.survey is None else self.survey.volumes
        return [each for each in found if each.record.name in wanted]

    def _act(self, action: str, names: tuple[str, ...], client: str) -> None:
        record = self.record
        if record is not None:
            pool = StoragePool(self._connection, record.uuid, record.name)
            publisher.post(None, lambda: self._perform(action, pool, names, client))

    def _select(self, names: tuple[str, ...]) -> None:
        self._selected = names
        self._aim()

    def _aim(self) -> None:
        """Offer the XML of the pool and of what is selected in it."""
        if self.xml is not None and self.record is not None:
            self.xml.look_at(self._sources(self.record))

    def _sources(self, record: StoragePoolRecord) -> list[Source]:
        pool = StoragePool(self._connection, record.uuid, record.name)
        volumes = [StorageVolume(pool, name) for name in self._selected[:_XML_AT_MOST]]
        return [StoredPool(pool, record.name), *(VolumeDescription(each) for each in volumes)]

    def _on_unfolded(self, change: Mapping[str, Any]) -> None:
        # The editor is loaded when somebody wants it.
        if change["new"] is not None and self.xml is None and self.record is not None:
            self.xml = StorageXml(self._connection, self._sources(self.record))
            self._xml_place.children = (self.xml,)
