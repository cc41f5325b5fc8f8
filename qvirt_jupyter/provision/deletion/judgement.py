"""Which files are deleted unless somebody says otherwise, and which cannot be: one table.

The first rule that fits decides. "kept" can be ticked by the user, "impossible" cannot, "deleted"
is ticked at first, "always" goes with the definition (rows DEL-02 to DEL-04 of the parity list).

================================================  ===========
what is known                                     verdict
================================================  ===========
state of a TPM or NVRAM that libvirt cannot keep  always
a saved state                                     always
on the network, or a device or socket             impossible
a volume of an iSCSI, SCSI or multipath pool      impossible
named by pool and volume, and that pool is off    impossible
a block device or folder in no pool               impossible
in no pool, on a host that is made up             impossible
in no pool, but missing where a pool is           impossible
no such file                                      impossible
in no pool, in a folder that is not writable      impossible
other machines or volumes need it                 kept
shareable                                         kept
a seed of cloud-init                              deleted
in a CD-ROM or floppy drive, or read-only         kept
log of a serial port or the like                  kept
kernel, initial RAM disk, device tree             kept
in no pool, and not writable                      kept
in no pool, on another host                       kept
the base of a disk, but of no snapshot            kept
known to a snapshot only                          kept
all others                                        deleted
================================================  ===========
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision.deletion.planned_file import FileKind

if TYPE_CHECKING:
    from collections.abc import Callable

_TARGETS: Final = frozenset({"iscsi", "iscsi-direct", "scsi", "mpath"})
"""Types of pools whose volumes are made and removed on another machine, or not at all."""


class Verdict(enum.Enum):
    """What becomes of a file."""

    ALWAYS = "always"
    """It goes with the definition, whatever anybody wants."""
    IMPOSSIBLE = "impossible"
    """It stays, whatever anybody wants."""
    KEPT = "kept"
    """It stays, unless the user ticks it."""
    DELETED = "deleted"
    """It goes, unless the user unticks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a file.

    Parameters
    ----------
    kind
        What it is to its machine.
    source
        The type of the disk's source: ``"file"``, ``"block"``, ``"network"``, ...
    pool_type
        The type of the pool that has it; empty where none has.
    pool_off
        The name of the pool that would have it, if it were on.
    reachable
        Whether files in no pool can be looked at and removed from here.
    far
        Whether they are files of another host, which libvirt removes by a pool made for a moment.
    pool_without
        The name of the pool that is on, and in whose folder it would be.
    exists, folder_writable, writable
        Of a file in no pool; None where nobody knows.
    users
        The names of other machines that have it.
    above
        The names of other machines, and of volumes, that build on it.
    read_only, shareable
        As the disk says.
    seed
        Whether it is a seed of cloud-init, which is made for one machine.
    snapshot
        The name of the snapshot that it belongs to.
    chained
        Whether a disk of the machine builds on it.
    keepable
        Whether libvirt can leave it when it removes the definition.
    """

    kind: FileKind
    source: str = "file"
    pool_type: str = ""
    pool_off: str = ""
    reachable: bool = True
    far: bool = False
    pool_without: str = ""
    exists: bool | None = None
    folder_writable: bool | None = None
    writable: bool | None = None
    users: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    read_only: bool = False
    shareable: bool = False
    seed: bool = False
    snapshot: str = ""
    chained: bool = False
    keepable: bool = True

    @property
    def is_loose(self) -> bool:
        """Whether no pool has it."""
        return not self.pool_type and not self.kind.is_libvirts


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a file, and why."""

    verdict: Verdict
    reason: str


_Rule = tuple["Callable[[Facts], bool]", Verdict, LazyString]

