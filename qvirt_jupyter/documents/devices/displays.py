"""What each type of display has.

https://libvirt.org/formatdomain.html#graphical-framebuffers
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff, YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text

AUTOMATIC = -1
"""The port that lets libvirt choose one."""

_GL_HELP = _(
    "The guest draws with the host's graphics card. SPICE needs a VirtIO video card with 3D "
    "acceleration for it, and must be reached through libvirt only."
)
_NODE_HELP = _("The host's graphics card, such as /dev/dri/renderD128; empty is the first one.")
_PASSWORD = _("Password")
_SPICE = _("SPICE")


class PortDisplay(Element):
    """What can be reached through a port."""

    port = Field(
        "@port",
        Integer(AUTOMATIC, 65535),
        label=_("Port"),
        help=_("5900 or higher; -1 is automatic."),
    )
    auto_port = Field(
        "@autoport",
        YesNo(),
        label=_("Automatic port"),
        help=_("libvirt takes a free port each time the guest starts."),
    )

    @rule("auto_port", touches=("port",))
    def automatic_port_replaces_a_fixed_one(self) -> None:
        """Let libvirt choose: a port that it chose before, or a fixed one, goes."""
        if self.auto_port:
            self.port = AUTOMATIC
        elif self.port == AUTOMATIC:
            self.port = None

    @rule("port", touches=("auto_port",))
    def fixed_port_is_not_automatic(self) -> None:
        """Say no more that the port is automatic where it is fixed, and the other way round."""
        if self.auto_port is not None and self.port is not None:
            self.auto_port = self.port == AUTOMATIC

    def be_automatic(self) -> None:
        """Let libvirt choose a port where nothing is said of one."""
        if self.port is None and self.auto_port is None:
            self.port, self.auto_port = AUTOMATIC, True

    def have_no_port(self) -> None:
        """Take away all that is said of ports."""
        self.port = self.auto_port = None


class RemoteDisplay(PortDisplay):
    """What VNC and SPICE share."""

    password = Field(
        "@passwd",
        Text(secret=True),
        label=_("Password"),
        help=_("VNC looks at the first eight characters only."),
        group=_PASSWORD,
        live="update",
    )
    password_until = Field(
        "@passwdValidTo",
        Text(
            pattern=r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?",
            expected=_("a time such as 2030-12-31T23:59:59, in UTC"),
        ),
        label=_("Password valid until"),
        help=_("A time in UTC, such as 2030-12-31T23:59:59."),
        group=_PASSWORD,
        advanced=True,
        live="update",
    )
    connected = Field(
        "@connected",
        Choice(
            *("keep", "disconnect", "fail"),
            labels={
                "keep": _("Viewers stay"),
                "disconnect": _("Viewers are disconnected"),
                "fail": _("Refused while a viewer is connected"),
            },
        ),
        label=_("When the password changes"),
        group=_PASSWORD,
        advanced=True,
        live="update",
    )
    keymap = Field(
        "@keymap",
        Text(),
        label=_("Keyboard layout"),
        help=_("Only for viewers that send characters: de, en-us. Empty suits the others."),
        advanced=True,
    )

    @rule("password", touches=("password_until",))
    def time_goes_with_the_password(self) -> None:
        """Forget until when a password is valid that there is no more."""
        if self.password is None:
            self.password_until = None


class Vnc(RemoteDisplay):
    """A VNC server."""

    tag = "graphics"
    websocket = Field(
        "@websocket",
        Integer(AUTOMATIC, 65535),
        label=_("WebSocket port"),
        help=_("For viewers inside a browser that connect by themselves; -1 is automatic."),
        advanced=True,
    )
    share_policy = Field(
        "@sharePolicy",
        Choice(
            *("allow-exclusive", "force-shared", "ignore"),
            labels={
                "allow-exclusive": _("A viewer may ask to be alone"),
                "force-shared": _("Viewers always share"),
                "ignore": _("Everybody may connect"),
            },
        ),
        label=_("Sharing"),
        advanced=True,
    )
    power_control = Field(
        "@powerControl",
        YesNo(),
        label=_("Viewers may switch the guest off"),
        advanced=True,
    )
    audio = Field(
        "audio/@id",
        Integer(1),
        label=_("Audio backend"),
        help=_("The number of the backend whose sound viewers hear."),
        essential=True,
        advanced=True,
    )

    def have_no_port(self) -> None:
        """Take away all that is said of ports, that of WebSockets too."""
        super().have_no_port()
        self.websocket = None


class SpiceChannel(Element):
    """Whether one kind of data in SPICE must be encrypted."""

    tag = "channel"
    name = Field(
        "@name",
        Choice(
            *("main", "display", "inputs", "cursor", "playback", "record", "smartcard"),
            *("usbredir", "port", "webdav"),
        ),
        label=_("Channel"),
    )
    mode = Field("@mode", Choice("any", "secure", "insecure", open=False), label=_("Mode"))


class Spice(RemoteDisplay):
    """A SPICE server."""

    tag = "graphics"
    order = (
        *("listen", "channel", "image", "jpeg", "zlib", "playback", "streaming", "mouse"),
        *("clipboard", "filetransfer", "gl"),
    )

    tls_port = Field(
        "@tlsPort",
        Integer(AUTOMATIC, 65535),
        label=_("TLS port"),
        help=_("-1 is automatic, where the host is set up for TLS."),
    )
    default_mode = Field(
        "@defaultMode",
        Choice("any", "secure", "insecure", open=False),
        label=_("Encryption"),
        help=_("What channels do of which nothing else is said."),
        group=_SPICE,
        advanced=True,
    )
    channels = Many(SpiceChannel, key="name")
    image_compression = Field(
        "image/@compression",
        Choice("auto_glz", "auto_lz", "quic", "glz", "lz", "off"),
        label=_("Image compression"),
        help=_("Off is best where viewer and host are near each other."),
        group=_SPICE,
        essential=True,
        advanced=True,
    )
    jpeg_compression = Field(
        "jpeg/@compression",
        Choice("auto", "never", "always"),
        label=_("JPEG over slow lines"),
        group=_SPICE,
        essential=True,
        advanced=True,
    )
    zlib_compression = Field(
        "zlib/@compression",
        Choice("auto", "never", "always"),
        label=_("Zlib over slow lines"),
        group=_SPICE,
        essential=True,
        advanced=True,
    )
    playback_compression = Field(
        "playback/@compression",
        OnOff(),
        label=_("Compressed sound"),
        group=_SPICE,
        essential=True,
        advanced=True,
    )
    streaming = Field(
        "streaming/@mode",
        Choice("filter", "all", "off"),
        label=_("Video streaming"),
        help=_("Parts of the screen that move are sent as video, which may look worse."),
        group=_SPICE,
        essential=True,
        advanced=True,
    )
    mouse = Field(
        "mouse/@mode",
        Choice("client", "server", open=False),
        label=_("Mouse mode"),
        group=_SPICE,
        essential=True,
        advanced=True,
    )
    clipboard = Field(
        "clipboard/@copypaste",
        YesNo(),
        label=_("Clipboard"),
        help=_("Text goes between the guest and the viewer by copy and paste."),
        group=_SPICE,
        essential=True,
        advanced=True,
    )
    file_transfer = Field(
        "filetransfer/@enable",
        YesNo(),
        label=_("File transfer"),
        help=_("Files that are dropped on the viewer go to the guest."),
        group=_SPICE,
        essential=True,
        advanced=True,
    )
    gl = Field("gl/@enable", YesNo(), label=_("OpenGL"), help=_GL_HELP, required=True)
    render_node = Field(
        "gl/@rendernode",
        Path(),
        label=_("Render node"),
        help=_NODE_HELP,
        when=lambda display: bool(display.gl or display.render_node),
    )

    @rule("auto_port", touches=("port", "tls_port"))
    def automatic_port_replaces_a_fixed_one(self) -> None:
        """Let libvirt choose both ports."""
        super().automatic_port_replaces_a_fixed_one()
        if self.auto_port and self.tls_port is not None:
            self.tls_port = AUTOMATIC

    @rule("gl", touches=("render_node",))
    def render_node_goes_with_gl(self) -> None:
        """Forget the host's graphics card where the guest does not draw with it."""
        if not self.gl:
            self.render_node = None

    def have_no_port(self) -> None:
        """Take away all that is said of ports, that of TLS too."""
        super().have_no_port()
        self.tls_port = None


