"""What somebody wants of a new volume; a frozen dataclass for dialogs and notebooks alike."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Choice, Flag, Path, Size, Text, option
from qvirt_jupyter.hypervisor import InvalidDefinition, Subject
from qvirt_jupyter.hypervisor.actions import perform, submit
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.provision.volumes import checks
from qvirt_jupyter.provision.volumes.checks import ALLOCATIONS, completed
from qvirt_jupyter.provision.volumes.pool_facts import PoolFacts, pool_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor import Job, StoragePool, StorageVolume

FORMATS: Final = ("qcow2", "raw")
_CLUSTERS: Final = ("", *(str(2**power) for power in range(9, 22)))
_FORMAT_LABELS: Final[Mapping[str, LazyString | str]] = {"qcow2": "qcow2", "raw": _("raw")}
_IMAGE: Final = _("Image")
_CLUSTER_LABELS: Final[Mapping[str, LazyString | str]] = {
    "": _("64 KiB, as usual"),
    **{size: bytes_text(int(size)) for size in _CLUSTERS[1:]},
}


def _is_file(request: VolumeRequest) -> bool:
    return request.facts.has_formats


def _is_qcow2(request: VolumeRequest) -> bool:
    return _is_file(request) and request.format in {"", "qcow2"}


@dataclass(frozen=True, kw_only=True)
class VolumeRequest:
    """A new volume.

    ``VolumeRequest(name="web", capacity=20 * 2**30).create(pool)`` makes one; what is left out has
    the defaults that virt-manager's users know.

    Parameters
    ----------
    name
        Of the volume. In a pool of files a suffix goes behind it unless it has a dot: ``.qcow2``,
        or ``.img`` for raw. Empty means the first free name after `machine`, or else ``vol``.
    format
        ``"qcow2"`` or ``"raw"``; empty means qcow2 where volumes are files. Others have no format.
    capacity
        What a guest sees, in bytes; None means 20 GiB, or what is free where that is less, and with
        a backing image the size of that.
    allocation
        ``"sparse"`` takes room as it is written, ``"metadata"`` makes the tables of a qcow2 image
        at once, ``"full"`` takes all of it. Empty means sparse for qcow2 and full for raw. Volumes
        of block pools other than ZFS are always full.
    backing
        Path of an image that the volume holds the differences to; qcow2 and LVM only.
    backing_format
        Of that image; empty means what its pool knows of it.
    cluster_size
        Of a qcow2 image, in bytes; None means 64 KiB.
    extended_l2
        Whether parts of its clusters are allocated, which suits large clusters.
    lazy_refcounts
        Whether its reference counts may be written later: faster, and repaired after a crash.
    no_copy_on_write
        On btrfs: without copy-on-write, which images are faster without.
    secret
        UUID of a secret of the host with the passphrase: then the volume is encrypted (LUKS).
    machine
        The machine that it is for; it is called after it.
    facts
        What is known of the pool; asked where it is left out.
    """

    facts: PoolFacts = dataclasses.field(default_factory=PoolFacts, repr=False)
    machine: str = ""
    name: str = option(Text(), label=_("Name"), default="")
    format: str = option(
        Choice(*FORMATS, open=False, labels=_FORMAT_LABELS),
        label=_("Format"),
        default="",
        when=_is_file,
    )
    capacity: int | None = option(
        Size("bytes", minimum=1, typed="GiB"),
        label=_("Capacity"),
        default=None,
        help=_("What a guest sees."),
    )
    allocation: str = option(
        Choice(*ALLOCATIONS, open=False, labels=ALLOCATIONS),
        label=_("Allocation"),
        default="",
        when=lambda request: request.facts.can_be_sparse,
    )
    backing: str | None = option(
        Path(absolute=False),
        label=_("Backing image"),
        default=None,
        help=_("The volume holds only what differs from it; it must not change any more."),
        group=_IMAGE,
        caps="images",
        when=lambda request: _is_qcow2(request) or request.facts.type == "logical",
    )
    backing_format: str | None = option(
        Choice(*FORMATS),
        label=_("Format of the backing image"),
        default=None,
        group=_IMAGE,
        when=lambda request: bool(request.backing) and _is_qcow2(request),
    )
    secret: str = option(
        Choice("", labels={"": _("none")}),
        label=_("Encryption"),
        default="",
        help=_("LUKS, with a secret of the host for its passphrase: one is made under Secrets."),
        group=_IMAGE,
        caps="secrets",
        when=_is_file,
    )
    cluster_size: str | int = option(
        Choice(*_CLUSTERS, open=False, labels=_CLUSTER_LABELS),
        label=_("Cluster size"),
        default="",
        group=_IMAGE,
        advanced=True,
        when=_is_qcow2,
    )
    extended_l2: bool = option(
        Flag(),
        label=_("Extended L2 entries"),
        default=False,
        help=_("Parts of large clusters are allocated; QEMU 5.2 and libvirt 8.0 know it."),
        group=_IMAGE,
        advanced=True,
        when=_is_qcow2,
    )
    lazy_refcounts: bool = option(
        Flag(),
        label=_("Lazy reference counts"),
        default=False,
        group=_IMAGE,
        advanced=True,
        when=_is_qcow2,
    )
    no_copy_on_write: bool = option(
        Flag(),
        label=_("No copy-on-write"),
        default=False,
        help=_("On btrfs only."),
        group=_IMAGE,
        advanced=True,
        when=_is_file,
    )

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            # A form has None where nothing is typed.
            if field.default == "" and getattr(self, field.name) is None:
                object.__setattr__(self, field.name, "")
        if isinstance(self.cluster_size, int):
            object.__setattr__(self, "cluster_size", str(self.cluster_size))

    def on(self, facts: PoolFacts) -> VolumeRequest:
        """Return the same for a pool of which this is known."""
        return dataclasses.replace(self, facts=facts)

    def completed(self, pool: StoragePool | None = None) -> VolumeRequest:
        """Return the same with a default for all that was left empty.

        Parameters
        ----------
        pool
            Where it is made; None where :attr:`facts` says all of it.

        Raises
        ------
        QvirtError
            The host does not answer.
        """
        if pool is None:
            return completed(self)
        return completed(self.on(pool_facts(pool, backing=self.backing)))

    def coupled(self, name: str) -> VolumeRequest:
        """Return it after a value was changed by hand: an overlay has the size of its base."""
        size = self.facts.sizes.get(self.backing or "")
        if name == "backing" and size:
            return dataclasses.replace(self, capacity=size)
        return self

    def problems(self, pool: StoragePool | None = None) -> Mapping[str, LazyString | str]:
        """Return what is wrong, by field; empty where it can be tried."""
        return checks.problems(self.completed(pool))

    def warnings(self, pool: StoragePool | None = None) -> Mapping[str, LazyString | str]:
        """Return what one should know before it is made, by field."""
        return checks.warnings(self.completed(pool))

    def check(self) -> None:
        """Raise ValueError with the first thing that is wrong, for a form."""
        for words in self.problems().values():
            raise ValueError(str(words))

    def build(self, pool: StoragePool | None = None) -> documents.StorageVolume:
        """Return its definition; nothing is made.

        Parameters
        ----------
        pool
            As for :meth:`completed`.
        """
        whole = self.completed(pool)
        made = documents.StorageVolume(name=whole.name, capacity=whole.capacity)
        made.allocation = whole.capacity if whole.allocation == "full" else 0
        if whole.facts.has_formats:
            made.format = whole.format
            made.no_copy_on_write = whole.no_copy_on_write
        if whole.facts.has_formats and whole.secret:
            made.encryption.format = "luks"
            made.encryption.secret.type = "passphrase"
            made.encryption.secret.uuid = whole.secret
        if made.format == "qcow2":
            if whole.extended_l2 or whole.lazy_refcounts or whole.cluster_size:
                made.compatibility = "1.1"
            made.cluster_size = int(whole.cluster_size) if whole.cluster_size else None
            made.extended_l2 = whole.extended_l2
            made.lazy_refcounts = whole.lazy_refcounts
        if whole.backing:
            made.backing_store.path = whole.backing
            if whole.facts.has_formats:
                made.backing_store.format = whole.backing_format or None
        return made

    def create(self, pool: StoragePool) -> StorageVolume:
        """Make the volume, and return it; where that fails nothing of it stays.

        Parameters
        ----------
        pool
            Where.

        Raises
        ------
        AlreadyExists
            The name was taken in this very moment.
        InvalidDefinition
            Something is wrong with it, as :meth:`problems` says.
        OperationCancelled
            It was cancelled.
        Unsupported
            libvirt there does not know what was asked for.
        OperationFailed
            The host refuses, as where there is no room.
        """
        return perform(
            pool.connection, *self._logged(pool), lambda: self._make(pool), cancel=_nothing
        )

    def submit(self, pool: StoragePool) -> Job[StorageVolume]:
        """Begin what :meth:`create` does, and return its job at once."""
        return submit(
            pool.connection, *self._logged(pool), lambda: self._make(pool), cancel=_nothing
        )

    @property
    def code(self) -> str:
        """A Python expression for it; what is left at its default is left out."""
        said = [
            f"{field.name}={getattr(self, field.name)!r}"
            for field in dataclasses.fields(self)
            if field.name != "facts" and getattr(self, field.name) != field.default
        ]
        return f"VolumeRequest({', '.join(said)})"

    def _logged(self, pool: StoragePool) -> tuple[Subject, LazyString, str]:
        title = _("Create the volume {name} in {pool}").format(
            name=self.name or _("of a new name"), pool=pool.name
        )
        return pool.subject, title, f"{self.code}.create({pool.code})"

    def _make(self, pool: StoragePool) -> StorageVolume:
        whole = self.completed(pool)
        for words in checks.problems(whole).values():
            raise InvalidDefinition(
                words,
                subject=Subject("volume", whole.name, pool.connection.uri),
                next_step=_("Change it and try again."),
            )
        # Of a qcow2 image libvirt takes all of it at once only where its tables are made, too.
        is_made = whole.format == "qcow2" and whole.allocation != "sparse"
        made = pool.volumes.create(whole.build(), metadata=is_made)
        checks.verify(whole, made)
        return made


def _nothing() -> None:
    """Be there: the job is asked whether it is to stop."""
