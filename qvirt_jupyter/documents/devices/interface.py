"""Network interfaces."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Mac, Port
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text
from qvirt_jupyter.documents.variant import Variant


class NetworkLink(Element):
    """A virtual network of libvirt."""

    tag = "source"
    network = Field("source/@network", Text(), label=_("Network"))
    port_group = Field("source/@portgroup", Text(), label=_("Port group"))


class BridgeLink(Element):
    """A bridge of the host."""

    tag = "source"
    bridge = Field("source/@bridge", Text(), label=_("Bridge"))


class DirectLink(Element):
    """A network device of the host, shared by macvtap."""

    tag = "source"
    device = Field("source/@dev", Text(), label=_("Network device"))
    mode = Field(
        "source/@mode",
        Choice("bridge", "vepa", "private", "passthrough"),
        label=_("Mode"),
        help=_("In all modes, the host itself cannot be reached from the guest."),
    )


class UserLink(Element):
    """A network of the emulator itself: the guest gets out, nobody gets in."""

    tag = "source"
    device = Field("source/@dev", Text(), label=_("Network device"), advanced=True)
    backend = Field("backend/@type", Choice("passt"), label=_("Backend"), essential=True)
    log_file = Field("backend/@logFile", Path(), label=_("Log file"), advanced=True)


class VdpaLink(Element):
    """A vDPA device of the host."""

    tag = "source"
    device = Field("source/@dev", Path(), label=_("vDPA device"))


class SocketLink(Element):
    """A wire to another guest, by TCP or multicast."""

    tag = "source"
    address = Field("source/@address", Address(), label=_("Address"))
    port = Field("source/@port", Port(), label=_("Port"))


class DatagramLink(SocketLink):
    """A wire to another guest, by UDP."""

    local_address = Field("source/local/@address", Address(), label=_("Own address"))
    local_port = Field("source/local/@port", Port(), label=_("Own port"))


class Interface(Device):
    """A network card.

    https://libvirt.org/formatdomain.html#network-interfaces
    """

    tag = "interface"
    collection = "interfaces"
    key = "mac"
    order = ("mac", "source", "virtualport", "backend", "target", "guest", "model")

    type = Field(
        "@type",
        Choice(
            *(
                "network",
                "bridge",
                "user",
                "direct",
                "ethernet",
                "udp",
                "server",
                "client",
                "mcast",
            ),
            *("vdpa", "hostdev", "vhostuser", "internal", "null"),
        ),
        label=_("Connected to"),
    )
    mac = Field("mac/@address", Mac(), label=_("MAC address"), essential=True)
    source = Variant(
        "@type",
        {
            "network": NetworkLink,
            "bridge": BridgeLink,
            "direct": DirectLink,
            "user": UserLink,
            "vdpa": VdpaLink,
            "server": SocketLink,
            "client": SocketLink,
            "mcast": SocketLink,
            "udp": DatagramLink,
        },
    )
    target = Field(
        "target/@dev", Text(), label=_("Device on the host"), essential=True, advanced=True
    )
    model = Field(
        "model/@type",
        Choice("virtio", "e1000e", "e1000", "rtl8139", "igb", "vmxnet3", "netfront"),
        label=_("Model"),
        essential=True,
    )
    driver = Field("driver/@name", Choice("vhost", "qemu"), label=_("Driver"), advanced=True)
    queues = Field(
        "driver/@queues", Integer(1), label=_("Queues"), group=_("Performance"), advanced=True
    )
    filter = Field(
        "filterref/@filter", Text(), label=_("Network filter"), essential=True, advanced=True
    )
    link_state = Field(
        "link/@state",
        Choice("up", "down", open=False),
        label=_("Link state"),
        essential=True,
        live="link",
    )
    mtu = Field(
        "mtu/@size", Integer(68, 65535), label=_("MTU"), unit="bytes", essential=True, advanced=True
    )

    @rule("model", touches=("address",))
    def model_drops_the_address(self) -> None:
        """Drop the address: another model may sit on another bus."""
        if self.address:
            del self.address
