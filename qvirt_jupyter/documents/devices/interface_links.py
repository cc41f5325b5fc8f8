"""What a network card is connected to, by its type.

https://libvirt.org/formatdomain.html#network-interfaces
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Port
from qvirt_jupyter.documents.declaration import Declared
from qvirt_jupyter.documents.devices import forward_list
from qvirt_jupyter.documents.devices.pci_address import PciAddress
from qvirt_jupyter.documents.devices.port_forward import PortForward
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text

_RECONNECT = _("Connection")


class NetworkLink(Element):
    """A virtual network of libvirt."""

    tag = "source"
    network = Field(
        "source/@network", Text(), label=_("Network"), live="update", unset=_("Choose a network")
    )
    port_group = Field(
        "source/@portgroup",
        Text(),
        label=_("Port group"),
        live="update",
        unset=_("Default of the network"),
    )
    port_id = Field(
        "source/@portid",
        Text(),
        label=_("Port"),
        help=_("libvirt numbers the ports of a network while they are in use."),
        advanced=True,
    )
    # libvirt says the bridge of a running guest beside its network.
    bridge = Field("source/@bridge", Text(), label=_("Bridge"), advanced=True)


class BridgeLink(Element):
    """A bridge of the host."""

    tag = "source"
    bridge = Field(
        "source/@bridge", Text(), label=_("Bridge"), live="update", unset=_("Choose a bridge")
    )
    mac_table = Field(
        "source/@macTableManager",
        Choice("kernel", "libvirt", open=False),
        label=_("Who keeps the bridge's table"),
        help=_("libvirt's own table needs no flooding, but knows its own guests only."),
        advanced=True,
    )


class DirectLink(Element):
    """A network device of the host, shared by macvtap."""

    tag = "source"
    device = Field(
        "source/@dev",
        Text(),
        label=_("Network device"),
        unset=_("Choose a network device"),
    )
    mode = Field(
        "source/@mode",
        Choice("bridge", "vepa", "private", "passthrough"),
        label=_("Mode"),
        help=_("In all modes, the host itself cannot be reached from the guest."),
    )


class UserLink(Element):
    """A network of the emulator itself: the guest gets out, others get in by port forwards."""

    tag = "source"
    device = Field(
        "source/@dev",
        Text(),
        label=_("Network device"),
        help=_("The device of the host whose addresses the guest takes over; passt only."),
        advanced=True,
        essential=True,
    )
    backend = Field(
        "backend/@type",
        Choice("passt"),
        label=_("Backend"),
        essential=True,
        caps="interface/backendType",
        help=_("Only passt forwards ports of the host to the guest."),
        unset=_("Default (slirp)"),
    )
    log_file = Field("backend/@logFile", Path(), label=_("Log file"), advanced=True)
    host_name = Field("backend/@hostname", Text(), label=_("Name of the guest"), advanced=True)
    domain_name = Field("backend/@fqdn", Text(), label=_("Full name of the guest"), advanced=True)
    port_forwards = Many(PortForward)

    @property
    def forwards(self) -> str | None:
        """The ports of the host that lead into the guest, in one line: ``8022:22, udp 5353:53``."""
        return forward_list.text_of(self.port_forwards)

    @forwards.setter
    def forwards(self, text: str | None) -> None:
        if text:
            _FORWARDS.type.check(text)
        forward_list.write(self.port_forwards, text)

    @classmethod
    def _declarations(cls, element: Element | None) -> tuple[Declared, ...]:
        # In a form they are one line; item by item they would be a form each.
        return (*super()._declarations(element), _FORWARDS)


_FORWARDS = Declared(
    name="forwards",
    type=forward_list.ForwardList(),
    label=_("Forwarded ports"),
    help=_(
        "Port of the host, colon, port of the guest; several with commas. Open on 127.0.0.1 only, "
        "where other users of the host reach them too, unless an address comes first."
    ),
    when=lambda link: link.backend == "passt",
)


class EthernetLink(Element):
    """A tap device, which libvirt makes or finds."""

    tag = "source"
    is_managed = Field(
        "target/@managed",
        YesNo(),
        label=_("Made by libvirt"),
        help=_("No uses a tap device that is there already."),
        advanced=True,
    )
    script = Field("script/@path", Path(), label=_("Script"), essential=True, advanced=True)
    down_script = Field(
        "downscript/@path", Path(), label=_("Script at the end"), essential=True, advanced=True
    )


class VhostUserLink(Element):
    """A switch in another program of the host, reached by a socket."""

    tag = "source"
    type = Field(
        "source/@type", Choice("unix", open=False), label=_("Kind of socket"), advanced=True
    )
    path = Field("source/@path", Path(), label=_("Socket"))
    mode = Field(
        "source/@mode",
        Choice("server", "client", open=False),
        label=_("Side of the guest"),
    )
    reconnect = Field(
        "source/reconnect/@enabled",
        YesNo(),
        label=_("Connect again"),
        group=_RECONNECT,
        advanced=True,
        required=True,
    )
    reconnect_timeout = Field(
        "source/reconnect/@timeout",
        Integer(),
        label=_("Wait before connecting again"),
        group=_RECONNECT,
        unit="s",
        advanced=True,
    )


class TypedPciAddress(PciAddress):
    """The address of a PCI device that says its kind too."""

    type = Field("@type", Choice("pci", open=False), label=_("Kind of address"), advanced=True)


class HostdevLink(Element):
    """A network card of the host, given to the guest whole."""

    tag = "source"
    managed = Field(
        "@managed",
        YesNo(),
        label=_("Taken from the host when the guest starts"),
    )
    address = Group("source/address", TypedPciAddress)


class VdpaLink(Element):
    """A vDPA device of the host."""

    tag = "source"
    device = Field(
        "source/@dev",
        Path(),
        label=_("vDPA device"),
        unset=_("Choose a vDPA device"),
    )


class InternalLink(Element):
    """A network inside the hypervisor, of VirtualBox."""

    tag = "source"
    name = Field("source/@name", Text(), label=_("Name"))


class SocketLink(Element):
    """A wire to another guest, by TCP or multicast."""

    tag = "source"
    address = Field("source/@address", Address(), label=_("Address"))
    port = Field("source/@port", Port(), label=_("Port"))


class DatagramLink(SocketLink):
    """A wire to another guest, by UDP."""

    local_address = Field("source/local/@address", Address(), label=_("Own address"))
    local_port = Field("source/local/@port", Port(), label=_("Own port"))
