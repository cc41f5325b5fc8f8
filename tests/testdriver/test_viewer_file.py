"""Connection files for remote-viewer, and why there is none."""

from __future__ import annotations

import configparser
import stat

import pytest

from qvirt_jupyter.hypervisor import NotFound, QvirtError

MACHINE = """<domain type='test'><name>{name}</name><memory>1024</memory>
<os><type>hvm</type></os><devices>{displays}</devices></domain>"""
WORD = "secret"
ALL = "::"
OPEN = """<graphics type='spice' port='5901' tlsPort='5902' autoport='no' passwd='secret'>
<listen type='address' address='{address}'/></graphics>"""


@pytest.fixture
def start(a_connection):
    """A function that starts a machine with displays."""

    def define(displays, name="web"):
        machine = a_connection.domains.define(MACHINE.format(name=name, displays=displays))
        machine.start()
        return machine

    return define


def read(file):
    parser = configparser.RawConfigParser()
    parser.read_string(file.text)
    return dict(parser["virt-viewer"])


def test_a_display_on_an_address_has_a_file_without_its_password(start):
    machine = start(OPEN.format(address="192.0.2.7"))
    file = machine.viewer_file()
    assert file.name == "web.vv"
    assert read(file) == {
        "type": "spice",
        "host": "192.0.2.7",
        "port": "5901",
        "tls-port": "5902",
        "title": "web",
        "delete-this-file": "1",
    }
    asked = machine.viewer_file(with_password=True)
    assert read(asked)["password"] == WORD
    assert WORD not in repr(asked)


def test_a_display_on_all_addresses_is_reached_by_the_name_of_its_host(start, a_connection):
    machine = start(OPEN.format(address=ALL))
    assert read(machine.viewer_file())["host"] == a_connection.hostname


@pytest.mark.parametrize(
    ("displays", "reason"),
    [
        ("<graphics type='spice'><listen type='none'/></graphics>", "listens nowhere"),
        (
            "<graphics type='vnc'><listen type='socket' socket='/run/x'/></graphics>",
            r"unix socket of its host \(/run/x\)",
        ),
        (OPEN.format(address="127.0.0.1"), "listens on 127.0.0.1, which only programs on its own"),
        ("<graphics type='sdl'/>", "no SPICE or VNC display"),
        ("", "no SPICE or VNC display"),
    ],
)
def test_why_remote_viewer_cannot_connect_is_said(start, displays, reason):
    with pytest.raises(QvirtError, match=reason) as caught:
        start(displays).viewer_file()
    assert caught.value.next_step


def test_the_end_of_a_tunnel_is_named(start):
    machine = start(OPEN.format(address="127.0.0.1"))
    found = read(machine.viewer_file(host="localhost", port=6000))
    assert (found["host"], found["port"]) == ("localhost", "6000")
    assert "tls-port" not in found


def test_one_of_several_displays(start):
    vnc = "<graphics type='vnc' port='5910' listen='192.0.2.7'/>"
    machine = start("<graphics type='sdl'/>" + OPEN.format(address="192.0.2.7") + vnc)
    assert read(machine.viewer_file())["type"] == "spice"
    found = read(machine.viewer_file(2))
    assert (found["type"], found["port"]) == ("vnc", "5910")
    with pytest.raises(QvirtError, match="this display is sdl"):
        machine.viewer_file(0)
    with pytest.raises(NotFound, match="no display 9"):
        machine.viewer_file(9)


def test_a_machine_that_is_off_has_none(start):
    machine = start(OPEN.format(address="192.0.2.7"))
    machine.destroy()
    with pytest.raises(QvirtError, match="no port yet"):
        machine.viewer_file()


def test_names_and_addresses_are_values_and_nothing_else(start):
    machine = start(OPEN.format(address="192.0.2.7"), "a=b;[x]\\n#")
    file = machine.viewer_file(host="far\nsecure-attention=x\r\n[ovirt]", port=1)
    assert [line.partition("=")[0] for line in file.text.splitlines()] == [
        "[virt-viewer]",
        *("type", "host", "port", "title", "delete-this-file"),
    ]
    # As GLib reads it.
    assert read(file)["title"] == r"a=b;[x]\\n#"
    assert read(file)["host"] == r"far\nsecure-attention=x\r\n[ovirt]"


def test_it_is_saved_for_its_owner_only(start, tmp_path):
    file = start(OPEN.format(address="192.0.2.7")).viewer_file()
    saved = file.save(tmp_path)
    assert saved == tmp_path / "web.vv"
    assert saved.read_text() == file.text
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        file.save(tmp_path)
