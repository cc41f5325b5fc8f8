"""The table of ways to a display, row by row."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import Unsupported
from qvirt_jupyter.hypervisor.errors import Subject
from qvirt_jupyter.hypervisor.screen.display_place import Place, place_of
from qvirt_jupyter.hypervisor.screen.displays import Display
from qvirt_jupyter.hypervisor.uri import ConnectionUri

WEB = Subject("domain", "web", "x")
SSH, TLS = "qemu+ssh://root@far/system", "qemu+tls://far/system"
LOOPBACK = Display(0, "vnc", "address", "127.0.0.1", 5900)
EVERYWHERE = Display(0, "vnc", "address", "0.0.0.0", 5900)  # noqa: S104 - a guest's
SOCKET = Display(0, "vnc", "socket", socket="/run/x")
NONE = Display(0, "vnc", "none")


def place(uri, display):
    return place_of(ConnectionUri.parse(uri), display, WEB)


@pytest.mark.parametrize(
    ("uri", "display", "expected"),
    [
        ("qemu:///system", NONE, Place("descriptor")),
        ("qemu+unix:///session?socket=/x", LOOPBACK, Place("descriptor")),
        (SSH, LOOPBACK, Place("ssh", "127.0.0.1", 5900)),
        (SSH, Display(0, "vnc", "address", "", 5900), Place("ssh", "127.0.0.1", 5900)),
        (SSH, EVERYWHERE, Place("ssh", "127.0.0.1", 5900)),
        (SSH, Display(0, "vnc", "address", "::", 5900), Place("ssh", "::1", 5900)),
        (SSH, Display(0, "vnc", "address", "10.1.1.1", 5900), Place("ssh", "10.1.1.1", 5900)),
        (SSH, Display(0, "vnc", "network", "10.1.1.1", 5900), Place("ssh", "10.1.1.1", 5900)),
        (SSH, SOCKET, Place("ssh", socket="/run/x")),
        ("qemu+libssh://far/system", LOOPBACK, Place("ssh", "127.0.0.1", 5900)),
        ("qemu+libssh2://far/system", SOCKET, Place("ssh", socket="/run/x")),
        (TLS, EVERYWHERE, Place("direct", "far", 5900)),
        ("qemu://far/system", EVERYWHERE, Place("direct", "far", 5900)),
        ("qemu+tcp://far/system", EVERYWHERE, Place("direct", "far", 5900)),
        (TLS, Display(0, "vnc", "address", "10.1.1.1", 5900), Place("direct", "10.1.1.1", 5900)),
        (TLS, Display(0, "vnc", "address", "far2", 5900), Place("direct", "far2", 5900)),
        (
            SSH,
            Display(0, "spice", "address", "127.0.0.1", None, 5901),
            Place("ssh", "127.0.0.1", 5901, tls=True),
        ),
        (
            TLS,
            Display(0, "spice", "address", "::", 5900, 5901),
            Place("direct", "far", 5900),
        ),
    ],
)
def test_where_a_display_is_reached(uri, display, expected):
    assert place(uri, display) == expected


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        (LOOPBACK, Place("direct", "127.0.0.1", 5900)),
        (EVERYWHERE, Place("direct", "127.0.0.1", 5900)),
        (SOCKET, Place("direct", socket="/run/x")),
    ],
)
def test_libvirt_hands_out_nothing_by_a_connection_that_signed_in(display, expected):
    local = ConnectionUri.parse("qemu:///system")
    assert place_of(local, display, WEB, signed_in=True) == expected
    with pytest.raises(Unsupported, match="signs in with a password") as caught:
        place_of(local, NONE, WEB, signed_in=True)
    assert "127.0.0.1" in caught.value.next_step


@pytest.mark.parametrize(
    ("uri", "display", "reason", "step"),
    [
        (SSH, NONE, "listens nowhere", "Let it listen on the address 127.0.0.1"),
        (TLS, NONE, "listens nowhere", "by SSH"),
        (TLS, LOOPBACK, "127.0.0.1 of far, which only far itself reaches", "by SSH"),
        (TLS, Display(0, "vnc", "address", "::1", 5900), "::1 of far", "by SSH"),
        # What another host says must not lead to a program of ours.
        (TLS, Display(0, "vnc", "address", "::ffff:127.0.0.1", 5900), "only far itself", "by SSH"),
        (SSH, Display(0, "vnc", "socket", socket="/x${HOME}"), "cannot be given", "127.0.0.1"),
        (SSH, Display(0, "vnc", "socket", socket="x:1"), "cannot be given", "127.0.0.1"),
        ("qemu+tcp://far/system", SOCKET, "unix socket /run/x of far", "by SSH"),
        ("qemu+ext://far/system?command=/x", LOOPBACK, "a program of yours", "by SSH"),
        (SSH, Display(0, "vnc", "address", "127.0.0.1"), "no port yet", "Try again"),
        (SSH, Display(0, "sdl"), "type sdl", "VNC display"),
        ("qemu:///system", Display(0, "rdp", "address", "127.0.0.1", 1), "type rdp", "VNC"),
    ],
)
def test_what_cannot_be_reached_is_refused_with_the_next_step(uri, display, reason, step):
    with pytest.raises(Unsupported, match=reason) as caught:
        place(uri, display)
    assert step in caught.value.next_step


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (Place("ssh", "127.0.0.1", 5900), "127.0.0.1:5900"),
        (Place("ssh", "::1", 5900), "[::1]:5900"),
        (Place("ssh", socket="/run/x"), "/run/x"),
    ],
)
def test_a_place_in_words_is_what_ssh_takes(there, words):
    assert str(there) == words
