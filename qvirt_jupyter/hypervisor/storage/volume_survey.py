"""The volumes of a pool with all that a list says of them: who uses each, what builds on what.

Who uses a volume is in the definitions of all machines and in the headers of all images. So all of
it is read once for each refresh of a list, never once for each volume; what was read of other pools
for one list may serve the next.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter.hypervisor.storage.disk_users import file_users
from qvirt_jupyter.hypervisor.storage.image_headers import file_of_name
from qvirt_jupyter.hypervisor.storage.known_volumes import NOW, MaxAge, known_volumes
from qvirt_jupyter.hypervisor.storage.stored_images import StoredImages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import libvirt

    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
    from qvirt_jupyter.hypervisor.storage.stored_images import IsGone

_MANY: Final = 200
"""From so many volumes of other pools on, reading them takes longer than anybody should wait."""
_SMALL_PART: Final = 4
"""Of the volumes of its own pool: where the others are less, showing these alone is no gain."""


@dataclass(frozen=True, slots=True)
class SurveyedVolume:
    """A volume and what hangs together with it.

    Parameters
    ----------
    record
        What is known of the volume alone.
    users
        Names of the machines that have it as a disk, boot from it or need it for a snapshot.
    users_above
        Names of the machines whose disks build on it.
    chain
        Paths of the images that it builds on, the next one first.
    built_on_by
        Paths of the images that build on it directly.
    """

    record: StorageVolumeRecord
    users: tuple[str, ...] = ()
    users_above: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    built_on_by: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """The connection's URI, the pool's UUID and the name."""
        return self.record.key

    @property
    def all_users(self) -> tuple[str, ...]:
        """Names of all machines that need it in any way, sorted."""
        return tuple(sorted({*self.users, *self.users_above}))

    @property
    def is_used(self) -> bool:
        """Whether a machine or another image needs it."""
        return bool(self.users or self.users_above or self.built_on_by)


@dataclass(frozen=True, slots=True)
class VolumeSurvey:
    """The volumes of one pool, as they were when they were looked at.

    Parameters
    ----------
    volumes
        Sorted by name.
    """

    volumes: tuple[SurveyedVolume, ...]

    def __getitem__(self, name: str) -> SurveyedVolume:
        """Return the volume of a name; KeyError where there is none."""
        for volume in self.volumes:
            if volume.record.name == name:
                return volume
        raise KeyError(name)


def survey(
    connection: libvirt.virConnect,
    uri: str,
    pool: str,
    *,
    max_age: MaxAge = NOW,
    on_records: Callable[[Sequence[StorageVolumeRecord]], object] | None = None,
) -> VolumeSurvey:
    """Look at all pools and machines of a host once, and return the volumes of one pool.

    Which volumes and machines there are, and what machines use, is always asked now.

    Parameters
    ----------
    connection
        libvirt's object.
    uri
        Our name of the connection.
    pool
        The UUID of the pool; one that is off has no volumes.
    max_age
        What is good enough of what was read before; nothing, unless it is said.
    on_records
        Called with the volumes of the pool before those of others are read, where these are so
        many that it takes a while.

    Raises
    ------
    libvirt.libvirtError
        The host does not answer.
    """
    known = known_volumes(connection, uri)

    def read(found: Any, is_gone: IsGone) -> list[StorageVolumeRecord]:  # noqa: ANN401 - libvirt has no types
        if found.UUIDString() != pool:
            return known.read(found, is_gone, max_age.others)
        records = known.read(found, is_gone, max_age.own)
        if on_records is not None:
            unread = known.unread(connection, max_age.others, without=pool)
            if unread > _MANY + len(records) // _SMALL_PART:
                on_records(records)
        return records

    images = StoredImages(connection, uri, first=pool, read=read)
    known.keep([place.uuid for place in images.pools.values() if place.active])
    users = file_users(connection, images)
    above: defaultdict[str, set[str]] = defaultdict(set)
    for image in images:
        below = file_of_name(image.backing) if image.backing else None
        if below:
            above[images.real(below)].add(image.path)
    found = []
    for image in images:
        if image.pool.uuid != pool:
            continue
        path = images.real(image.path)
        found.append(
            SurveyedVolume(
                image.record,
                tuple(sorted(users.direct.get(path, ()))),
                tuple(sorted(users.above.get(path, ()))),
                tuple(images.chain(image.path)) if image.backing else (),
                tuple(sorted(above.get(path, ()))),
            )
        )
    found.sort(key=lambda volume: (volume.record.name.casefold(), volume.record.name))
    return VolumeSurvey(tuple(found))
