"""What the agent says of the guest's own system: data from a stranger, cut short.

https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetGuestInfo
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.guest.agent_line import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

_WANTED: Final = (
    libvirt.VIR_DOMAIN_GUEST_INFO_OS
    | libvirt.VIR_DOMAIN_GUEST_INFO_TIMEZONE
    | libvirt.VIR_DOMAIN_GUEST_INFO_HOSTNAME
)
_CHARACTERS_AT_MOST: Final = 200
_OF_A_KIND_AT_MOST: Final = 256
_NUMBER_AT_MOST: Final = 2**64


@dataclass(frozen=True, slots=True)
class GuestFileSystem:
    r"""A file system that is mounted in a guest.

    Parameters
    ----------
    mountpoint
        Where: ``/`` or ``C:\``.
    type
        ``ext4``, ``NTFS``.
    device
        The guest's name of what it is on.
    total, used
        In bytes; None where the guest does not say.
    disks
        The disks of the machine that it is on, as the definition calls them (``vda``).
    """

    mountpoint: str
    type: str
    device: str
    total: int | None
    used: int | None
    disks: tuple[str, ...]

    def __str__(self) -> str:
        if self.total is None or self.used is None:
            return f"{self.mountpoint} ({self.type})"
        return str(
            _("{mountpoint} ({type}): {used} of {total}").format(
                mountpoint=self.mountpoint,
                type=self.type,
                used=bytes_text(self.used),
                total=bytes_text(self.total),
            )
        )


@dataclass(frozen=True, slots=True)
class GuestUser:
    """Somebody who is logged in in a guest.

    Parameters
    ----------
    name
        The account.
    domain
        Of Windows.
    since
        When it logged in, in seconds since the epoch by the guest's clock; None where it does not
        say.
    """

    name: str
    domain: str
    since: float | None

    def __str__(self) -> str:
        return f"{self.domain}\\{self.name}" if self.domain else self.name


@dataclass(frozen=True, slots=True)
class GuestInterface:
    """A network interface of a guest.

    Parameters
    ----------
    name
        The guest's.
    mac
        In lower case; may be empty.
    addresses
        With the length of the prefix: ``192.0.2.7/24``.
    """

    name: str
    mac: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuestInfo:
    """What a guest says of itself; empty where it does not.

    Parameters
    ----------
    system
        Name and version of its operating system.
    kernel
        Release of its kernel.
    hostname
        What it calls itself.
    timezone
        Its time zone.
    file_systems
        Those that are mounted.
    users
        Those who are logged in.
    interfaces
        Its network interfaces, with their addresses.
    """

    system: str
    kernel: str
    hostname: str
    timezone: str
    file_systems: tuple[GuestFileSystem, ...] = ()
    users: tuple[GuestUser, ...] = ()
    interfaces: tuple[GuestInterface, ...] = ()

    def _repr_html_(self) -> str:
        lines = "\n".join
        return html.properties(
            self.hostname or _("Guest"),
            (
                (_("Operating system"), self.system),
                (_("Kernel"), self.kernel),
                (_("Time zone"), self.timezone),
                (_("File systems"), lines(map(str, self.file_systems))),
                (_("Logged in"), lines(map(str, self.users))),
                (
                    _("Interfaces"),
                    lines(f"{one.name}: {', '.join(one.addresses)}" for one in self.interfaces),
                ),
            ),
        )


def read(domain: libvirt.virDomain, wanted: int = _WANTED) -> GuestInfo:
    """Ask the agent in the guest of an open libvirt object.

    Parameters
    ----------
    domain
        It runs.
    wanted
        Flags of virDomainGuestInfoTypes; 0 is all that libvirt and the agent can tell.
    """
    return understood(domain.guestInfo(wanted, 0))


def understood(answer: Mapping[str, Any]) -> GuestInfo:
    """Return what makes sense of an answer."""
    named = " ".join(
        part for part in (_text(answer, "os.name"), _text(answer, "os.version")) if part
    )
    return GuestInfo(
        system=_text(answer, "os.pretty-name") or named,
        kernel=_text(answer, "os.kernel-release"),
        hostname=_text(answer, "hostname"),
        timezone=_text(answer, "timezone.name"),
        file_systems=tuple(_file_system(answer, prefix) for prefix in _each(answer, "fs")),
        users=tuple(_user(answer, prefix) for prefix in _each(answer, "user")),
        interfaces=tuple(_interface(answer, prefix) for prefix in _each(answer, "if")),
    )


def _each(answer: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """Return the beginnings of the names of all of a kind: ``fs.0``, ``fs.1``."""
    count = _number(answer, f"{kind}.count") or 0
    return tuple(f"{kind}.{number}" for number in range(min(count, _OF_A_KIND_AT_MOST)))


def _file_system(answer: Mapping[str, Any], prefix: str) -> GuestFileSystem:
    disks = (_text(answer, f"{disk}.alias") for disk in _each(answer, f"{prefix}.disk"))
    return GuestFileSystem(
        mountpoint=_text(answer, f"{prefix}.mountpoint"),
        type=_text(answer, f"{prefix}.fstype"),
        device=_text(answer, f"{prefix}.name"),
        total=_number(answer, f"{prefix}.total-bytes"),
        used=_number(answer, f"{prefix}.used-bytes"),
        disks=tuple(disk for disk in disks if disk),
    )


def _user(answer: Mapping[str, Any], prefix: str) -> GuestUser:
    # https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetGuestInfo: milliseconds.
    since = _number(answer, f"{prefix}.login-time")
    return GuestUser(
        name=_text(answer, f"{prefix}.name"),
        domain=_text(answer, f"{prefix}.domain"),
        since=since / 1000 if since else None,
    )


def _interface(answer: Mapping[str, Any], prefix: str) -> GuestInterface:
    addresses = (
        f"{_text(answer, f'{one}.addr')}/{_number(answer, f'{one}.prefix')}"
        for one in _each(answer, f"{prefix}.addr")
    )
    return GuestInterface(
        name=_text(answer, f"{prefix}.name"),
        mac=_text(answer, f"{prefix}.hwaddr").lower(),
        addresses=tuple(addresses),
    )


def _number(answer: Mapping[str, Any], name: str) -> int | None:
    value = answer.get(name)
    return value if type(value) is int and 0 <= value < _NUMBER_AT_MOST else None


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return printable(value, _CHARACTERS_AT_MOST) if isinstance(value, str) else ""
