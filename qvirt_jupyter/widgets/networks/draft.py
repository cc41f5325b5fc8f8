"""What is typed into the dialog for a new network, and the request that it amounts to."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, cast

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.addresses import Address, Port
from qvirt_jupyter.documents.declaration import option
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Integer, Text
from qvirt_jupyter.provision.networks.service_problems import BOOT
from qvirt_jupyter.widgets.networks import address_names, lines, network_boot
from qvirt_jupyter.widgets.networks.basics import (
    NAMES,
    NetworkBasics,
    gives4,
    has_ipv6_too,
    has_own_bridge,
)
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.xml.whole_definition import XmlText
from qvirt_jupyter.widgets.xml.words import EDITING_OFF

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Job, Network
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.networks import NetworkRequest

_OUTSIDE: Final = _("Addresses and ports of the host")
_SPEED: Final = _("Speed of all guests together")
_EXTRAS: Final = _("Extras")
_DEFINITION: Final = _("Definition")
BY_HAND: Final = frozenset({"writes_xml", "xml", "autostart"})
"""What is asked for where the XML is written by hand."""
_SPEEDS: Final = {
    "inbound": ("average", "peak", "burst"),
    "outbound": ("average", "peak", "burst"),
}
"""What is limited, and by what; ``inbound_peak`` is the input for the highest inbound speed."""
FIELDS: Final = {
    "range4_start": "ranges4",
    "range4_end": "ranges4",
    "hosts6": "hosts",
    "range6_start": "ranges6",
    "range6_end": "ranges6",
    "own_bridge": "bridge",
    "nat_start": "nat_addresses",
    "nat_end": "nat_addresses",
    "first_port": "nat_ports",
    "last_port": "nat_ports",
    **{f"{way}_{limit}": "bandwidth" for way, limits in _SPEEDS.items() for limit in limits},
}
"""Which field of the request an input of the dialog is for, where it has another name."""

LISTS: Final = (
    *("hosts", "hosts6", "forwarders", "dns_hosts", "dns_texts", "dns_services"),
    *("routes", "vlans", "port_groups"),
)
"""Inputs with several things in one text, which may be unreadable."""


def _is_nat(draft: NetworkDraft) -> bool:
    return draft.mode == "nat"


def _has_dns(draft: NetworkDraft) -> bool:
    return has_own_bridge(draft) and draft.dns


def _sets_vlans(draft: NetworkDraft) -> bool:
    return draft.mode in ("openvswitch", "sriov")


def _listed(label: LazyString, help: LazyString, group: LazyString, when: Any) -> Any:  # noqa: A002, ANN401 - as option() has it
    return option(
        Text(multiline=True),
        label=label,
        default="",
        help=help,
        group=group,
        advanced=True,
        when=when,
    )


def _limit(label: LazyString, unit: str) -> Any:  # noqa: ANN401 - as option() has it
    return option(
        Integer(1),
        label=label,
        unit=unit,
        default=None,
        group=_SPEED,
        advanced=True,
        when=has_own_bridge,
    )


@dataclass(frozen=True, kw_only=True)
class NetworkDraft(NetworkBasics):
    """All that stands in the dialog: what is rarely asked for is folded away.

    The names are those of :class:`~qvirt_jupyter.provision.networks.NetworkRequest`, with
    :data:`FIELDS` for the others.
    """

    domain_is_local: bool = option(
        Flag(),
        label=_("Do not ask others about the domain"),
        default=False,
        group=NAMES,
        advanced=True,
        when=_has_dns,
    )
    dns: bool = option(
        Flag(), label=_("DNS server"), default=True, group=NAMES, advanced=True, when=has_own_bridge
    )
    forwarders: str = option(
        Text(),
        label=_("Other DNS servers"),
        default="",
        group=NAMES,
        advanced=True,
        help=_(
            "Whom it asks, with commas between them: 192.0.2.53, or example.org=192.0.2.53 for one "
            "domain only; the servers of the host if empty."
        ),
        when=_has_dns,
    )
    dns_hosts: str = _listed(
        _("Names"), _("One a line: address and its names."), NAMES, when=_has_dns
    )
    dns_texts: str = _listed(
        _("Texts"), _("One a line: a name and its text (TXT)."), NAMES, when=_has_dns
    )
    dns_services: str = _listed(
        _("Services"),
        _(
            "One a line: service, tcp or udp, machine and port (SRV): ldap tcp server 389. A "
            "priority, a weight and a domain may follow: ldap tcp server 389 10 5 example.org."
        ),
        NAMES,
        when=_has_dns,
    )
    pointers4: bool = address_names.pointers(
        4, NAMES, lambda draft: _has_dns(draft) and bool(draft.ipv4)
    )
    pointers6: bool = address_names.pointers(
        6, NAMES, lambda draft: _has_dns(draft) and has_ipv6_too(draft)
    )
    tftp_root: str | None = network_boot.boot("tftp_root", gives4)
    boot_file: str | None = network_boot.boot("boot_file", gives4)
    boot_server: str | None = network_boot.boot("boot_server", gives4)
    nat_start: str | None = option(
        Address(4),
        label=_("First address"),
        default=None,
        help=_("Addresses of the host that stand for the guests'; empty means its usual one."),
        group=_OUTSIDE,
        advanced=True,
        when=_is_nat,
    )
    nat_end: str | None = option(
        Address(4),
        label=_("Last address"),
        default=None,
        group=_OUTSIDE,
        advanced=True,
        when=_is_nat,
    )
    first_port: int | None = option(
        Port(),
        label=_("First port"),
        default=None,
        help=_("Empty means 1024 to 65535."),
        group=_OUTSIDE,
        advanced=True,
        when=_is_nat,
    )
    last_port: int | None = option(
        Port(),
        label=_("Last port"),
        default=None,
        group=_OUTSIDE,
        advanced=True,
        when=_is_nat,
    )
    nat_ipv6: bool = option(
        Flag(),
        label=_("IPv6 by the host's addresses too"),
        default=False,
        group=_OUTSIDE,
        advanced=True,
        when=lambda draft: _is_nat(draft) and has_ipv6_too(draft),
    )
    inbound_average: int | None = _limit(_("Received, on average"), "KiB/s")
    inbound_peak: int | None = _limit(_("Received, at most"), "KiB/s")
    inbound_burst: int | None = _limit(_("Received at once"), "KiB")
    outbound_average: int | None = _limit(_("Sent, on average"), "KiB/s")
    outbound_peak: int | None = _limit(_("Sent, at most"), "KiB/s")
    outbound_burst: int | None = _limit(_("Sent at once"), "KiB")
    own_bridge: str = option(
        Text(max_length=15),
        label=_("Name of the bridge"),
        default="",
        group=_EXTRAS,
        advanced=True,
        help=_("How the new bridge is called; libvirt names it if empty."),
        when=has_own_bridge,
    )
    mtu: int | None = option(
        Integer(68, 65535),
        label=_("MTU"),
        unit="bytes",
        default=None,
        group=_EXTRAS,
        advanced=True,
        when=has_own_bridge,
    )
    routes: str = _listed(
        _("Routes"),
        _("One a line: a network, and the guest that leads to it: 10.5.0.0/24 192.168.100.9."),
        _EXTRAS,
        when=has_own_bridge,
    )
    vlans: str = option(
        Text(),
        label=_("VLANs"),
        default="",
        group=_EXTRAS,
        advanced=True,
        help=_("Their numbers, with commas between them."),
        when=_sets_vlans,
    )
    native_vlan: int | None = option(
        Integer(1, 4094),
        label=_("Native VLAN"),
        default=None,
        group=_EXTRAS,
        advanced=True,
        help=_("That one of them whose packets have no tag."),
        when=lambda draft: draft.mode == "openvswitch" and bool(draft.vlans),
    )
    port_groups: str = _listed(
        _("Port groups"),
        _(
            "Rules that cards choose by name, one a line: name, perhaps VLANs, speeds such as "
            "in=1000/2000/512 and out=500 (KiB/s on average, at most, KiB at once), and “default” "
            "for cards that choose none."
        ),
        _EXTRAS,
        when=None,
    )
    keep_apart: bool = option(
        Flag(),
        label=_("Keep guests apart from each other"),
        default=False,
        group=_EXTRAS,
        advanced=True,
        when=has_own_bridge,
    )
    writes_xml: bool = option(
        Flag(),
        label=_("Write the definition (XML) by hand"),
        default=False,
        group=_DEFINITION,
        advanced=True,
        help=_("It begins as what is above, which counts no more then."),
    )
    xml: str = option(
        XmlText("network"),
        label=_("Definition (XML)"),
        default="",
        group=_DEFINITION,
        advanced=True,
        when=lambda draft: draft.writes_xml,
    )

    def coupled(self, name: str) -> Self:
        """Return it after a value was typed; XML by hand begins as what was asked for until then.

        Raises
        ------
        ValueError
            XML is not edited here, or what is typed cannot be written yet; the text says which.
        """
        if name == "writes_xml" and self.writes_xml:
            if not preferences.now.edit_xml:
                raise ValueError(str(EDITING_OFF))
            return dataclasses.replace(self, xml=str(self.request.build(self.seen)))
        return super().coupled(name)

    def document(self) -> documents.Network:
        """Return the definition that is written by hand."""
        return documents.Network.parse(self.xml)

    def submit(self, connection: Connection) -> Job[Network]:
        """Begin to make the network, and return the job.

        Parameters
        ----------
        connection
            Where it is made.
        """
        if self.writes_xml:
            return cast(
                "Job[Network]",
                connection.networks.submit.create(self.document(), autostart=self.autostart),
            )
        return self.request.submit(connection)

    @property
    def request(self) -> NetworkRequest:
        """The request; what is hidden in the mode that is chosen is not in it.

        Raises
        ------
        ValueError
            A line of a list cannot be read; the text says which.
        """
        said = super().request
        if has_own_bridge(self):
            said = dataclasses.replace(
                said,
                bridge=self.own_bridge,
                dns=self.dns,
                mtu=self.mtu,
                bandwidth=self._bandwidth(),
                routes=tuple(map(lines.route, lines.lines_of(self.routes))),
                keep_apart=self.keep_apart,
            )
        if _has_dns(self):
            said = dataclasses.replace(
                said,
                domain_is_local=self.domain_is_local,
                forwarders=tuple(map(lines.forwarder, lines.words_of(self.forwarders))),
                dns_hosts=tuple(map(lines.dns_host, lines.lines_of(self.dns_hosts))),
                dns_texts=tuple(map(lines.dns_text, lines.lines_of(self.dns_texts))),
                dns_services=tuple(map(lines.dns_service, lines.lines_of(self.dns_services))),
                pointers4=self.pointers4 and bool(self.ipv4),
                pointers6=self.pointers6 and has_ipv6_too(self),
            )
        if gives4(self):
            boot: dict[str, Any] = {name: getattr(self, name) or "" for name in BOOT}
            said = dataclasses.replace(said, **boot)
        if _is_nat(self):
            said = dataclasses.replace(
                said,
                nat_addresses=_both(self.nat_start, self.nat_end),
                nat_ports=_both(self.first_port, self.last_port),
                nat_ipv6=self.nat_ipv6 and has_ipv6_too(self),
            )
        if _sets_vlans(self):
            vlans = tuple(map(lines.number, lines.words_of(self.vlans)))
            native = self.native_vlan if self.mode == "openvswitch" and vlans else None
            said = dataclasses.replace(said, vlans=vlans, native_vlan=native)
        groups = tuple(map(lines.port_group, lines.lines_of(self.port_groups)))
        return dataclasses.replace(said, port_groups=groups)

    def _bandwidth(self) -> documents.Bandwidth | None:
        made = documents.Bandwidth()
        for way, limits in _SPEEDS.items():
            for limit in limits:
                value = getattr(self, f"{way}_{limit}")
                if value is not None:
                    setattr(getattr(made, way), limit, value)
        return made if made.inbound or made.outbound else None


def _both(first: Any, last: Any) -> tuple[Any, Any] | None:  # noqa: ANN401 - two of one kind
    """Return a span; where one end is left empty, the other one is both."""
    return (first or last, last or first) if first or last else None
