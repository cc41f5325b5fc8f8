"""The storage section of a host's tab: pools on the left, the page of one on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.job import jobs
from qvirt_jupyter.hypervisor.storage.default_pool import NAME as DEFAULT
from qvirt_jupyter.hypervisor.storage.known_volumes import NOW, OPENED
from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool
from qvirt_jupyter.provision.pools import pool_types
from qvirt_jupyter.provision.volumes.pool_facts import MAKES_VOLUMES
from qvirt_jupyter.widgets.details.work import Boards, work_in_pool
from qvirt_jupyter.widgets.dialog_place import DialogPlace
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.host.section import HostSection
from qvirt_jupyter.widgets.notices import Notice
from qvirt_jupyter.widgets.storage import pool_view
from qvirt_jupyter.widgets.storage.pool_actions import PoolDesk
from qvirt_jupyter.widgets.storage.pool_dialog import PoolDialog
from qvirt_jupyter.widgets.storage.pool_page import PoolPage
from qvirt_jupyter.widgets.storage.transfers import Transfers
from qvirt_jupyter.widgets.storage.volume_actions import running_names, volume_actions
from qvirt_jupyter.widgets.storage.volume_dialogs import VolumeDialogs
from qvirt_jupyter.widgets.table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import StoragePoolRecord
    from qvirt_jupyter.hypervisor.storage.volume_survey import SurveyedVolume
    from qvirt_jupyter.widgets.host.section import SectionContext
    from qvirt_jupyter.widgets.table import Action


class StorageSection(HostSection):
    """Storage pools and their volumes.

    Parameters
    ----------
    connection, context
        As for each section.
    """

    def __init__(self, connection: Connection, context: SectionContext) -> None:
        self._boards = Boards(context.questions, context.notices, fleet.wishes)
        self._desk = PoolDesk(connection, self._boards)
        self._records: tuple[StoragePoolRecord, ...] = ()
        self._front = ""
        self._wanted = ""
        self._was_connected = False
        self._running: frozenset[str] = frozenset()
        self.place = DialogPlace()
        self.pools = RecordTable(
            pool_view.COLUMNS,
            label=_("Storage pools"),
            empty=_("This host has no storage pool yet."),
            sort="name",
            on_select=lambda pools: publisher.post(("pools", id(self)), lambda: self._go(pools)),
            on_action=lambda action, pools, client: publisher.post(
                None, lambda: self._act(action, pools, client)
            ),
            actions=self._offered,
        )
        self.page = PoolPage(connection, self._volume_offers, self._on_volumes)
        self.transfers = Transfers(connection, self._boards, self._volume_done)
        self._volumes = VolumeDialogs(
            connection, self.place, self._boards, self._volume_done, self.transfers
        )
        right = ipywidgets.VBox((self.page, self.transfers))
        right.add_class("qvirt-drop-files")
        body = ipywidgets.HBox((self.pools, right))
        body.add_class("qvirt-storage-columns")
        super().__init__(connection, context, (self.place, body))
        self.add_class("qvirt-storage-section")
        self.follow(jobs.subscribe(self._on_job))

    @property
    def is_dirty(self) -> bool:
        """Whether there is XML that is not stored."""
        return self.page.is_dirty

    def leave(self, then: Callable[[], object]) -> None:
        """Go on, after a question where XML is not stored."""
        self.page.leave(then)

    def take_over(self, before: HostSection) -> None:
        """Show the pool that was in front before the page was loaded again."""
        if isinstance(before, StorageSection):
            self._wanted = before._front  # noqa: SLF001 - of this class

    def on_seen(self, is_seen: bool) -> None:  # noqa: FBT001 - as the frame calls it
        """Look again at what is in the pool in front (HOST-03)."""
        if is_seen and not self.is_closed:
            self.page.list_again()

    def update(self) -> None:
        """Draw the pools that there are now."""
        if self.is_closed:
            return
        is_connected = self.connection.is_connected
        self.pools.say(
            _("This host has no storage pool yet.")
            if is_connected
            else _("Not connected to {label}.").format(label=self.connection.label)
        )
        found = self.connection.inventory.snapshot().storage_pools
        self._records = tuple(sorted(found, key=lambda pool: (pool.name.casefold(), pool.name)))
        self.pools.update(
            pool_view.row(record, is_reachable=is_connected) for record in self._records
        )
        self._follow_front()
        self._take_files()
        running = running_names(self.connection)
        if is_connected and not self._was_connected:
            # What is shown is from before; nobody says what happened meanwhile. What was read
            # before is forgotten with the connection that was lost.
            self.page.list_again(OPENED)
        elif not is_connected or running != self._running:
            # What can be done with a volume depends on who runs with it.
            self.page.volumes.offer()
        self._running = running
        self._was_connected = is_connected

    def _follow_front(self) -> None:
        """Keep the pool in front, or take another where it is gone."""
        record = self._record(self._front)
        wanted = self._record(self._wanted)
        if wanted is not None:
            self._wanted = ""
            self._show(wanted)
        elif record is not None:
            self.page.update(record)
        else:
            gone = self.page.record
            if gone is not None and self.connection.is_connected:
                self.context.notices.put(
                    Notice(
                        f"pool-gone {gone.uuid}",
                        "info",
                        gone.name,
                        _("The storage pool is gone: it was deleted, or stopped for good."),
                    )
                )
            first = [pool for pool in self._records if pool.name == DEFAULT] or self._records
            if first:
                self._show(first[0])
            elif gone is not None or not self._front:
                # Once the host is back, the same pool comes to the front.
                self._wanted, self._front = self._front or self._wanted, ""
                self.page.show(None)

    def _record(self, uuid: str) -> StoragePoolRecord | None:
        return next((pool for pool in self._records if pool.uuid == uuid), None)

    def _show(self, record: StoragePoolRecord) -> None:
        self._front = record.uuid
        self.pools.select(record.uuid)
        self.page.show(record)
        self._take_files()

    def _take_files(self) -> None:
        """Say where files go that are dropped."""
        record = self.page.record
        takes = record is not None and self.connection.is_connected and record.active
        if record is None or not takes or self.connection.read_only:
            self.transfers.use(None)
        elif record.type in MAKES_VOLUMES:
            self.transfers.use(StoragePool(self.connection, record.uuid, record.name))
        else:
            self.transfers.use(None)

    # What goes down.

    def _go(self, pools: Sequence[str]) -> None:
        """Show the pool that was selected, after a question where XML is not stored (STOR-19)."""
        record = self._record(pools[0]) if pools else None
        if record is None or record.uuid == self._front or self.is_closed:
            return
        if self.page.is_dirty:
            # The old one stays in front until the question is answered.
            self.pools.select(self._front)
        self.page.leave(lambda: publisher.post(None, lambda: self._show(record)))

    def _offered(self, pools: tuple[str, ...]) -> list[Action]:
        return self._desk.offers(self._record(pools[0]) if pools else None, self.refused)

    def _act(self, action: str, pools: Sequence[str], client: str) -> None:
        if self.is_closed:
            return
        if action == "new":
            self._open_new()
            return
        record = self._record(pools[0]) if pools else None
        if record is None:
            return
        if action == "refresh":
            # Reading the definition again would lose what was typed (STOR-03).
            self.page.leave(lambda: self._desk.perform(action, record, client))
        else:
            self._desk.perform(action, record, client)

    def _open_new(self) -> None:
        """Ask the host which kinds of pools it has, then ask what is wanted."""
        work_in_pool(
            self.connection,
            lambda: pool_types(self.connection),
            lambda offered: self.place.show(
                PoolDialog(self.connection, offered, self.place.clear, self._made)
            ),
            lambda error: self.context.notices.put_error(_("New storage pool"), error),
        )

    def _made(self, pool: StoragePool) -> None:
        """Bring a new pool to the front, once the host has told of it."""
        self._wanted = pool.uuid
        self.connection.inventory.refresh("pool")
        self.update()

    def _volume_offers(
        self, record: StoragePoolRecord, volumes: Sequence[SurveyedVolume]
    ) -> list[Action]:
        return volume_actions(self.connection, record, volumes)

    def _on_volumes(
        self, action: str, pool: StoragePool, names: tuple[str, ...], client: str
    ) -> None:
        self._volumes.perform(action, pool, names, client)

    def _volume_done(self, pool: StoragePool, name: str) -> None:
        """Select a volume that is new or other now (STOR-16)."""
        if not self.is_closed and name and pool.uuid == self._front:
            self.page.want(name)

    def _on_job(self, job: Job[object]) -> None:
        """Look again once something was done to a pool or a volume, whoever wanted it."""
        subject = job.subject
        if (
            job.done()
            and subject is not None
            and subject.uri == self.connection.uri
            and subject.kind in ("pool", "volume")
        ):
            publisher.post(("storage-job", id(self)), self._look_again)

    def _look_again(self) -> None:
        if not self.is_closed:
            # libvirt says nothing of a volume that was made or grew.
            self.connection.inventory.refresh("pool")
            self.page.list_again(NOW)
