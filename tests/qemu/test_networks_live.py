"""Networks as guests see them: leases, names, ways outside, walls between them."""

from __future__ import annotations

import re
import time

import an_outside
import pytest
from in_time import until
from inside_a_guest import run_inside

from qvirt_jupyter.documents import DhcpHost, DnsHost, HostName, parse_xml
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.provision import NetworkRequest, tiny_guest
from qvirt_jupyter.provision.host_packages import package_version

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

MACS = {"qv-one": "52:54:00:7e:00:01", "qv-two": "52:54:00:7e:00:02"}
CARD = """<interface type='network'>
  <mac address='{mac}'/><source network='{network}'/><model type='virtio'/>
</interface>"""
DHCP_6 = "isc-dhcp-client"
# dhclient tells its script what it got.
TAKE_IT = """#!/bin/sh
[ -n "$new_ip6_address" ] && ip -6 address add "$new_ip6_address/64" dev "$interface"
exit 0
"""
ASK_4 = "kill $(cat /run/udhcpc.eth0.pid) 2> /dev/null; udhcpc -n -q -t 20 -i eth0 -S \
-s /etc/udhcpc/default.script -x hostname:$(hostname) && ip -4 address show eth0"
ASK_6 = f"""kill $(cat /tmp/pid6) 2> /dev/null; rm -f /tmp/leases6
cat > /tmp/take <<'END'
{TAKE_IT}END
chmod 755 /tmp/take
/sbin/dhclient -6 -1 -D LL -lf /tmp/leases6 -pf /tmp/pid6 -sf /tmp/take -cf /dev/null eth0
ip -6 address show eth0
"""
# A static busybox cannot look names up, and its wget breaks over it.
ASK_OUTSIDE = f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 {an_outside.OUTSIDE} 80 2> /dev/null"


@pytest.fixture(scope="module")
def a_system(a_qemu_connection_of_the_module):
    if "/session" in a_qemu_connection_of_the_module.uri:
        pytest.skip("networks need a system daemon, which needs root")
    return a_qemu_connection_of_the_module


@pytest.fixture(scope="module")
def make_network(a_system):
    """Make a network that is gone at the end."""
    made = []

    def make(**wishes):
        made.append(NetworkRequest(autostart=False, **wishes).create(a_system))
        return made[-1]

    yield make
    for network in made:
        if network.is_active:
            network.stop()
        network.delete()


@pytest.fixture(scope="module")
def a_nat(make_network):
    return make_network(name="qv-nat", ipv6="auto", domain="lab")


@pytest.fixture(scope="module")
def guests(a_system, a_nat):
    """Two guests on that network, which the tests move to others."""
    if package_version(DHCP_6) is None:
        pytest.skip(f"{DHCP_6} is not installed: busybox knows no DHCP for IPv6")
    made = []
    for name, mac in MACS.items():
        guest = tiny_guest(extra=[DHCP_6]).define(
            a_system, name, accelerator="tcg", memory=192 * 1024
        )
        card = CARD.format(mac=mac, network=a_nat.name)
        a_system.domains.define(
            re.sub(r"(?s)<interface.*</interface>", card, guest.xml(inactive=True))
        )
        guest.start()
        made.append(guest)
    end = time.monotonic() + 300
    while not all(is_agent_connected(parse_xml(guest.xml())) for guest in made):
        assert time.monotonic() < end, "the guests' agents do not answer"
        time.sleep(0.5)
    yield made
    for guest in made:
        guest.destroy()
        guest.undefine()


def move(guest, network):
    """Put its card on another network, and return the address that it gets there."""
    mac = MACS[guest.name]
    edit = guest.edit()
    with edit as definition:
        definition.devices.interfaces[mac].source.network = network.name
    assert not edit.result.waits_for_start, edit.result
    return address_of(guest, network)


def address_of(guest, network):
    said = run_inside(guest, ASK_4)
    subnet = network.document().ips[0].subnet
    found = re.search(r"inet ([0-9.]+)/", said)
    assert found, said
    assert found[1].rpartition(".")[0] == str(subnet.network_address).rpartition(".")[0], said
    return found[1]


