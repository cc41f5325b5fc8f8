"""Connection URIs: taken apart, put together, described."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvirt_jupyter.hypervisor import uri as uris
from qvirt_jupyter.hypervisor.uri import DRIVERS, TRANSPORTS, ConnectionUri, default_uri


@pytest.mark.parametrize(
    "text",
    [
        "qemu:///system",
        "qemu:///session",
        "test:///default",
        "test:///a/path/lab.xml",
        "qemu+unix:///session?socket=/run/x/libvirt-sock",
        "qemu+ssh://root@host.example/system",
        "qemu+ssh://first%20last@host:2222/session?keyfile=/x/key&no_tty=1",
        "qemu+tls://[fe80::1]:16514/system",
        "qemu+tcp://10.0.0.1/system",
        "esx://vcenter.example/?no_verify=1",
        "lxc:///",
        "xen:///",
        "bhyve:///system",
        "vbox:///session",
    ],
)
def test_a_round_trip(text):
    assert str(ConnectionUri.parse(text)) == text


def test_the_parts():
    found = ConnectionUri.parse("qemu+ssh://first%20last@[::1]:2222/session?socket=/a%20b&x=1+1")
    assert (found.driver, found.transport) == ("qemu", "ssh")
    assert (found.user, found.host, found.port) == ("first last", "::1", 2222)
    assert found.path == "/session"
    assert found.socket == "/a b"
    assert found.parameters["x"] == "1+1"
    assert found.is_remote
    assert found.is_session
    assert found.known_driver is DRIVERS["qemu"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a connection URI"),
        ("nonsense", "not a connection URI"),
        ("qemu", "not a connection URI"),
        ("qemu:system", "not a connection URI"),
        ("://x/y", "not a connection URI"),
        ("qemu+carrier-pigeon://x/y", "not a connection URI"),
        ("qemu+pigeon://x/y", "there are unix, ssh"),
        ("qemu+ssh://x:99999/system", "port or address"),
        ("qemu+ssh://[x/system", "port or address"),
        ("qemu+ssh://root:secret@x/system", "must not contain a password"),
    ],
)
def test_what_is_no_uri_is_refused_with_a_reason(text, words):
    with pytest.raises(ValueError, match=words):
        ConnectionUri.parse(text)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"driver": "qemu"}, "qemu:///system"),
        ({"driver": "qemu", "session": True}, "qemu:///session"),
        ({"driver": "xen"}, "xen:///"),
        ({"driver": "lxc"}, "lxc:///"),
        ({"driver": "bhyve"}, "bhyve:///system"),
        ({"driver": "vz"}, "vz:///system"),
        ({"driver": "test"}, "test:///default"),
        ({"driver": "qemu", "host": "h"}, "qemu+ssh://root@h/system"),
        ({"driver": "qemu", "host": "h:22", "user": "me"}, "qemu+ssh://me@h:22/system"),
        ({"driver": "qemu", "host": "fe80::1"}, "qemu+ssh://root@[fe80::1]/system"),
        ({"driver": "qemu", "host": "[fe80::1]:22"}, "qemu+ssh://root@[fe80::1]:22/system"),
        ({"driver": "qemu", "host": "h", "user": "a@b/c"}, "qemu+ssh://a%40b%2Fc@h/system"),
        ({"driver": "xen", "host": "h", "user": ""}, "xen+ssh://h/"),
    ],
)
def test_the_dialog_builds(arguments, expected):
    assert str(ConnectionUri.build(**arguments)) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        {"driver": "abacus"},
        {"driver": "xen", "session": True},
        {"driver": "qemu", "host": "two words"},
        {"driver": "qemu", "host": "h:0"},
        {"driver": "qemu", "host": "h:port"},
        {"driver": "qemu", "host": "h/../x"},
        {"driver": "qemu", "host": ":22"},
    ],
)
def test_what_cannot_be_built_is_refused(arguments):
    with pytest.raises(ValueError, match=r"."):
        ConnectionUri.build(**arguments)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("qemu:///system", "QEMU/KVM"),
        ("qemu:///session", "QEMU/KVM user session"),
        ("qemu+ssh://root@host.example/system", "QEMU/KVM: host.example"),
        ("qemu+unix:///session?socket=/x", "QEMU/KVM user session"),
        ("vbox:///session", "VirtualBox"),
        ("test:///default", "Test driver"),
        ("test:///a/my%20lab.xml", "Test driver my lab.xml"),
        ("abacus://host/x", "abacus: host"),
    ],
)
def test_labels(text, label):
    assert ConnectionUri.parse(text).describe() == label


_WORD = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12)


@given(
    driver=st.sampled_from(sorted(DRIVERS)),
    transport=st.sampled_from(sorted(TRANSPORTS)),
    user=_WORD,
    host=st.sampled_from(["h", "host.example", "10.0.0.1", "fe80::1"]),
    port=st.none() | st.integers(1, 65535),
    parameters=st.dictionaries(_WORD.filter(bool), _WORD, max_size=3),
)
def test_whatever_is_put_together_can_be_taken_apart(**parts):
    whole = ConnectionUri(path="/system", **parts)
    assert ConnectionUri.parse(str(whole)) == whole


def test_parameters_are_added():
    found = ConnectionUri.parse("qemu+ssh://h/system?socket=/x").with_parameters(command="/y z")
    assert str(found) == "qemu+ssh://h/system?socket=/x&command=/y%20z"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], None),
        (["xen", "bin/qemu-system-x86_64"], "xen:///"),
        (["bin/qemu-system-aarch64", "lxc"], "qemu:///system"),
        (["bin/qemu-kvm"], "qemu:///system"),
        (["lxc"], "lxc:///"),
    ],
)
def test_the_local_hypervisor_is_guessed(tmp_path, monkeypatch, files, expected):
    (tmp_path / "bin").mkdir()
    for name in files:
        (tmp_path / name).touch()
    monkeypatch.setattr(uris, "_XEN_FILES", (str(tmp_path / "xen"),))
    monkeypatch.setattr(uris, "_EMULATOR_FOLDERS", (str(tmp_path / "bin"),))
    monkeypatch.setattr(uris, "_LXC_HELPERS", (str(tmp_path / "lxc"),))
    assert default_uri() == expected


def test_every_driver_says_what_it_can_do():
    for driver in DRIVERS.values():
        assert str(driver.label)
        assert str(driver.summary).endswith(".")
