"""The dialog for a new network on libvirt's test driver: what it suggests, refuses and makes."""

from __future__ import annotations

import pytest
from a_manager import wait_for
from a_networks_section import dialog, field, names, opened, section

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor.host.links import HostLinks
from qvirt_jupyter.provision.networks import HostNetworks, NetworkRequest, PhysicalFunction
from qvirt_jupyter.widgets.networks.creation import NewNetworkForm
from qvirt_jupyter.widgets.preferences import preferences


@pytest.fixture
def a_panel(a_connection):
    with opened(a_connection) as panel:
        yield panel


def test_a_new_network_has_a_free_name_and_free_addresses(a_panel, a_connection):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    assert field(form, "name")["value"] == "network"
    assert field(form, "ipv4")["value"] == "192.168.100.0/24"
    assert field(form, "range4_start")["value"] == "192.168.100.128"
    assert field(form, "range4_end")["value"] == "192.168.100.254"
    # Another network has another range (NET-09).
    form.edit("ipv4", "10.30.0.0/24")
    assert field(form, "range4_start")["value"] == "10.30.0.128"
    form.edit("hosts", "52:54:00:00:00:77 10.30.0.7 seven")
    form.edit("name", "lab")
    assert form.shown["code"].startswith("NetworkRequest(name='lab', ipv4='10.30.0.0/24'")
    assert "<ip address='10.30.0.1' prefix='24'>" in form.shown["preview"]
    assert form.submit()
    assert wait_for(lambda: "lab" in names(a_panel))
    (ip,) = a_connection.networks["lab"].document().ips
    assert [(host.mac, host.ip, host.name) for host in ip.hosts] == [
        ("52:54:00:00:00:77", "10.30.0.7", "seven")
    ]
    network = a_connection.networks["lab"]
    assert wait_for(lambda: network.is_active and network.autostart)


def test_what_is_wrong_with_a_new_network_is_said_at_its_field(a_panel):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    form.edit("name", "default")
    assert "default" in field(form, "name")["error"]
    form.edit("name", "lab")
    form.edit("ipv4", "10.7.0.0/25")
    assert "default" in field(form, "ipv4")["error"]
    form.edit("ipv4", "10.30.0.0/24")
    form.edit("range4_end", "10.31.0.1")
    assert field(form, "range4_start")["error"]
    form.edit("range4_end", "10.30.0.200")
    form.edit("hosts", "nonsense")
    assert "nonsense" in field(form, "hosts")["error"]
    assert not form.submit()
    form.edit("hosts", "")
    form.edit("mode", "bridge")
    assert not field(form, "ipv4")["shown"]
    assert field(form, "bridge")["error"]
    form.edit("mode", "sriov")
    assert field(form, "physical_function")["error"]


def test_ipv6_gets_free_addresses_when_it_is_wanted(a_panel, a_connection):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    assert not field(form, "ipv6")["shown"]
    form.edit("has_ipv6", "true")
    assert field(form, "ipv6")["value"] == "fd00:100::/64"
    assert field(form, "range6_start")["value"] == "fd00:100::100"
    assert form.submit()
    assert wait_for(lambda: "network" in names(a_panel))
    document = a_connection.networks["network"].document()
    assert [ip.version for ip in document.ips] == [4, 6]


def test_the_device_and_the_card_of_a_new_network_are_those_of_the_host(a_panel, a_connection):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    form.edit("device", "eth77")
    assert "device='eth77'" in form.shown["code"]
    form.edit("device", "")
    # Nothing said: the name of the network is the domain; said, it is what is said (NET-11).
    assert field(form, "domain")["placeholder"] == "network"
    form.edit("domain", "lab.example")
    form.edit("mode", "isolated")
    assert not field(form, "device")["shown"]
    assert form.submit()
    assert wait_for(lambda: "network" in names(a_panel))
    document = a_connection.networks["network"].document()
    assert (document.mode, document.domain) == ("", "lab.example")


