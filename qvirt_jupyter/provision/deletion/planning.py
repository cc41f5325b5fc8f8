"""Makes the plan: what the survey found, judged file by file."""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.hypervisor import QvirtError, Subject
from qvirt_jupyter.hypervisor.editing import undefining
from qvirt_jupyter.hypervisor.storage.volume_reading import read
from qvirt_jupyter.hypervisor.uri import ConnectionUri
from qvirt_jupyter.provision.deletion import loose_files
from qvirt_jupyter.provision.deletion.judgement import Facts, Verdict, judge
from qvirt_jupyter.provision.deletion.plan import DeletePlan, PlannedMachine
from qvirt_jupyter.provision.deletion.planned_file import FileKind, PlannedFile
from qvirt_jupyter.provision.deletion.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.hypervisor.storage.stored_images import PoolPlace, StoredImage
    from qvirt_jupyter.provision.deletion.finding import Finding

_SEED_LABELS: Final = frozenset({b"cidata", b"config-2"})
"""https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html"""
_LABEL: Final = (16 * 2048 + 40, 32)
"""Where the name of an ISO 9660 volume stands, and its length, in bytes."""
_SEED_AT_MOST: Final = 64 * 1024**2


def plan_of(connection: libvirt.virConnect, uuids: Iterable[str]) -> DeletePlan:
    """Return what deleting these machines would do; in the pool of threads.

    Parameters
    ----------
    connection
        libvirt's object.
    uuids
        The machines; those that are gone are left out.
    """
    survey = Survey(connection, uuids)
    judge_of = _Judge(connection, survey)
    return DeletePlan(
        tuple(
            PlannedMachine(
                each.name,
                each.uuid,
                each.active,
                each.persistent,
                each.snapshots,
                each.checkpoints,
            )
            for each in survey.machines
        ),
        tuple(
            row
            for finding in survey.findings.values()
            if (row := judge_of.planned(finding)) is not None
        ),
    )


class _Judge:
    def __init__(self, connection: libvirt.virConnect, survey: Survey) -> None:
        self._connection, self._survey = connection, survey
        self._folder = _libvirts_folder(connection) if survey.images.is_local else None
        self._is_far = ConnectionUri.parse(connection.getURI()).is_remote

    def planned(self, finding: Finding) -> PlannedFile | None:
        """Return what becomes of a file, and why; None where there is none that could be left."""
        survey = self._survey
        image = survey.image_of(finding)
        reachable = survey.images.is_local
        pool = None if image is not None else self._pool_around(finding)
        looks = reachable and image is None and finding.key.startswith("/")
        loose = loose_files.look_at(finding.key) if looks else None
        if finding.kind is FileKind.LOG and loose is not None and loose.exists is False:
            # The machine never ran.
            return None
        # Who needs an image needs what is in it.
        keys = (finding.key, finding.part_of) if finding.part_of else (finding.key,)
        direct = survey.users.direct
        users = tuple(sorted({name for key in keys for name in direct.get(key, ())}))
        above = tuple(dict.fromkeys(name for key in keys for name in survey.above(key)))
        judgement = judge(
            Facts(
                kind=finding.kind,
                source=finding.source,
                pool_type="" if image is None else image.pool.type,
                pool_off=pool.name if pool is not None and not pool.active else "",
                reachable=reachable,
                far=self._is_far,
                pool_without=pool.name if pool is not None and pool.active else "",
                exists=None if loose is None else loose.exists,
                folder_writable=None if loose is None else loose.folder_writable,
                writable=None if loose is None else loose.writable,
                users=users,
                above=tuple(name for name in above if name not in users),
                read_only=finding.read_only,
                shareable=finding.shareable,
                seed=self._is_seed(finding, image),
                snapshot=finding.snapshot,
                chained=finding.chained,
                keepable=finding.kind is not FileKind.TPM or undefining.CAN_KEEP_TPM,
            )
        )
        verdict = judgement.verdict
        return PlannedFile(
            key=finding.key,
            kind=finding.kind,
            device=finding.device,
            path=finding.path,
            size=self._size(finding, image, loose),
            machines=tuple(finding.machines.values()),
            uuids=tuple(finding.machines),
            users=tuple(dict.fromkeys((*users, *above))),
            ticked=verdict in (Verdict.ALWAYS, Verdict.DELETED),
            fixed=verdict in (Verdict.ALWAYS, Verdict.IMPOSSIBLE),
            reason=judgement.reason,
            pool="" if image is None else image.pool.uuid,
            volume="" if image is None else image.name,
            part_of=finding.part_of,
        )

    def _pool_around(self, finding: Finding) -> PoolPlace | None:
        """Return the pool that would have a file, if it were on or knew it."""
        images = self._survey.images
        if finding.source == "volume":
            return images.pools.get(finding.path.partition("/")[0])
        return images.around(finding.path) if finding.path else None

    def _size(
        self,
        finding: Finding,
        image: StoredImage | None,
        loose: loose_files.LooseFile | None,
    ) -> int | None:
        if image is not None:
            return image.allocation
        if loose is not None and not finding.kind.is_libvirts:
            return loose.size
        if not self._survey.images.is_local:
            return None
        if finding.path:
            return loose_files.size_of(Path(finding.path))
        if self._folder is None:
            return None
        (uuid, name) = next(iter(finding.machines.items()))
        places = {
            FileKind.SAVED_STATE: self._folder / "qemu" / "save" / f"{name}.save",
            FileKind.TPM: self._folder / self._swtpm / uuid,
        }
        place = places.get(finding.kind)
        return None if place is None else loose_files.size_of(place)

    @property
    def _swtpm(self) -> str:
        is_session = ConnectionUri.parse(self._connection.getURI()).is_session
        return "qemu/swtpm" if is_session else "swtpm"

    def _is_seed(self, finding: Finding, image: StoredImage | None) -> bool:
        if finding.kind is not FileKind.MEDIUM and not finding.read_only:
            return False
        return self._label(finding, image).strip(b"\0 ").lower() in _SEED_LABELS

    def _label(self, finding: Finding, image: StoredImage | None) -> bytes:
        """Return the name of the file system on a medium; empty where nobody can read it."""
        try:
            if image is not None:
                return self._label_of_volume(image)
            if self._survey.images.is_local and Path(finding.key).is_file():
                with Path(finding.key).open("rb") as file:
                    file.seek(_LABEL[0])
                    return file.read(_LABEL[1])
        except (OSError, libvirt.libvirtError, QvirtError):
            # It is judged as any other medium then; the test driver hands out nothing.
            return b""
        return b""

    def _label_of_volume(self, image: StoredImage) -> bytes:
        if image.allocation > _SEED_AT_MOST:
            return b""
        pool = self._connection.storagePoolLookupByUUIDString(image.pool.uuid)
        subject = Subject("volume", image.name, self._connection.getURI())
        return read(pool.storageVolLookupByName(image.name), *_LABEL, subject)


def _libvirts_folder(connection: Any) -> Path | None:  # noqa: ANN401 - libvirt has no types
    """Return where QEMU's driver keeps states of machines; None for other drivers."""
    uri = ConnectionUri.parse(connection.getURI())
    if uri.driver != "qemu":
        return None
    if not uri.is_session:
        return Path("/var/lib/libvirt")
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(PurePath(home) / "libvirt")
