"""The guest of `make lab` of an earlier version: it stays as it is, unless a tablet is wanted."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from a_console_host import a_running_host, a_tiny_guest_for, missing

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.provision import PackagesMissing

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
SCRIPT = Path(__file__).parents[2] / "scripts" / "lab_guest.py"
TITLE = "<title>mine</title><memory"


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture
def lab_guest(a_host):
    spec = importlib.util.spec_from_file_location("lab_guest", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.URI = a_host.uri
    yield module
    a_host.remove_all()


@pytest.fixture
def define(a_host):
    """A function that defines the guest with a part replaced, and a title that its user gave it."""
    try:
        built = a_tiny_guest_for(a_host)
    except PackagesMissing as error:
        pytest.skip(str(error))

    def make(part="", other=""):
        xml = built.definition("tiny", accelerator="tcg")
        assert part in xml
        xml = xml.replace(part, other).replace("<memory", TITLE, 1)
        connection = connect(a_host.uri)
        connection.domains.define(xml)
        connection.close()

    return make


def stored(a_host):
    return a_host.connection.lookupByName("tiny").XMLDesc(2)  # VIR_DOMAIN_XML_INACTIVE


def tablets(a_host):
    return [
        (each.get("type"), each.get("bus"))
        for each in parse_xml(stored(a_host)).findall("devices/input")
        if each.get("type") == "tablet"
    ]


TABLET = '<input type="tablet" bus="virtio"/>'


def test_one_without_a_tablet_is_left_as_it_is_and_told_of(a_host, lab_guest, define, capsys):
    define(TABLET)
    before = stored(a_host)
    lab_guest.LabGuest().start()
    assert "--add-tablet" in capsys.readouterr().out
    assert stored(a_host) == before
    assert a_host.connection.lookupByName("tiny").isActive()


def test_a_tablet_is_added_where_that_is_wanted_and_nothing_else(a_host, lab_guest, define, capsys):
    define(TABLET)
    lab_guest.LabGuest(add_tablet=True).start()
    assert "has a tablet now" in capsys.readouterr().out
    assert tablets(a_host) == [("tablet", "virtio")]
    assert "<title>mine</title>" in stored(a_host)
    # It is in the machine that runs, too: it was added before.
    running = parse_xml(a_host.connection.lookupByName("tiny").XMLDesc(0))
    assert running.find("devices/input[@type='tablet']") is not None
    a_host.connection.lookupByName("tiny").destroy()
    lab_guest.LabGuest(add_tablet=True).start()
    assert capsys.readouterr().out == ""
    assert len(tablets(a_host)) == 1


def test_one_that_has_a_tablet_is_not_spoken_of(a_host, lab_guest, define, capsys):
    define()
    lab_guest.LabGuest().start()
    assert capsys.readouterr().out == ""
    assert len(tablets(a_host)) == 1
