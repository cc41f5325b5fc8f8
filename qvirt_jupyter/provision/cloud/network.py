"""The network of a guest, as cloud-init sets it up.

https://cloudinit.readthedocs.io/en/latest/reference/network-config-format-v2.html
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.cloud.problems import SeedProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter._translation import LazyString

_MAC: Final = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", re.IGNORECASE)
_NAME: Final = "eth0"
_FIELD: Final = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudNetwork:
    """How the first network card gets its address.

    Parameters
    ----------
    addresses
        With the length of the prefix: ``("192.0.2.5/24",)``. None at all means DHCP.
    gateway
        The way out, or empty.
    name_servers
        Addresses of servers that know names.
    search
        Domains that names are looked for in.
    mac
        The card's address, by which it is found; empty means the card of the request that the seed
        is part of, or else each card whose name begins with ``e``.
    """

    addresses: tuple[str, ...] = ()
    gateway: str = ""
    name_servers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    mac: str = ""

    def problems(self) -> tuple[SeedProblem, ...]:
        """Return what is wrong."""
        return tuple(SeedProblem(field=_FIELD, message=message) for message in self._wrong())

    def config(self) -> dict[str, Any]:
        """Return it as plain data, version 2."""
        card: dict[str, Any] = {}
        if self.mac:
            # Renderers other than netplan take the name from here.
            card["match"], card["set-name"] = {"macaddress": self.mac.lower()}, _NAME
        else:
            card["match"] = {"name": "e*"}
        if self.addresses:
            card["dhcp4"] = False
            card["addresses"] = list(self.addresses)
        else:
            card["dhcp4"] = True
        if self.gateway:
            is_new = ipaddress.ip_address(self.gateway).version == 6  # noqa: PLR2004 - IPv6
            # "routes" is newer than many images; all know these two.
            card["gateway6" if is_new else "gateway4"] = self.gateway
        servers = {
            "addresses": list(self.name_servers),
            "search": list(self.search),
        }
        if filled := {name: value for name, value in servers.items() if value}:
            card["nameservers"] = filled
        return {"version": 2, "ethernets": {_NAME: card}}

    def _wrong(self) -> Iterator[LazyString]:
        for address in self.addresses:
            if _network(address) is None:
                yield _("{address} is no address. Write it as in 192.0.2.5/24.").format(
                    address=address
                )
            elif "/" not in address:
                yield _(
                    "{address} does not say how large its network is. Write it as in 192.0.2.5/24."
                ).format(address=address)
        for server in self.name_servers:
            if not _is_address(server):
                yield _("The name server {address} is no IP address.").format(address=server)
        if self.mac and not _MAC.fullmatch(self.mac):
            yield _("{address} is no MAC address.").format(address=self.mac)
        if self.gateway:
            yield from self._wrong_gateway()

    def _wrong_gateway(self) -> Iterator[LazyString]:
        networks = [_network(address) for address in self.addresses]
        if not _is_address(self.gateway):
            yield _("The gateway {address} is no IP address.").format(address=self.gateway)
        elif not self.addresses:
            yield _("With DHCP the gateway comes from the network. Leave it empty.")
        elif all(networks) and not any(
            ipaddress.ip_address(self.gateway) in network for network in networks if network
        ):
            yield _("The gateway {address} is not in the network of any address.").format(
                address=self.gateway
            )


def _network(address: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_interface(address).network
    except ValueError:
        return None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
