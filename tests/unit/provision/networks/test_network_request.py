"""What is asked for of a network becomes a definition, and what is wrong is said at its field."""

from __future__ import annotations

import ipaddress

import pytest

from qvirt_jupyter.documents import (
    Bandwidth,
    DhcpHost,
    DnsForwarder,
    DnsHost,
    DnsService,
    DnsText,
    HostName,
    Network,
    NetworkRoute,
    PortGroup,
    declarations,
)
from qvirt_jupyter.hypervisor.errors import OperationFailed
from qvirt_jupyter.hypervisor.host.links import HostLinks
from qvirt_jupyter.provision import (
    HostNetworks,
    NetworkRequest,
    PhysicalFunction,
    suggest_ipv6_subnet,
    suggest_subnet,
)
from qvirt_jupyter.provision.networks import MODES, default_range

DEFAULT = Network.parse(
    "<network><name>default</name><forward mode='nat'/><bridge name='virbr0'/>"
    "<ip address='192.168.122.1' netmask='255.255.255.0'/></network>"
)
OFF = Network.parse(
    "<network><name>off</name><bridge name='virbr1'/>"
    "<ip address='192.168.100.1' prefix='24'/><ip family='ipv6' address='fd00:100::1' prefix='64'/>"
    "<route address='10.50.0.0' prefix='16' gateway='192.168.100.2'/></network>"
)
HOST = HostNetworks(
    networks=(DEFAULT, OFF),
    active=frozenset({"default"}),
    links=HostLinks(bridges=("br0",), devices=("eth0", "eth1", "eth3")),
    interfaces=frozenset({"br0", "eth0", "eth1", "eth3", "virbr0", "ovs0"}),
    subnets={ipaddress.ip_network("192.168.101.0/24"): "eth0"},
    physical_functions=(PhysicalFunction("pci_0000_03_00_0", "eth3", 4, "A card"),),
)
EMPTY = HostNetworks()


def said(request, host=HOST):
    return [(each.field, str(each)) for each in request.problems(host) if not each.is_warning]


# Addresses that nobody has -------------------------------------------------------------------


def test_a_subnet_that_nobody_has_is_suggested():
    assert suggest_subnet(EMPTY) == "192.168.100.0/24"
    # One network is off and has the first, the host itself the second.
    assert suggest_subnet(HOST) == "192.168.102.0/24"
    assert suggest_ipv6_subnet(EMPTY) == "fd00:100::/64"
    assert suggest_ipv6_subnet(HOST) == "fd00:101::/64"


def test_other_private_subnets_come_next_and_an_end_is_said():
    full = HostNetworks(subnets={ipaddress.ip_network("192.168.0.0/16"): "eth0"})
    assert suggest_subnet(full) == "172.16.0.0/24"
    nothing = {
        ipaddress.ip_network(each): "eth0"
        for each in ("192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8")
    }
    with pytest.raises(OperationFailed, match="taken"):
        suggest_subnet(HostNetworks(subnets=nothing))


@pytest.mark.parametrize(
    ("subnet", "usual"),
    [
        ("192.168.100.0/24", ("192.168.100.128", "192.168.100.254")),
        ("192.168.100.64/26", ("192.168.100.96", "192.168.100.126")),
        ("192.168.100.0/30", ("192.168.100.2", "192.168.100.2")),
        ("192.168.100.0/31", None),
        ("10.0.0.0/8", ("10.128.0.0", "10.128.255.254")),
        ("fd00:100::/64", ("fd00:100::100", "fd00:100::1ff")),
        ("fd00:100::/120", ("fd00:100::80", "fd00:100::ff")),
        ("fd00:100::/127", None),
    ],
)
def test_what_is_given_out_where_nobody_chose(subnet, usual):
    assert default_range(ipaddress.ip_network(subnet)) == usual


# What it becomes -----------------------------------------------------------------------------


def test_a_network_of_which_nothing_is_said():
    built = NetworkRequest().build(HOST)
    assert str(built) == (
        "<network>\n"
        "  <name>network</name>\n"
        '  <forward mode="nat"/>\n'
        '  <domain name="network"/>\n'
        '  <ip address="192.168.102.1" prefix="24">\n'
        "    <dhcp>\n"
        '      <range start="192.168.102.128" end="192.168.102.254"/>\n'
        "    </dhcp>\n"
        "  </ip>\n"
        "</network>"
    ).replace('"', "'")
    assert not NetworkRequest().problems(HOST)


def test_names_are_numbered():
    taken = HostNetworks(networks=(Network(name="network"), Network(name="network-1")))
    assert NetworkRequest().completed(taken).name == "network-2"


