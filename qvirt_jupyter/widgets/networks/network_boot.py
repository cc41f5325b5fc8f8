"""What a network tells guests that boot from it: a folder, a file, a server (TFTP and BOOTP)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter import documents
    from qvirt_jupyter.widgets.networks.settings import NetworkSettings

FIELDS = ("tftp_root", "boot_file", "boot_server")
"""The inputs; an :class:`~qvirt_jupyter.documents.Ip` calls its own the same."""


def serving(definition: documents.Network) -> documents.Ip | None:
    """Return the addresses that all this stands at; None where there are none of IPv4.

    libvirt knows it for IPv4 only, and gives out addresses of one IPv4 subnet at most.

    Parameters
    ----------
    definition
        That of the network.
    """
    fours = [ip for ip in definition.ips if ip.version == 4]  # noqa: PLR2004 - IPv4
    giving = (ip for ip in fours if ip.ranges or ip.hosts)
    return next(giving, fours[0] if fours else None)


def read(definition: documents.Network) -> dict[str, Any]:
    """Return what the settings hold of it, by their names.

    Parameters
    ----------
    definition
        That of the network.
    """
    ip = serving(definition)
    if ip is None:
        return {}
    return {"has_hosts4": bool(ip.hosts), **{field: getattr(ip, field) for field in FIELDS}}


def problems(settings: NetworkSettings) -> Iterator[tuple[str, LazyString]]:
    """Return what libvirt or its dnsmasq would refuse, or drop without a word.

    Parameters
    ----------
    settings
        What is typed.
    """
    if settings.tftp_root and not settings.tftp_root.startswith("/"):
        yield "tftp_root", _("Say the whole path of the folder, such as /srv/tftp.")
    if settings.boot_file:
        if "," in settings.boot_file:
            yield "boot_file", _("dnsmasq takes a comma for the end of the name.")
        if not (settings.ranges4 or settings.has_hosts4):
            yield (
                "boot_file",
                _("Guests hear of it with their address: say which IPv4 addresses are given out."),
            )
    elif settings.boot_server:
        yield "boot_file", _("Say which file the boot server has.")


def write(definition: documents.Network, settings: NetworkSettings) -> None:
    """Write it into a definition.

    Parameters
    ----------
    definition
        That of the network, with its ranges.
    settings
        What is typed.
    """
    ip = serving(definition)
    if ip is not None:
        for field in FIELDS:
            setattr(ip, field, getattr(settings, field) or None)
