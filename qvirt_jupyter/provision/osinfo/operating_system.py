"""One operating system, with what it inherits from those that it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.osinfo.resources import Demand, Resources, choose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from qvirt_jupyter.provision.osinfo.patterns import CloudImage, MediaPattern, TreePattern

OLD: Final = 10
"""Years after which a system without a date of its end counts as no longer maintained."""


@dataclass(frozen=True, slots=True)
class Firmware:
    """A firmware that a system starts from, or does not.

    Parameters
    ----------
    architecture
        Whose it is.
    type
        ``efi`` or ``bios``.
    is_supported
        Whether it does.
    """

    architecture: str
    type: str
    is_supported: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OperatingSystem:
    """An operating system in one version.

    Parameters
    ----------
    id
        libosinfo's name for it, an address: ``http://debian.org/debian/12``.
    short_ids
        Its short names, the usual one first: ``debian12``.
    name, version, vendor, family, distribution, codename
        What it is called; empty where the database does not say.
    release_date, eol_date
        When it came out, and when its maintenance ends.
    status
        ``released``, ``prerelease``, ``snapshot`` or ``rolling``.
    parents
        The ids of the systems that it derives from or is a clone of.
    demands
        What it asks for itself.
    inherits_demands
        Whether it asks for what its parents ask for where it says nothing itself.
    own_devices
        Devices by id, and whether it supports them, beside what it inherits.
    own_firmware
        Firmware beside what it inherits.
    media, trees, images
        What it is installed from.
    known
        All systems by id, among which its parents are.
    """

    id: str
    short_ids: tuple[str, ...] = ()
    name: str = ""
    version: str = ""
    vendor: str = ""
    family: str = ""
    distribution: str = ""
    codename: str = ""
    release_date: date | None = None
    eol_date: date | None = None
    status: str = "released"
    parents: tuple[str, ...] = ()
    demands: tuple[Demand, ...] = field(default=(), repr=False)
    inherits_demands: bool = field(default=False, repr=False)
    own_devices: Mapping[str, bool] = field(default_factory=dict, repr=False)
    own_firmware: tuple[Firmware, ...] = field(default=(), repr=False)
    media: tuple[MediaPattern, ...] = field(default=(), repr=False)
    trees: tuple[TreePattern, ...] = field(default=(), repr=False)
    images: tuple[CloudImage, ...] = field(default=(), repr=False)
    known: Mapping[str, OperatingSystem] = field(default_factory=dict, repr=False)

    @property
    def short_id(self) -> str:
        """Its usual short name."""
        return self.short_ids[0] if self.short_ids else self.id

    @property
    def label(self) -> str:
        """Its name and its short name, as one looks for it."""
        return f"{self.name or self.id} ({self.short_id})"

    @property
    def is_generic(self) -> bool:
        """Whether it stands for systems that are not in the database."""
        return self.id.startswith("http://libosinfo.org/")

    def is_old(self, today: date) -> bool:
        """Tell whether it is no longer maintained.

        That is so from the day of its end of life. Without that date it is old after
        :data:`OLD` years, unless it is always up to date or stands for others.
        """
        if self.is_generic or self.status == "rolling":
            return False
        if self.eol_date is not None:
            return self.eol_date < today
        if self.release_date is None:
            return False
        return (today - self.release_date).days > OLD * 365.25

    def resources(self, kind: str, architecture: str = "x86_64") -> Resources | None:
        """Return what it asks for.

        Parameters
        ----------
        kind
            ``minimum``, ``recommended``, ``maximum`` or ``network-install``.
        architecture
            Of the machine.

        Returns
        -------
        Resources or None
            None where the database does not say.
        """
        for system in reversed(self._lineage()):
            found = choose(system.demands, kind, architecture)
            if found is not None or not system.inherits_demands:
                return found
        return None

    @property
    def devices(self) -> frozenset[str]:
        """The ids of the devices that it supports: ``http://pcisig.com/pci/1af4/1041``."""
        found: dict[str, bool] = {}
        for system in self._lineage():
            found.update(system.own_devices)
        return frozenset(name for name, is_supported in found.items() if is_supported)

    @property
    def firmware(self) -> tuple[Firmware, ...]:
        """The firmware that it is known to start from, or not to."""
        found = {
            (each.architecture, each.type): each
            for system in self._lineage()
            for each in system.own_firmware
        }
        return tuple(found.values())

    def starts_from(self, firmware: str, architecture: str = "x86_64") -> bool | None:
        """Tell whether it starts from a type of firmware; None where that is not known."""
        found = (
            each.is_supported
            for each in self.firmware
            if each.type == firmware and each.architecture in (architecture, "all")
        )
        return next(found, None)

    def _lineage(self) -> tuple[OperatingSystem, ...]:
        """Return what it comes from, the oldest first, and itself last; each once."""
        found: dict[str, OperatingSystem] = {}

        def visit(system: OperatingSystem, way: frozenset[str]) -> None:
            for name in system.parents:
                parent = self.known.get(name)
                # A database may say by mistake that two systems come from each other.
                if parent is not None and name not in way and name not in found:
                    visit(parent, way | {name})
            found[system.id] = system

        visit(self, frozenset({self.id}))
        return tuple(found.values())


GENERIC: Final = OperatingSystem(
    id="http://libosinfo.org/unknown", short_ids=("unknown", "generic"), name=str(_("Generic"))
)
"""What stands for any system where nothing is known of it."""
