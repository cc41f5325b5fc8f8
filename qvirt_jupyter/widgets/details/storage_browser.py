"""Finds a file or a device of the host: pools and their volumes, a new volume, or a path."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.hypervisor.editing.new_disk import FOLDERS, FORMATS
from qvirt_jupyter.hypervisor.storage.known_volumes import CHANGED, OPENED
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.storage.pool_view import Space

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import StoragePoolRecord, StorageVolumeRecord
    from qvirt_jupyter.hypervisor.storage.volume_survey import SurveyedVolume
    from qvirt_jupyter.widgets._details_messages import PoolState, StorageState, VolumeState
    from qvirt_jupyter.widgets.details.work import Work

_DEFAULT: Final = "default"
"""The pool that is looked into first."""
Mode = Literal["image", "iso", "floppy", "directory", "place"]
TITLES: Final[Mapping[Mode, LazyString]] = {
    "image": _("Choose a file or a device"),
    "iso": _("Choose the image of a CD or DVD"),
    "floppy": _("Choose the image of a floppy disk"),
    "directory": _("Choose a folder"),
    "place": _("Choose where the new volume is to be"),
}
"""What is looked for (STOR-18)."""


class StorageBrowser:
    """One search for a file; always on the publisher thread.

    Parameters
    ----------
    connection
        Whose host.
    work
        How something that waits for libvirt is done.
    on_change
        Called when it shows something else.
    on_choose
        Called with the path, and the volume that is there where it is known.
    name
        What a new volume is called at first, without its ending; empty where none is wanted.
    path
        What is chosen now.
    mode
        What is looked for: only folders are folders, and nothing else is one. A place is a file
        that need not be there.
    volume
        Of a place: what the file is to be called, in whichever pool is looked into.
    """

    def __init__(
        self,
        connection: Connection,
        work: Work,
        on_change: Callable[[], object],
        on_choose: Callable[[str, StorageVolumeRecord | None], object],
        *,
        name: str = "",
        path: str = "",
        mode: Mode = "image",
        volume: str = "",
    ) -> None:
        self._connection, self._work = connection, work
        self._on_change, self._on_choose = on_change, on_choose
        self._name, self._path, self._mode = name, path, mode
        self._pool, self._volume_name = "", volume
        self._volumes: tuple[SurveyedVolume, ...] = ()
        self._problem = self._warning = ""
        self._warned: tuple[str, str, str, str] | None = None
        self._is_busy = self._is_making = False
        pools = [pool for pool in self._pools() if pool.active]
        holding = [pool for pool in pools if pool.path and path.startswith(f"{pool.path}/")]
        default = [pool for pool in pools if pool.name == _DEFAULT]
        first = next(iter((*holding, *default, *pools)), None)
        if first is not None:
            self.look_into(first.uuid)

    def look_into(self, uuid: str, *, refresh: bool = False) -> None:
        """List the volumes of a pool.

        Parameters
        ----------
        uuid
            Which.
        refresh
            Look on the host for volumes that others made.
        """
        if not any(pool.uuid == uuid and pool.active for pool in self._pools()):
            return
        self._pool, self._volumes = uuid, ()
        record = self._record()
        if self._volume_name and record is not None and record.path:
            self._path = f"{record.path}/{self._volume_name}"
        self._begin()

        def read() -> tuple[SurveyedVolume, ...]:
            pool = self._connection.storage_pools[uuid]
            if refresh:
                pool.refresh()
            return pool.volumes.survey(max_age=CHANGED if refresh else OPENED).volumes

        self._work(read, partial(self._listed, uuid), self._failed)

    def choose(self, path: str) -> None:
        """Take a path: that of a volume in the list, or any other."""
        records = (each.record for each in self._volumes)
        volume = next((each for each in records if each.path == path), None)
        if volume is not None and (reason := self._unfit(volume)):
            self._failed(ValueError(reason))
            return
        try:
            documents.Path().check(path)
        except ValueError as error:
            self._failed(error)
            return
        self._on_choose(path, volume)

    def create(self, name: str, size: str, form: str) -> None:
        """Make a volume in the pool that is looked into, and take it.

        Parameters
        ----------
        name, form
            Its name and format.
        size
            As people type it: a number of GiB, or with a unit.
        """
        record = self._record()
        if record is None or self._is_making or form not in FORMATS.get(record.type, ()):
            return
        try:
            capacity = documents.Size("bytes", minimum=1).parse(
                f"{size} GiB" if size.strip().isdecimal() else size
            )
            documents.StorageVolume.name.type.check(name.strip())
        except ValueError as error:
            self._failed(error)
            return
        wish = (record.uuid, name, size, form)
        warning = self._over_commits(record, capacity, form)
        if warning and wish != self._warned:
            # Pressed once more it is done all the same.
            self._warned, self._warning = wish, warning
            self._on_change()
            return
        self._is_making = True
        self._begin()

        def make() -> StorageVolumeRecord:
            pool = self._connection.storage_pools[record.uuid]
            chosen = form if record.type in FOLDERS else None
            return pool.create_volume(name.strip(), capacity, format=chosen).record

        self._work(make, lambda made: self._on_choose(made.path, made), self._failed)

    @property
    def state(self) -> StorageState:
        """What it shows."""
        record = self._record()
        formats = FORMATS.get(record.type, ()) if record is not None and self._name else ()
        return {
            "title": str(TITLES[self._mode]),
            "pools": [_pool(each) for each in self._pools()],
            "pool": self._pool,
            "volumes": [self._volume(each) for each in self._volumes],
            "path": self._path,
            "busy": self._is_busy,
            "problem": self._problem,
            "warning": self._warning,
            "canCreate": bool(formats),
            "formats": list(formats),
            "newName": self._free_name(formats[0]) if formats else "",
        }

    def _pools(self) -> list[StoragePoolRecord]:
        found = self._connection.inventory.snapshot().storage_pools
        return sorted(found, key=lambda pool: (pool.name.casefold(), pool.name))

    def _record(self) -> StoragePoolRecord | None:
        return next((pool for pool in self._pools() if pool.uuid == self._pool), None)

    def _free_name(self, form: str) -> str:
        """Return a name that no volume has: ``web.qcow2``, ``web-1.qcow2``."""
        ending = ".qcow2" if form == "qcow2" else ""
        taken = {volume.record.name for volume in self._volumes}
        number, name = 0, f"{self._name}{ending}"
        while name in taken:
            number += 1
            name = f"{self._name}-{number}{ending}"
        return name

    def _unfit(self, record: StorageVolumeRecord) -> str:
        """Return why a volume cannot be chosen; empty where it can."""
        is_folder = record.type in ("dir", "netdir")
        if self._mode == "directory":
            return "" if is_folder else str(_("It is no folder."))
        return str(_("It is a folder.")) if is_folder else ""

    def _over_commits(self, pool: StoragePoolRecord, capacity: int, form: str) -> str:
        """Return a warning where a new volume could grow to more than there is; or nothing."""
        records = [each.record for each in self._volumes]
        growth = sum(max(0, each.capacity - each.allocation) for each in records)
        free = Space.of(pool).free
        if form != "qcow2" or not pool.capacity or growth + capacity <= free:
            return ""
        return str(
            _(
                "The pool would be over-committed: once its volumes are full they need {size} "
                "more than there is. Press “Create” again to make it all the same."
            ).format(size=quantities.size(growth + capacity - free))
        )

    def _volume(self, volume: SurveyedVolume) -> VolumeState:
        record = volume.record
        return {
            "name": record.name,
            "format": record.format,
            "size": quantities.size(record.capacity),
            "path": record.path,
            "users": ", ".join(volume.all_users),
            "reason": self._unfit(record),
        }

    def _begin(self) -> None:
        self._is_busy, self._problem, self._warning = True, "", ""
        self._on_change()

    def _listed(self, uuid: str, volumes: tuple[SurveyedVolume, ...]) -> None:
        if uuid == self._pool:
            self._is_busy, self._volumes = self._is_making, volumes
            self._on_change()

    def _failed(self, error: BaseException) -> None:
        self._is_busy = self._is_making = False
        if isinstance(error, QvirtError):
            self._problem = " ".join(part for part in (error.reason, error.next_step) if part)
        else:
            self._problem = str(error)
        self._on_change()


def _pool(record: StoragePoolRecord) -> PoolState:
    space, share = "", None
    if record.active:
        room = Space.of(record)
        space = str(_("{size} free").format(size=quantities.size(room.free)))
        share = room.share if room.capacity else None
    return {
        "id": record.uuid,
        "name": record.name,
        "space": space,
        "share": share,
        "reason": "" if record.active else str(_("It is off.")),
    }