def can_reach(guest, address):
    return "1 packets received" in run_inside(guest, f"ping -c 1 -W 3 {address}")


def test_the_guest_gets_the_static_lease_just_added(a_nat, guests, wait_until):
    one, _two = guests
    mac = MACS[one.name]
    four, six = a_nat.document().ips
    wanted = f"{str(four.subnet.network_address)[:-1]}77"
    result = a_nat.add_host(DhcpHost(mac=mac, ip=wanted, name="web"))
    assert [effect.when for effect in result.effects] == ["now"]
    # The server reads what it was told a moment after it was told.
    until(lambda: address_of(one, a_nat) == wanted)
    (lease,) = wait_until(lambda: [each for each in a_nat.leases() if each.address == wanted])
    assert (lease.mac, lease.prefix, lease.name) == (mac, 24, "web")
    assert lease.expires > time.time()

    wanted = str(six.subnet.network_address + 0x77)
    # DUID-LL of RFC 8415: kind 3, hardware 1, the address of the card.
    result = a_nat.add_host(DhcpHost(id=f"0:3:0:1:{mac}", ip=wanted, name="six"))
    assert [effect.when for effect in result.effects] == ["now"]
    until(lambda: wanted in run_inside(one, ASK_6, seconds=180))
    assert wait_until(lambda: [each for each in a_nat.leases() if each.address == wanted])


def test_a_name_just_added_is_found_and_can_be_taken_back(a_nat, guests):
    one, _two = guests
    server = a_nat.document().ips[0].address
    edit = a_nat.edit()
    with edit as definition:
        definition.dns.hosts.append(DnsHost(ip="192.0.2.77", names=[HostName(name="far.lab")]))
        definition.mtu = 1400
    effects = {effect.path: effect.when for effect in edit.result.effects}
    assert effects == {"dns": "now", "mtu": "next_boot"}
    until(lambda: "192.0.2.77" in run_inside(one, f"nslookup far.lab {server}"))
    assert [effect.when for effect in a_nat.undo_edit().effects] == ["now", "now"]
    until(lambda: "192.0.2.77" not in run_inside(one, f"nslookup far.lab {server}"))


def test_who_is_on_it_is_known(a_nat, guests):
    assert {(user.name, user.mac, user.active) for user in a_nat.users()} == {
        (name, mac, True) for name, mac in MACS.items()
    }
    assert all(user.target.startswith("vnet") for user in a_nat.users())
    assert {(port.owner, port.mac, port.plug) for port in a_nat.ports()} == {
        (name, mac, "network") for name, mac in MACS.items()
    }
    assert {port.owner_uuid for port in a_nat.ports()} == {guest.uuid for guest in guests}


@pytest.mark.parametrize("mode", ["nat", "route", "open", "isolated"])
def test_the_way_outside_is_that_of_the_mode(mode, a_nat, guests, make_network):
    if reason := an_outside.missing():
        pytest.skip(reason)
    one, _two = guests
    network = a_nat if mode == "nat" else make_network(name=f"qv-{mode}", mode=mode)
    with an_outside.an_outside() as way_back:
        address = move(one, network)
        if mode != "nat":
            # Of NAT, nobody outside needs to know the way to the guests.
            way_back(network.document().ips[0].subnet)
        said = run_inside(one, ASK_OUTSIDE)
        if mode != "isolated":
            # What is on the way may need a moment.
            said = said or until(lambda: run_inside(one, ASK_OUTSIDE))
    seen = said.splitlines()[-1] if said else ""
    assert seen == {"nat": an_outside.HOST, "isolated": ""}.get(mode, address), said


def test_two_isolated_networks_do_not_see_each_other(guests, make_network):
    one, two = guests
    here = make_network(name="qv-here", mode="isolated")
    there = make_network(name="qv-there", mode="isolated")
    assert here.document().ips[0].subnet != there.document().ips[0].subnet
    move(one, here)
    far = move(two, there)
    assert not can_reach(one, far)
    near = move(two, here)
    until(lambda: can_reach(one, near))
