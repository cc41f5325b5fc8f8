"""What of an edit is carried over to a network that is on, call by call."""

from __future__ import annotations

import libvirt
import pytest

from qvirt_jupyter.documents import Network
from qvirt_jupyter.hypervisor.networks.network_updates import updates

ADD = libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST
MODIFY = libvirt.VIR_NETWORK_UPDATE_COMMAND_MODIFY
DELETE = libvirt.VIR_NETWORK_UPDATE_COMMAND_DELETE
HOST = libvirt.VIR_NETWORK_SECTION_IP_DHCP_HOST
RANGE = libvirt.VIR_NETWORK_SECTION_IP_DHCP_RANGE
DEVICE = libvirt.VIR_NETWORK_SECTION_FORWARD_INTERFACE
GROUP = libvirt.VIR_NETWORK_SECTION_PORTGROUP
NAME = libvirt.VIR_NETWORK_SECTION_DNS_HOST
TEXT = libvirt.VIR_NETWORK_SECTION_DNS_TXT
SERVICE = libvirt.VIR_NETWORK_SECTION_DNS_SRV

BEFORE = """<network><name>lab</name>
  <forward mode='nat'><interface dev='eth0'/></forward>
  <dns><txt name='note' value='hello'/><srv service='ldap' protocol='tcp' port='389'/>
    <host ip='10.0.0.7'><hostname>db</hostname></host></dns>
  <ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.128' end='10.0.0.254'/>
    <host mac='52:54:00:00:00:01' ip='10.0.0.9'/></dhcp></ip>
  <ip family='ipv6' address='fd00::1' prefix='64'><dhcp><host name='six' ip='fd00::9'/></dhcp></ip>
  <portgroup name='staff'/></network>"""


def calls(change, running=BEFORE):
    before, after = Network.parse(BEFORE), Network.parse(BEFORE)
    change(after)
    return [
        (each.command, each.section, each.parent)
        for each in updates(before, after, Network.parse(running))
    ]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda n: n.ips[0].hosts.add(mac="52:54:00:00:00:02", ip="10.0.0.8"), [(ADD, HOST, 0)]),
        (lambda n: setattr(n.ips[0].hosts[0], "ip", "10.0.0.8"), [(MODIFY, HOST, 0)]),
        (lambda n: n.ips[0].hosts.clear(), [(DELETE, HOST, 0)]),
        # Of IPv6, libvirt finds none to modify.
        (
            lambda n: setattr(n.ips[1].hosts[0], "ip", "fd00::8"),
            [(DELETE, HOST, 1), (ADD, HOST, 1)],
        ),
        (
            lambda n: setattr(n.ips[0].ranges[0], "start", "10.0.0.200"),
            [(DELETE, RANGE, 0), (ADD, RANGE, 0)],
        ),
        (lambda n: n.ips[0].ranges.clear(), [(DELETE, RANGE, 0)]),
        (lambda n: n.forward.devices.add(name="eth1"), [(ADD, DEVICE, -1)]),
        (lambda n: n.forward.devices.clear(), [(DELETE, DEVICE, -1)]),
        (lambda n: n.port_groups.add(name="guests"), [(ADD, GROUP, -1)]),
        (lambda n: setattr(n.port_groups[0], "is_default", True), [(MODIFY, GROUP, -1)]),
        (lambda n: n.port_groups.clear(), [(DELETE, GROUP, -1)]),
        (
            lambda n: n.dns.hosts[0].names.add(name="data"),
            [(DELETE, NAME, -1), (ADD, NAME, -1)],
        ),
        (lambda n: setattr(n.dns.texts[0], "value", "bye"), [(DELETE, TEXT, -1), (ADD, TEXT, -1)]),
        (lambda n: n.dns.services.clear(), [(DELETE, SERVICE, -1)]),
        # What libvirt cannot change is nobody's call.
        (lambda n: setattr(n, "mtu", 1400), []),
        (lambda n: setattr(n.ips[0], "address", "10.0.0.2"), []),
        (lambda n: setattr(n.forward, "mode", "route"), []),
        (lambda _n: None, []),
    ],
)
def test_each_change_is_the_call_that_libvirt_has_for_it(change, wanted):
    assert calls(change) == wanted


def test_what_runs_otherwise_than_it_is_stored_is_met_as_it_runs():
    # Somebody took the host away, and gave the network another one, until its next start.
    running = BEFORE.replace("52:54:00:00:00:01", "52:54:00:00:00:05")
    assert calls(lambda n: n.ips[0].hosts.clear(), running) == []
    change = lambda n: setattr(n.ips[0].hosts[0], "ip", "10.0.0.8")  # noqa: E731 - as above
    assert calls(change, running) == [(ADD, HOST, 0)]


def test_what_goes_comes_first():
    def swap(network):
        network.ips[0].hosts.clear()
        network.ips[0].hosts.add(mac="52:54:00:00:00:02", ip="10.0.0.9")

    assert calls(swap) == [(DELETE, HOST, 0), (ADD, HOST, 0)]


def test_the_place_is_that_of_the_running_network():
    first, second = BEFORE.index("<ip "), BEFORE.index("<ip family")
    end = BEFORE.index("<portgroup")
    turned = BEFORE[:first] + BEFORE[second:end] + BEFORE[first:second] + BEFORE[end:]
    assert calls(lambda n: n.ips[0].hosts.clear(), turned) == [(DELETE, HOST, 1)]
