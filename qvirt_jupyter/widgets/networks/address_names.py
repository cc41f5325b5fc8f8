"""Whether a network's DNS server keeps questions for the names of its addresses (PTR)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter import documents
    from qvirt_jupyter.widgets.networks.settings import NetworkSettings

_LABEL_BITS: Final = {4: 8, 6: 4}
"""How many bits of an address one part of its name has, by version: 1.168.192.in-addr.arpa."""


def read(definition: documents.Network) -> dict[str, Any]:
    """Return what the settings hold of it, by their names.

    Parameters
    ----------
    definition
        That of the network.
    """
    return {
        _input(version): any(ip.local_pointers for ip in definition.ips if ip.version == version)
        for version in _LABEL_BITS
    }


def problems(settings: NetworkSettings) -> Iterator[tuple[str, LazyString]]:
    """Return where libvirt would refuse to start it (virSocketAddrPTRDomain).

    Parameters
    ----------
    settings
        What is typed.
    """
    for subnet, _host in settings.subnets if settings.has_dns else ():
        step = _LABEL_BITS[subnet.version]
        if getattr(settings, _input(subnet.version)) and subnet.prefixlen % step:
            yield (
                _input(subnet.version),
                _(
                    "libvirt can do this where the prefix is a multiple of {step} bits; that of "
                    "{subnet} is not."
                ).format(step=step, subnet=subnet),
            )


def write(
    definition: documents.Network, settings: NetworkSettings, before: NetworkSettings
) -> None:
    """Write what differs into a definition.

    Parameters
    ----------
    definition
        That of the network.
    settings, before
        What is typed, and what it had.
    """
    for ip in definition.ips:
        wanted = getattr(settings, _input(ip.version))
        if wanted != getattr(before, _input(ip.version)):
            ip.local_pointers = wanted or None


def _input(version: int) -> str:
    return f"pointers{version}"
