"""Who is on a network: its machines, their leases and their static addresses, by MAC address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.table import Cell, Column, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor.networks.network_users import NetworkUser
    from qvirt_jupyter.widgets.networks.facts import NetworkFacts

COLUMNS: Final = (
    Column("machine", _("Virtual machine")),
    Column("mac", _("MAC address"), width=152, least=152),
    Column("address", _("Address now")),
    Column("until", _("Lease until"), width=150, least=120),
    Column("static", _("Always gets"), description=_("A static host of the DHCP server.")),
    Column("link", _("Link"), width=130),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One of those on a network.

    Parameters
    ----------
    key
        Its MAC address or, without one, client id or name.
    user
        The card of a machine of this host; None for others.
    host
        What the DHCP server keeps for it; None where nothing.
    row
        What the table shows.
    """

    key: str
    user: NetworkUser | None
    host: documents.DhcpHost | None
    row: Row


def members_of(facts: NetworkFacts) -> Iterator[Member]:
    """Return all on a network: cards, leases of others, static hosts that are not there."""
    users = {user.mac.lower(): user for user in facts.users}
    hosts = {
        (host.mac or host.id or host.name or "").lower(): host
        for ip in facts.definition.ips
        for host in ip.hosts
    }
    leases: dict[str, list[str]] = {}
    until: dict[str, float | None] = {}
    names: dict[str, str] = {}
    for lease in facts.leases:
        key = (lease.mac or lease.client_id or lease.address).lower()
        leases.setdefault(key, []).append(lease.address)
        until[key] = lease.expires
        names[key] = lease.name or names.get(key, "")
    for key in dict.fromkeys((*users, *leases, *hosts)):
        user, host = users.get(key), hosts.get(key)
        active = key in leases or (user is not None and user.active)
        cells: dict[str, Cell | str] = {
            "machine": user.name if user else "",
            "mac": key,
            "address": Cell(", ".join(leases.get(key, [])), title=names.get(key, "")),
            "until": _until(until[key]) if key in until else "",
            "static": _always(host),
            "link": _link(user),
        }
        yield Member(key, user, host, Row(key, cells, dimmed=not active))


def _until(expires: float | None) -> Cell:
    if expires is None:
        return Cell(str(_("for ever")), sort=float("inf"))
    moment = dt.datetime.fromtimestamp(expires).astimezone()
    return Cell(moment.isoformat(" ", "minutes")[:16], sort=expires, title=moment.isoformat())


def _always(host: documents.DhcpHost | None) -> str:
    if host is None:
        return ""
    return f"{host.ip or ''} ({host.name})" if host.name else host.ip or ""


def _link(user: NetworkUser | None) -> Cell | str:
    if user is None:
        return ""
    if not user.link:
        return Cell(str(_("cable is pulled")), tone="warning", title=user.target)
    return Cell(str(_("up") if user.active else _("machine is off")), title=user.target)
