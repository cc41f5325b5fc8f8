"""What belongs together in a network, and what is worked out of its addresses."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import DhcpHost, DnsHost, Ip, Network, NetworkRoute, parse
from qvirt_jupyter.documents.network_dns import HostName
from qvirt_jupyter.documents.network_forward import MODES

NAT = """<network>
  <name>lab</name>
  <forward mode='nat'>
    <nat>
      <port start='1024' end='65535'/>
    </nat>
  </forward>
  <bridge name='virbr9' stp='on' delay='0'/>
  <mtu size='1400'/>
  <domain name='lab'/>
  <dns>
    <forwarder addr='192.0.2.53'/>
  </dns>
  <ip address='10.0.0.1' netmask='255.255.255.0'/>
  <dnsmasq:options xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
    <dnsmasq:option value='filterwin2k'/>
  </dnsmasq:options>
</network>
"""


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "nat"])
def test_a_mode_drops_what_libvirt_refuses_in_it(mode):
    network = Network.parse(NAT)
    network.forward.mode = mode
    assert not network.forward.nat
    own = mode in ("route", "open")
    assert network.has_own_bridge is own
    assert (len(network.ips) == 1) is own
    assert bool(network.dns) is own
    assert network.domain == ("lab" if own else None)
    assert network.mtu == (1400 if own else None)
    assert bool(network.bridge) is (own or mode == "bridge")
    assert not (network.bridge.spanning_tree and not own)
    # Nobody takes away what we know nothing of.
    assert network.dnsmasq_options[0].value == "filterwin2k"


def test_without_forward_a_network_is_isolated_and_without_mode_it_is_nat():
    assert Network.parse("<network/>").mode == ""
    assert Network.parse("<network><forward/></network>").mode == "nat"


def test_a_network_is_on_a_bridge_or_on_devices():
    network = Network(name="shared")
    network.forward.mode = "bridge"
    network.bridge.name = "br0"
    network.forward.devices.add(name="eth1")
    assert not network.bridge
    network.bridge.name = "br0"
    assert len(network.forward.devices) == 0
    assert str(network.forward) == "<forward mode='bridge'/>"


def test_the_device_that_is_named_twice_stays_one():
    text = "<network><forward dev='eth0' mode='nat'><interface dev='eth0'/></forward></network>"
    network = Network.parse(text)
    network.forward.device = "eth1"
    assert [device.name for device in network.forward.devices] == ["eth1"]
    network.forward.devices[0].name = "eth2"
    assert network.forward.device == "eth2"
    network.forward.device = None
    assert len(network.forward.devices) == 0
    network.forward.device = "eth3"
    network.forward.mode = "open"
    assert network.forward.device is None


def test_a_pool_of_functions_forgets_them_in_another_mode():
    network = Network.parse("<network><forward mode='hostdev' managed='yes'/></network>")
    network.forward.physical_function = "eth3"
    network.forward.driver = "vfio"
    network.forward.mode = "nat"
    assert str(network.forward) == "<forward mode='nat'/>"


@pytest.mark.parametrize(
    ("text", "subnet"),
    [
        ("<ip address='10.1.2.3' netmask='255.255.0.0'/>", "10.1.0.0/16"),
        ("<ip address='10.1.2.3' prefix='30'/>", "10.1.2.0/30"),
        ("<ip address='10.1.2.3'/>", "10.0.0.0/8"),
        ("<ip address='172.16.2.3'/>", "172.16.0.0/16"),
        ("<ip address='192.168.2.3'/>", "192.168.2.0/24"),
        ("<ip family='ipv6' address='fd00::1' prefix='48'/>", "fd00::/48"),
        ("<ip family='ipv6' address='fd00::1'/>", "fd00::/64"),
        ("<ip/>", "None"),
        ("<ip address='10.1.2.3' netmask='255.0.255.0'/>", "None"),
    ],
)
def test_the_subnet_of_an_address(text, subnet):
    assert str(Ip.parse(text).subnet) == subnet


def test_the_family_follows_from_the_address_where_it_is_not_said():
    assert Ip.parse("<ip address='fd00::1'/>").version == 6
    assert Ip.parse("<ip address='10.0.0.1'/>").version == 4


def test_a_route_has_a_netmask_or_a_prefix():
    route = NetworkRoute(address="10.2.0.0", netmask="255.255.0.0", gateway="10.0.0.2")
    route.prefix = 16
    assert route.netmask is None
    assert str(route.subnet) == "10.2.0.0/16"
    route.netmask = "255.255.0.0"
    assert route.prefix is None


def test_a_lease_time_goes_with_its_unit():
    host = DhcpHost.parse("<host ip='10.0.0.9'><lease expiry='1' unit='hours'/></host>")
    host.lease.expiry = None
    assert str(host) == "<host ip='10.0.0.9'/>"


def test_names_of_a_machine():
    host = DnsHost(ip="10.0.0.9")
    host.names.extend([HostName(name="web"), HostName(name="www")])
    network = parse("<network><name>a</name></network>")
    network.dns.hosts.append(host)
    assert network.dns.hosts["10.0.0.9"].names.keys() == ["web", "www"]