@pytest.mark.parametrize(
    ("request_", "mode", "parts"),
    [
        (NetworkRequest(mode="isolated"), "", ("<ip ", "<range ")),
        (NetworkRequest(mode="route", device="eth0"), "route", ("dev='eth0'", "<ip ")),
        (NetworkRequest(mode="open"), "open", ("<ip ",)),
        (NetworkRequest(mode="bridge", bridge="br0"), "bridge", ("<bridge name='br0'/>",)),
        (
            NetworkRequest(mode="openvswitch", bridge="ovs0", vlans=(7, 8), native_vlan=7),
            "bridge",
            (
                "<virtualport type='openvswitch'/>",
                "<vlan trunk='yes'>",
                "<tag id='7' nativeMode='untagged'/>",
            ),
        ),
        (
            NetworkRequest(mode="macvtap", devices=("eth0", "eth1"), macvtap_mode="private"),
            "private",
            ("<interface dev='eth0'/>", "<interface dev='eth1'/>"),
        ),
        (
            NetworkRequest(mode="sriov", physical_function="eth3"),
            "hostdev",
            ("<forward mode='hostdev' managed='yes'>", "<pf dev='eth3'/>"),
        ),
    ],
    ids=lambda value: value.mode if isinstance(value, NetworkRequest) else None,
)
def test_each_mode(request_, mode, parts):
    built = request_.build(HOST)
    assert built.mode == mode
    for part in parts:
        assert part in str(built), str(built)
    assert ("<ip " in str(built)) is request_.has_own_bridge
    assert not said(request_)


def test_the_modes_of_the_test_are_all():
    tested = {"isolated", "route", "open", "bridge", "openvswitch", "macvtap", "sriov"}
    assert set(MODES) == {*tested, "nat"}


def test_all_that_can_be_said():
    request = NetworkRequest(
        name="lab",
        ipv4="10.9.0.254/24",
        ranges4=(("10.9.0.10", "10.9.0.20"), ("10.9.0.30", "10.9.0.40")),
        ipv6="fd00:9::/64",
        hosts=(
            DhcpHost(mac="52:54:00:00:00:01", ip="10.9.0.5", name="web"),
            DhcpHost(name="web", ip="fd00:9::5"),
        ),
        domain="lab.example",
        domain_is_local=True,
        dns_hosts=(DnsHost(ip="10.9.0.6", names=[HostName(name="db")]),),
        dns_texts=(DnsText(name="note", value="hello"),),
        dns_services=(DnsService(service="ldap", protocol="tcp", target="db.lab.example"),),
        forwarders=(DnsForwarder(address="192.0.2.53", domain="example.org"),),
        nat_addresses=("192.0.2.1", "192.0.2.9"),
        nat_ports=(1024, 2048),
        nat_ipv6=True,
        bridge="lab0",
        mtu=1400,
        bandwidth=Bandwidth(),
        routes=(NetworkRoute(address="10.10.0.0", prefix=16, gateway="10.9.0.5"),),
        port_groups=(PortGroup(name="staff", is_default=True),),
        keep_apart=True,
    )
    request.bandwidth.outbound.average = 1000
    assert not said(request)
    built = request.build(HOST)
    four, six = built.ips
    assert (four.address, four.prefix, six.address) == ("10.9.0.254", 24, "fd00:9::1")
    assert [each.start for each in four.ranges] == ["10.9.0.10", "10.9.0.30"]
    assert (six.ranges[0].start, six.ranges[0].end) == ("fd00:9::100", "fd00:9::1ff")
    assert (four.hosts[0].name, six.hosts[0].ip) == ("web", "fd00:9::5")
    assert built.forward.nat.first_port == 1024
    assert built.forward.nat.start == "192.0.2.1"
    assert built.forward.nat.ipv6
    assert built.bandwidth.outbound.average == 1000
    assert built.dns.hosts["10.9.0.6"].names.keys() == ["db"]
    assert (built.domain, built.domain_is_local, built.isolated) == ("lab.example", True, True)
    # What was given stays the caller's own.
    assert request.hosts[0].ip == "10.9.0.5"
    assert built.routes[0].gateway == "10.9.0.5"


def test_nothing_is_given_out_and_nobody_answers_where_that_is_wanted():
    built = NetworkRequest(
        name="quiet", mode="isolated", ipv4="10.9.0.0/24", dhcp4=False, domain="", dns=False
    ).build(HOST)
    assert "<dhcp" not in str(built)
    assert built.domain is None
    assert built.dns.enabled is False


def test_a_name_that_is_no_domain_is_none():
    assert NetworkRequest(name="my lab").build(HOST).domain is None


