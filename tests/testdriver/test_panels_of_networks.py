"""The networks of a host's tab on libvirt's test driver: list, details, dialogs, and refusals."""

from __future__ import annotations

import pytest
from a_manager import wait_for

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.host.links import HostLinks
from qvirt_jupyter.provision.networks import HostNetworks, NetworkRequest, PhysicalFunction
from qvirt_jupyter.widgets import host_panel, shell
from qvirt_jupyter.widgets.networks.creation import NewNetworkForm
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Answer


@pytest.fixture
def a_panel(a_connection):
    panel = host_panel(a_connection, "networks")
    assert wait_for(lambda: panel.section("networks") and names(panel))
    yield panel
    panel.close()


def section(panel):
    return panel.section("networks")


def rows(table):
    return dict(table._rows._rows)


def cell(row, column):
    value = row.cells[column]
    return value if isinstance(value, str) else value.text


def names(panel):
    return {cell(row, "name"): key for key, row in rows(section(panel).table).items()}


def row_of(panel, name):
    return rows(section(panel).table)[names(panel)[name]]


def reasons(panel, name):
    return {each.id: str(each.reason) for each in section(panel)._offer((names(panel)[name],))}


def act(panel, deed, name):
    section(panel).table._act(deed, (names(panel)[name],), "window-1")


def select(panel, name):
    section(panel)._select((names(panel)[name],))
    assert wait_for(lambda: section(panel).details.facts.value)
    return section(panel).details


def question(panel):
    assert wait_for(lambda: panel._context.questions.questions)
    ((key, asked),) = panel._context.questions.questions
    return key, asked


def dialog(panel):
    assert wait_for(lambda: section(panel).dialog.children)
    return section(panel).dialog.children[0]


def field(form, name):
    return next(each for each in form.shown["fields"] if each["name"] == name)


def test_networks_are_listed_with_state_mode_bridge_and_addresses(a_panel):
    row = row_of(a_panel, "default")
    shown = {name: cell(row, name) for name in ("state", "mode", "subnets", "bridge", "machines")}
    assert shown == {
        "state": "on",
        "mode": "NAT",
        "subnets": "10.7.0.0/24",
        "bridge": "tbr0",
        "machines": "1",
    }
    assert cell(row_of(a_panel, "<alone>"), "mode") == "isolated"


def test_a_network_is_stopped_after_a_question_and_started(a_panel, a_connection):
    assert reasons(a_panel, "default")["start"] == "It is on already."
    assert reasons(a_panel, "default")["delete"] == "It is on: stop it first."
    act(a_panel, "stop", "default")
    key, asked = question(a_panel)
    assert "The <running> one" in asked.text
    a_panel._context.questions.answer(key, None)
    assert a_connection.networks["default"].is_active
    act(a_panel, "stop", "default")
    key, _asked = question(a_panel)
    a_panel._context.questions.answer(key, Answer())
    assert wait_for(lambda: row_of(a_panel, "default").dimmed)
    assert reasons(a_panel, "default")["stop"] == "It is off already."
    act(a_panel, "start", "default")
    assert wait_for(lambda: cell(row_of(a_panel, "default"), "state") == "on")


def test_autostart_is_set_and_taken_back(a_panel):
    for wanted in ("yes", "no"):
        act(a_panel, "autostart", "<alone>")
        assert wait_for(lambda w=wanted: cell(row_of(a_panel, "<alone>"), "autostart") == w)


def test_a_network_that_is_off_is_renamed_and_deleted(a_panel, a_connection):
    a_connection.networks["<alone>"].stop()
    assert wait_for(lambda: not reasons(a_panel, "<alone>")["rename"])
    act(a_panel, "rename", "<alone>")
    form = dialog(a_panel)
    form.edit("name", "lonely")
    assert form.submit()
    assert wait_for(lambda: "lonely" in names(a_panel))
    act(a_panel, "delete", "lonely")
    key, asked = question(a_panel)
    assert asked.danger
    a_panel._context.questions.answer(key, Answer())
    assert wait_for(lambda: "lonely" not in names(a_panel))


