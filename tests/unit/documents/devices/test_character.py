"""What lists say of ports, consoles and channels, what tells them apart, what goes with them."""

import pytest

from qvirt_jupyter.documents import Channel, Console, Domain, Parallel, Serial, parse

DOMAIN = """\
<domain type='kvm'><os><type>hvm</type></os><devices>
  <serial type='pty'><source path='/dev/pts/4'/><target type='isa-serial' port='0'/></serial>
  <serial type='tcp'><source mode='bind' host='::1' service='4555'/><target port='1'/></serial>
  <parallel type='file'><source path='/tmp/lp'/><target port='0'/></parallel>
  <console type='pty'><target type='serial' port='0'/></console>
  <console type='pty'><target type='virtio' port='1'/></console>
  <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>
  <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
  <channel type='unix'><target type='virtio' name='org.example.chan'/></channel>
  <channel type='pipe'><source path='/run/p'/><target type='guestfwd' address='10.0.2.1' port='1'/></channel>
</devices></domain>"""


@pytest.fixture
def devices():
    return Domain.parse(DOMAIN).devices


def test_ports_count_from_one_and_channels_have_the_name_of_their_service(devices):
    assert [device.display_name for device in devices.all] == [
        "Serial port 1",
        "Serial port 2",
        "Parallel port 1",
        "Text console 1",
        "Text console 2",
        "Channel: QEMU guest agent",
        "Channel: SPICE agent",
        "Channel: org.example.chan",
        "Channel 4",
    ]


def test_a_line_says_where_the_bytes_go(devices):
    assert [device.summary for device in devices.all] == [
        "Pseudo terminal · /dev/pts/4",
        "TCP · [::1]:4555",
        "Output to a file · /tmp/lp",
        "Pseudo terminal",
        "Pseudo terminal",
        "Unix socket · connected in the guest",
        "SPICE",
        "Unix socket",
        "Named pipe · /run/p",
    ]


def test_each_has_an_identity_of_its_own_that_terminals_and_states_are_no_part_of(devices):
    identities = [device.identity for device in devices.all]
    assert len(set(identities)) == len(identities)
    assert identities[0] == ("serial", "pty", 0)
    assert identities[5] == ("channel", "unix", "org.qemu.guest_agent.0")
    devices.serials[0].source.path = "/dev/pts/9"
    devices.channels["org.qemu.guest_agent.0"].state = "disconnected"
    assert [device.identity for device in devices.all] == identities


def test_the_console_that_repeats_the_first_port_is_noise_and_goes_with_it(devices):
    assert [device.is_noise for device in devices.consoles] == [True, False]
    assert devices.serials[0].goes_along == (devices.consoles[0],)
    assert devices.serials[1].goes_along == ()


@pytest.mark.parametrize(
    "devices_xml",
    [
        "<console type='pty'/>",
        "<serial type='file'/><console type='pty'/>",
        "<serial type='pty'/><console type='pty'><target type='virtio'/></console>",
    ],
)
def test_a_console_of_its_own_is_no_noise(devices_xml):
    devices = Domain.parse(f"<domain><devices>{devices_xml}</devices></domain>").devices
    assert not devices.consoles[0].is_noise
    assert all(serial.goes_along == () for serial in devices.serials)


def test_a_device_alone_says_what_it_can():
    assert Serial(type="pty").goes_along == ()
    assert not Console(type="pty").is_noise
    assert Console(type="pty").display_name == "Text console 1"
    assert parse("<channel type='nmdm'><source slave='/dev/b'/></channel>").summary == (
        "Null modem · /dev/b"
    )
    assert parse("<serial type='spiceport'><source channel='c'/></serial>").summary == (
        "SPICE port · c"
    )
    assert parse("<serial type='dbus'><source channel='c'/></serial>").summary == "D-Bus · c"
    assert parse("<serial type='brand-new'/>").summary == "brand-new"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("com.redhat.spice.0", "spicevmc"),
        ("org.qemu.guest_agent.0", "unix"),
        ("org.libguestfs.channel.0", "unix"),
        ("org.spice-space.webdav.0", "spiceport"),
    ],
)
def test_a_known_service_sets_the_type(name, kind):
    channel = Channel(name=name)
    assert (channel.type, channel.target_type) == (kind, "virtio")
    assert Channel(type="pipe", name=name).type == kind


