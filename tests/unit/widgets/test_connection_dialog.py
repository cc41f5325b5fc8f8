"""Adding a connection: the URI while typing, what is refused, what is handed on."""

from pathlib import Path

import pytest

from qvirt_jupyter.hypervisor.opening import client_certificates
from qvirt_jupyter.widgets.connections.dialog import ConnectionDialog
from qvirt_jupyter.widgets.connections.request import ConnectionRequest
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection


@pytest.fixture
def a_dialog():
    class Dialog(ConnectionDialog):
        def __init__(self):
            self.added = []
            self.closed = []
            super().__init__(self.added.append, lambda: self.closed.append(1))

        @property
        def uri(self):
            return self.shown["note"]["text"]

        def field(self, name):
            return next(field for field in self.shown["fields"] if field["name"] == name)

        def fill(self, **values):
            for name, text in values.items():
                self.edit(name, text)

    return Dialog()


@pytest.mark.parametrize(
    ("values", "uri"),
    [
        ({}, "qemu:///system"),
        ({"hypervisor": "qemu-session"}, "qemu:///session"),
        ({"hypervisor": "xen"}, "xen:///"),
        ({"hypervisor": "lxc"}, "lxc:///"),
        ({"hypervisor": "bhyve"}, "bhyve:///system"),
        ({"hypervisor": "vz"}, "vz:///system"),
        ({"way": "ssh", "host": "far.example.org"}, "qemu+ssh://root@far.example.org/system"),
        ({"way": "ssh", "host": "far", "user": "a b@c"}, ""),
        ({"way": "ssh", "host": "far", "user": "a@c/d"}, "qemu+ssh://a%40c%2Fd@far/system"),
        ({"way": "ssh", "host": "far", "user": ""}, "qemu+ssh://far/system"),
        (
            {"way": "ssh", "host": "fd00::7", "port": "2222"},
            "qemu+ssh://root@[fd00::7]:2222/system",
        ),
        ({"way": "ssh", "host": "[fd00::7]"}, "qemu+ssh://root@[fd00::7]/system"),
        ({"way": "tls", "host": "far", "port": "16514"}, "qemu+tls://far:16514/system"),
        ({"hypervisor": "xen", "way": "ssh", "host": "far"}, "xen+ssh://root@far/"),
        ({"socket": "/run/other"}, "qemu+unix:///system?socket=/run/other"),
        (
            {"way": "ssh", "host": "far", "socket": "/run/other"},
            "qemu+ssh://root@far/system?socket=/run/other",
        ),
        ({"way": "ssh", "host": "far", "hypervisor": "qemu-session"}, "qemu:///session"),
        ({"hypervisor": "custom", "custom_uri": "test:///default"}, "test:///default"),
    ],
)
def test_the_uri_follows_what_is_typed(a_dialog, values, uri):
    a_dialog.fill(**values)
    assert a_dialog.uri == uri


def test_the_custom_uri_starts_with_what_was_made_so_far(a_dialog):
    a_dialog.fill(way="ssh", host="far", hypervisor="custom")
    assert a_dialog.field("custom_uri")["value"] == "qemu+ssh://root@far/system"
    assert not a_dialog.field("way")["shown"]
    assert not a_dialog.field("host")["shown"]


def test_a_remote_host_is_asked_for_where_there_can_be_one(a_dialog):
    assert not a_dialog.field("host")["shown"]
    a_dialog.fill(way="tls")
    assert a_dialog.field("host")["shown"]
    assert not a_dialog.field("user")["shown"]
    a_dialog.fill(hypervisor="qemu-session")
    assert not a_dialog.field("way")["shown"]
    assert "administrator" in a_dialog.shown["note"]["help"]