def test_the_selected_one_says_what_it_is_and_who_is_on_it(a_panel):
    details = select(a_panel, "default")
    for words in (
        "reaches the outside by the host&#x27;s addresses (NAT)",
        "10.7.0.0/24, the host is 10.7.0.1",
        "10.7.0.100 to 10.7.0.200",
        "tbr0",
    ):
        assert words in details.facts.value
    assert wait_for(lambda: rows(details.members))
    (row,) = rows(details.members).values()
    assert cell(row, "machine") == "running"
    assert cell(row, "mac") == "52:54:00:00:00:01"
    assert "isolated" in select_again(a_panel, "<alone>")


def select_again(panel, name):
    details = section(panel).details
    before = details.facts.value
    section(panel)._select((names(panel)[name],))
    assert wait_for(lambda: details.facts.value not in ("", before))
    return details.facts.value


def test_a_machine_is_opened_in_the_window_that_asked(a_panel, monkeypatch):
    opened = []
    monkeypatch.setattr(shell, "_send", opened.append)
    details = select(a_panel, "default")
    assert wait_for(lambda: rows(details.members))
    details.members._receive(
        {"kind": "activate", "rows": ["52:54:00:00:00:01"], "client": "window-1"}
    )
    assert [(each["kind"], each["client"]) for each in opened] == [("vm", "window-1")]


def test_a_static_host_is_refused_where_libvirt_refuses_it(a_panel):
    details = select(a_panel, "default")
    assert wait_for(lambda: rows(details.members))
    details.members._act("static", ("52:54:00:00:00:01",), "window-1")
    form = dialog(a_panel)
    assert field(form, "mac")["value"] == "52:54:00:00:00:01"
    form.edit("ip", "10.7.0.300")
    assert not form.submit()
    assert field(form, "ip")["error"]
    form.edit("ip", "10.99.0.5")
    assert form.submit()
    notices = a_panel._context.notices
    assert wait_for(lambda: any(each.level == "error" for each in notices.notices))


def test_addresses_and_names_are_changed_and_it_is_said_what_waits(a_panel, a_connection):
    details = select(a_panel, "default")
    details._act("settings", (), "window-1")
    form = dialog(a_panel)
    assert field(form, "ranges4")["value"] == "10.7.0.100 10.7.0.200"
    assert not field(form, "ranges6")["shown"]
    for wrong, words in (
        ("10.7.0.50", "the first and the last address"),
        ("10.7.0.50 x", "no addresses"),
        ("10.9.0.1 10.9.0.2", "no address of the network"),
        ("10.7.0.50 10.7.0.40", "comes after"),
        ("10.7.0.1 10.7.0.40", "the host's own"),
        ("10.7.0.50 10.7.0.60\n10.7.0.60 10.7.0.70", "Two ranges"),
    ):
        form.edit("ranges4", wrong)
        assert not form.submit()
        assert words in field(form, "ranges4")["error"]
    form.edit("ranges4", "10.7.0.50 - 10.7.0.200\n10.7.0.210 10.7.0.220")
    form.edit("domain", "lab.example")
    form.edit("names", "10.7.0.5 five")
    assert form.submit(), form.shown

    notices = a_panel._context.notices
    assert wait_for(lambda: notices.notices)
    (notice,) = notices.notices
    assert str(notice.title) == "Some changes of default wait for its next start"
    assert str(notice.text).startswith("domain: + <domain name='lab.example'/>")
    assert "range" not in str(notice.text)
    network = a_connection.networks["default"]
    # What could count at once does.
    assert [(span.start, span.end) for span in network.document().ips[0].ranges] == [
        ("10.7.0.50", "10.7.0.200"),
        ("10.7.0.210", "10.7.0.220"),
    ]
    assert [str(host.ip) for host in network.document().dns.hosts] == ["10.7.0.5"]


BOTH = """
<network>
  <name>both</name>
  <ip address='10.61.0.1' prefix='24'/>
  <ip family='ipv6' address='fd00:61::1' prefix='64'>
    <dhcp>
      <range start='fd00:61::10' end='fd00:61::20'><lease expiry='1' unit='hours'/></range>
      <host name='web' ip='fd00:61::9'/>
    </dhcp>
  </ip>
</network>
"""


def offers(details):
    return {each.id: str(each.reason) for each in details._offer(())}


