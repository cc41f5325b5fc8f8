"""A name and a network for a new machine that nobody chose one for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from qvirt_jupyter.hypervisor.records import NetworkRecord
    from qvirt_jupyter.provision.osinfo import OperatingSystem

_NUMBERED: Final = "vm"
_UNKNOWN: Final = "-unknown"
_NETWORK: Final = "default"


def suggested_name(
    system: OperatingSystem | None,
    taken: Collection[str],
    *,
    architecture: str = "",
    host_architecture: str = "",
    generic: str = _NUMBERED,
) -> str:
    """Return a name that no machine has: the system's short name, or ``vm1``, ``vm2`` and so on.

    Parameters
    ----------
    system
        What will run in it; None where that is not known.
    taken
        The names of the machines that there are.
    generic
        What stands before the number where no system says how it is called.
    architecture, host_architecture
        The machine's and the host's; the former is added to the name where they differ.
    """
    other = architecture if architecture not in ("", host_architecture) else ""
    if system is None or system.is_generic:
        base, number = generic, 1
    else:
        base, number = system.short_id.removesuffix(_UNKNOWN), 0
        if other:
            base = f"{base}-{other}"
        if base not in taken:
            return base
        base, number = f"{base}-", 2
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"


def suggested_network(networks: Iterable[NetworkRecord]) -> str:
    """Return the network of a new machine: the one named default, else the first that is on.

    Parameters
    ----------
    networks
        Those of the host.

    Returns
    -------
    str
        Its name; empty where there is none, which connects the machine through the user's own
        programs.
    """
    found = sorted(networks, key=lambda network: (not network.active, network.name))
    names = [network.name for network in found]
    if _NETWORK in names:
        return _NETWORK
    return next((network.name for network in found if network.active), "")
