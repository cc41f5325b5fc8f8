"""What guests boot from, and questions for the names of addresses, in a network that is asked for."""

from __future__ import annotations

import pytest

from qvirt_jupyter.provision import HostNetworks, NetworkRequest

EMPTY = HostNetworks()
PXE = NetworkRequest(
    name="pxe",
    ipv4="10.9.0.0/24",
    ipv6="fd00:9::/64",
    pointers4=True,
    pointers6=True,
    tftp_root="/srv/tftp",
    boot_file="pxelinux.0",
    boot_server="10.9.0.9",
)


def asked(**wishes):
    return NetworkRequest(**{"name": "lab", "ipv4": "10.9.0.0/24", **wishes})


def test_a_network_to_boot_from_is_made_in_one_go():
    assert not PXE.problems(EMPTY)
    four, six = PXE.build(EMPTY).ips
    assert str(four) == (
        "<ip address='10.9.0.1' prefix='24' localPtr='yes'>\n"
        "  <tftp root='/srv/tftp'/>\n"
        "  <dhcp>\n"
        "    <range start='10.9.0.128' end='10.9.0.254'/>\n"
        "    <bootp file='pxelinux.0' server='10.9.0.9'/>\n"
        "  </dhcp>\n"
        "</ip>"
    )
    assert (six.local_pointers, six.tftp_root, six.boot_file) == (True, None, None)
    again = eval(PXE.code, {"NetworkRequest": NetworkRequest})  # noqa: S307 - our own words
    assert again == PXE


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (asked(tftp_root="srv/tftp"), "tftp_root", "the whole path"),
        (asked(tftp_root="/srv/a,b"), "tftp_root", "a comma"),
        (asked(tftp_root="/srv/a #1"), "tftp_root", "a blank with #"),
        (asked(boot_file="x", dhcp4=False), "boot_file", "are given out"),
        (asked(boot_file='a"b'), "boot_file", 'a "'),
        (asked(boot_file="a\nb"), "boot_file", "one line"),
        (asked(boot_file="x", ipv4="", ipv6="fd00:9::/64"), "boot_file", "are given out"),
        (asked(boot_server="10.9.0.9"), "boot_file", "which file"),
        (asked(boot_file="x", boot_server="tftp.example.org"), "boot_server", "IPv4 address"),
        (asked(boot_file="x", boot_server="fd00:9::9"), "boot_server", "IPv4 address"),
        (asked(ipv4="10.9.0.0/26", pointers4=True), "pointers4", "multiple of 8 bits"),
        (asked(ipv6="fd00:9::/62", dhcp6=False, pointers6=True), "pointers6", "multiple of 4"),
        (asked(pointers6=True), "pointers6", "no addresses of IPv6"),
        (asked(dns=False, pointers4=True), "pointers4", "Without a DNS server"),
    ],
    ids=str,
)
def test_what_libvirt_refuses_late_or_drops_is_said_at_its_field(request_, field, words):
    (problem,) = request_.problems(EMPTY)
    assert problem.field == field
    assert words in str(problem)


@pytest.mark.parametrize("name", ["a#1", "pxe linux.0", "Größe/boot.ipxe"])
def test_other_names_are_taken_as_they_are(name):
    assert not asked(boot_file=name, tftp_root=f"/srv/{name}").problems(EMPTY)


def test_a_folder_that_this_machine_does_not_have_is_named(tmp_path):
    here = HostNetworks(is_here=True)
    a_file = tmp_path / "boot.ipxe"
    a_file.write_text("#!ipxe\n")
    assert not asked(tftp_root=str(tmp_path)).problems(here)
    for path in (tmp_path / "gone", a_file, a_file / "below"):
        (problem,) = asked(tftp_root=str(path)).problems(here)
        assert (problem.field, f"no folder {path}." in str(problem)) == ("tftp_root", True)
        # Another host may have it.
        assert not asked(tftp_root=str(path)).problems(EMPTY)


def test_a_way_to_another_network_has_none_of_it():
    bridge = asked(mode="bridge", bridge="br0", tftp_root="/srv/tftp", boot_file="x")
    assert "tftp" not in str(bridge.build(EMPTY))