class Rdp(PortDisplay):
    """An RDP server."""

    tag = "graphics"
    replace_user = Field(
        "@replaceUser",
        YesNo(),
        label=_("A new viewer replaces the old one"),
        advanced=True,
    )
    multi_user = Field("@multiUser", YesNo(), label=_("Several viewers at once"), advanced=True)


class WindowDisplay(Element):
    """A window on the host's own screen."""

    tag = "graphics"
    display = Field(
        "@display", Text(), label=_("X display"), help=_("Such as :0.0."), advanced=True
    )
    full_screen = Field("@fullscreen", YesNo(), label=_("Full screen"))


class Sdl(WindowDisplay):
    """A window of the emulator itself."""

    x_authority = Field("@xauth", Text(), label=_("X authority file"), advanced=True)
    gl = Field("gl/@enable", YesNo(), label=_("OpenGL"), essential=True)


class EglHeadless(Element):
    """Drawing with the host's graphics card for another display to show."""

    tag = "graphics"
    render_node = Field(
        "gl/@rendernode", Path(), label=_("Render node"), help=_NODE_HELP, essential=True
    )


class DbusDisplay(Element):
    """A display on D-Bus."""

    tag = "graphics"
    order = ("gl", "audio")
    address = Field("@address", Text(), label=_("Address of the bus"), advanced=True)
    peer_to_peer = Field(
        "@p2p",
        YesNo(),
        label=_("Peer to peer"),
        help=_("Viewers come through libvirt, and no bus is needed."),
    )
    gl = Field("gl/@enable", YesNo(), label=_("OpenGL"), required=True)
    render_node = Field("gl/@rendernode", Path(), label=_("Render node"), help=_NODE_HELP)
    audio = Field("audio/@id", Integer(1), label=_("Audio backend"), essential=True, advanced=True)

    @rule("peer_to_peer", touches=("address",))
    def without_a_bus(self) -> None:
        """Forget the bus."""
        if self.peer_to_peer:
            self.address = None

    @rule("address", touches=("peer_to_peer",))
    def through_a_bus(self) -> None:
        """Viewers come through the bus that is named."""
        if self.address is not None:
            self.peer_to_peer = None
