"""The page that adds a disk: with a new image, or with what is there already."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Choice, Declared, Size
from qvirt_jupyter.documents.devices.disk_target import free_target
from qvirt_jupyter.hypervisor import NewDisk
from qvirt_jupyter.hypervisor.editing.new_disk import FOLDERS, FORMATS, volume_name
from qvirt_jupyter.provision.guest.suitable import Suitable
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.details.add_page import AddPage
from qvirt_jupyter.widgets.details.derived import Derived
from qvirt_jupyter.widgets.details.page import changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qvirt_jupyter.hypervisor.records import StoragePoolRecord
    from qvirt_jupyter.provision.osinfo import OperatingSystem
    from qvirt_jupyter.widgets.details.definitions import Definitions

DISK: Final = "disk"
"""The tag of what this page adds."""
DEFAULT_SIZE: Final = 20 * 1024**3
"""The size of a new disk in bytes, as virt-manager suggests it."""
_DEFAULT_POOL: Final = "default"
_NEW, _THERE = "new", "there"
_STORAGE: Final = Choice(
    _NEW,
    _THERE,
    open=False,
    labels={
        _NEW: _("Create a disk image"),
        _THERE: _("Select existing storage"),
    },
)
_SIZE: Final = Size("bytes", minimum=1, typed="GiB")
_OWN: Final = ("storage", "size", "pool")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Followed(Declared):
    """A value after whose change something else of the disk follows.

    Parameters
    ----------
    then
        Called with the disk.
    """

    then: Callable[[Any], object]

    def set(self, target: object, value: Any) -> None:  # noqa: ANN401 - of any declaration
        """Check a value, give it to the target, and let the rest follow."""
        Declared.set(self, target, value)
        self.then(target)


class AddDiskPage(AddPage):
    """Adds a disk.

    Parameters
    ----------
    machine
        The name of the machine, after which a new image is called.
    pools
        Returns the storage pools that there are now.
    system
        What runs in the guest; None where nobody said.
    """

    def __init__(
        self,
        machine: str,
        pools: Callable[[], Iterable[StoragePoolRecord]],
        system: OperatingSystem | None = None,
    ) -> None:
        super().__init__(DISK, system)
        self._machine = machine
        self._all_pools = pools
        self._running: tuple[str | None, ...] = ()
        self._host: documents.DomainCapabilities | None = None
        self.forget()

    def forget(self) -> None:
        """Forget what was typed."""
        names = [pool.name for pool in self._pools()]
        default = _DEFAULT_POOL if _DEFAULT_POOL in names else next(iter(names), "")
        self._own: dict[str, Any] = {"storage": _NEW, "size": DEFAULT_SIZE, "pool": default}
        self._before = dict(self._own)

    @property
    def is_touched(self) -> bool:
        """Whether something was typed that stands in no definition."""
        return self._own != self._before

    def owns(self, name: str) -> bool:
        """Whether a value is the page's own, and in no definition."""
        return name in _OWN

    def take(self, name: str, value: Any) -> None:  # noqa: ANN401 - of any declaration
        """Take one of the page's own values.

        Raises
        ------
        ValueError
            There must be one.
        """
        if value is None:
            raise ValueError(str(_("Enter {expected}.").format(expected=_SIZE.expected)))
        self._own[name] = value

    def basis(self, definitions: Definitions) -> documents.Domain:
        """Return the definition with a disk whose target neither definition has."""
        running = definitions.running
        self._running = (
            tuple(disk.target for disk in running.devices.disks) if running is not None else ()
        )
        self._host = definitions.host
        domain = super().basis(definitions)
        disk = self.device(domain)
        if isinstance(disk, documents.Disk):
            self._rename(disk)
        return domain

    def new_disk(self, device: documents.Device) -> NewDisk | None:
        """Return what makes the image that is wanted; None where the disk is there already."""
        if not isinstance(device, documents.Disk) or not self._makes_new(device):
            return None
        pool = self._pool()
        assert pool is not None  # noqa: S101 - there is one to make it in
        return NewDisk(device=device, pool=pool.uuid, capacity=self._own["size"])

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return the kind and the storage first, then all that is declared of a disk."""
        if not isinstance(element, documents.Disk):
            return []
        items = {item.name: item for item in super().declared(element)}
        items["device"] = _followed(items["device"], self._fit)
        items["bus"] = _followed(items["bus"], self._rename)
        first = [items.pop("device")]
        can_make = self._can_make(element)
        if can_make:
            first.append(self._ours("storage", _STORAGE, _("Storage")))
        source = [items.pop(name) for name in list(items) if name.startswith("source.")]
        kind, form = items.pop("type"), items.pop("format")
        if can_make and self._makes_new(element):
            first += self._new_image(element, form)
        else:
            # People look for the file; of which kind it is, choosing it says.
            first += [*source[:1], changed(kind, unset=""), *source[1:], form]
        # The bus names the target.
        return [*first, items.pop("bus"), *items.values()]

    def _new_image(self, disk: documents.Disk, form: Declared) -> list[Declared]:
        pool = self._pool()
        free = quantities.size(pool.available if pool is not None else None)
        # Where that is taken already, it gets a number.
        name = volume_name(self._machine, disk.target or "", _format_in(pool, disk), ())
        help_ = _("The pool has {free} free. The image is called {name}.")
        labels = {
            each.name: _("{pool} ({free} free)").format(
                pool=each.name, free=quantities.size(each.available)
            )
            for each in self._pools()
        }
        size = self._ours(
            "size",
            _SIZE,
            _("Size"),
            help_.format(free=free, name=name),
        )
        where = self._ours("pool", Choice(*labels, labels=labels, open=False), _("Storage pool"))
        if pool is None or pool.type not in FOLDERS:
            return [size, where]
        formats = Choice(*FORMATS[pool.type], open=False)
        return [size, where, changed(form, type=formats, unset="", help="")]

    def _ours(
        self,
        name: str,
        kind: Any,  # noqa: ANN401 - of any type
        label: LazyString,
        help_: LazyString | str = "",
    ) -> Derived:
        return Derived(
            name=name,
            type=kind,
            label=label,
            help=help_,
            unset="",
            read=lambda _element: self._own[name],
            write=lambda _element, value: self.take(name, value),
        )

    def _fit(self, disk: documents.Disk) -> None:
        """Let another kind of disk follow the system, too."""
        if self.system is not None and disk.guest is not None:
            Suitable(disk.guest, self.system, self._host).fit(disk)
        self._rename(disk)

    def _rename(self, disk: documents.Disk) -> None:
        """Give it a target that the running machine has not got either."""
        guest = disk.guest
        if disk.target not in self._running or guest is None or not disk.bus:
            return
        others = [each.target for each in guest.devices.disks if each != disk]
        disk.target = free_target(disk.bus, (*others, *self._running))

    def _can_make(self, disk: documents.Disk) -> bool:
        return (disk.device or DISK) == DISK and bool(self._pools())

    def _makes_new(self, disk: documents.Disk) -> bool:
        return self._own["storage"] == _NEW and self._can_make(disk)

    def _pool(self) -> StoragePoolRecord | None:
        pools = self._pools()
        named = (pool for pool in pools if pool.name == self._own["pool"])
        return next(named, next(iter(pools), None))

    def _pools(self) -> list[StoragePoolRecord]:
        found = [pool for pool in self._all_pools() if pool.active and FORMATS.get(pool.type)]
        return sorted(found, key=lambda pool: (pool.name.casefold(), pool.name))


def _format_in(pool: StoragePoolRecord | None, disk: documents.Disk) -> str | None:
    return (disk.format or "raw") if pool is not None and pool.type in FOLDERS else None


def _followed(declared: Declared, then: Callable[[Any], object]) -> _Followed:
    values = {each.name: getattr(declared, each.name) for each in dataclasses.fields(Declared)}
    return _Followed(**values, then=then)
