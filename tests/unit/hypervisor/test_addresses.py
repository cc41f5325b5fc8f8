"""Which of the addresses that somebody names is a way to the guest."""

from __future__ import annotations

import libvirt

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor.errors import OperationFailed
from qvirt_jupyter.hypervisor.networks.addresses import Address, addresses_of, first_answer, macs_of

V4, V6 = libvirt.VIR_IP_ADDR_TYPE_IPV4, libvirt.VIR_IP_ADDR_TYPE_IPV6
MAC = "52:54:00:aa:bb:cc"


def answer(*addresses, mac=MAC, name="eth0"):
    entries = [
        {"addr": text, "prefix": 24, "type": V6 if ":" in text else V4} for text in addresses
    ]
    return {name: {"hwaddr": mac, "addrs": entries}}


def texts(found):
    return [address.address for address in found]


def test_an_address_has_all_its_parts():
    (found,) = addresses_of(answer("10.0.2.15", mac=MAC.upper()), "agent", {MAC})
    assert found == Address("eth0", MAC, "ipv4", "10.0.2.15", 24, "agent")


def test_loopback_and_link_local_lead_nowhere():
    found = addresses_of(
        answer("127.0.0.1", "::1", "fe80::1", "169.254.3.4", "2001:db8::1"), "agent", {MAC}
    )
    assert texts(found) == ["169.254.3.4", "2001:db8::1"]


def test_the_machines_own_interfaces_come_first():
    both = answer("172.17.0.1", mac="02:42:00:00:00:01", name="docker0") | answer("10.0.2.15")
    assert texts(addresses_of(both, "agent", {MAC})) == ["10.0.2.15", "172.17.0.1"]


def test_interfaces_without_addresses_and_nonsense_are_left_out():
    assert addresses_of(None, "lease", ()) == ()
    assert addresses_of({"lo": {"hwaddr": None, "addrs": None}}, "agent", ()) == ()
    assert addresses_of(answer("not an address"), "agent", ()) == ()


def ask_in_order(answers, sources=("agent", "lease", "arp")):
    asked = []

    def ask(source):
        asked.append(source)
        if isinstance(answers[source], Exception):
            raise answers[source]
        return answers[source]

    return first_answer(ask, sources, {MAC}), asked


def test_the_first_source_with_an_answer_wins():
    found, asked = ask_in_order({"agent": answer("10.0.0.1"), "lease": answer("10.0.0.2")})
    assert texts(found) == ["10.0.0.1"]
    assert asked == ["agent"]


def test_a_source_that_fails_does_not_hide_the_next():
    broken = OperationFailed("no")
    found, asked = ask_in_order({"agent": broken, "lease": broken, "arp": answer("10.0.0.3")})
    assert [(address.address, address.source) for address in found] == [("10.0.0.3", "arp")]
    assert asked == ["agent", "lease", "arp"]


def test_a_source_that_knows_only_link_local_is_no_answer():
    found, _asked = ask_in_order({"agent": answer("fe80::1"), "lease": answer("10.0.0.2")})
    assert texts(found) == ["10.0.0.2"]


def test_nobody_knows():
    broken = OperationFailed("no")
    found, asked = ask_in_order({"agent": broken, "lease": {}, "arp": broken})
    assert found == ()
    assert len(asked) == 3


def test_macs():
    definition = parse_xml(
        "<domain><devices><interface><mac address='52:54:00:AA:BB:CC'/></interface>"
        "<interface/></devices></domain>"
    )
    assert macs_of(definition) == {MAC}
