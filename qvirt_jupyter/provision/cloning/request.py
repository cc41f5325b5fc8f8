"""What somebody wants cloned; a frozen dataclass that a dialog fills in and a notebook writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.declaration import option
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Integer, Text
from qvirt_jupyter.hypervisor import Domain
from qvirt_jupyter.provision.cloning.creation import Cloning
from qvirt_jupyter.provision.cloning.planning import Planning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.transfer import Reporter
    from qvirt_jupyter.provision.cloning.disk_clone import DiskClone
    from qvirt_jupyter.provision.cloning.plan import ClonePlan


@dataclass(frozen=True, kw_only=True)
class CloneRequest:
    """One or several clones of a machine.

    ::

        CloneRequest(source=conn.domains["web"]).create()
        CloneRequest(source="base", name="lab-{n:02}", count=10, linked=True).create(conn)

    Parameters
    ----------
    source
        The machine that is cloned, or its name. It must be off.
    name
        Of the clone; None makes one of the source's. With several clones ``{n}`` in it stands for
        a number, ``{n:02}`` for one of two digits.
    count
        How many clones.
    disks
        What becomes of disks, by target; what is left out is cloned as suits it.
    linked
        Make overlays of all disks that can be, unless ``disks`` says otherwise.
    pool
        Where new volumes are made, unless ``disks`` says otherwise; None is beside the originals.
    start
        Whether the clones are started.
    renew_guest
        Whether their guests get host names and machine IDs of their own. Where the source has its
        seed of cloud-init in a drive, each clone gets a seed of its own: cloud-init does all of
        its work again when the clone starts. Otherwise the guest agents do it, which needs the
        clones to run, so they are started. :attr:`ClonePlan.renewal` says which it will be.
    """

    source: Domain | str
    name: str | None = option(Text(), label=_("Name"), default=None)
    count: int = option(Integer(1, 1000), label=_("Number of clones"), default=1)
    disks: Mapping[str, DiskClone] = field(default_factory=dict)
    linked: bool = option(
        Flag(),
        label=_("Linked clones"),
        default=False,
        help=_("They hold the differences to the original's disks only, and are made at once."),
    )
    pool: str | None = option(Text(), label=_("Storage pool"), default=None)
    start: bool = option(Flag(), label=_("Start the clones"), default=False)
    renew_guest: bool = option(
        Flag(),
        label=_("New host name and machine ID"),
        default=False,
        help=_(
            "By cloud-init where the machine has its seed in a drive, otherwise by the guest agent "
            "of the clones, which are started for it."
        ),
    )

    def plan(self, connection: Connection | None = None) -> ClonePlan:
        """Return what would be done; nothing is done.

        Parameters
        ----------
        connection
            Where the source is; it may be left out where the source is a machine.

        Raises
        ------
        NotFound
            There is no such machine.
        ValueError
            A disk is named that the source does not have, or the names cannot be made.
        """
        return Planning(self, self.on(connection)).plan()

    def build(self, connection: Connection | None = None) -> tuple[documents.Domain, ...]:
        """Return the definitions of the clones; nothing is made yet.

        Parameters
        ----------
        connection
            As for :meth:`plan`.

        Raises
        ------
        QvirtError
            There is no such machine, or the connection is lost.
        ValueError
            As for :meth:`plan`.
        """
        return Planning(self, self.on(connection)).build()

    def create(
        self,
        connection: Connection | None = None,
        *,
        plan: ClonePlan | None = None,
        progress: Reporter | None = None,
    ) -> tuple[Domain, ...]:
        """Make the clones: their definitions first, then their disks.

        Parameters
        ----------
        connection
            As for :meth:`plan`.
        plan
            What :meth:`plan` returned: machines and volumes are called as it says, and a name that
            was taken meanwhile is an error. None plans now.
        progress
            Told how far it is and asked whether to go on, besides the job of this call.

        Returns
        -------
        tuple of Domain
            The clones.

        Raises
        ------
        AlreadyExists
            A name is taken.
        WrongState
            The source is not off, another machine that runs writes to its disks, or these are not
            those of the plan any more.
        OperationCancelled
            It was cancelled.
        QvirtError
            libvirt refuses. All that was made is removed again; what could not be is named in
            notes of the error. Clones whose guests only could not be given their names stay.
        ValueError
            As for :meth:`plan`.
        """
        return Cloning(self, self.on(connection), progress, plan).run()

    def submit(
        self,
        connection: Connection | None = None,
        *,
        plan: ClonePlan | None = None,
        on_lost: Callable[[tuple[str, ...]], object] | None = None,
    ) -> Job[tuple[Domain, ...]]:
        """Begin what :meth:`create` does and return its job at once.

        Parameters
        ----------
        connection, plan
            As for :meth:`create`.
        on_lost
            Called, on any thread, with sentences on what could not be taken back where the
            connection was lost: the job itself ends before they are known then.
        """
        return Cloning(self, self.on(connection), plan=plan, on_lost=on_lost).submit()

    def on(self, connection: Connection | None = None) -> Connection:
        """Return the connection that it happens on.

        Raises
        ------
        TypeError
            Nobody said which.
        """
        if isinstance(self.source, Domain):
            return self.source.connection
        if connection is None:
            raise TypeError("A machine that is given by its name needs a connection.")
        return connection

    def original(self, connection: Connection | None = None) -> Domain:
        """Return the machine that is cloned.

        Raises
        ------
        NotFound
            There is none of this name.
        """
        if isinstance(self.source, Domain):
            return self.source
        return self.on(connection).domains[self.source]

    @property
    def code(self) -> str:
        """A Python expression for it; what is left at its default is left out."""
        source = self.source if isinstance(self.source, str) else self.source.subject.name
        said = {
            "name": self.name,
            "count": self.count if self.count != 1 else None,
            "disks": dict(self.disks) or None,
            "linked": self.linked or None,
            "pool": self.pool,
            "start": self.start or None,
            "renew_guest": self.renew_guest or None,
        }
        more = "".join(f", {key}={value!r}" for key, value in said.items() if value is not None)
        return f"CloneRequest(source={source!r}{more})"

    def __repr__(self) -> str:
        return self.code
