"""Where the bytes of a character device go on the host, by type.

https://libvirt.org/formatdomain.html#host-interface
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host, Port
from qvirt_jupyter.documents.devices.security_label import SourceSecurityLabel
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import OnOff, YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words

TYPE_LABELS: Mapping[str, Words] = {
    "pty": _("Pseudo terminal"),
    "file": _("Output to a file"),
    "unix": _("Unix socket"),
    "tcp": "TCP",
    "udp": "UDP",
    "dev": _("Device of the host"),
    "pipe": _("Named pipe"),
    "stdio": _("Standard input and output"),
    "null": _("Nothing"),
    "vc": _("Virtual console of the emulator"),
    "spicevmc": "SPICE",
    "spiceport": _("SPICE port"),
    "qemu-vdagent": _("SPICE agent inside QEMU"),
    "nmdm": _("Null modem"),
    "dbus": "D-Bus",
}
"""What people call the types."""

MODES = Choice("bind", "connect", open=False, labels={"bind": _("Server"), "connect": _("Client")})
_MODE_HELP = _("A server waits for others to connect; a client connects to one that waits.")


class Backend(Element):
    """A kind of backend; most have a path or an address."""

    tag = "source"

    @property
    def where(self) -> str:
        """The place on the host in a word, empty where there is none."""
        path: str | None = getattr(self, "path", None)
        return path or ""

    @property
    def lacks(self) -> Words:
        """Say what is missing without which no guest starts; empty where nothing is."""
        return ""


class LabelledBackend(Backend):
    """A backend that is a file of the host and so has security labels."""

    labels = Many(SourceSecurityLabel, key="model", location="source/seclabel")


class PathBackend(LabelledBackend):
    """A backend that is nothing without its path."""

    @property
    def lacks(self) -> Words:
        """The path."""
        return "" if self.where else _("Say which file, device or socket of the host it is.")


class PtyBackend(LabelledBackend):
    """A pseudo terminal, which libvirt's own consoles use."""

    path = Field(
        "source/@path",
        Path(),
        label=_("Terminal"),
        help=_("Chosen by the host each time the guest starts."),
        advanced=True,
    )


class FileBackend(PathBackend):
    """A file that all output goes to."""

    path = Field("source/@path", Path(), label=_("File"))
    append = Field(
        "source/@append",
        OnOff(),
        label=_("Append"),
        help=_("Off empties the file each time the guest starts."),
    )


class DeviceBackend(PathBackend):
    """A character device or a pipe of the host."""

    path = Field("source/@path", Path(), label=_("Device"))


class Reconnecting(Backend):
    """A client that may try again when its connection breaks."""

    reconnect = Field(
        "source/reconnect/@enabled",
        YesNo(),
        label=_("Connect again"),
        help=_("Try again when the connection breaks; for clients only."),
        required=True,
        advanced=True,
    )
    reconnect_after = Field(
        "source/reconnect/@timeout",
        Integer(1),
        label=_("Connect again after"),
        unit="s",
        advanced=True,
    )


class UnixBackend(Reconnecting, PathBackend):
    """A unix socket."""

    mode = Field("source/@mode", MODES, label=_("Mode"), help=_MODE_HELP)
    path = Field(
        "source/@path",
        Path(),
        label=_("Socket"),
        help=_("Empty lets libvirt choose a place for a channel."),
    )


class TcpBackend(Reconnecting):
    """A TCP connection."""

    mode = Field("source/@mode", MODES, label=_("Mode"), help=_MODE_HELP)
    host = Field("source/@host", Host(), label=_("Host"))
    service = Field("source/@service", Port(), label=_("Port"))
    tls = Field("source/@tls", YesNo(), label=_("TLS"), advanced=True)
    protocol = Field(
        "protocol/@type",
        Choice("raw", "telnet", "telnets", "tls"),
        label=_("Protocol"),
        essential=True,
    )

    @property
    def where(self) -> str:
        """The address and the port."""
        return _address(self.host, self.service)

    @property
    def lacks(self) -> Words:
        """The host or the port."""
        return "" if self.host and self.service else _("Say the host and the port.")


class UdpBackend(Backend):
    """UDP packets, with one address for each direction."""

    host = Field("source[@mode='connect']/@host", Host(), label=_("Host"))
    service = Field("source[@mode='connect']/@service", Port(), label=_("Port"))
    bind_host = Field("source[@mode='bind']/@host", Host(), label=_("Own address"))
    bind_service = Field("source[@mode='bind']/@service", Port(), label=_("Own port"))

    @property
    def where(self) -> str:
        """The address and the port that packets are sent to."""
        return _address(self.host, self.service)

    @property
    def lacks(self) -> Words:
        """The port that packets are sent to."""
        return "" if self.service else _("Say the host and the port that packets are sent to.")


class SpicePortBackend(Backend):
    """A port inside SPICE."""

    channel = Field(
        "source/@channel",
        Text(),
        label=_("Name of the SPICE port"),
        help=_("The viewer knows ports by such names: org.spice-space.webdav.0 shares folders."),
    )

    @property
    def where(self) -> str:
        """The name that the viewer knows."""
        return self.channel or ""


class ClipboardBackend(Backend):
    """The emulator's own half of the SPICE agent, for VNC."""

    clipboard = Field(
        "source/clipboard/@copypaste",
        YesNo(),
        label=_("Clipboard"),
        help=_("Text goes between the guest and the viewer by copy and paste."),
        essential=True,
    )
    mouse = Field(
        "source/mouse/@mode",
        Choice("client", "server", open=False),
        label=_("Mouse mode"),
        essential=True,
        advanced=True,
    )


class NullModemBackend(Backend):
    """A null modem of FreeBSD: the guest has one end, the host the other."""

    guest_end = Field("source/@master", Path(), label=_("Guest's end"))
    host_end = Field("source/@slave", Path(), label=_("Host's end"))

    @property
    def where(self) -> str:
        """The end that the host opens."""
        return self.host_end or ""


class DbusBackend(Backend):
    """A channel of the emulator's D-Bus display."""

    channel = Field("source/@channel", Text(), label=_("Name of the D-Bus channel"))

    @property
    def where(self) -> str:
        """The name that the viewer knows."""
        return self.channel or ""


BACKENDS: Mapping[str, type[Backend]] = {
    "pty": PtyBackend,
    "file": FileBackend,
    "dev": DeviceBackend,
    "pipe": DeviceBackend,
    "unix": UnixBackend,
    "tcp": TcpBackend,
    "udp": UdpBackend,
    "spiceport": SpicePortBackend,
    "qemu-vdagent": ClipboardBackend,
    "nmdm": NullModemBackend,
    "dbus": DbusBackend,
}
"""What each type has; a type that is missing has nothing to say."""


def _address(host: str | None, port: int | None) -> str:
    shown = f"[{host}]" if host and ":" in host and not host.startswith("[") else host or ""
    return shown if port is None else f"{shown}:{port}"