def test_any_other_service_may_be_served_by_anything():
    assert Channel(type="pipe", name="org.example").type == "pipe"
    assert Channel(name="org.example").type is None


def test_qemus_own_agent_serves_spices_channel_and_copies():
    channel = Channel(type="qemu-vdagent", name="com.redhat.spice.0")
    assert channel.type == "qemu-vdagent"
    assert channel.source.clipboard is True
    channel.name = "org.spice-space.webdav.0"
    assert str(channel) == (
        "<channel type='spiceport'>\n"
        "  <source channel='org.spice-space.webdav.0'/>\n"
        "  <target type='virtio' name='org.spice-space.webdav.0'/>\n"
        "</channel>"
    )


def test_a_new_socket_waits_for_those_who_connect():
    serial = Serial(type="unix")
    assert serial.source.mode == "bind"
    serial.source.mode = "connect"
    serial.source.path = "/run/s"
    assert serial.source.mode == "connect"


@pytest.mark.parametrize(
    ("kind", "domain", "expected"),
    [
        (Serial, "<domain type='kvm'/>", "<serial type='pty'/>"),
        (Parallel, "<domain type='kvm'/>", "<parallel type='pty'/>"),
        (
            Console,
            "<domain type='kvm'/>",
            "<console type='pty'>\n  <target type='virtio'/>\n</console>",
        ),
        (Console, "<domain type='lxc'/>", "<console type='pty'/>"),
    ],
)
def test_ports_and_consoles_are_terminals_at_first(kind, domain, expected):
    assert str(kind.suggested(Domain.parse(domain), None)) == expected


AGENT = "<channel type='unix'><target name='org.qemu.guest_agent.0'/></channel>"
SPICE = "<graphics type='spice'/>"


@pytest.mark.parametrize(
    ("devices_xml", "name", "kind"),
    [
        ("", "org.qemu.guest_agent.0", "unix"),
        (AGENT, "com.redhat.spice.0", "qemu-vdagent"),
        (AGENT + SPICE, "com.redhat.spice.0", "spicevmc"),
        (SPICE, "com.redhat.spice.0", "spicevmc"),
        (SPICE + AGENT + "<channel><target name='com.redhat.spice.0'/></channel>", None, "unix"),
    ],
)
def test_the_service_that_is_missing_is_suggested(devices_xml, name, kind):
    domain = Domain.parse(f"<domain><devices>{devices_xml}</devices></domain>")
    channel = Channel.suggested(domain, None)
    assert (channel.name, channel.type, channel.target_type) == (name, kind, "virtio")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<serial type='pty'/>", ""),
        ("<serial type='file'/>", "which file"),
        ("<serial type='file'><source path='/a'/></serial>", ""),
        ("<serial type='unix'/>", "which file"),
        ("<serial type='tcp'><source host='h'/></serial>", "host and the port"),
        ("<serial type='tcp'><source host='h' service='1'/></serial>", ""),
        ("<serial type='udp'/>", "packets are sent"),
        ("<channel type='unix'/>", ""),
        ("<channel type='pipe'/>", "which file"),
        ("<channel type='unix'><target name='org.example.chan'/></channel>", "already"),
    ],
)
def test_what_is_missing_is_said_before_a_guest_gets_it(text, reason):
    said = str(parse(text).refused(Domain.parse(DOMAIN), None))
    assert reason in said
    assert bool(said) == bool(reason)


def test_containers_have_consoles_and_no_ports():
    domain = Domain.parse("<domain type='lxc'><os><type>exe</type></os></domain>")
    for kind in (Serial, Parallel, Channel):
        assert "fully virtualised" in str(kind.unavailable(domain, None))
    assert Console.unavailable(domain, None) == ""
    assert Serial.unavailable(Domain.parse(DOMAIN), None) == ""
