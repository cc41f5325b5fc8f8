"""What serial ports, consoles and channels share: where their bytes go on the host.

https://libvirt.org/formatdomain.html#consoles-serial-parallel-channel-devices
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host, Port
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import OnOff, YesNo
from qvirt_jupyter.documents.values import Choice, Path, Text
from qvirt_jupyter.documents.variant import Variant

MODES = Choice("bind", "connect", open=False, labels={"bind": _("server"), "connect": _("client")})


class PtyBackend(Element):
    """A pseudo terminal, which libvirt's own consoles use."""

    tag = "source"
    path = Field("source/@path", Path(), label=_("Terminal"), advanced=True)


class FileBackend(Element):
    """A file that all output goes to."""

    tag = "source"
    path = Field("source/@path", Path(), label=_("File"))
    append = Field("source/@append", OnOff(), label=_("Append"))


class DeviceBackend(Element):
    """A character device or a pipe of the host."""

    tag = "source"
    path = Field("source/@path", Path(), label=_("Device"))


class UnixBackend(Element):
    """A unix socket."""

    tag = "source"
    mode = Field("source/@mode", MODES, label=_("Mode"))
    path = Field("source/@path", Path(), label=_("Socket"))


class TcpBackend(Element):
    """A TCP connection."""

    tag = "source"
    mode = Field("source/@mode", MODES, label=_("Mode"))
    host = Field("source/@host", Host(), label=_("Host"))
    service = Field("source/@service", Port(), label=_("Port"))
    tls = Field("source/@tls", YesNo(), label=_("TLS"), advanced=True)
    protocol = Field(
        "protocol/@type",
        Choice("raw", "telnet", "telnets", "tls"),
        label=_("Protocol"),
        essential=True,
    )


class UdpBackend(Element):
    """UDP packets, with one address for each direction."""

    tag = "source"
    host = Field("source[@mode='connect']/@host", Host(), label=_("Host"))
    service = Field("source[@mode='connect']/@service", Port(), label=_("Port"))
    bind_host = Field("source[@mode='bind']/@host", Host(), label=_("Own address"))
    bind_service = Field("source[@mode='bind']/@service", Port(), label=_("Own port"))


class SpicePortBackend(Element):
    """A port inside SPICE."""

    tag = "source"
    channel = Field("source/@channel", Text(), label=_("Channel"))


class ClipboardBackend(Element):
    """The emulator's own half of the SPICE agent, for VNC."""

    tag = "source"
    clipboard = Field("source/clipboard/@copypaste", YesNo(), label=_("Clipboard"), essential=True)
    mouse = Field(
        "source/mouse/@mode",
        Choice("client", "server", open=False),
        label=_("Mouse mode"),
        essential=True,
    )


class CharacterDevice(Device):
    """A stream of bytes between guest and host."""

    order = ("source", "protocol", "log", "target")

    type = Field(
        "@type",
        Choice(
            *("pty", "unix", "tcp", "udp", "file", "dev", "pipe", "stdio", "null", "vc"),
            *("spicevmc", "spiceport", "qemu-vdagent", "nmdm", "dbus"),
        ),
        label=_("Type"),
    )
    source = Variant(
        "@type",
        {
            "pty": PtyBackend,
            "file": FileBackend,
            "dev": DeviceBackend,
            "pipe": DeviceBackend,
            "unix": UnixBackend,
            "tcp": TcpBackend,
            "udp": UdpBackend,
            "spiceport": SpicePortBackend,
            "qemu-vdagent": ClipboardBackend,
        },
    )
    log = Field("log/@file", Path(), label=_("Log file"), essential=True, advanced=True)