def test_ranges_and_static_hosts_of_ipv6_are_changed(a_panel, a_connection):
    network = a_connection.networks.create(BOTH)
    assert wait_for(lambda: "both" in names(a_panel))
    details = select(a_panel, "both")
    details._act("settings", (), "window-1")
    form = dialog(a_panel)
    assert field(form, "ranges4")["value"] == ""
    form.edit("ranges4", "10.61.0.10 10.61.0.20")
    form.edit("ranges6", "fd00:61::10 fd00:61::40")
    assert form.submit(), form.shown

    def spans():
        return [
            (each.start, each.end, each.lease.expiry)
            for ip in network.document(inactive=True).ips
            for each in ip.ranges
        ]

    wanted = [("10.61.0.10", "10.61.0.20", None), ("fd00:61::10", "fd00:61::40", 1)]
    assert wait_for(lambda: spans() == wanted), spans()
    assert wait_for(lambda: "web" in rows(details.members))
    details._act("static", ("web",), "window-1")
    assert wait_for(lambda: field(dialog(a_panel), "ip")["value"] == "fd00:61::9")
    form = dialog(a_panel)
    # IPv6 knows no MAC address.
    assert not field(form, "mac")["shown"]
    form.edit("name", "")
    assert not form.submit()
    form.edit("client_id", "0:1:2:3")
    assert form.submit(), form.shown

    def hosts():
        return [
            (each.id, each.name, each.ip) for each in network.document(inactive=True).ips[1].hosts
        ]

    assert wait_for(lambda: hosts() == [("0:1:2:3", None, "fd00:61::9")]), hosts()


def test_what_a_network_has_not_got_cannot_be_changed_and_it_is_said_why(a_panel, a_connection):
    a_connection.networks.create("<network><name>bare</name></network>")
    a_connection.networks.create(
        "<network><name>quiet</name><ip address='10.62.0.1' prefix='24'/></network>"
    )
    assert wait_for(lambda: {"bare", "quiet"} <= names(a_panel).keys())
    details = select(a_panel, "bare")
    none = "The network has no addresses of its own."
    assert wait_for(lambda: offers(details)["static"] == none)
    # It has a speed all the same, but no DNS server.
    assert offers(details)["settings"] == ""
    bare = a_connection.networks["bare"]
    bare.stop()
    details._act("settings", (), "window-1")
    form = dialog(a_panel)
    assert not field(form, "texts")["shown"]
    form.edit("inbound_average", "2000")
    assert form.submit(), form.shown
    assert wait_for(lambda: bare.document(inactive=True).bandwidth.inbound.average == 2000)
    select_again(a_panel, "quiet")
    assert wait_for(lambda: offers(details)["static"].startswith("It gives out no addresses"))
    # There it is said which.
    assert offers(details)["settings"] == ""
    select_again(a_panel, "default")
    assert wait_for(lambda: offers(details)["static"] == "")


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


def test_devices_and_bridges_of_the_host_are_suggested_and_others_can_be_typed():
    links = HostLinks(bridges=("br0",), devices=("eth0",))
    seen = HostNetworks(links=links, interfaces=frozenset({"br0", "eth0"}))
    form = NewNetworkForm(seen, pytest.fail, list, list)
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


def test_a_pool_of_virtual_functions_is_chosen_by_its_card():
    card = PhysicalFunction("pci_0000_03_00_0", "eth3", 8, "A card")
    seen = HostNetworks(physical_functions=(card,), interfaces=frozenset({"eth3"}))
    form = NewNetworkForm(seen, pytest.fail, list, list)
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


