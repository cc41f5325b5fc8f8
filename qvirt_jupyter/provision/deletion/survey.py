"""Looks for all files of machines: in their definitions, below their disks, in their snapshots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.hypervisor.domain_handle import has_saved_state
from qvirt_jupyter.hypervisor.editing import undefining
from qvirt_jupyter.hypervisor.storage import disk_users
from qvirt_jupyter.hypervisor.storage.stored_images import StoredImage, StoredImages
from qvirt_jupyter.provision.deletion import data_files, logs
from qvirt_jupyter.provision.deletion.finding import Finding
from qvirt_jupyter.provision.deletion.planned_file import FileKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

_REMOVABLE: Final = frozenset({"cdrom", "floppy"})


@dataclass(slots=True)
class SurveyedMachine:
    """A machine.

    Parameters
    ----------
    name, uuid
        Its names.
    active
        Whether it runs in any way.
    persistent
        Whether libvirt keeps its definition.
    snapshots, checkpoints
        How many it has.
    """

    name: str
    uuid: str
    active: bool
    persistent: bool
    snapshots: int
    checkpoints: int


class Survey:
    """The files of some machines of one host; made in the pool of threads.

    Parameters
    ----------
    connection
        libvirt's object.
    uuids
        The machines.

    Attributes
    ----------
    images
        What its storage pools hold.
    users
        What the other machines use.
    machines
        Those of the request that are there.
    findings
        Their files, by key.
    """

    def __init__(self, connection: libvirt.virConnect, uuids: Iterable[str]) -> None:
        self._connection = connection
        self._uuids = tuple(uuids)
        self.images = StoredImages(connection)
        self._read()
        if self._look_again():
            self.images = StoredImages(connection)
            self._read()
        self.users = disk_users.file_users(connection, self.images, without=self._uuids)
        self._volumes_above: dict[str, set[str]] = {}
        used = {*self.findings, *self.users.direct, *self.users.above}
        for image in self.images:
            if image.backing and self.images.real(image.path) not in used:
                for below in self.images.chain(image.path):
                    name = f"{image.pool.name}/{image.name}"
                    self._volumes_above.setdefault(below, set()).add(name)

    def above(self, key: str) -> tuple[str, ...]:
        """Return who builds on a file: other machines, and volumes that nobody here has.

        Parameters
        ----------
        key
            Of a finding.
        """
        return (
            *sorted(self.users.above.get(key, ())),
            *sorted(self._volumes_above.get(key, ())),
        )

    def image_of(self, finding: Finding) -> StoredImage | None:
        """Return the volume that a file is; None where it is in no pool that is on."""
        return None if finding.kind.is_libvirts else self.images.at(finding.key)

    def _read(self) -> None:
        self.machines: list[SurveyedMachine] = []
        self.findings: dict[str, Finding] = {}
        for uuid in self._uuids:
            try:
                domain = self._connection.lookupByUUIDString(uuid)
                self._add_machine(domain)
            except libvirt.libvirtError as error:
                # It went by itself: there is nothing of it to delete.
                if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                    raise

    def _add_machine(self, domain: Any) -> None:  # noqa: ANN401 - libvirt has no types
        name, uuid = domain.name(), domain.UUIDString()
        definitions = list(disk_users.definitions_of(domain))
        snapshots = list(disk_users.snapshots_of(domain))
        persistent = bool(domain.isPersistent())
        self.machines.append(
            SurveyedMachine(
                name,
                uuid,
                bool(domain.isActive()),
                persistent,
                len(snapshots),
                _number_of_checkpoints(domain),
            )
        )
        mine = {uuid: name}
        for definition in definitions:
            for found in self._of_definition(definition):
                self._add(found, mine)
        for snapshot in snapshots:
            for found in self._of_snapshot(snapshot, {*self.findings}):
                self._add(found, mine)
        last = definitions[-1]
        nvram = (last.findtext("os/nvram") or "").strip()
        if undefining.has_nvram(last) and (nvram or persistent):
            # libvirt does not look after what a machine leaves behind that it forgets.
            kind = FileKind.NVRAM if persistent else FileKind.BOOT
            key = self.images.real(nvram) if nvram else f"nvram {uuid}"
            self._add(Finding(key, kind, nvram), mine)
        if undefining.has_tpm_state(last):
            place = last.find("devices/tpm/backend/source")
            where = "" if place is None else place.get("path", "")
            self._add(Finding(f"tpm {uuid}", FileKind.TPM, where), mine)
        if persistent and has_saved_state(domain):
            self._add(Finding(f"saved {uuid}", FileKind.SAVED_STATE), mine)

    def _add(self, finding: Finding, machines: dict[str, str]) -> None:
        finding.machines = dict(machines)
        known = self.findings.get(finding.key)
        if known is None:
            self.findings[finding.key] = finding
        else:
            known.meet(finding)

    def _of_definition(self, definition: _Element) -> Iterator[Finding]:
        for disk in definition.iterfind("devices/disk"):
            yield from self._of_disk(disk)
        for element in ("kernel", "initrd", "dtb"):
            path = (definition.findtext(f"os/{element}") or "").strip()
            if path:
                yield Finding(self.images.real(path), FileKind.BOOT, path, element)
        yield from logs.of_definition(definition, self.images)

    def _of_disk(self, disk: _Element) -> Iterator[Finding]:
        source = disk.find("source")
        if source is None:
            return
        removable = disk.get("device") in _REMOVABLE
        target = disk.find("target")
        device = "" if target is None else target.get("dev", "")
        kind = FileKind.MEDIUM if removable else FileKind.DISK
        finding = self._of_source(source, disk.get("type", "file"), kind, device)
        if finding is None:
            return
        finding.read_only = disk.find("readonly") is not None
        finding.shareable = disk.find("shareable") is not None
        yield finding
        yield from self._data_of(finding)
        below = dict.fromkeys(self.images.chain(finding.key))
        for layer in disk.iterfind(".//backingStore"):
            deeper = layer.find("source")
            path = None if deeper is None else disk_users.source_path(deeper, self.images)
            if path is not None:
                below[self.images.real(path)] = None
        for path in below:
            base = Finding(path, FileKind.BASE, path, device)
            yield base
            yield from self._data_of(base)

    def _data_of(self, image: Finding) -> Iterator[Finding]:
        """Yield the file in which an image keeps its contents, if that is another one."""
        path = data_files.of(self._connection, self.images, image.key)
        if path is not None:
            yield replace(
                image,
                key=self.images.real(path),
                kind=FileKind.DATA if image.kind is not FileKind.BASE else FileKind.BASE,
                path=path,
                source="file",
                part_of=image.key,
            )

    def _of_source(
        self, source: _Element, kind_of_source: str, kind: FileKind, device: str
    ) -> Finding | None:
        path = disk_users.source_path(source, self.images)
        if path is not None:
            return Finding(self.images.real(path), kind, path, device, kind_of_source)
        if kind_of_source == "volume":
            where = f"{source.get('pool', '')}/{source.get('volume', '')}"
        elif kind_of_source == "network":
            name = source.get("name", "")
            image = self.images.at(name) if name else None
            if image is not None and image.pool.type == source.get("protocol"):
                return Finding(image.path, kind, image.path, device, "volume")
            where = f"{source.get('protocol', '')}:{name}"
        elif len(source) or source.attrib:
            where = f"{kind_of_source}:{source.get('path', '')}".rstrip(":")
        else:
            return None
        return Finding(f"{kind_of_source} {where}", kind, where, device, kind_of_source)

    def _of_snapshot(self, snapshot: _Element, known: set[str]) -> Iterator[Finding]:
        name = snapshot.findtext("name") or ""
        memory = snapshot.find("memory")
        kept = "" if memory is None else memory.get("file", "")
        if kept:
            yield Finding(self.images.real(kept), FileKind.MEMORY, kept, snapshot=name)
        named = {
            source: disk.get("snapshot") == "external"
            for disk in snapshot.iterfind("disks/disk")
            if (source := disk.find("source")) is not None
        }
        for disk in snapshot.iterfind("domain/devices/disk"):
            source = disk.find("source")
            if source is not None and disk.get("device") not in _REMOVABLE:
                named[source] = False
        for source, its_own in named.items():
            path = disk_users.source_path(source, self.images)
            if path is None:
                continue
            key = self.images.real(path)
            if self.findings.get(key, _NOTHING).kind is FileKind.DISK:
                continue
            # What a disk builds on is an earlier state of it.
            chained = its_own or key in known
            yield Finding(key, FileKind.SNAPSHOT, path, snapshot=name, chained=chained)

    def _look_again(self) -> bool:
        """Refresh the pools in whose folders files lie that they do not know; whether any did."""
        pools = {
            place.name
            for finding in self.findings.values()
            if finding.path.startswith("/") and self.image_of(finding) is None
            for place in (self.images.around(finding.path),)
            if place is not None and place.active
        }
        done = False
        for name in pools:
            try:
                self._connection.storagePoolLookupByName(name).refresh(0)
                done = True
            except libvirt.libvirtError:
                # It is busy, or we may only read: the file counts as being in no pool.
                continue
        return done


_NOTHING: Final = Finding("", FileKind.BASE)


def _number_of_checkpoints(domain: Any) -> int:  # noqa: ANN401 - libvirt has no types
    try:
        return len(domain.listAllCheckpoints(0))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
            return 0
        raise
