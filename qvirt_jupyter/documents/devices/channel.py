"""Channels between guest and host."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.character import CharacterDevice
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice

AGENT = "org.qemu.guest_agent.0"
"""The channel of the QEMU guest agent."""


class Channel(CharacterDevice):
    """A private channel to the guest.

    https://libvirt.org/formatdomain.html#channel
    """

    tag = "channel"
    collection = "channels"
    key = "name"

    target_type = Field("target/@type", Choice("virtio", "guestfwd", "xen"), label=_("Target type"))
    name = Field(
        "target/@name",
        Choice(
            *(AGENT, "com.redhat.spice.0", "org.spice-space.webdav.0"),
            labels={AGENT: _("QEMU guest agent"), "com.redhat.spice.0": _("SPICE agent")},
        ),
        label=_("Name"),
    )
    state = Field(
        "target/@state",
        Choice("connected", "disconnected"),
        label=_("State"),
        help=_("Said by libvirt of a running guest only."),
    )
