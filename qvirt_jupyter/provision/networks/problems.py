"""What is wrong with a network that is asked for, before libvirt is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import mistyped
from qvirt_jupyter.documents.addresses import Host
from qvirt_jupyter.hypervisor.definition_names import why_no_name
from qvirt_jupyter.provision.networks import address_problems, host_problems, service_problems
from qvirt_jupyter.provision.networks.problem import NetworkProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qvirt_jupyter import documents
    from qvirt_jupyter.provision.networks.host_networks import HostNetworks
    from qvirt_jupyter.provision.networks.request import NetworkRequest

    Check = Callable[[NetworkRequest, HostNetworks], Iterator[NetworkProblem]]

_BRIDGE_LENGTH: Final = 15
"""Of a device's name; IFNAMSIZ of Linux with its end."""
_PORTS: Final = 65535
_MTU: Final = (68, 65535)
_SAID_BELOW: Final = frozenset({"name", "bridge"})
"""Fields of which more is said than that their value is none."""


def of(request: NetworkRequest, host: HostNetworks) -> tuple[NetworkProblem, ...]:
    """Return all that is wrong, in the order of the fields.

    Parameters
    ----------
    request
        What is asked for, with its name and addresses.
    host
        What there is already.
    """
    wrong = [found for found in mistyped(request) if found[0] not in _SAID_BELOW]
    if wrong:
        # The other checks count and compare what is of its kind.
        return tuple(NetworkProblem(name, words) for name, words in wrong)
    return tuple(problem for check in _CHECKS for problem in check(request, host))


def _name(request: NetworkRequest, host: HostNetworks) -> Iterator[NetworkProblem]:
    refusal = why_no_name(request.name)
    if refusal:
        yield NetworkProblem("name", refusal)
    elif request.name in host.names:
        yield NetworkProblem(
            "name",
            _("The name {name} is taken. Choose another name.").format(name=repr(request.name)),
            is_taken=True,
        )


def _device(request: NetworkRequest, host: HostNetworks) -> Iterator[NetworkProblem]:
    if request.mode not in ("nat", "route") or not request.device:
        return
    if host.interfaces and request.device not in host.interfaces:
        yield NetworkProblem("device", _no_device(request.device))


def _own_bridge(request: NetworkRequest, host: HostNetworks) -> Iterator[NetworkProblem]:
    name = request.bridge
    if not request.has_own_bridge or not name:
        return
    if len(name) > _BRIDGE_LENGTH or "/" in name or any(char.isspace() for char in name):
        yield NetworkProblem(
            "bridge",
            _("The name of a bridge has at most {count} letters, without blank and slash.").format(
                count=_BRIDGE_LENGTH
            ),
        )
        return
    owner = host.bridge_owner(name)
    if owner:
        yield NetworkProblem(
            "bridge",
            _(
                "The bridge {name} is that of the network {owner}. Choose another name, or leave "
                "it empty."
            ).format(name=name, owner=owner),
        )
    elif name in host.interfaces:
        yield NetworkProblem(
            "bridge",
            _(
                "The host has a network device {name} already. Choose another name, or leave it "
                "empty."
            ).format(name=name),
        )


def _host_bridge(request: NetworkRequest, host: HostNetworks) -> Iterator[NetworkProblem]:
    if request.mode not in ("bridge", "openvswitch"):
        return
    if not request.bridge:
        yield NetworkProblem("bridge", _("Say which bridge of the host the guests are on."))
        return
    owner = host.bridge_owner(request.bridge)
    if owner:
        yield NetworkProblem(
            "bridge",
            _(
                "{name} is the bridge of the network {owner}: connect the guests to that one."
            ).format(name=request.bridge, owner=owner),
        )
    elif host.interfaces and request.bridge not in host.interfaces:
        yield NetworkProblem(
            "bridge",
            _("The host has no bridge {name}. Make it first, or choose another one.").format(
                name=request.bridge
            ),
        )
    elif request.mode == "bridge" and host.interfaces and request.bridge not in host.links.bridges:
        yield NetworkProblem(
            "bridge",
            _("{name} is no bridge. Choose a bridge, or share it in a macvtap pool.").format(
                name=request.bridge
            ),
        )


def _pool(request: NetworkRequest, host: HostNetworks) -> Iterator[NetworkProblem]:
    if request.mode == "macvtap":
        if not request.devices:
            yield NetworkProblem("devices", _("Name a network device of the host at least."))
        for name in request.devices:
            if host.interfaces and name not in host.interfaces:
                yield NetworkProblem("devices", _no_device(name))
        if len(set(request.devices)) < len(request.devices):
            yield NetworkProblem("devices", _("Name each network device once."))
    if request.mode == "sriov":
        known = {each.interface: each for each in host.physical_functions}
        if not request.physical_function:
            yield NetworkProblem(
                "physical_function", _("Say which network card gives its virtual functions.")
            )
        elif request.physical_function not in known:
            yield NetworkProblem(
                "physical_function",
                _(
                    "{name} has no virtual functions on this host. Choose another card, or make "
                    "them first (sriov_numvfs)."
                ).format(name=request.physical_function),
            )


