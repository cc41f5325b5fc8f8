"""Network cards: what a list shows, what is suggested and refused, what belongs together."""

import re

import pytest

from qvirt_jupyter.documents import Domain, Interface, declarations
from qvirt_jupyter.documents.devices.interface import random_mac

MAC = "52:54:00:aa:bb:01"


def a_guest(devices="", machine="q35", kind="kvm"):
    return Domain.parse(
        f"<domain type='{kind}'><os><type arch='x86_64' machine='{machine}'>hvm</type></os>"
        f"<devices>{devices}</devices></domain>"
    )


def a_card(kind="network", source="<source network='lab'/>", model="virtio", mac=MAC):
    return (
        f"<interface type='{kind}'><mac address='{mac}'/>{source}"
        f"<model type='{model}'/></interface>"
    )


def test_a_card_is_called_by_the_end_of_its_address():
    domain = a_guest(a_card() + "<interface type='user'/>")
    assert [each.display_name for each in domain.devices.interfaces] == ["NIC aa:bb:01", "NIC 2"]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        (a_card(), "network lab · virtio"),
        (a_card("bridge", "<source bridge='br0'/>"), "bridge br0 · virtio"),
        (a_card("direct", "<source dev='eth0'/>"), "macvtap eth0 · virtio"),
        (a_card("user", ""), "user mode · virtio"),
        (
            a_card("mcast", "<source address='230.0.0.1' port='5'/>"),
            "multicast 230.0.0.1:5 · virtio",
        ),
        (
            a_card("hostdev", "<source><address bus='0x01' slot='0x00'/></source>"),
            "host card 0000:01:00.0 · virtio",
        ),
        (a_card("vhostuser", "<source path='/run/s'/>"), "vhost-user socket /run/s · virtio"),
        ("<interface type='brand-new'/>", "brand-new"),
    ],
)
def test_the_summary_says_what_it_is_connected_to(text, summary):
    assert Interface.parse(text).summary == summary


def test_identity_is_the_address_or_the_number():
    domain = a_guest(a_card() + "<interface/><interface/>")
    first, second, third = (each.identity for each in domain.devices.interfaces)
    assert first == ("interface", MAC)
    assert second != third


@pytest.mark.parametrize(
    ("there", "kind", "name"),
    [
        ("", "network", "default"),
        (a_card(), "network", "lab"),
        (a_card("bridge", "<source bridge='br0'/>"), "bridge", "br0"),
        (a_card("user", ""), "user", None),
        (a_card("hostdev", ""), "network", "default"),
    ],
)
def test_a_new_card_is_connected_as_the_first_one(there, kind, name):
    card = Interface.suggested(a_guest(there), None)
    assert card.type == kind
    assert getattr(card.source, kind, None) == name
    assert re.fullmatch(r"52:54:00(:[0-9a-f]{2}){3}", card.mac)
    assert card.mac != MAC


@pytest.mark.parametrize(
    ("machine", "kind", "models"),
    [
        ("pc-q35-7.2", "kvm", ("virtio", "e1000e", "igb")),
        ("pc-i440fx-7.2", "kvm", ("virtio", "e1000", "rtl8139")),
        ("xenfv", "xen", ("netfront", "e1000", "rtl8139")),
        ("virt", "qemu", ("virtio",)),
    ],
)
def test_models_go_with_the_machine(machine, kind, models):
    domain = a_guest("<interface/>", machine, kind)
    (card,) = domain.devices.interfaces
    (model,) = [declared for declared in declarations(card) if declared.name == "model"]
    assert model.fitting(card) == models
    assert model.fitting(Interface()) == ()
    assert Interface.suggested(a_guest("", machine, kind), None).model == models[0]


def test_the_model_of_a_new_card_is_that_of_the_first():
    assert Interface.suggested(a_guest(a_card(model="e1000e")), None).model == "e1000e"


def test_a_type_may_be_chosen():
    card = Interface.suggested(a_guest(a_card()), None, type="direct")
    assert (card.type, card.source.mode) == ("direct", "bridge")


def test_an_address_that_another_card_has_is_refused():
    domain = a_guest(a_card())
    assert MAC in str(Interface(mac=MAC).refused(domain, None))
    assert not Interface(mac="52:54:00:aa:bb:02").refused(domain, None)
    assert not Interface().refused(domain, None)


def test_a_random_address_is_a_free_one():
    taken = {random_mac(())}
    assert random_mac(taken) not in taken


def test_another_link_takes_its_fields_and_says_its_kind():
    card = Interface.parse(
        "<interface type='user'><source dev='e'/><backend type='passt' logFile='/l'/>"
        "<portForward proto='tcp'><range start='1'/></portForward><model type='virtio'/></interface>"
    )
    card.type = "vhostuser"
    assert str(card) == (
        "<interface type='vhostuser'><source type='unix'/><model type='virtio'/></interface>"
    )
    card.type = "hostdev"
    assert card.source.address.type == "pci"
    card.type = "null"
    assert str(card) == "<interface type='null'><model type='virtio'/></interface>"


@pytest.mark.parametrize(
    ("kind", "gone"),
    [("openvswitch", "managerid"), ("802.1Qbg", "profileid"), ("802.1Qbh", "interfaceid")],
)
def test_a_switch_has_parameters_of_its_kind(kind, gone):
    card = Interface.parse(
        "<interface><virtualport type='brand-new'><parameters other='1'/></virtualport></interface>"
    )
    port = card.virtual_port
    port.type = "802.1Qbg" if kind == "openvswitch" else "openvswitch"
    for name in ("manager", "profile", "interface"):
        if hasattr(type(port.parameters), name):
            value = "6d3f0000-0000-4000-8000-0000000000f2"
            setattr(port.parameters, name, 1 if name == "manager" else value)
    port.type = kind
    assert gone not in str(card)
    assert "other='1'" in str(card), "what is unknown stays"


def test_virtio_options_are_for_virtio():
    assert Interface(model="virtio-non-transitional").is_virtio
    assert not Interface(model="e1000e").is_virtio


def test_a_running_card_of_a_network_is_shown_as_that():
    """While the machine runs, libvirt names the bridge beside the network."""
    (card,) = a_guest(
        a_card(source="<source network='lab' portid='x' bridge='virbr7'/>")
    ).devices.interfaces
    assert card.type == "network"
    assert "lab" in str(card.summary)
    assert "virbr7" not in str(card.summary)
