"""A virtual network that somebody wants; a dialog fills it in and a notebook writes it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.addresses import Host
from qvirt_jupyter.documents.declaration import option
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Choice, Integer, Text
from qvirt_jupyter.hypervisor.actions import perform, submit
from qvirt_jupyter.hypervisor.errors import AlreadyExists, InvalidDefinition, Subject
from qvirt_jupyter.provision.networks import building, problems
from qvirt_jupyter.provision.networks.host_networks import HostNetworks
from qvirt_jupyter.provision.networks.subnets import suggest_ipv6_subnet, suggest_subnet

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import Job, Network
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.networks.problem import NetworkProblem

Mode = Literal["nat", "route", "open", "isolated", "bridge", "openvswitch", "macvtap", "sriov"]
AUTO: Final = "auto"
"""Stands for addresses that nobody has."""
MODES: Final = {
    "nat": _("NAT: guests reach the outside by the host's addresses"),
    "route": _("Routed: guests keep their addresses, the outside needs a route to them"),
    "open": _("Open: as routed, without firewall rules of libvirt"),
    "isolated": _("Isolated: guests reach each other and the host only"),
    "bridge": _("Bridge of the host: guests are in the host's own network"),
    "openvswitch": _("Open vSwitch: guests are on a bridge of Open vSwitch"),
    "macvtap": _("macvtap pool: guests share network devices of the host"),
    "sriov": _("SR-IOV pool: each guest gets a virtual function of a network card"),
}
"""What people read for the modes."""
OWN_BRIDGE: Final = frozenset({"nat", "route", "open", "isolated"})
"""The modes in which libvirt makes a bridge and gives out addresses."""
_ADDRESSES: Final = _("Addresses")
_NAMES: Final = _("Names")
_BOOT: Final = _("Network boot")
_OUTSIDE: Final = _("To the outside")


def _own(request: NetworkRequest) -> bool:
    return request.mode in OWN_BRIDGE


def _pointers(version: int) -> Any:  # noqa: ANN401 - as option() has it
    label = _("Keep questions for IPv{version} addresses").format(version=version)
    return option(Flag(), label=label, default=False, group=_NAMES, advanced=True, when=_own)


def _boot(label: LazyString) -> Any:  # noqa: ANN401 - as option() has it
    return option(Text(), label=label, default="", group=_BOOT, advanced=True, when=_own)


@dataclass(frozen=True, kw_only=True)
class NetworkRequest:
    """A virtual network: ``NetworkRequest(name="lab", mode="isolated").create(conn)``.

    Without anything said it is a NAT network with IPv4 addresses that nobody has, half of them for
    DHCP. :meth:`problems` says field by field what is wrong, before libvirt is asked.

    Parameters
    ----------
    name
        Its name; empty makes one: ``network``, ``network-1`` and so on.
    mode
        One of :data:`MODES`.
    device
        The only network device of the host that traffic goes out by; NAT and routed. Empty: any.
    bridge
        The bridge of the host that the guests are on (``bridge``, ``openvswitch``); of others how
        the new bridge is called, which libvirt chooses where it is empty.
    devices
        The network devices that a macvtap pool shares.
    macvtap_mode
        How they are shared: https://libvirt.org/formatnetwork.html#connectivity
    physical_function
        The network card whose virtual functions an SR-IOV pool gives to guests.
    ipv4, ipv6
        The addresses: ``"192.168.100.0/24"``, of which the host gets the first, or
        ``"192.168.100.254/24"``, of which the host gets that. ``"auto"`` for some that nobody has,
        empty for none.
    dhcp4, dhcp6
        Whether addresses are given out.
    ranges4, ranges6
        Which: pairs of the first and the last. None said: of IPv4 the upper half, of IPv6 the
        second 256.
    hosts
        Machines that always get the same address.
    domain
        The domain of the guests; None is the network's name, empty is none.
    domain_is_local
        Whether no other server is asked for names of the domain.
    dns
        Whether it has a DNS server.
    dns_hosts, dns_texts, dns_services, forwarders
        What that answers besides, and whom it asks.
    pointers4, pointers6
        Whether its DNS server asks no other for the names of the addresses.
    tftp_root, boot_file, boot_server
        What guests load that boot from the network: the folder of the host whose files they may,
        the file below it, and the address of who has that where it is not this host.
    nat_addresses, nat_ports
        The first and the last of the host's addresses and ports that stand for the guests'.
    nat_ipv6
        Whether IPv6 goes by the host's addresses too.
    mtu
        The largest packets, in bytes; None is the usual size.
    bandwidth
        How fast the whole network may be.
    routes
        Ways to other addresses by a guest.
    port_groups
        Sets of rules that cards choose by name.
    vlans
        The VLANs of the guests; Open vSwitch and SR-IOV only.
    native_vlan
        The one of them whose packets have no tag.
    keep_apart
        Whether guests do not reach each other.
    autostart
        Whether it starts with the host.
    """

    name: str = option(Text(), label=_("Name"), default="")
    mode: Mode = option(  # noqa: RUF009 - it declares a field
        Choice(*MODES, open=False, labels=MODES), label=_("Mode"), default="nat"
    )
    device: str = option(
        Text(),
        label=_("Forward to"),
        default="",
        help=_("The only device that traffic goes out by; empty means any."),
        when=lambda request: request.mode in ("nat", "route"),
    )
    bridge: str = option(
        Text(max_length=15), label=_("Bridge"), default="", when=lambda request: request.has_bridge
    )
    devices: tuple[str, ...] = ()
    macvtap_mode: str = option(
        Choice("bridge", "private", "vepa", "passthrough", open=False),
        label=_("Sharing"),
        default="bridge",
        when=lambda request: request.mode == "macvtap",
    )
    physical_function: str = option(
        Text(),
        label=_("Network card"),
        default="",
        when=lambda request: request.mode == "sriov",
    )
    ipv4: str = option(Text(), label=_("IPv4"), default=AUTO, group=_ADDRESSES, when=_own)
    dhcp4: bool = option(
        Flag(), label=_("Give out IPv4 addresses"), default=True, group=_ADDRESSES, when=_own
    )
    ranges4: tuple[tuple[str, str], ...] = ()
    ipv6: str = option(Text(), label=_("IPv6"), default="", group=_ADDRESSES, when=_own)
    dhcp6: bool = option(
        Flag(), label=_("Give out IPv6 addresses"), default=True, group=_ADDRESSES, when=_own
    )
    ranges6: tuple[tuple[str, str], ...] = ()
    hosts: tuple[documents.DhcpHost, ...] = ()
    domain: str | None = option(
        Host(),
        label=_("DNS domain"),
        default=None,
        group=_NAMES,
        help=_("The name of the network where nothing is said."),
        when=_own,
    )
    domain_is_local: bool = option(
        Flag(),
        label=_("Do not ask others about the domain"),
        default=False,
        group=_NAMES,
        advanced=True,
        when=_own,
    )
    dns: bool = option(
        Flag(), label=_("DNS server"), default=True, group=_NAMES, advanced=True, when=_own
    )
    dns_hosts: tuple[documents.DnsHost, ...] = ()
    dns_texts: tuple[documents.DnsText, ...] = ()
    dns_services: tuple[documents.DnsService, ...] = ()
    forwarders: tuple[documents.DnsForwarder, ...] = ()
    pointers4: bool = _pointers(4)
    pointers6: bool = _pointers(6)
    tftp_root: str = _boot(_("TFTP folder"))
    boot_file: str = _boot(_("Boot file"))
    boot_server: str = _boot(_("Boot server"))
    nat_addresses: tuple[str, str] | None = None
    nat_ports: tuple[int, int] | None = None
    nat_ipv6: bool = option(
        Flag(),
        label=_("IPv6 by the host's addresses too"),
        default=False,
        group=_OUTSIDE,
        advanced=True,
        when=lambda request: request.mode == "nat",
    )
    mtu: int | None = option(
        Integer(68, 65535), label=_("MTU"), unit="bytes", default=None, advanced=True, when=_own
    )
    bandwidth: documents.Bandwidth | None = None
    routes: tuple[documents.NetworkRoute, ...] = ()
    port_groups: tuple[documents.PortGroup, ...] = ()
    vlans: tuple[int, ...] = ()
    native_vlan: int | None = None
    keep_apart: bool = option(
        Flag(),
        label=_("Keep guests apart from each other"),
        default=False,
        advanced=True,
        when=_own,
    )
    autostart: bool = option(Flag(), label=_("Start with the host"), default=True)

    @property
    def has_own_bridge(self) -> bool:
        """Whether libvirt makes a bridge for it and gives out addresses."""
        return self.mode in OWN_BRIDGE

    @property
    def has_bridge(self) -> bool:
        """Whether a bridge can be named."""
        return self.has_own_bridge or self.mode in ("bridge", "openvswitch")

    def completed(self, host: Connection | HostNetworks) -> NetworkRequest:
        """Return it with a name and addresses, where they are left to us.

        Parameters
        ----------
        host
            An open connection, or a look at its host.

        Raises
        ------
        OperationFailed
            All private subnets are taken.
        QvirtError
            The connection is lost.
        """
        seen = _seen(host)
        said: dict[str, Any] = {}
        if not self.name:
            said["name"] = suggested_name(seen.names)
        if self.has_own_bridge and self.ipv4 == AUTO:
            said["ipv4"] = suggest_subnet(seen)
        if self.has_own_bridge and self.ipv6 == AUTO:
            said["ipv6"] = suggest_ipv6_subnet(seen)
        return dataclasses.replace(self, **said)

    def problems(self, host: Connection | HostNetworks) -> tuple[NetworkProblem, ...]:
        """Return what is wrong, field by field; nothing is changed.

        Parameters
        ----------
        host
            An open connection, or a look at its host: a dialog looks once.

        Raises
        ------
        QvirtError
            The connection is lost.
        """
        seen = _seen(host)
        return problems.of(self.completed(seen), seen)

    def build(self, host: Connection | HostNetworks) -> documents.Network:
        """Return the definition; nothing is made.

        Parameters
        ----------
        host
            An open connection, or a look at its host.

        Raises
        ------
        ValueError
            A value cannot be written into a definition; :meth:`problems` says it better.
        QvirtError
            The connection is lost.
        """
        return building.definition(self.completed(host))

    def create(self, connection: Connection) -> Network:
        """Make it and switch it on; where that fails, nothing of it is left.

        Parameters
        ----------
        connection
            Where it is made.

        Raises
        ------
        AlreadyExists
            A network has the name.
        InvalidDefinition
            Something is wrong that :meth:`problems` names.
        OperationFailed
            It cannot be switched on: a program is missing on the host, for example.
        """
        return perform(connection, *self._task(connection), lambda: self._create(connection))

    def submit(self, connection: Connection) -> Job[Network]:
        """Begin what :meth:`create` does, and return its job at once.

        Parameters
        ----------
        connection
            Where it is made.
        """
        return submit(connection, *self._task(connection), lambda: self._create(connection))

    @property
    def code(self) -> str:
        """A Python expression for it; what is left at its default is left out."""
        said = [
            f"{item.name}={getattr(self, item.name)!r}"
            for item in dataclasses.fields(self)
            if getattr(self, item.name) != item.default
        ]
        return f"NetworkRequest({', '.join(said)})"

    def __repr__(self) -> str:
        return self.code

    def _task(self, connection: Connection) -> tuple[Subject, Any, str]:
        title = _("Create the network {name}").format(name=self.name or _("network"))
        return connection.subject, title, f"{self.code}.create({connection.code})"

    def _create(self, connection: Connection) -> Network:
        seen = HostNetworks.of(connection)
        wanted = self.completed(seen)
        wrong = [each for each in problems.of(wanted, seen) if not each.is_warning]
        if wrong:
            subject = Subject("network", wanted.name, connection.uri)
            kind = AlreadyExists if all(each.is_taken for each in wrong) else InvalidDefinition
            # What is wrong says what to do about it.
            raise kind(" ".join(map(str, wrong)), subject=subject, next_step=_("Nothing was made."))
        return connection.networks.create(building.definition(wanted), autostart=self.autostart)


def suggested_name(taken: frozenset[str]) -> str:
    """Return a name that no network has: ``network``, ``network-1`` and so on (NET-06).

    Parameters
    ----------
    taken
        The names of the networks that there are.
    """
    name, number = "network", 0
    while name in taken:
        number += 1
        name = f"network-{number}"
    return name


def _seen(host: Connection | HostNetworks) -> HostNetworks:
    return host if isinstance(host, HostNetworks) else HostNetworks.of(host)
