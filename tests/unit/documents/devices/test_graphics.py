"""Displays: what lists say of them, what changes with their type, and how they are reached."""

import pytest

from qvirt_jupyter.documents import (
    Domain,
    DomainCapabilities,
    Graphics,
    Listen,
    declarations,
    parse,
)

NONE = [Listen(type="none")]


@pytest.mark.parametrize(
    ("text", "name", "summary"),
    [
        (
            "<graphics type='vnc' port='5901' passwd='x'><listen type='address' address='::1'/></graphics>",
            "VNC display",
            "::1 · port 5901 · password",
        ),
        ("<graphics type='vnc' listen='0.0.0.0'/>", "VNC display", "0.0.0.0 · automatic port"),
        (
            "<graphics type='spice'><listen type='none'/><gl enable='yes'/></graphics>",
            "SPICE display",
            "through libvirt only · OpenGL",
        ),
        (
            "<graphics type='vnc'><listen type='socket'/></graphics>",
            "VNC display",
            "a socket",
        ),
        (
            "<graphics type='spice' port='-1'><listen type='network' network='lab'/></graphics>",
            "SPICE display",
            "lab · automatic port",
        ),
        ("<graphics type='egl-headless'/>", "EGL headless display", ""),
        ("<graphics type='brand-new'/>", "brand-new display", ""),
        ("<graphics/>", "Display", ""),
    ],
)
def test_a_list_says_what_it_is_and_where(text, name, summary):
    display = parse(text)
    assert (display.display_name, display.summary) == (name, summary)
    assert display.identity == ("graphics", display.type, 1)


def test_two_of_a_type_are_numbered():
    domain = Domain.parse(
        "<domain><devices><graphics type='vnc'/><graphics type='spice'/><graphics type='vnc'/>"
        "</devices></domain>"
    )
    names = [display.display_name for display in domain.devices.graphics]
    assert names == ["VNC display 1", "SPICE display", "VNC display 2"]
    assert len({display.identity for display in domain.devices.graphics}) == 3


SPICE_GUEST = """\
<domain><devices>
  <console type='spiceport'/><channel type='spicevmc'/><channel type='unix'/>
  <channel type='spiceport'/><channel type='qemu-vdagent'/>
  <graphics type='spice'/>{}<video/>
</devices></domain>"""


def test_what_ends_in_its_viewer_goes_with_the_last_spice_display():
    domain = Domain.parse(SPICE_GUEST.format("<graphics type='vnc'/>"))
    spice, vnc = domain.devices.graphics
    gone = [(device.tag, device.type) for device in spice.goes_along]
    assert gone == [("console", "spiceport"), ("channel", "spicevmc"), ("channel", "spiceport")]
    assert vnc.goes_along == ()
    two = Domain.parse(SPICE_GUEST.format("<graphics type='spice'/>"))
    assert [display.goes_along for display in two.devices.graphics] == [(), ()]
    assert Graphics(type="spice").goes_along == ()


@pytest.mark.parametrize("kind", ["vnc", "spice", "rdp"])
def test_a_display_that_starts_to_listen_gets_an_automatic_port(kind):
    display = Graphics(type=kind, listens=NONE)
    display.first_listen.type = "address"
    display.first_listen.source.address = "127.0.0.1"
    assert (display.source.port, display.source.auto_port) == (-1, True)
    display.source.auto_port = False
    display.source.port = 5999
    display.first_listen.source.address = "::1"
    assert display.source.port == 5999, "a fixed port stays"
    display.first_listen.type = "none"
    assert str(display) == f"<graphics type='{kind}'>\n  <listen type='none'/>\n</graphics>"


def test_the_first_listen_is_a_part_of_the_form():
    display = Graphics(type="vnc")
    names = [declared.name for declared in declarations(display)]
    assert "first_listen.type" in names
    display.first_listen.type = "network"
    assert "first_listen.source.network" in [found.name for found in declarations(display)]
    assert len(display.listens) == 1


@pytest.mark.parametrize("kind", ["sdl", "desktop", "egl-headless", "dbus"])
def test_what_is_no_server_listens_nowhere(kind):
    display = parse(
        "<graphics type='vnc' port='5901' autoport='no' listen='::1' passwd='x' keymap='de'>"
        "<listen type='address' address='::1'/></graphics>"
    )
    display.type = kind
    assert str(display) == f"<graphics type='{kind}'/>"


