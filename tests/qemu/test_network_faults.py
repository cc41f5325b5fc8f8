"""Networks that cannot be made leave nothing; what a real host has of interfaces and filters."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from qvirt_jupyter.documents import Bandwidth, HostInterface, Network
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    InUse,
    InvalidDefinition,
    OperationFailed,
    QvirtError,
    Unsupported,
)
from qvirt_jupyter.provision import HostNetworks, NetworkRequest
from qvirt_jupyter.widgets.networks.host_parts import look_at_parts
from qvirt_jupyter.widgets.networks.settings import NetworkSettings

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

FILTER = """<filter name='qv-filter' chain='ipv4'>
  <rule action='drop' direction='in'><tcp dstportstart='23'/></rule></filter>"""
USER = """<domain type='qemu'><name>qv-filtered</name><memory>16384</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os><devices>
  <interface type='user'><mac address='52:54:00:7e:00:09'/></interface>
  <interface type='bridge'><mac address='52:54:00:7e:00:0a'/><source bridge='br0'/>
    <filterref filter='qv-filter'/></interface></devices></domain>"""


@pytest.fixture
def a_system(a_qemu_connection):
    if "/session" in a_qemu_connection.uri:
        pytest.skip("networks need a system daemon, which needs root")
    before = set(a_qemu_connection.networks.names)
    yield a_qemu_connection
    for network in a_qemu_connection.networks:
        if network.name not in before:
            if network.is_active:
                network.stop()
            network.delete()


def wish(**values):
    return NetworkRequest(**{"name": "qv-wish", "mode": "isolated", "autostart": False, **values})


def test_a_new_network_is_on_and_starts_with_its_host(a_system):
    network = NetworkRequest(name="qv-wish").create(a_system)
    assert network.is_active
    assert network.autostart
    assert network.record.forward == "nat"
    document = network.document()
    assert document.ips[0].ranges[0].start.endswith(".128")
    assert document.ips[0].ranges[0].end.endswith(".254")
    seen = HostNetworks.of(a_system)
    assert document.bridge.name in seen.interfaces
    assert document.ips[0].subnet not in seen.subnets


def test_addresses_of_another_network_or_of_the_host_are_refused(a_system):
    network = wish().create(a_system)
    subnet = str(network.document().ips[0].subnet)
    with pytest.raises(InvalidDefinition, match=r"qv-wish has .*overlaps"):
        wish(name="qv-other", ipv4=subnet).create(a_system)
    with pytest.raises(AlreadyExists, match="taken"):
        wish().create(a_system)
    for taken in HostNetworks.of(a_system).subnets:
        field = "ipv4" if taken.version == 4 else "ipv6"
        (problem,) = [
            each
            for each in wish(name="qv-other", **{field: str(taken)}).problems(a_system)
            if not each.is_warning
        ]
        assert problem.field == field
    assert "qv-other" not in a_system.networks


def test_of_two_that_want_one_name_at_once_one_gets_it(a_system):
    def make(_number):
        try:
            return wish().create(a_system)
        except QvirtError as error:
            return error

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(make, range(2)))
    errors = [each for each in outcomes if isinstance(each, QvirtError)]
    assert len(errors) == 1, outcomes
    assert [name for name in a_system.networks.names if name.startswith("qv-")] == ["qv-wish"]
    assert a_system.networks["qv-wish"].is_active


def test_a_bridge_that_is_in_use_leaves_nothing(a_system):
    subprocess.run(["ip", "link", "add", "qvbusy0", "type", "bridge"], check=True)
    try:
        request = wish(bridge="qvbusy0")
        (problem,) = request.problems(a_system)
        assert problem.field == "bridge"
        # Somebody made it after we looked.
        definition = request.build(a_system)
        with pytest.raises(QvirtError, match="qvbusy0"):
            a_system.networks.create(definition, autostart=False)
    finally:
        subprocess.run(["ip", "link", "delete", "qvbusy0"], check=True)
    assert "qv-wish" not in a_system.networks


def test_a_bridge_of_the_host_becomes_a_network(a_system):
    subprocess.run(["ip", "link", "add", "qvbr0", "type", "bridge"], check=True)
    try:
        network = wish(mode="bridge", bridge="qvbr0").create(a_system)
        assert network.document().mode == "bridge"
        assert network.is_active
    finally:
        subprocess.run(["ip", "link", "delete", "qvbr0"], check=True)


def test_without_dnsmasq_nothing_is_left(a_system, a_system_libvirtd):
    program = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin")
    hidden = a_system_libvirtd.run("mount", "--bind", "/dev/null", program)
    assert hidden.returncode == 0, hidden.stderr
    try:
        with pytest.raises(OperationFailed, match="dnsmasq"):
            wish().create(a_system)
    finally:
        assert a_system_libvirtd.run("umount", program).returncode == 0
    assert "qv-wish" not in a_system.networks
    assert wish().create(a_system).is_active


def test_the_speed_of_a_network_is_that_of_its_bridge(a_system):
    limits = Bandwidth()
    limits.inbound.average = 1000
    try:
        network = wish(bandwidth=limits).create(a_system)
    except OperationFailed as error:
        if "sfq" in error.details or "tc" in error.details:
            pytest.skip(f"this kernel cannot limit the speed of a network: {error.reason}")
        raise
    bridge = network.document().bridge.name
    shown = subprocess.run(
        ["tc", "class", "show", "dev", bridge], capture_output=True, text=True, check=True
    )
    # 1000 KiB/s, in the bits of 1000 that tc counts in.
    assert "8192Kbit" in shown.stdout or "8Mbit" in shown.stdout, shown.stdout


def test_interfaces_of_a_host_without_netcf_are_shown_only(a_system):
    interfaces = a_system.interfaces
    assert interfaces.why_missing == ""
    assert "lo" in interfaces.names
    assert interfaces["lo"].document().name == "lo"
    if not interfaces.why_read_only:
        pytest.skip("this libvirt was built with netcf")
    assert "nmcli" in interfaces.why_read_only
    (part,) = (each for each in look_at_parts(a_system) if each.source.key == "interface lo")
    assert "nmcli" in str(part.refusal("stop"))
    with pytest.raises(Unsupported):
        interfaces.define(HostInterface(name="qvbr7", type="bridge"))


def test_a_filter_that_is_used_stays(a_system):
    filters = a_system.nw_filters
    assert filters.why_missing == ""
    made = filters.define(FILTER)
    machine = a_system.domains.define(USER)
    try:
        (user,) = made.users()
        assert (user.name, user.mac) == ("qv-filtered", "52:54:00:7e:00:0a")
        with pytest.raises(InUse, match="qv-filtered"):
            made.delete()
        above = filters.define("<filter name='qv-above'><filterref filter='qv-filter'/></filter>")
        assert {(each.kind, each.name) for each in made.users()} == {
            ("domain", "qv-filtered"),
            ("nw_filter", "qv-above"),
        }
        assert set(filters.users()["qv-filter"]) == set(made.users())
        parts = {part.source.key: part for part in look_at_parts(a_system)}
        assert parts["filter qv-filter"].users == ("qv-filtered", "qv-above")
        assert "qv-filtered, qv-above" in str(parts["filter qv-filter"].refusal("delete"))
        assert parts["filter qv-above"].refusal("delete") == ""
        assert "qv-filter" in repr(filters)
        above.delete()
        base = made.xml()
        document = made.document()
        document.rules[0].action = "accept"
        assert made.redefine(document, base=base).changes
        assert made.document().rules[0].action == "accept"
    finally:
        machine.undefine()
    made.delete()
    assert "qv-filter" not in filters


ASKED = "<network><name>qv-asked</name><bridge name='qvasked0'/>{ips}</network>"


def settled(system, ips, **wishes):
    """Define a network, and write settings into it as the form does."""
    definition = Network.parse(ASKED.format(ips=ips))
    before = NetworkSettings.of(definition)
    wanted = dataclasses.replace(before, **wishes)
    wanted.write(definition, before)
    return system.networks.define(definition), dict(wanted.problems())


@pytest.mark.parametrize(
    ("address", "prefix"),
    [("10.98.0.1", 24), ("10.98.0.1", 26), ("fd00:98::1", 60), ("fd00:98::1", 62)],
)
def test_the_form_refuses_names_of_addresses_where_libvirt_does(a_system, address, prefix):
    version = 6 if ":" in address else 4
    ip = f"<ip family='ipv{version}' address='{address}' prefix='{prefix}'/>"
    network, problems = settled(a_system, ip, **{f"pointers{version}": True})
    assert "localPtr='yes'" in network.xml(inactive=True)
    if problems:
        with pytest.raises(Unsupported, match=f"prefix {prefix}"):
            network.start()
    else:
        network.start()
        assert network.is_active


def test_guests_that_boot_from_the_network_are_told_what_the_form_says(a_system):
    ip = "<ip address='10.98.0.1' prefix='24'/>"
    boot = {"boot_file": "pxelinux.0", "boot_server": "10.98.0.9"}
    # libvirt drops what the form refuses.
    network, problems = settled(a_system, ip, **boot)
    assert "boot_file" in problems
    assert "bootp" not in network.xml(inactive=True)
    network.delete()
    network, problems = settled(
        a_system, ip, ranges4="10.98.0.20 10.98.0.40", tftp_root="/usr", **boot
    )
    assert problems == {}
    network.start()
    (served,) = network.document().ips
    assert (served.tftp_root, served.boot_file, served.boot_server) == (
        "/usr",
        "pxelinux.0",
        "10.98.0.9",
    )