def test_the_same_in_python():
    request = NetworkRequest(
        name="lab",
        mode="isolated",
        hosts=(DhcpHost(mac="52:54:00:00:00:01", ip="10.9.0.5"),),
        ipv4="10.9.0.0/24",
    )
    again = eval(  # noqa: S307 - what a notebook's cell does
        request.code, {"NetworkRequest": NetworkRequest, "DhcpHost": DhcpHost}
    )
    assert str(again.build(HOST)) == str(request.build(HOST))
    assert NetworkRequest().code == "NetworkRequest()"


def test_fields_are_shown_where_they_mean_something():
    named = {each.name: each for each in declarations(NetworkRequest())}
    assert named["ipv4"].is_shown(NetworkRequest())
    assert not named["ipv4"].is_shown(NetworkRequest(mode="bridge"))
    assert named["bridge"].is_shown(NetworkRequest(mode="bridge"))
    assert not named["bridge"].is_shown(NetworkRequest(mode="sriov"))
    assert named["physical_function"].is_shown(NetworkRequest(mode="sriov"))
    assert named["device"].is_shown(NetworkRequest(mode="route"))
    assert not named["nat_ipv6"].is_shown(NetworkRequest(mode="route"))
    assert named["macvtap_mode"].is_shown(NetworkRequest(mode="macvtap"))


# What is wrong -------------------------------------------------------------------------------


def lab(**values):
    return NetworkRequest(**{"name": "lab", "ipv4": "10.9.0.0/24", **values})


