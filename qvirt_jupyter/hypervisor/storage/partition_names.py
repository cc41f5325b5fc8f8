"""Names of volumes that are partitions: libvirt gives them, and refuses others too late.

Told another name, libvirt 9 makes the partition all the same and then fails; it stays, and nobody
sees it until the pool is refreshed.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, Subject

if TYPE_CHECKING:
    from collections.abc import Collection


def next_partition(pool: documents.StoragePool, taken: Collection[str]) -> str:
    """Return what libvirt will call the next partition of a pool.

    Parameters
    ----------
    pool
        The definition of the pool.
    taken
        The names of its volumes.

    Returns
    -------
    str
        Empty where nobody knows: the pool is of another type, names its disk by a link, or has a
        DOS table whose next partition may lie in an extended one.
    """
    if pool.type != "disk" or len(pool.source.devices) != 1:
        return ""
    device = pool.source.devices[0]
    folder, _slash, name = (device.path or "").rpartition("/")
    may_be_logical = pool.source.format != "gpt" and bool(taken)
    if folder != "/dev" or not name or may_be_logical:
        return ""
    # As the kernel does: sda1, but nvme0n1p1.
    stem = f"{name}p" if device.part_separator or name[-1].isdigit() else name
    return next(free for number in itertools.count(1) if (free := f"{stem}{number}") not in taken)


def refuse_wrong_partition(pool: Any, name: str, subject: Subject) -> None:  # noqa: ANN401 - libvirt has no types
    """Raise where a pool of partitions is asked for a volume of a name that it will not have.

    Parameters
    ----------
    pool
        An open libvirt object.
    name
        The name that is wanted.
    subject
        For errors.

    Raises
    ------
    InvalidDefinition
        The partition will be called otherwise.
    libvirt.libvirtError
        The host does not answer.
    """
    definition = documents.StoragePool.parse(pool.XMLDesc(0))
    if definition.type != "disk":
        return
    expected = next_partition(definition, set(pool.listVolumes()))
    if expected and name != expected:
        raise InvalidDefinition(
            _("A partition is called by its disk and its number: the next one is {name}.").format(
                name=expected
            ),
            subject=subject,
            next_step=_("Call it {name}.").format(name=expected),
        )
