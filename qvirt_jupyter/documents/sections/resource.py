"""Where the host accounts for the guest.

https://libvirt.org/formatdomain.html#resource-partitioning
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Path, Text


class Resource(Element):
    """Where the host accounts for the guest."""

    tag = "resource"
    partition = Field(
        "partition",
        Path(),
        label=_("Resource partition"),
        help=_("The control group of the host that the guest is a part of."),
        advanced=True,
    )
    fibre_channel_id = Field(
        "fibrechannel/@appid",
        Text(max_length=128),
        label=_("Fibre Channel application id"),
        help=_("Marks the guest's traffic in a storage network."),
        advanced=True,
        essential=True,
    )
