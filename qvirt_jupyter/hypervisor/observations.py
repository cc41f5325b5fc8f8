"""What is seen of running machines beside the driver's answers; each holds for one run only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from qvirt_jupyter.hypervisor.object_kinds import Observed

if TYPE_CHECKING:
    from qvirt_jupyter.documents import Change
    from qvirt_jupyter.hypervisor.editing.unplugs import Unplugs
    from qvirt_jupyter.hypervisor.storage.room import TightDisk

Pending: TypeAlias = "tuple[tuple[int, int], tuple[Change, ...]]"
"""Number of the run and version of the definitions that were compared, and what differs."""


class Observations:
    """By UUID.

    Parameters
    ----------
    unplugs
        What guests were asked to let go of; that outlives a lost connection.

    Attributes
    ----------
    started
        When a machine was started, in seconds since the epoch.
    addresses
        The number of the run, and its addresses.
    pending
        Number of the run and version of the definitions that were compared, and what waits for the
        next start.
    """

    def __init__(self, unplugs: Unplugs) -> None:
        self._unplugs = unplugs
        self.started: dict[str, float] = {}
        self.addresses: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.pending: dict[str, Pending] = {}

    def forget(self, uuid: str) -> None:
        """Drop what was seen of a machine that is gone."""
        for table in (self.started, self.addresses, self.pending):
            table.pop(uuid, None)

    def of(
        self, key: str, number: int, version: int, tight_disks: tuple[TightDisk, ...]
    ) -> Observed:
        """Return what holds for an object.

        Parameters
        ----------
        key
            UUID, or the name of an object for which nothing is observed.
        number
            libvirt's number of the run.
        version
            Counts the definitions that were read.
        tight_disks
            Its disks in pools that are nearly full.
        """
        run, addresses = self.addresses.get(key, (number, ()))
        compared, changes = self.pending.get(key, (None, None))
        return Observed(
            addresses if run == number else (),
            self.started.get(key),
            version,
            changes if compared == (number, version) else None,
            self._unplugs.of(key),
            tight_disks,
        )
