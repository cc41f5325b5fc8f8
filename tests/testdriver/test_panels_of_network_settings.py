"""What is changed of a network in its dialogs on libvirt's test driver: addresses, hosts, DNS."""

from __future__ import annotations

import pytest
from a_manager import wait_for
from a_networks_section import dialog, field, names, opened, rows, section, select, select_again


@pytest.fixture
def a_panel(a_connection):
    with opened(a_connection) as panel:
        yield panel


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
