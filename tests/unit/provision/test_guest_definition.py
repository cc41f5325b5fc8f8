import socket
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree

from qvirt_jupyter.provision.guest_definition import (
    GuestDefinition,
    GuestFiles,
    forwarded_ports,
    free_port,
    passt_forwards,
    port_is_free,
)

FILES = GuestFiles(Path("/cache/vmlinuz"), Path("/cache/initramfs.img"), Path("/images/a&b.qcow2"))
QEMU = {"qemu": "http://libvirt.org/schemas/domain/qemu/1.0"}


def definition(name="web", **options):
    return etree.fromstring(GuestDefinition(name, FILES, **options).xml())


def arguments(domain):
    return [arg.get("value") for arg in domain.iterfind("qemu:commandline/qemu:arg", QEMU)]


def test_names_and_paths_are_data_whatever_they_contain():
    domain = definition("</name><memory>&", title='"<x>', description="a & b")
    assert domain.findtext("name") == "</name><memory>&"
    assert domain.findtext("title") == '"<x>'
    assert domain.find("devices/disk/source").get("file") == "/images/a&b.qcow2"


@pytest.mark.parametrize(
    ("name", "host_name"),
    [
        ("web", "web"),
        ("Web Server_1", "web-server-1"),
        ("a;reboot", "a-reboot"),
        ("日本", "tiny"),
        ("x" * 99, "x" * 63),
    ],
)
def test_the_host_name_has_only_letters_that_a_host_name_may_have(name, host_name):
    words = definition(name).findtext("os/cmdline").split()
    assert f"qvirt.name={host_name}" in words


def test_kvm_or_tcg():
    assert definition(kvm=True).get("type") == "kvm"
    assert definition(kvm=False).get("type") == "qemu"


@pytest.mark.parametrize("display", ["vnc", "spice"])
def test_displays_listen_nowhere(display):
    graphics = definition(display=display).find("devices/graphics")
    assert graphics.get("type") == display
    assert graphics.find("listen").get("type") == "none"
    assert graphics.get("port") is None


@pytest.mark.parametrize("display", ["vnc", "spice"])
def test_a_screen_comes_with_a_tablet_so_that_pointers_meet(display):
    tablet = definition(display=display).find("devices/input")
    assert (tablet.get("type"), tablet.get("bus")) == ("tablet", "virtio")


def test_no_display():
    domain = definition(display="none")
    assert domain.find("devices/input") is None
    assert domain.find("devices/graphics") is None
    assert domain.find("devices/video/model").get("type") == "none"


def test_user_networking_without_forwards_is_plain():
    domain = definition()
    assert domain.find("devices/interface").get("type") == "user"
    assert arguments(domain) == []
    assert "qvirt.forward" not in domain.findtext("os/cmdline")


def test_forwards_by_the_command_line_are_bound_to_loopback():
    domain = definition(forwards=((8080, 80), (2222, 22)))
    netdev, device = arguments(domain)[1::2]
    assert "hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=tcp:127.0.0.1:2222-:22" in netdev
    assert "restrict=on" in netdev
    mac = device.partition("mac=")[2].partition(",")[0]
    assert f"qvirt.forward={mac}" in domain.findtext("os/cmdline").split()
    assert domain.find("devices/interface/portForward") is None
    assert forwarded_ports(etree.tostring(domain)) == ((8080, 80), (2222, 22))


def test_forwards_by_passt_are_bound_to_loopback():
    domain = definition(forwards=((8080, 80),), passt=True)
    interface = domain.find("devices/interface")
    assert interface.find("backend").get("type") == "passt"
    assert interface.find("portForward").attrib == {"proto": "tcp", "address": "127.0.0.1"}
    assert arguments(domain) == []
    assert forwarded_ports(etree.tostring(domain)) == ((8080, 80),)


def test_a_libvirt_network_with_a_forward_keeps_both():
    domain = definition(network="default", forwards=((8080, 80),), passt=True)
    assert domain.find("devices/interface/source").get("network") == "default"
    assert forwarded_ports(etree.tostring(domain)) == ((8080, 80),)


def test_port_zero_is_any_free_one():
    ((host, guest),) = forwarded_ports(GuestDefinition("web", FILES, forwards=((0, 80),)).xml())
    assert host > 0
    assert guest == 80


def test_a_guest_that_is_defined_anew_keeps_its_uuid():
    uuid = UUID("6513270e-269e-4d37-b2a7-4de452e6b438")
    assert definition(uuid=uuid).findtext("uuid") == str(uuid)
    assert definition().find("uuid") is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"memory": 1024}, "at least 98304 KiB"),
        ({"vcpus": 0}, "at least one"),
        ({"display": "x11"}, "'vnc', 'spice' or 'none'"),
        ({"forwards": ((80, 65536),)}, "65535"),
        ({"forwards": ((-1, 80),)}, "65535"),
        ({"forwards": ((80, 0),)}, "65535"),
    ],
)
def test_what_is_out_of_range_is_refused_with_the_right_values(options, words):
    with pytest.raises(ValueError, match=words):
        GuestDefinition("web", FILES, **options)


def capabilities(*backends):
    values = "".join(f"<value>{backend}</value>" for backend in backends)
    return (
        "<domainCapabilities><devices><interface supported='yes'>"
        f"<enum name='backendType'>{values}</enum></interface></devices></domainCapabilities>"
    )


def test_passt_counts_only_where_libvirt_lists_it_and_it_is_installed(monkeypatch, tmp_path):
    monkeypatch.setattr("qvirt_jupyter.provision.host_packages.PROGRAM_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not passt_forwards(capabilities("default", "passt"))
    program = tmp_path / "passt"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert passt_forwards(capabilities("default", "passt"))
    assert not passt_forwards(capabilities("default"))
    # libvirt 9.0 says nothing about backends
    assert not passt_forwards("<domainCapabilities><devices/></domainCapabilities>")


def test_a_port_that_is_taken_is_noticed():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert not port_is_free(listener.getsockname()[1])
    assert port_is_free(free_port())