def test_what_the_dns_server_answers_and_the_speed_are_changed(a_panel, a_connection):
    network = a_connection.networks["default"]
    # The test driver says of a network that is on only how it runs.
    network.stop()
    details = select(a_panel, "default")
    wanted = {
        "texts": "note what it says",
        "services": "sip udp server 5060 0 5 example.org\nldap tcp server 389",
        "forwarders": "192.0.2.53, example.org=192.0.2.54",
        "inbound_average": "1000",
        "inbound_peak": "3000",
    }
    details._act("settings", (), "window-1")
    form = dialog(a_panel)
    for name, text in wanted.items():
        form.edit(name, text)
    form.edit("outbound_peak", "10")
    assert not form.submit()
    assert field(form, "outbound_average")["error"]
    form.edit("outbound_peak", "")
    form.edit("services", "sip udp")
    assert not form.submit()
    assert "a machine and a port" in field(form, "services")["error"]
    form.edit("services", wanted["services"])
    assert form.submit(), form.shown
    stored = lambda: network.document(inactive=True)  # noqa: E731 - asked again and again
    assert wait_for(lambda: stored().bandwidth.inbound.peak == 3000)
    dns = stored().dns
    assert [(text.name, text.value) for text in dns.texts] == [("note", "what it says")]
    assert [(one.domain, one.address) for one in dns.forwarders] == [
        (None, "192.0.2.53"),
        ("example.org", "192.0.2.54"),
    ]
    assert [(one.service, one.weight, one.domain) for one in dns.services] == [
        ("sip", 5, "example.org"),
        ("ldap", None, None),
    ]
    # It stands there again as it was typed, and can be taken back.
    assert wait_for(lambda: not section(a_panel).dialog.children)
    details._act("settings", (), "window-1")
    form = dialog(a_panel)
    assert {name: field(form, name)["value"] for name in wanted} == wanted
    for name in wanted:
        form.edit(name, "")
    assert form.submit(), form.shown
    assert wait_for(lambda: not stored().bandwidth)
    dns = stored().dns
    assert [*dns.texts, *dns.services, *dns.forwarders] == []


BOOTING = """
<network>
  <name>booting</name>
  <ip address='10.63.0.1' prefix='26'/>
  <ip family='ipv6' address='fd00:63::1' prefix='64' localPtr='yes'/>
</network>
"""


def test_network_boot_and_questions_for_its_addresses_are_said(a_panel, a_connection):
    network = a_connection.networks.define(BOOTING)
    assert wait_for(lambda: "booting" in names(a_panel))
    details = select(a_panel, "booting")
    details._act("settings", (), "window-1")
    form = dialog(a_panel)
    assert [field(form, f"pointers{version}")["value"] for version in (4, 6)] == ["false", "true"]
    form.edit("pointers4", "true")
    form.edit("tftp_root", "srv")
    form.edit("boot_server", "10.63.0.9")
    assert not form.submit()
    for name, words in (
        ("pointers4", "a multiple of 8 bits; that of 10.63.0.0/26 is not"),
        ("tftp_root", "the whole path"),
        ("boot_file", "which file"),
    ):
        assert words in field(form, name)["error"]
    form.edit("pointers4", "false")
    form.edit("pointers6", "false")
    form.edit("tftp_root", "/srv/tftp")
    form.edit("boot_file", "pxelinux.0")
    # libvirt drops the file without a word where no addresses are given out.
    assert not form.submit()
    assert "are given out" in field(form, "boot_file")["error"]
    form.edit("ranges4", "10.63.0.10 10.63.0.20")
    assert form.submit(), form.shown
    ips = lambda: network.document(inactive=True).ips  # noqa: E731 - asked again and again
    assert wait_for(lambda: ips()[0].boot_file == "pxelinux.0")
    four, six = ips()
    assert (four.tftp_root, four.boot_server) == ("/srv/tftp", "10.63.0.9")
    assert not six.local_pointers
    # What stands there is taken back.
    assert wait_for(lambda: not section(a_panel).dialog.children)
    details._act("settings", (), "window-1")
    form = dialog(a_panel)
    for name in ("tftp_root", "boot_file", "boot_server"):
        form.edit(name, "")
    assert form.submit(), form.shown
    assert wait_for(lambda: not ips()[0].boot_file)
    assert "tftp" not in network.xml(inactive=True)


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


def test_the_xml_of_the_selected_one_is_edited(a_panel, a_connection):
    details = select(a_panel, "default")
    details._xml_place.selected_index = 0
    assert wait_for(lambda: details.xml is not None)
    assert not section(a_panel).is_dirty
    assert details.xml._source.key == f"network {a_connection.networks['default'].uuid}"


def test_without_a_connection_nothing_can_be_done_and_the_table_says_why(a_panel, a_connection):
    section(a_panel).table._act("create", (), "window-1")
    dialog(a_panel)
    a_connection.close()
    assert wait_for(lambda: not section(a_panel).dialog.children)
    (create, *_others) = section(a_panel)._offer(())
    assert str(create.reason).startswith("Not connected")
    publisher.flush()
