"""How the host moves the packets of a network card.

https://libvirt.org/formatdomain.html#setting-nic-driver-specific-options
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.virtio_options import VirtioOptions
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer, Path

_PERFORMANCE = _("Performance")
_HOST = _("Offloads of the host")
_GUEST = _("Offloads of the guest")


class HostOffloads(Element):
    """What the host's side of the card may leave to its hardware."""

    tag = "host"
    csum = Field("@csum", OnOff(), label=_("Checksums"), group=_HOST, advanced=True)
    gso = Field("@gso", OnOff(), label=_("GSO"), group=_HOST, advanced=True)
    tso4 = Field("@tso4", OnOff(), label=_("TSO for IPv4"), group=_HOST, advanced=True)
    tso6 = Field("@tso6", OnOff(), label=_("TSO for IPv6"), group=_HOST, advanced=True)
    ecn = Field("@ecn", OnOff(), label=_("ECN"), group=_HOST, advanced=True)
    ufo = Field("@ufo", OnOff(), label=_("UFO"), group=_HOST, advanced=True)
    mergeable_buffers = Field(
        "@mrg_rxbuf", OnOff(), label=_("Mergeable receive buffers"), group=_HOST, advanced=True
    )


class GuestOffloads(Element):
    """What the guest may leave to the card."""

    tag = "guest"
    csum = Field("@csum", OnOff(), label=_("Checksums"), group=_GUEST, advanced=True)
    tso4 = Field("@tso4", OnOff(), label=_("TSO for IPv4"), group=_GUEST, advanced=True)
    tso6 = Field("@tso6", OnOff(), label=_("TSO for IPv6"), group=_GUEST, advanced=True)
    ecn = Field("@ecn", OnOff(), label=_("ECN"), group=_GUEST, advanced=True)
    ufo = Field("@ufo", OnOff(), label=_("UFO"), group=_GUEST, advanced=True)


class InterfaceDriver(VirtioOptions):
    """The options of a network card's driver; they are for VirtIO cards."""

    driver = Field(
        "driver/@name",
        Choice("vhost", "qemu", "vfio", "kvm", "xen"),
        label=_("Driver"),
        help=_("'vhost' moves the packets in the host's kernel, which is faster."),
        group=_PERFORMANCE,
        advanced=True,
    )
    transmit_mode = Field(
        "driver/@txmode",
        Choice("iothread", "timer", open=False),
        label=_("How packets are sent"),
        group=_PERFORMANCE,
        advanced=True,
    )
    io_event_fd = Field(
        "driver/@ioeventfd",
        OnOff(),
        label=_("I/O in a thread of its own"),
        group=_PERFORMANCE,
        advanced=True,
    )
    event_index = Field(
        "driver/@event_idx",
        OnOff(),
        label=_("Fewer interrupts"),
        group=_PERFORMANCE,
        advanced=True,
    )
    queues = Field(
        "driver/@queues",
        Integer(1),
        label=_("Queues"),
        help=_("More than one lets several virtual CPUs send at once."),
        group=_PERFORMANCE,
        advanced=True,
    )
    receive_queue_size = Field(
        "driver/@rx_queue_size",
        Integer(1),
        label=_("Packets in a receive queue"),
        group=_PERFORMANCE,
        advanced=True,
    )
    transmit_queue_size = Field(
        "driver/@tx_queue_size",
        Integer(1),
        label=_("Packets in a send queue"),
        group=_PERFORMANCE,
        advanced=True,
    )
    rss = Field(
        "driver/@rss",
        OnOff(),
        label=_("Spread packets over the queues"),
        group=_PERFORMANCE,
        advanced=True,
    )
    rss_hash_report = Field(
        "driver/@rss_hash_report",
        OnOff(),
        label=_("Tell the guest how they are spread"),
        group=_PERFORMANCE,
        advanced=True,
    )
    host_offloads = Group("driver/host", HostOffloads)
    guest_offloads = Group("driver/guest", GuestOffloads)
    tap = Field(
        "backend/@tap",
        Path(),
        label=_("Device for taps"),
        help=_("Other than /dev/net/tun."),
        group=_PERFORMANCE,
        advanced=True,
    )
    vhost = Field(
        "backend/@vhost",
        Path(),
        label=_("Device for vhost"),
        help=_("Other than /dev/vhost-net."),
        group=_PERFORMANCE,
        advanced=True,
    )
    send_buffer = Field(
        "tune/sndbuf",
        Integer(),
        label=_("Send buffer"),
        help=_("0 means without limit."),
        group=_PERFORMANCE,
        unit="bytes",
        advanced=True,
    )
    coalesced_frames = Field(
        "coalesce/rx/frames/@max",
        Integer(),
        label=_("Packets gathered for one interrupt"),
        group=_PERFORMANCE,
        advanced=True,
        live="update",
    )
