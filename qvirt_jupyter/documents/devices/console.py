"""Text consoles."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.character import CharacterDevice
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Integer


class Console(CharacterDevice):
    """A text console; the first one mirrors the first serial port.

    https://libvirt.org/formatdomain.html#console
    """

    tag = "console"
    collection = "consoles"

    target_type = Field(
        "target/@type",
        Choice("serial", "virtio", "xen", "lxc", "sclp", "sclplm"),
        label=_("Target type"),
    )
    port = Field("target/@port", Integer(), label=_("Port"), advanced=True)
