"""Adding a connection: the URI that comes of it, and what is remembered."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor.uri import ConnectionUri
from qvirt_jupyter.widgets.connections.dialog import ConnectionDialog
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection


class Events(list):
    """What the dialog did, in order."""

    def close(self):
        self.append("closed")


@pytest.fixture
def events():
    return Events()


@pytest.fixture
def a_dialog(events):
    dialog = ConnectionDialog(events.append, events.close)
    yield dialog
    dialog.close()


def fill(dialog, **texts):
    for name, text in texts.items():
        dialog.edit(name, text)


def field(dialog, name):
    return next(each for each in dialog.shown["fields"] if each["name"] == name)


def shown(dialog):
    return {each["name"] for each in dialog.shown["fields"] if each["shown"]}


def preview(dialog):
    return dialog.shown["note"]["text"]


@pytest.mark.parametrize(
    ("hypervisor", "uri"),
    [
        ("qemu", "qemu:///system"),
        ("qemu-session", "qemu:///session"),
        ("xen", "xen:///"),
        ("lxc", "lxc:///"),
        ("bhyve", "bhyve:///system"),
        ("vz", "vz:///system"),
    ],
)
def test_each_hypervisor_has_its_uri(a_dialog, events, hypervisor, uri):
    fill(a_dialog, hypervisor=hypervisor)
    assert preview(a_dialog) == uri
    assert a_dialog.submit()
    assert events == [SavedConnection(uri, autoconnect=True), "closed"]


@pytest.mark.parametrize(
    ("texts", "uri"),
    [
        ({"host": "far"}, "qemu+ssh://root@far/system"),
        ({"host": "fe80::1"}, "qemu+ssh://root@[fe80::1]/system"),
        ({"host": "far", "port": "2222"}, "qemu+ssh://root@far:2222/system"),
        ({"host": "far", "user": "a@b"}, "qemu+ssh://a%40b@far/system"),
        ({"host": "far", "user": ""}, "qemu+ssh://far/system"),
        ({"host": "far", "hypervisor": "xen"}, "xen+ssh://root@far/"),
        ({"host": "far", "way": "tls", "user": "me"}, "qemu+tls://far/system"),
        ({"host": "far", "socket": "/run/x"}, "qemu+ssh://root@far/system?socket=/run/x"),
        ({"host": "far", "socket": "/run/x", "way": "tls"}, "qemu+tls://far/system"),
    ],
)
def test_the_uri_of_another_host_is_shown_while_typing(a_dialog, texts, uri):
    fill(a_dialog, **{"way": "ssh", **texts})
    assert preview(a_dialog) == uri


def test_a_local_socket_is_named(a_dialog):
    fill(a_dialog, socket="/run/x")
    parts = ConnectionUri.parse(preview(a_dialog))
    assert (parts.socket, parts.host, parts.path) == ("/run/x", "", "/system")


def test_the_fields_of_another_host_are_for_those_that_have_one(a_dialog):
    far = {"user", "host", "port"}
    assert not shown(a_dialog) & far
    fill(a_dialog, way="ssh")
    assert far <= shown(a_dialog)
    fill(a_dialog, way="tls")
    assert shown(a_dialog) & far == {"host", "port"}
    for hypervisor in ("qemu-session", "custom"):
        fill(a_dialog, hypervisor=hypervisor)
        assert not shown(a_dialog) & {*far, "way"}


@pytest.mark.parametrize("way", ["ssh", "tls"])
def test_an_empty_host_is_refused_with_a_sentence(a_dialog, events, way):
    fill(a_dialog, way=way)
    assert preview(a_dialog) == ""
    assert not a_dialog.submit()
    said = a_dialog.shown["problem"] or field(a_dialog, "host")["error"]
    assert "host" in said
    assert said.endswith(".")
    assert events == []


def test_a_custom_uri_begins_with_the_one_so_far(a_dialog, events):
    fill(a_dialog, way="ssh", host="far", hypervisor="custom")
    assert field(a_dialog, "custom_uri")["value"] == "qemu+ssh://root@far/system"
    fill(a_dialog, custom_uri="test:///default")
    assert preview(a_dialog) == "test:///default"
    assert a_dialog.submit()
    assert events[0].uri == "test:///default"


@pytest.mark.parametrize("uri", ["nonsense", "qemu+pigeon://far/system", "qemu://a:b@far/system"])
def test_a_custom_uri_that_is_none_is_refused(a_dialog, events, uri):
    fill(a_dialog, hypervisor="custom", custom_uri=uri)
    assert not a_dialog.submit()
    assert a_dialog.shown["problem"] or field(a_dialog, "custom_uri")["error"]
    assert events == []


def test_another_host_is_not_connected_to_unasked(a_dialog):
    assert field(a_dialog, "autoconnect")["value"] == "true"
    fill(a_dialog, way="ssh")
    assert field(a_dialog, "autoconnect")["value"] == "false"
    fill(a_dialog, autoconnect="true", host="far")
    assert field(a_dialog, "autoconnect")["value"] == "true"
    fill(a_dialog, way="local")
    assert field(a_dialog, "autoconnect")["value"] == "true"


def test_a_user_session_is_local_again(a_dialog):
    fill(a_dialog, way="ssh", hypervisor="qemu-session")
    assert field(a_dialog, "autoconnect")["value"] == "true"


def test_the_limits_of_a_user_session_are_said(a_dialog):
    system = a_dialog.shown["note"]["help"]
    fill(a_dialog, hypervisor="qemu-session")
    assert "network" in a_dialog.shown["note"]["help"]
    assert a_dialog.shown["note"]["help"] != system


def test_the_name_is_generated_until_one_is_given(a_dialog, events):
    fill(a_dialog, way="ssh", host="far")
    assert field(a_dialog, "label")["placeholder"] == "QEMU/KVM: far"
    fill(a_dialog, label=" Attic ", read_only="true")
    assert a_dialog.submit()
    assert events[0] == SavedConnection(
        "qemu+ssh://root@far/system", label="Attic", autoconnect=False, read_only=True
    )


def test_a_generated_name_is_not_stored(a_dialog, events):
    fill(a_dialog, label="QEMU/KVM")
    assert a_dialog.submit()
    assert events[0].label == ""


def test_cancel_adds_nothing(a_dialog, events):
    fill(a_dialog, way="ssh", host="far")
    a_dialog._receive({"type": "cancel"})
    assert events == ["closed"]
