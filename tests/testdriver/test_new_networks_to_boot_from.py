"""The dialog for a new network asks what guests boot from, and makes it in one go."""

from __future__ import annotations

import pytest
from a_manager import wait_for

from qvirt_jupyter import documents
from qvirt_jupyter.provision.networks import HostNetworks
from qvirt_jupyter.widgets.networks.creation import NewNetworkForm
from qvirt_jupyter.widgets.networks.settings import NetworkSettings
from qvirt_jupyter.widgets.networks.settings_form import settings_form

BOOTING = documents.Network.parse(
    "<network><name>booting</name><ip address='10.63.0.1' prefix='24'/></network>"
)
BOOT = ("tftp_root", "boot_file", "boot_server")


@pytest.fixture
def a_form(a_connection):
    made = []
    form = NewNetworkForm(a_connection, HostNetworks.of(a_connection), lambda: None, made.append)
    form.made = made
    form.edit("name", "pxe")
    form.edit("ipv4", "10.63.0.0/26")
    yield form
    form.close()


def field(form, name):
    return next(each for each in form.shown["fields"] if each["name"] == name)


def test_what_guests_boot_from_is_asked_and_made(a_form, a_connection):
    a_form.edit("pointers4", "true")
    a_form.edit("tftp_root", "srv")
    a_form.edit("boot_server", "10.63.0.9")
    assert not a_form.submit()
    for name, words in (
        ("pointers4", "a multiple of 8 bits; that of 10.63.0.0/26 is not"),
        ("tftp_root", "the whole path"),
        ("boot_file", "which file"),
    ):
        assert words in field(a_form, name)["error"]
    a_form.edit("ipv4", "10.63.0.0/24")
    a_form.edit("tftp_root", "/srv/tftp")
    a_form.edit("boot_file", "pxelinux.0")
    assert "tftp_root='/srv/tftp', boot_file='pxelinux.0'" in a_form.shown["code"]
    assert "<bootp file='pxelinux.0' server='10.63.0.9'/>" in a_form.shown["preview"]
    assert a_form.submit(), a_form.shown
    assert wait_for(lambda: a_form.made)
    (ip,) = a_connection.networks["pxe"].document(inactive=True).ips
    assert [getattr(ip, name) for name in BOOT] == ["/srv/tftp", "pxelinux.0", "10.63.0.9"]
    assert ip.local_pointers


def test_what_is_hidden_is_not_asked_for(a_form):
    for name, text in (("tftp_root", "/srv/tftp"), ("boot_file", "x"), ("pointers4", "true")):
        a_form.edit(name, text)
    assert not field(a_form, "pointers6")["shown"]
    a_form.edit("dhcp4", "false")
    assert not any(field(a_form, name)["shown"] for name in BOOT)
    a_form.edit("dns", "false")
    assert not field(a_form, "pointers4")["shown"]
    request = a_form.draft.request
    assert (request.tftp_root, request.boot_file, request.pointers4) == ("", "", False)
    a_form.edit("has_ipv6", "true")
    a_form.edit("dns", "true")
    a_form.edit("pointers6", "true")
    assert a_form.draft.request.pointers6


def folders(form, **content):
    form._said({"type": "folders", **content}, "window-1")
    return form.shown["folders"]


def test_the_folder_is_looked_for_in_both_dialogs(a_form, a_connection, tmp_path):
    (tmp_path / "tftp").mkdir()
    there = settings_form(
        a_connection, NetworkSettings.of(BOOTING), "booting", lambda _wanted: None, lambda: None
    )
    for form in (a_form, there):
        assert field(form, "tftp_root")["browse"] == "Browse…"
        assert "browse" not in field(form, "boot_file")
        assert folders(form, wish="look", path="boot_file") is None
        form.edit("tftp_root", str(tmp_path / "gone"))
        assert folders(form, wish="look", path="tftp_root")["busy"]
        assert wait_for(lambda form=form: form.shown["folders"]["folders"] == ["tftp"])
        assert form.shown["folders"]["path"] == str(tmp_path)
        assert folders(form, wish="choose", path=str(tmp_path / "tftp")) is None
        assert field(form, "tftp_root")["value"] == str(tmp_path / "tftp")
    there.close()
