"""Addresses as people write them for a network: a subnet, and the host's own in it."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qvirt_jupyter.documents.network_ip import Subnet


def own_address(text: str) -> tuple[Subnet, str]:
    """Read addresses that are asked for: the subnet, and the host's own address in it.

    Parameters
    ----------
    text
        ``"192.168.100.0/24"``, of which the host gets the first, or ``"192.168.100.254/24"``.

    Raises
    ------
    ValueError
        It is neither.
    """
    wanted = ipaddress.ip_interface(text)
    subnet = wanted.network
    if wanted.ip == subnet.network_address:
        return subnet, str(subnet.network_address + 1)
    return subnet, str(wanted.ip)
