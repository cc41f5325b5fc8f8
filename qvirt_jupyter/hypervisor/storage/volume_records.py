"""What a list shows of volumes, each read from one answer of libvirt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.records import StorageVolumeRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_BATCH: Final = 100
"""So many volumes are asked for by one thread before the next takes over."""
_READERS: Final = 3
"""Threads that ask: more than one, so that libvirt works while an answer is on its way."""


def record_of(volume: Any, uri: str, pool: str) -> StorageVolumeRecord:  # noqa: ANN401 - libvirt has no types
    """Read libvirt's object; in the pool of threads.

    Parameters
    ----------
    volume
        An open libvirt object.
    uri
        The connection's URI.
    pool
        The UUID of the storage pool.
    """
    return _record(volume, volume.XMLDesc(0), uri, pool)


def records_of(
    volumes: Sequence[Any],
    uri: str,
    pool: str,
    is_gone: Callable[[libvirt.libvirtError], bool],
) -> Iterator[StorageVolumeRecord]:
    """Yield the records of many volumes; in the pool of threads.

    libvirt wants one call for each volume, and a pool may have ten thousand: several are asked
    for at a time, while the answers before are read.

    Parameters
    ----------
    volumes
        Open libvirt objects.
    uri, pool
        As for :func:`record_of`.
    is_gone
        Returns whether an error says no more than that the volume went: it is left out then.

    Raises
    ------
    libvirt.libvirtError
        Any other error.
    """
    batches = [volumes[at : at + _BATCH] for at in range(0, len(volumes), _BATCH)]
    if len(batches) < _READERS:
        answers = map(_ask, batches)
        yield from _read(batches, answers, uri, pool, is_gone)
        return
    readers = ThreadPoolExecutor(_READERS, thread_name_prefix="qvirt-volumes")
    try:
        yield from _read(batches, readers.map(_ask, batches), uri, pool, is_gone)
    finally:
        readers.shutdown(cancel_futures=True)


def _ask(volumes: Sequence[Any]) -> list[str | libvirt.libvirtError]:
    answers: list[str | libvirt.libvirtError] = []
    for volume in volumes:
        try:
            answers.append(volume.XMLDesc(0))
        except libvirt.libvirtError as error:
            answers.append(error)
    return answers


def _read(
    batches: Sequence[Sequence[Any]],
    answers: Iterator[list[str | libvirt.libvirtError]],
    uri: str,
    pool: str,
    is_gone: Callable[[libvirt.libvirtError], bool],
) -> Iterator[StorageVolumeRecord]:
    for volumes, texts in zip(batches, answers, strict=True):
        for volume, text in zip(volumes, texts, strict=True):
            if isinstance(text, str):
                yield _record(volume, text, uri, pool)
            elif not is_gone(text):
                raise text


def _record(volume: Any, text: str, uri: str, pool: str) -> StorageVolumeRecord:  # noqa: ANN401 - libvirt has no types
    definition = parse_xml(text)
    # Thousands of volumes: looking for each by a path takes longer than to parse it.
    parts = {part.tag: part for part in definition}
    target, backing = parts.get("target"), parts.get("backingStore")
    form = None if target is None else target.find("format")
    path = None if target is None else target.findtext("path")
    below = None if backing is None else backing.findtext("path")

    def said(name: str) -> str:
        part = parts.get(name)
        return "" if part is None else part.text or ""

    return StorageVolumeRecord(
        uri=uri,
        pool=pool,
        name=volume.name(),
        # Said since libvirt 1.2.2; before that all were files or block devices.
        type=definition.get("type", "file"),
        # What is nowhere on the host has only its key.
        path=path or said("key"),
        format="" if form is None else form.get("type", ""),
        # libvirt writes sizes in bytes.
        capacity=int(said("capacity") or 0),
        allocation=int(said("allocation") or 0),
        backing=below or "",
        id=said("key"),
    )
