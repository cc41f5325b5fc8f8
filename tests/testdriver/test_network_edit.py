"""Edits, static hosts and names of networks on libvirt's test driver."""

from __future__ import annotations

import libvirt
import pytest

from qvirt_jupyter.documents import DhcpHost, Ip
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    EditConflict,
    InUse,
    InvalidDefinition,
    NotFound,
    OperationFailed,
    Unsupported,
    WrongState,
)

WEB = DhcpHost(mac="52:54:00:00:00:01", ip="10.7.0.10", name="web")
ON_IT = """<domain type='test'><name>on it</name><memory>1024</memory><os><type>hvm</type></os>
  <devices><interface type='network'><mac address='52:54:00:00:0a:01'/>
    <source network='default' portgroup='staff'/><link state='down'/></interface></devices>
</domain>"""


@pytest.fixture
def a_network(a_connection):
    return a_connection.networks["default"]


def test_a_static_host_comes_changes_and_goes_while_the_network_is_on(a_network):
    result = a_network.add_host(WEB)
    assert [effect.when for effect in result.effects] == ["now"]
    hosts = a_network.document().ips[0].hosts
    assert hosts["52:54:00:00:00:01"].name == "web"
    moved = DhcpHost(mac="52:54:00:00:00:01", ip="10.7.0.11", name="web")
    assert a_network.update_host("web", moved).changes
    assert a_network.document().ips[0].hosts["52:54:00:00:00:01"].ip == "10.7.0.11"
    assert a_network.remove_host("10.7.0.11").changes
    assert len(a_network.document().ips[0].hosts) == 0


def test_a_static_host_is_refused_before_libvirt_is_asked(a_network):
    a_network.add_host(WEB)
    with pytest.raises(AlreadyExists, match="52:54:00:00:00:01"):
        a_network.add_host(DhcpHost(mac="52:54:00:00:00:01", ip="10.7.0.12"))
    with pytest.raises(AlreadyExists, match=r"10\.7\.0\.10"):
        a_network.add_host(DhcpHost(mac="52:54:00:00:00:02", ip="10.7.0.10"))
    with pytest.raises(NotFound, match=r"10\.7\.0\.0/24"):
        a_network.add_host(DhcpHost(mac="52:54:00:00:00:02", ip="10.0.0.1"))
    with pytest.raises(NotFound, match="'nobody'"):
        a_network.remove_host("nobody")
    with pytest.raises(NotFound):
        a_network.update_host("nobody", WEB)
    # It may stay as it is itself.
    assert not a_network.update_host("web", WEB).changes


def test_an_edit_says_field_by_field_when_it_counts(a_network):
    edit = a_network.edit()
    with edit as definition:
        definition.dns.texts.add(name="note", value="hello")
        definition.bridge.delay = 7
    effects = {effect.path: effect for effect in edit.result.effects}
    assert effects["dns"].when == "now"
    assert effects["bridge/@delay"].when == "next_boot"
    assert "stop and start it" in effects["bridge/@delay"].reason
    with a_network.edit(live=False) as definition:
        definition.dns.texts["note"].value = "bye"
    assert a_network.document().dns.texts["note"].value == "hello"


def test_what_is_off_takes_over_everything(a_network):
    a_network.stop()
    edit = a_network.edit()
    with edit as definition:
        definition.mtu = 1400
    assert [effect.when for effect in edit.result.effects] == ["now"]
    assert a_network.document().mtu == 1400
    with a_network.edit() as definition:
        definition.mtu = 1400
    assert len(a_network.history) == 1


def test_an_address_counts_however_it_is_spelled(a_network):
    a_network.stop()
    edit = a_network.edit()
    with edit as definition:
        definition.ips.append(Ip(family="ipv6", address="fd00:0:0::1", prefix=64))
    assert a_network.document().ips.keys() == ["10.7.0.1", "fd00::1"]
    assert [effect.when for effect in edit.result.effects] == ["now"]


def test_libvirts_refusal_of_an_update_is_the_reason_to_wait(a_network, monkeypatch):
    def refuse(*_arguments):
        error = libvirt.libvirtError("not today")
        error.err = (libvirt.VIR_ERR_OPERATION_INVALID, 0, "not today", 0, "", None, None, 0, 0)
        raise error

    monkeypatch.setattr(libvirt.virNetwork, "update", refuse)
    result = a_network.add_host(WEB)
    assert [effect.when for effect in result.effects] == ["next_boot"]
    assert "Not today. It is on" in result.effects[0].reason


def test_somebody_elses_change_is_a_conflict_and_nothing_is_written(a_network):
    a_network.stop()
    base = a_network.document(inactive=True)
    with a_network.edit() as definition:
        definition.mtu = 1400
    with (
        pytest.raises(EditConflict) as caught,
        a_network.edit(base) as definition,
    ):
        definition.domain = "mine"
    assert caught.value.theirs.paths == ("mtu",)
    assert caught.value.mine.paths == ("domain",)
    assert a_network.document().domain is None


def test_an_edit_keeps_the_name_and_can_be_undone(a_network):
    a_network.stop()
    with pytest.raises(InvalidDefinition, match="keeps the name"), a_network.edit() as definition:
        definition.name = "other"
    with pytest.raises(ZeroDivisionError), a_network.edit() as definition:
        definition.mtu = 1 // 0
    with pytest.raises(NotFound, match="No earlier definition"):
        a_network.undo_edit()
    with a_network.edit() as definition:
        definition.mtu = 1400
    a_network.undo_edit()
    assert a_network.document().mtu is None
    assert [kept.cause for kept in a_network.history] == ["Undo", "mtu"]


def test_a_network_is_renamed_while_it_is_off(a_network, a_connection):
    with pytest.raises(WrongState, match="Stop it first"):
        a_network.rename("other", force=True)
    a_network.set_autostart(True)
    a_network.stop()
    uuid = a_network.uuid
    with pytest.raises(AlreadyExists):
        a_network.rename("<alone>", force=True)
    with pytest.raises(InvalidDefinition, match="must not have a / in it"):
        a_network.rename("a/b", force=True)
    a_network.rename("other", force=True)
    assert a_connection.networks["other"].uuid == uuid
    assert a_network.name == "other"
    assert a_network.autostart
    assert "default" not in a_connection.networks


def test_a_rename_that_fails_leaves_the_old_name(a_network, a_connection, monkeypatch):
    a_network.set_autostart(True)
    a_network.stop()
    define = libvirt.virConnect.networkDefineXML

    def refuse(connection, text):
        if "<name>other</name>" in text:
            raise libvirt.libvirtError("no")
        return define(connection, text)

    monkeypatch.setattr(libvirt.virConnect, "networkDefineXML", refuse)
    with pytest.raises(OperationFailed):
        a_network.rename("other", force=True)
    assert "default" in a_connection.networks
    assert a_network.autostart


def test_who_is_on_it_keeps_its_name(a_network, a_connection):
    a_connection.domains.define(ON_IT)
    (user,) = [user for user in a_network.users() if user.name == "on it"]
    assert (user.mac, user.active, user.link) == ("52:54:00:00:0a:01", False, False)
    assert (user.port_group, user.target) == ("staff", "")
    a_network.stop()
    with pytest.raises(InUse, match="on it"):
        a_network.rename("other")
    a_network.rename("other", force=True)
    assert a_network.users() == ()


def test_what_the_test_driver_does_not_know_is_said(a_network):
    with pytest.raises(Unsupported):
        a_network.leases()
    with pytest.raises(Unsupported):
        a_network.ports()
    a_network.stop()
    assert a_network.leases() == ()
