"""Whether a network's DNS server keeps questions for the names of its addresses (PTR)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.declaration import option
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.provision.networks.service_problems import of_pointers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qvirt_jupyter import documents
    from qvirt_jupyter.provision.networks.problem import NetworkProblem
    from qvirt_jupyter.widgets.networks.settings import NetworkSettings

_VERSIONS: Final = (4, 6)


def pointers(version: int, group: LazyString, when: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - as option() has it
    """Declare the input.

    Parameters
    ----------
    version
        4 or 6.
    group
        The heading that it stands under.
    when
        Whether it is shown.
    """
    return option(
        Flag(),
        label=_("Keep questions for IPv{version} addresses").format(version=version),
        default=False,
        help=_("Asked for the name of an address of the network, it asks no other server (PTR)."),
        group=group,
        advanced=True,
        when=when,
    )


def read(definition: documents.Network) -> dict[str, Any]:
    """Return what the settings hold of it, by their names.

    Parameters
    ----------
    definition
        That of the network.
    """
    return {
        _input(version): any(ip.local_pointers for ip in definition.ips if ip.version == version)
        for version in _VERSIONS
    }


def problems(settings: NetworkSettings) -> Iterator[NetworkProblem]:
    """Return where libvirt would refuse to start it (virSocketAddrPTRDomain).

    Parameters
    ----------
    settings
        What is typed.
    """
    for subnet, _host in settings.subnets if settings.has_dns else ():
        if getattr(settings, _input(subnet.version)):
            yield from of_pointers(_input(subnet.version), subnet)


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