def test_another_server_listens_where_the_first_did():
    display = parse(
        "<graphics type='vnc' port='5901' autoport='no' websocket='5701' listen='::1' passwd='x'>"
        "<listen type='address' address='::1'/></graphics>"
    )
    display.type = "spice"
    assert str(display) == (
        "<graphics type='spice' port='5901' autoport='no' listen='::1' passwd='x'>"
        "<listen type='address' address='::1'/></graphics>"
    )


def test_without_password_nothing_of_it_is_left():
    display = parse("<graphics type='vnc' passwd='x' passwdValidTo='2030-01-01T00:00:00'/>")
    display.source.password = None
    assert str(display) == "<graphics type='vnc'/>"


def test_a_password_is_shown_nowhere():
    display = parse("<graphics type='vnc' passwd='hush-hush'/>")
    assert "hush" not in repr(display)
    assert "hush" not in display.summary
    assert "hush" not in str(display.diff(Graphics(type="vnc")))
    declared = {each.name: each for each in declarations(display)}
    assert declared["source.password"].type.secret
    with pytest.raises(ValueError, match="…") as refused:
        display.source.password = "hush\nhush"  # noqa: S105 - what the test is about
    assert "hush" not in str(refused.value)


def test_the_time_of_a_password_is_one():
    display = Graphics(type="vnc")
    with pytest.raises(ValueError, match="2030-12-31T23:59:59"):
        display.source.password_until = "tomorrow"  # noqa: S105 - no password


def test_an_automatic_port_is_so_for_tls_too():
    display = parse("<graphics type='spice' port='1' tlsPort='2' autoport='no'/>")
    display.source.auto_port = True
    assert str(display) == "<graphics type='spice' port='-1' tlsPort='-1' autoport='yes'/>"


def test_the_render_node_goes_with_opengl():
    display = parse("<graphics type='spice'><gl enable='yes' rendernode='/dev/dri/r'/></graphics>")
    display.source.gl = False
    assert str(display) == "<graphics type='spice'><gl enable='no'/></graphics>"


def test_viewers_of_dbus_come_through_libvirt_or_through_a_bus():
    display = Graphics(type="dbus")
    display.source.peer_to_peer = True
    display.source.address = "unix:path=/run/bus"
    assert str(display) == "<graphics type='dbus' address='unix:path=/run/bus'/>"
    display.source.peer_to_peer = True
    assert str(display) == "<graphics type='dbus' p2p='yes'/>"


def offer(*types):
    values = "".join(f"<value>{kind}</value>" for kind in types)
    return DomainCapabilities.parse(
        "<domainCapabilities><devices><graphics supported='yes'><enum name='type'>"
        f"{values}</enum></graphics></devices></domainCapabilities>"
    )


@pytest.mark.parametrize(
    ("there", "host", "expected"),
    [
        ("", None, "vnc"),
        ("", offer("vnc", "spice"), "vnc"),
        ("", offer("spice", "sdl"), "spice"),
        ("", offer("sdl"), "vnc"),
        ("<graphics type='vnc'/>", offer("vnc", "spice"), "spice"),
        ("<graphics type='vnc'/>", offer("vnc"), "vnc"),
    ],
)
def test_the_first_that_the_guest_lacks_is_suggested(there, host, expected):
    domain = Domain.parse(f"<domain><devices>{there}</devices></domain>")
    display = Graphics.suggested(domain, host)
    assert str(display) == f"<graphics type='{expected}'>\n  <listen type='none'/>\n</graphics>"


def test_on_another_host_it_listens_for_a_tunnel():
    display = Graphics.suggested(Domain(), None, is_local=False)
    assert (display.listen, display.source.auto_port) == ("127.0.0.1", True)
    assert "<listen type='address' address='127.0.0.1'/>" in str(display)
    assert "port='-1'" in str(display)


def test_there_is_one_display_of_a_type():
    domain = Domain.parse("<domain><devices><graphics type='vnc'/></devices></domain>")
    assert "already" in str(Graphics(type="vnc").refused(domain, None))
    assert Graphics(type="spice").refused(domain, None) == ""


def test_a_host_without_displays_says_so():
    host = DomainCapabilities.parse(
        "<domainCapabilities><devices><graphics supported='no'/></devices></domainCapabilities>"
    )
    assert Graphics.unavailable(Domain(), host)
    assert not Graphics.unavailable(Domain(), offer("vnc"))
