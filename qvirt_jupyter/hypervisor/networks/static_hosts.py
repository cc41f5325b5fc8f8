"""Machines that always get the same address of a network's DHCP server."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import AlreadyExists, NotFound
from qvirt_jupyter.hypervisor.networks.network_edit import NetworkEdit

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor.editing.effects import EditResult
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.networks.network import Network


def add(network: Network, host: documents.DhcpHost, ip: str | None) -> EditResult:
    """Add one; the parameters and errors are those of :meth:`Network.add_host`."""
    edit = NetworkEdit(network, cause=str(_("Add a static host")))
    with edit as definition:
        place = _place(network.subject, definition, host, ip)
        _refuse_twins(network.subject, definition, host)
        place.hosts.append(host.copy())
    return _result(edit)


def update(network: Network, old: str, host: documents.DhcpHost) -> EditResult:
    """Change one; the parameters and errors are those of :meth:`Network.update_host`."""
    edit = NetworkEdit(network, cause=str(_("Change a static host")))
    with edit as definition:
        place, number = _find(network.subject, definition, old)
        del place.hosts[number]
        _refuse_twins(network.subject, definition, host)
        home = _place(network.subject, definition, host, None)
        if home == place:
            place.hosts.insert(number, host.copy())
        else:
            home.hosts.append(host.copy())
    return _result(edit)


def remove(network: Network, old: str) -> EditResult:
    """Remove one; the parameters and errors are those of :meth:`Network.remove_host`."""
    edit = NetworkEdit(network, cause=str(_("Remove a static host")))
    with edit as definition:
        place, number = _find(network.subject, definition, old)
        del place.hosts[number]
    return _result(edit)


def _result(edit: NetworkEdit) -> EditResult:
    assert edit.result is not None  # noqa: S101 - the block has ended
    return edit.result


def _place(
    subject: Subject, definition: documents.Network, host: documents.DhcpHost, ip: str | None
) -> documents.Ip:
    """Return the addresses of the network that a machine's address is one of."""
    if ip is not None:
        found = definition.ips.get(ip)
    else:
        address = ipaddress.ip_address(host.ip) if host.ip else None
        found = next(
            (
                each
                for each in definition.ips
                if address is not None and each.subnet is not None and address in each.subnet
            ),
            None,
        )
    if found is None:
        subnets = ", ".join(str(each.subnet) for each in definition.ips) or _("none")
        raise NotFound(
            _("No addresses of the network have {address} among them.").format(
                address=ip or host.ip or "''"
            ),
            subject=subject,
            next_step=_("Choose one of {subnets}.").format(subnets=subnets),
        )
    return found


def _find(subject: Subject, definition: documents.Network, old: str) -> tuple[documents.Ip, int]:
    for place in definition.ips:
        for number, host in enumerate(place.hosts):
            if old.lower() in _names(host):
                return place, number
    raise NotFound(
        _("No static host of the network is called {name}.").format(name=repr(old)),
        subject=subject,
        next_step=_("Name it by its MAC address, its client id, its name or its address."),
    )


def _names(host: documents.DhcpHost) -> set[str]:
    return {name.lower() for name in (host.mac, host.id, host.name, host.ip) if name}


def _refuse_twins(
    subject: Subject, definition: documents.Network, host: documents.DhcpHost
) -> None:
    """Raise where another one of the same family has the MAC address, the id or the address."""
    wanted_version = ipaddress.ip_address(host.ip).version if host.ip else 4
    for place in definition.ips:
        if place.version != wanted_version:
            # A machine may have an address of each family, under one name.
            continue
        for other in place.hosts:
            both = {each.lower() for each in _names(other)} & {
                each.lower() for each in _names(host)
            }
            if both:
                raise AlreadyExists(
                    _("Another static host has {what}.").format(what=", ".join(sorted(both))),
                    subject=subject,
                    next_step=_("Change or remove that one first."),
                )