def a_bandwidth(**values):
    limits = Bandwidth()
    for name, value in values.items():
        setattr(limits.inbound, name, value)
    return limits


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (lab(name="a/b"), "name", "must not have a /"),
        (lab(name="default"), "name", "is taken"),
        (lab(device="eth9"), "device", "no network device eth9"),
        (lab(bridge="a-name-that-is-too-long"), "bridge", "15 letters"),
        (lab(bridge="virbr1"), "bridge", "network off"),
        (lab(bridge="eth0"), "bridge", "already"),
        (lab(mode="bridge"), "bridge", "Say which bridge"),
        (lab(mode="bridge", bridge="virbr0"), "bridge", "of the network default"),
        (lab(mode="bridge", bridge="br7"), "bridge", "no bridge br7"),
        (lab(mode="bridge", bridge="eth1"), "bridge", "eth1 is no bridge"),
        (lab(mode="macvtap"), "devices", "at least"),
        (lab(mode="macvtap", devices=("eth9",)), "devices", "eth9"),
        (lab(mode="macvtap", devices=("eth0", "eth0")), "devices", "once"),
        (lab(mode="sriov"), "physical_function", "which network card"),
        (lab(mode="sriov", physical_function="eth0"), "physical_function", "no virtual functions"),
        (lab(ipv4="10.9"), "ipv4", "such as 192.168.100.0/24"),
        (lab(ipv4="fd00::/64"), "ipv4", "IPv6"),
        (lab(ipv6="10.8.0.0/24"), "ipv6", "IPv4"),
        (lab(ipv4=""), "ipv4", "needs addresses"),
        (lab(ipv4="10.9.0.0/31"), "ipv4", "no room for guests"),
        (lab(ipv4="127.0.0.0/8"), "ipv4", "meaning of their own"),
        (lab(ipv4="10.9.0.255/24"), "ipv4", "for all machines"),
        (lab(ipv4="192.168.122.0/25"), "ipv4", "default has 192.168.122.0/24"),
        (lab(ipv4="192.168.101.128/25"), "ipv4", "eth0 has 192.168.101.0/24"),
        (lab(ranges4=(("10.9.0.9", "10.9.0.5"),)), "ranges4", "comes after"),
        (lab(ranges4=(("10.9.0.9", "x"),)), "ranges4", "no addresses"),
        (lab(ranges4=(("fd00::1", "fd00::2"),)), "ranges4", "another family"),
        (lab(ranges4=(("10.9.0.9", "10.9.1.5"),)), "ranges4", "not all among"),
        (lab(ranges4=(("10.9.0.9", "10.9.0.255"),)), "ranges4", "belong to no machine"),
        (lab(ranges4=(("10.9.0.1", "10.9.0.5"),)), "ranges4", "host's own"),
        (
            lab(ranges4=(("10.9.0.9", "10.9.0.20"), ("10.9.0.20", "10.9.0.30"))),
            "ranges4",
            "same addresses",
        ),
        (
            lab(ipv4="10.8.0.0/14", ranges4=(("10.8.1.0", "10.9.9.0"),)),
            "ranges4",
            "at most 65535",
        ),
        (lab(hosts=(DhcpHost(mac="52:54:00:00:00:01"),)), "hosts", "has an address"),
        (lab(hosts=(DhcpHost(mac="52:54:00:00:00:01", ip="10.8.0.1"),)), "hosts", "none of"),
        (lab(hosts=(DhcpHost(mac="52:54:00:00:00:01", ip="10.9.0.1"),)), "hosts", "not for guests"),
        (lab(hosts=(DhcpHost(ip="10.9.0.7"),)), "hosts", "a MAC address or a name"),
        (
            lab(ipv6="fd00:9::/64", hosts=(DhcpHost(mac="52:54:00:00:00:01", ip="fd00:9::7"),)),
            "hosts",
            "no MAC address",
        ),
        (
            lab(
                hosts=(
                    DhcpHost(mac="52:54:00:00:00:01", ip="10.9.0.7"),
                    DhcpHost(mac="52:54:00:00:00:01", ip="10.9.0.8"),
                )
            ),
            "hosts",
            "Two static hosts have 52:54:00:00:00:01",
        ),
        (lab(domain="not a domain"), "domain", "host name"),
        (lab(dns=False, forwarders=(DnsForwarder(address="192.0.2.5"),)), "forwarders", "nobody"),
        (lab(dns_texts=(DnsText(name="a"), DnsText(name="a"))), "dns_texts", "twice"),
        (lab(nat_addresses=("192.0.2.9", "192.0.2.1")), "nat_addresses", "comes after"),
        (lab(nat_ports=(9, 1)), "nat_ports", "not above"),
        (lab(mtu=60), "mtu", "68"),
        (lab(mode="openvswitch", bridge="ovs0", vlans=(5000,)), "vlans", "4094"),
        (lab(mode="openvswitch", bridge="ovs0", vlans=(5,), native_vlan=6), "native_vlan", "one"),
        (lab(port_groups=(PortGroup(name="a"), PortGroup(name="a"))), "port_groups", "own"),
        (
            lab(
                port_groups=(
                    PortGroup(name="a", is_default=True),
                    PortGroup(name="b", is_default=True),
                )
            ),
            "port_groups",
            "Only one",
        ),
        (lab(bandwidth=a_bandwidth(peak=5)), "bandwidth", "on average"),
        (lab(bandwidth=a_bandwidth(average=9, peak=5)), "bandwidth", "not below"),
        (
            lab(routes=(NetworkRoute(address="10.7.0.0", prefix=16, gateway="10.8.0.1"),)),
            "routes",
            "no address of the network",
        ),
        (
            lab(routes=(NetworkRoute(address="10.9.0.0", prefix=25, gateway="10.9.0.3"),)),
            "routes",
            "the network itself",
        ),
        (lab(routes=(NetworkRoute(address="10.7.0.0", prefix=16),)), "routes", "gateway"),
    ],
    ids=lambda value: None if isinstance(value, NetworkRequest) else str(value)[:24],
)
def test_what_is_wrong_is_said_at_its_field(request_, field, words):
    (problem,) = said(request_)
    assert problem[0] == field
    assert words in problem[1]


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (lab(ipv4="192.168.100.0/24"), "ipv4", "network off is off"),
        (lab(ipv4="8.8.8.0/24"), "ipv4", "public"),
        (lab(ipv6="fd00:9::/80"), "ipv6", "64 bits"),
        (lab(vlans=(5,)), "vlans", "Open vSwitch"),
    ],
)
def test_what_is_doubtful_is_a_warning(request_, field, words):
    (problem,) = request_.problems(HOST)
    assert problem.is_warning
    assert (problem.field, words in str(problem)) == (field, True)


def test_of_a_host_that_does_not_show_its_devices_nothing_is_missing():
    assert not said(lab(mode="bridge", bridge="br7"), EMPTY)
    assert not said(lab(device="eth9"), EMPTY)


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (NetworkRequest(mode="nonsense"), "mode", "not one of nat, route"),
        (NetworkRequest(mode="macvtap", macvtap_mode="x"), "macvtap_mode", "not one of bridge"),
        (NetworkRequest(mtu="large"), "mtu", "not a whole number"),
    ],
)
def test_what_is_no_value_of_a_field_is_said_there(request_, field, words):
    (problem,) = request_.problems(HOST)
    assert problem.field == field
    assert words in str(problem)
    # Whoever looks at the problem itself reads the same.
    assert words in repr(problem)


def test_a_problem_shows_what_it_is_about():
    taken = HOST.networks[0].name
    problem = NetworkRequest(name=taken).problems(HOST)[0]
    assert f"{taken!r} is taken" in repr(problem.message)
