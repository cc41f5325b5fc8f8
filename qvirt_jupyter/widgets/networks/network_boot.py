"""What a network tells guests that boot from it: a folder, a file, a server (TFTP and BOOTP)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.addresses import Address
from qvirt_jupyter.documents.declaration import option
from qvirt_jupyter.documents.values import Text
from qvirt_jupyter.provision.networks.service_problems import BOOT, of_boot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qvirt_jupyter import documents
    from qvirt_jupyter.provision.networks.problem import NetworkProblem
    from qvirt_jupyter.widgets.networks.settings import NetworkSettings

_BOOT: Final = _("Network boot")
_INPUTS: Final[dict[str, tuple[Text | Address, LazyString, LazyString]]] = {
    "tftp_root": (
        Text(),
        _("TFTP folder"),
        _("A folder of the host, whose files guests may load."),
    ),
    "boot_file": (
        Text(),
        _("Boot file"),
        _("What guests load first; a file below the TFTP folder."),
    ),
    "boot_server": (
        Address(4),
        _("Boot server"),
        _("The address of who has the file, where not this host."),
    ),
}


def boot(name: str, when: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - as option() has it
    """Declare one of the inputs.

    Parameters
    ----------
    name
        Which one.
    when
        Whether it is shown.
    """
    kind, label, help_ = _INPUTS[name]
    return option(
        kind, label=label, default=None, help=help_, group=_BOOT, advanced=True, when=when
    )


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
    return {"has_hosts4": bool(ip.hosts), **{field: getattr(ip, field) for field in BOOT}}


def problems(settings: NetworkSettings) -> Iterator[NetworkProblem]:
    """Return what libvirt or its dnsmasq would refuse, or drop without a word.

    Parameters
    ----------
    settings
        What is typed.
    """
    yield from of_boot(
        *(getattr(settings, field) for field in BOOT),
        gives_out=bool(settings.ranges4 or settings.has_hosts4),
    )


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
        for field in BOOT:
            setattr(ip, field, getattr(settings, field) or None)