def test_devices_and_bridges_of_the_host_are_suggested_and_others_can_be_typed(a_connection):
    links = HostLinks(bridges=("br0",), devices=("eth0",))
    seen = HostNetworks(links=links, interfaces=frozenset({"br0", "eth0"}))
    form = NewNetworkForm(a_connection, seen, list, list)
    assert [each["value"] for each in field(form, "device")["choices"]] == ["eth0"]
    form.edit("device", "eth1")
    assert "no network device eth1" in field(form, "device")["error"]
    form.edit("device", "")
    assert not form.validate()
    form.edit("mode", "bridge")
    assert [each["value"] for each in field(form, "bridge")["choices"]] == ["br0"]
    assert field(form, "bridge")["error"]
    form.edit("bridge", "br0")
    assert not form.validate()
    assert form.draft.request.build(seen).bridge.name == "br0"
    form.close()


def test_a_pool_of_virtual_functions_is_chosen_by_its_card(a_connection):
    card = PhysicalFunction("pci_0000_03_00_0", "eth3", 8, "A card")
    seen = HostNetworks(physical_functions=(card,), interfaces=frozenset({"eth3"}))
    form = NewNetworkForm(a_connection, seen, list, list)
    form.edit("mode", "sriov")
    assert [each["value"] for each in field(form, "physical_function")["choices"]] == ["eth3"]
    assert field(form, "physical_function")["value"] == "eth3"
    assert not field(form, "ipv4")["shown"]
    assert not form.validate()
    forward = form.draft.request.build(seen).forward
    assert (forward.mode, forward.physical_function, forward.managed) == ("hostdev", "eth3", True)
    form.close()


EXTRAS = {
    "nat_start": "192.0.2.10",
    "nat_end": "192.0.2.20",
    "first_port": "2000",
    "last_port": "3000",
    "inbound_average": "1000",
    "inbound_peak": "5000",
    "outbound_average": "128",
    "own_bridge": "tlab0",
    "mtu": "1400",
    "routes": "10.50.0.0/24 192.168.100.9",
    "dns_texts": "note what it says",
    "dns_services": "ldap tcp server 389\nsip udp server 5060 10 5 example.org",
    "forwarders": "192.0.2.53, example.org=192.0.2.54",
    "port_groups": "staff default in=1000/2000/512 out=500\nguests",
}
WRITTEN = (
    "<address start='192.0.2.10' end='192.0.2.20'/>",
    "<port start='2000' end='3000'/>",
    "<inbound average='1000' peak='5000'/>",
    "<outbound average='128'/>",
    "<bridge name='tlab0'",
    "<mtu size='1400'/>",
    "<route address='10.50.0.0' prefix='24' gateway='192.168.100.9'/>",
    "<txt name='note' value='what it says'/>",
    "<srv service='ldap' protocol='tcp' target='server' port='389'/>",
    "domain='example.org' target='server' port='5060' priority='10' weight='5'/>",
    "<forwarder addr='192.0.2.53'/>",
    "<forwarder domain='example.org' addr='192.0.2.54'/>",
    "<portgroup name='staff' default='yes'>",
    "<inbound average='1000' peak='2000' burst='512'/>",
    "<outbound average='500'/>",
    "<portgroup name='guests'>",
)


def test_what_is_rarely_asked_for_is_folded_and_reaches_libvirt(a_panel, a_connection):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    for name, text in EXTRAS.items():
        assert field(form, name)["advanced"]
        form.edit(name, text)
    # What "Copy as code" copies is Python, and the same network.
    known = {**vars(documents), "NetworkRequest": NetworkRequest}
    copied = eval(form.shown["code"], known)  # noqa: S307 - it was made here
    assert str(copied.build(a_connection)) == form.shown["preview"]
    assert form.submit(), form.shown
    assert wait_for(lambda: "network" in names(a_panel))
    xml = a_connection.networks["network"].xml()
    assert [part for part in WRITTEN if part not in xml] == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("routes", "10.50.0.0/24", "the address of a guest"),
        ("routes", "10.50.0.0/24 10.1.1.1", "no address of the network"),
        ("dns_services", "ldap tcp", "a machine and a port"),
        ("dns_texts", "note", "a name and its text"),
        ("port_groups", "a\na", "a name of its own"),
        ("dns_services", "ldap tcp server 389 1 2 3", "a priority, a weight and a domain"),
        ("port_groups", "a in=5/4", "not below that on average"),
        ("port_groups", "a in=1/2/3/4", "one to three numbers"),
        ("inbound_peak", "5", "its speed on average"),
        ("own_bridge", "tbr0", "that of the network default"),
        ("vlans", "5000", "from 1 to 4094"),
        ("hosts6", "fd00:100::9", "a DUID"),
    ],
)
def test_what_is_wrong_with_extras_is_said_before_libvirt_is_asked(a_panel, name, text, words):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    form.edit("has_ipv6", "true")
    if name == "vlans":
        form.edit("mode", "openvswitch")
        form.edit("bridge", "ovs0")
    form.edit(name, text)
    said = [each["error"] for each in form.shown["fields"]]
    assert any(words in each for each in said), said
    assert not form.submit()


