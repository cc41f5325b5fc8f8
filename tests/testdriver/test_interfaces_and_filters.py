"""Interfaces of the host on libvirt's test driver, which can change them; it has no filters."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import HostInterface
from qvirt_jupyter.hypervisor import (
    EditConflict,
    InvalidDefinition,
    NotFound,
    Unsupported,
    WrongState,
    connect,
)

BRIDGE = """<interface type='bridge' name='br7'><start mode='onboot'/>
  <protocol family='ipv4'><ip address='10.7.7.1' prefix='24'/></protocol>
  <bridge><interface type='ethernet' name='eth1'/></bridge></interface>"""


WORLD = """<node><interface type='ethernet' name='eth1'><start mode='onboot'/>
  <protocol family='ipv4'><ip address='192.168.0.5' prefix='24'/></protocol>
  <mac address='AA:BB:CC:DD:EE:FF'/></interface></node>"""


@pytest.fixture
def a_uri(tmp_path):
    """A world of the test's own with an interface."""
    (tmp_path / "interfaces.xml").write_text(WORLD)
    return f"test://{tmp_path}/interfaces.xml"


@pytest.fixture
def a_world(a_uri):
    connection = connect(a_uri)
    yield connection
    connection.close()


def test_interfaces_are_listed(a_world):
    interfaces = a_world.interfaces
    assert interfaces.why_missing == ""
    assert interfaces.names == ("eth1",)
    card = interfaces["eth1"]
    assert card.is_active
    assert card.mac == "aa:bb:cc:dd:ee:ff"
    assert card.document().protocols["ipv4"].addresses[0].address == "192.168.0.5"
    assert "network card" in repr(interfaces)
    assert "192.168.0.5/24" in interfaces._repr_html_()
    assert "Interface eth1" in card._repr_html_()
    assert "up" in repr(card)
    assert card == interfaces["eth1"]
    with pytest.raises(NotFound, match="Did you mean 'eth1'"):
        interfaces["eth"]


def test_an_interface_is_defined_started_changed_and_deleted(a_world):
    interfaces = a_world.interfaces
    assert interfaces.why_read_only == ""
    made = interfaces.define(BRIDGE)
    assert not made.is_active
    made.start()
    with pytest.raises(WrongState, match="on already"):
        made.start()
    with pytest.raises(WrongState, match="Stop it first"):
        made.delete()
    made.stop()
    with pytest.raises(WrongState, match="off"):
        made.stop()
    base = made.xml(inactive=True)
    document = made.document(inactive=True)
    document.mtu = 1400
    assert made.redefine(document, base=base).changes.paths == ("mtu",)
    with pytest.raises(EditConflict):
        made.redefine(base, base=base)
    document.name = "br8"
    with pytest.raises(InvalidDefinition, match="keeps the name"):
        made.redefine(document)
    made.delete()
    assert "br7" not in interfaces
    assert "down" in repr(interfaces.define(BRIDGE))


def test_changes_are_kept_or_taken_back_together(a_world):
    interfaces = a_world.interfaces
    with pytest.raises(WrongState):
        interfaces.commit()
    with pytest.raises(InvalidDefinition), interfaces.changes():
        interfaces.define(interfaces.define(BRIDGE).xml().replace("br7", ""))
    assert interfaces.names == ("eth1",)
    with interfaces.changes():
        interfaces.define(HostInterface.parse(BRIDGE))
        with pytest.raises(WrongState):
            interfaces.begin()
    assert interfaces.names == ("br7", "eth1")


def test_what_is_wrong_is_refused(a_world):
    with pytest.raises(InvalidDefinition):
        a_world.interfaces.define("<interface")
    with pytest.raises(InvalidDefinition, match="not a <interface>"):
        a_world.interfaces.define("<network><name>a</name></network>")


def test_who_may_only_look_is_told(a_uri):
    reader = connect(a_uri, read_only=True)
    try:
        assert "read-only" in reader.interfaces.why_read_only
    finally:
        reader.close()


def test_a_driver_without_filters_says_so(a_world):
    filters = a_world.nw_filters
    assert "not supported" in filters.why_missing
    with pytest.raises(Unsupported):
        filters.define("<filter name='a'/>")
    assert "not supported" in repr(filters)
