"""What the agent says of the guest's own system: data from a stranger, cut short.

https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetGuestInfo
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

if TYPE_CHECKING:
    from collections.abc import Mapping

_WANTED: Final = (
    libvirt.VIR_DOMAIN_GUEST_INFO_OS
    | libvirt.VIR_DOMAIN_GUEST_INFO_TIMEZONE
    | libvirt.VIR_DOMAIN_GUEST_INFO_HOSTNAME
)
_CHARACTERS_AT_MOST: Final = 200


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
    """

    system: str
    kernel: str
    hostname: str
    timezone: str


def read(domain: libvirt.virDomain) -> GuestInfo:
    """Ask the agent in the guest of an open libvirt object."""
    return understood(domain.guestInfo(_WANTED, 0))


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
    )


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str):
        return ""
    return "".join(char for char in value if char.isprintable())[:_CHARACTERS_AT_MOST].strip()