def test_what_is_wrong_with_a_speed_is_said_at_its_own_field(a_panel):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    form.edit("outbound_burst", "64")
    assert "needs its speed on average" in field(form, "outbound_average")["error"]
    assert not field(form, "inbound_average")["error"]
    form.edit("outbound_average", "100")
    form.edit("outbound_peak", "50")
    assert "not below that on average" in field(form, "outbound_peak")["error"]
    assert not field(form, "outbound_average")["error"]


@pytest.fixture
def _without_xml():
    """Somebody who may not edit XML, until the test changes that."""
    before = preferences.now.edit_xml
    preferences.set(edit_xml=False)
    yield
    preferences.set(edit_xml=before)


@pytest.mark.usefixtures("_without_xml")
def test_a_new_network_is_written_by_hand(a_panel, a_connection):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    form.edit("name", "lab")
    form.edit("writes_xml", "true")
    # Who may not edit XML is told how to.
    assert "Editing XML is off" in field(form, "writes_xml")["error"]
    preferences.set(edit_xml=True)
    form.edit("writes_xml", "true")
    text = field(form, "xml")["value"]
    assert "<name>lab</name>" in text
    assert [each["name"] for each in form.shown["fields"] if each["shown"]] == [
        *("autostart", "writes_xml", "xml")
    ]
    for wrong, words in (
        (text.replace("</network>", ""), "well-formed"),
        ("<pool/>", "begins with <network>"),
        (text.replace("<name>lab</name>", "<name>default</name>"), "is taken"),
    ):
        form.edit("xml", wrong)
        assert not form.submit()
        assert words in field(form, "xml")["error"], field(form, "xml")
    form.edit("xml", text.replace("<network>", "<network><nonsense/>"))
    (fault,) = field(form, "xml")["code"]["faults"]
    assert fault["level"] == "warning"
    assert "nonsense" in fault["text"]
    form.edit("xml", text.replace("<name>lab</name>", "<name>mine</name><mtu size='1300'/>"))
    assert form.submit(), form.shown
    assert wait_for(lambda: "mine" in names(a_panel))
    network = a_connection.networks["mine"]
    assert network.is_active
    assert network.autostart
    assert network.document().mtu == 1300


def test_a_static_host_of_ipv6_has_a_name_or_a_duid(a_panel, a_connection):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    form.edit("has_ipv6", "true")
    form.edit("hosts6", "web fd00:100::9\n0:1:2:3 fd00:100::8")
    assert form.submit(), form.shown
    assert wait_for(lambda: "network" in names(a_panel))
    _ip4, ip6 = a_connection.networks["network"].document().ips
    found = [(host.name, host.id, host.ip) for host in ip6.hosts]
    assert found == [("web", None, "fd00:100::9"), (None, "0:1:2:3", "fd00:100::8")]


def test_what_was_typed_is_still_there_when_the_network_cannot_be_made(a_panel, a_connection):
    section(a_panel).table._act("create", (), "window-1")
    form = dialog(a_panel)
    form.edit("name", "lab")
    form.edit("domain", "lab.example")
    # Another panel was faster.
    a_connection.networks.create("<network><name>lab</name></network>")
    assert form.submit()
    assert wait_for(lambda: form.shown["problem"])
    assert "lab" in form.shown["problem"]
    assert form.shown["busy"] == ""
    assert field(form, "domain")["value"] == "lab.example"
    form.edit("name", "lab-2")
    assert form.submit()
    assert wait_for(lambda: "lab-2" in names(a_panel))
    assert wait_for(lambda: not section(a_panel).dialog.children)