def _outside(request: NetworkRequest, _host: HostNetworks) -> Iterator[NetworkProblem]:
    if request.mode != "nat":
        return
    if request.nat_addresses is not None:
        yield from address_problems.of_span("nat_addresses", *request.nat_addresses, version=4)
    if request.nat_ports is not None:
        first, last = request.nat_ports
        if not 1 <= first <= last <= _PORTS:
            yield NetworkProblem(
                "nat_ports",
                _("Ports are from 1 to {last}, and the first is not above the last.").format(
                    last=_PORTS
                ),
            )


def _names(request: NetworkRequest, _host: HostNetworks) -> Iterator[NetworkProblem]:
    if not request.has_own_bridge:
        return
    if request.domain:
        try:
            Host().check(request.domain)
        except ValueError as error:
            yield NetworkProblem("domain", str(error))
    answers = {
        "dns_hosts": request.dns_hosts,
        "dns_texts": request.dns_texts,
        "dns_services": request.dns_services,
        "forwarders": request.forwarders,
    }
    for name, said in answers.items():
        # libvirt calls it extra data in a disabled network.
        if said and not request.dns:
            yield NetworkProblem(
                name, _("Without a DNS server nobody answers that: leave it away, or switch it on.")
            )
    for name, keys in (
        ("dns_hosts", [host.ip for host in request.dns_hosts]),
        ("dns_texts", [text.name for text in request.dns_texts]),
    ):
        for key in sorted({str(key) for key in keys if keys.count(key) > 1}):
            yield NetworkProblem(name, _("{key} is there twice: say it once.").format(key=key))


def _segments(request: NetworkRequest, _host: HostNetworks) -> Iterator[NetworkProblem]:
    if request.mtu is not None and not _MTU[0] <= request.mtu <= _MTU[1]:
        yield NetworkProblem(
            "mtu",
            _("It is from {first} to {last} bytes.").format(first=_MTU[0], last=_MTU[1]),
        )
    if request.vlans and request.mode not in ("openvswitch", "sriov"):
        yield NetworkProblem(
            "vlans",
            _("Only Open vSwitch and SR-IOV set VLANs; older versions of libvirt refuse others."),
            is_warning=True,
        )
    if any(not 1 <= number < 4095 for number in request.vlans):  # noqa: PLR2004 - IEEE 802.1Q
        yield NetworkProblem("vlans", _("A VLAN has a number from 1 to 4094."))
    if request.native_vlan is not None and request.native_vlan not in request.vlans:
        yield NetworkProblem("native_vlan", _("It is one of the VLANs of the network."))
    names = [group.name for group in request.port_groups]
    if len(set(names)) < len(names) or not all(names):
        yield NetworkProblem("port_groups", _("Each port group has a name of its own."))
    if sum(bool(group.is_default) for group in request.port_groups) > 1:
        yield NetworkProblem("port_groups", _("Only one port group is for cards that choose none."))


def _speed(request: NetworkRequest, _host: HostNetworks) -> Iterator[NetworkProblem]:
    if request.bandwidth is None:
        return
    yield from of_bandwidth(request.bandwidth)


def of_bandwidth(bandwidth: documents.Bandwidth) -> Iterator[NetworkProblem]:
    """Return what is wrong with speeds, each with its part: ``inbound_average``.

    Parameters
    ----------
    bandwidth
        Limits of a network or of a port group.
    """
    for way, limits in (("inbound", bandwidth.inbound), ("outbound", bandwidth.outbound)):
        if limits and not limits.average:
            yield NetworkProblem(
                "bandwidth",
                _("A direction that is limited needs its speed on average."),
                part=f"{way}_average",
            )
        elif limits and limits.peak and limits.average and limits.peak < limits.average:
            yield NetworkProblem(
                "bandwidth",
                _("The highest speed is not below that on average."),
                part=f"{way}_peak",
            )


def _no_device(name: str) -> str:
    return str(_("The host has no network device {name}. Choose another one.").format(name=name))


_CHECKS: Final[tuple[Check, ...]] = (
    _name,
    _device,
    _own_bridge,
    _host_bridge,
    _pool,
    address_problems.of,
    host_problems.of,
    _names,
    service_problems.of,
    _outside,
    _segments,
    _speed,
)