def test_an_empty_host_is_refused(a_dialog):
    a_dialog.fill(way="ssh")
    assert a_dialog.uri == ""
    assert not a_dialog.submit()
    assert a_dialog.field("host")["error"] == "Enter a host name or an IP address."
    assert (a_dialog.added, a_dialog.closed) == ([], [])
    a_dialog.fill(host="two words")
    assert "is not a host name" in a_dialog.field("host")["error"]


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("", "Enter a URI such as qemu:///system."),
        ("nonsense", "'nonsense' is not a connection URI"),
        ("qemu+pigeon://far/system", "pigeon is no transport"),
        ("qemu+ssh://far:99999/system", "The port or address"),
        ("qemu://me:secret@far/system", "must not contain a password"),
    ],
)
def test_what_is_wrong_with_a_custom_uri_is_said_at_its_field(a_dialog, uri, words):
    a_dialog.fill(hypervisor="custom", custom_uri=uri)
    assert a_dialog.uri == ""
    assert not a_dialog.submit()
    assert words in a_dialog.field("custom_uri")["error"]
    assert a_dialog.shown["problem"] == ""
    assert a_dialog.added == []


def test_autoconnect_follows_where_the_host_is_until_the_user_says_otherwise(a_dialog):
    assert a_dialog.field("autoconnect")["value"] == "true"
    a_dialog.fill(way="ssh")
    assert a_dialog.field("autoconnect")["value"] == "false"
    a_dialog.fill(autoconnect="true", host="far")
    assert a_dialog.field("autoconnect")["value"] == "true"
    a_dialog.fill(way="local")
    assert a_dialog.field("autoconnect")["value"] == "true"


def test_what_is_added_is_handed_on_and_the_dialog_closes(a_dialog):
    a_dialog.fill(way="ssh", host="far", label="  Far away ", read_only="true")
    assert a_dialog.submit()
    assert a_dialog.added == [
        SavedConnection("qemu+ssh://root@far/system", "Far away", autoconnect=False, read_only=True)
    ]
    assert a_dialog.closed == [1]


def test_the_name_that_it_gets_by_itself_is_shown_and_not_stored(a_dialog):
    assert a_dialog.field("label")["placeholder"] == "QEMU/KVM"
    a_dialog.fill(way="ssh", host="far")
    assert a_dialog.field("label")["placeholder"] == "QEMU/KVM: far"
    a_dialog.submit()
    assert a_dialog.added[0].label == ""


@pytest.mark.parametrize(
    ("uri", "hypervisor", "way"),
    [
        ("qemu:///system", "qemu", "local"),
        ("qemu:///session", "qemu-session", "local"),
        ("qemu+unix:///session?socket=/run/x", "qemu-session", "local"),
        ("xen+ssh://me@far:2222/", "xen", "ssh"),
        ("qemu+ssh://me%40x@[fd00::7]/system?socket=/run/x", "qemu", "ssh"),
        ("lxc+tls://far/", "lxc", "tls"),
        ("qemu+ssh://far/session", "custom", "local"),
        ("qemu+libssh://far/system", "custom", "local"),
        ("qemu+ssh://far/system?keyfile=/x", "custom", "local"),
        ("test:///default", "custom", "local"),
    ],
)
def test_what_is_remembered_can_be_changed_in_the_same_form(uri, hypervisor, way):
    saved = SavedConnection(uri, "Attic", autoconnect=True, read_only=True)
    request = ConnectionRequest.of(saved)
    assert (request.hypervisor, request.way) == (hypervisor, way)
    assert request.saved() == saved


def test_tls_says_which_certificate_is_missing_before_anything_is_opened(a_dialog, monkeypatch):
    monkeypatch.setattr(
        client_certificates, "SYSTEM_FILES", (Path("/nowhere/clientcert.pem"), Path("/nowhere/k"))
    )
    monkeypatch.setattr("os.geteuid", lambda: 0)
    a_dialog.fill(way="tls", host="far")
    assert "there is no file /nowhere/clientcert.pem yet" in a_dialog.shown["note"]["help"]
    a_dialog.fill(way="ssh")
    assert "clientcert" not in a_dialog.shown["note"]["help"]


def test_cancel_adds_nothing(a_dialog):
    a_dialog._receive({"type": "cancel"})
    assert (a_dialog.added, a_dialog.closed) == ([], [1])


def test_a_notebook_author_writes_the_same_request():
    request = ConnectionRequest(hypervisor="qemu", way="ssh", host="far", user="me")
    assert request.saved() == SavedConnection("qemu+ssh://me@far/system", autoconnect=True)
    with pytest.raises(ValueError, match="host name"):
        ConnectionRequest(way="ssh").check()