_RULES: Final[tuple[_Rule, ...]] = (
    (
        lambda facts: facts.kind is FileKind.SAVED_STATE,
        Verdict.ALWAYS,
        _("It is of no use without the machine."),
    ),
    (
        lambda facts: facts.kind.is_libvirts and not facts.keepable,
        Verdict.ALWAYS,
        _("This libvirt removes it together with the machine."),
    ),
    (
        lambda facts: facts.source not in {"file", "block", "dir", "volume"},
        Verdict.IMPOSSIBLE,
        _("It is no file of the host: delete it where it is kept."),
    ),
    (
        lambda facts: facts.pool_type in _TARGETS,
        Verdict.IMPOSSIBLE,
        _("It is a LUN of another machine: delete it there."),
    ),
    (
        lambda facts: facts.is_loose and bool(facts.pool_off) and not facts.exists,
        Verdict.IMPOSSIBLE,
        _("Its storage pool {pool} is off: start the pool to delete it."),
    ),
    (
        lambda facts: facts.is_loose and facts.source == "volume",
        Verdict.IMPOSSIBLE,
        _("Its storage pool has no such volume, or is gone."),
    ),
    (
        lambda facts: facts.is_loose and facts.source == "block",
        Verdict.IMPOSSIBLE,
        _("It is a device of the host, in no storage pool."),
    ),
    (
        lambda facts: facts.is_loose and facts.source == "dir",
        Verdict.IMPOSSIBLE,
        _("It is a folder: delete it by hand if nobody needs what is in it."),
    ),
    (
        lambda facts: facts.is_loose and not facts.reachable and not facts.far,
        Verdict.IMPOSSIBLE,
        _("It is in no storage pool, and this host's files are reached through pools only."),
    ),
    (
        lambda facts: facts.is_loose and facts.far and bool(facts.pool_without),
        Verdict.IMPOSSIBLE,
        _("There is no such file in the storage pool {without} any more."),
    ),
    (
        lambda facts: facts.is_loose and facts.exists is False,
        Verdict.IMPOSSIBLE,
        _("There is no such file any more."),
    ),
    (
        lambda facts: facts.is_loose and facts.folder_writable is False,
        Verdict.IMPOSSIBLE,
        _(
            "You may not delete files in its folder: create a storage pool for it, or delete it "
            "by hand."
        ),
    ),
    (lambda facts: bool(facts.users), Verdict.KEPT, _("Also used by {users}.")),
    (
        lambda facts: bool(facts.above),
        Verdict.KEPT,
        _("{above} builds on it and would be unreadable without it."),
    ),
    (
        lambda facts: facts.shareable,
        Verdict.KEPT,
        _("It is shareable: machines of other hosts may use it too."),
    ),
    (
        lambda facts: facts.seed,
        Verdict.DELETED,
        _("A cloud-init seed, made for this machine."),
    ),
    (
        lambda facts: facts.kind is FileKind.MEDIUM,
        Verdict.KEPT,
        _("Removable media are often wanted again."),
    ),
    (lambda facts: facts.read_only, Verdict.KEPT, _("It is read-only: the machine only reads it.")),
    (
        lambda facts: facts.kind is FileKind.LOG,
        Verdict.KEPT,
        _("What came out of the machine: it may be wanted when that is gone."),
    ),
    (
        lambda facts: facts.kind is FileKind.BOOT,
        Verdict.KEPT,
        _("Other machines may boot from it."),
    ),
    (
        lambda facts: facts.is_loose and facts.writable is False,
        Verdict.KEPT,
        _("You may not write to it."),
    ),
    (
        lambda facts: facts.is_loose and facts.far,
        Verdict.KEPT,
        _("It is in no storage pool of the other host: nobody knows what else builds on it."),
    ),
    (
        lambda facts: facts.kind is FileKind.BASE,
        Verdict.KEPT,
        _("The base of a disk: more may be made of it."),
    ),
    (
        lambda facts: facts.kind is FileKind.SNAPSHOT and not facts.chained,
        Verdict.KEPT,
        _("No disk of the machine any more, but its snapshot {snapshot} names it."),
    ),
    (
        lambda facts: bool(facts.snapshot),
        Verdict.DELETED,
        _("Belongs to the snapshot {snapshot}, which goes too."),
    ),
    (
        lambda facts: facts.kind is FileKind.TPM,
        Verdict.DELETED,
        _("Keys in it are lost: a disk that they encrypt cannot be read without them."),
    ),
    (lambda _facts: True, Verdict.DELETED, _("Only this machine uses it.")),
)
FEW: Final = 3
"""So many names stand in a sentence."""


def judge(facts: Facts) -> Judgement:
    """Return what becomes of a file, and why.

    Parameters
    ----------
    facts
        What is known of it.
    """
    verdict, reason = next((verdict, reason) for fits, verdict, reason in _RULES if fits(facts))
    return Judgement(
        verdict,
        str(
            reason.format(
                pool=facts.pool_off,
                without=facts.pool_without,
                users=names(facts.users),
                above=names(facts.above),
                snapshot=facts.snapshot,
            )
        ),
    )


def names(those: tuple[str, ...]) -> str:
    """Return a few names in one text, and the number of the rest."""
    if len(those) <= FEW:
        return ", ".join(those)
    return str(
        _("{names} and {count} more").format(names=", ".join(those[:FEW]), count=len(those) - FEW)
    )
