"""What all virtio devices have in common.

https://libvirt.org/formatdomain.html#virtio-related-options
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import OnOff

MODELS = ("virtio", "virtio-transitional", "virtio-non-transitional")
"""Both standards, the old and the new one, or the new one alone."""

VIRTIO = _("Virtio")


def _is_virtio(device: VirtioOptions) -> bool:
    return device.is_virtio


class VirtioOptions(Element):
    """What the driver of a virtio device may do; a device's class inherits it."""

    @property
    def is_virtio(self) -> bool:
        """Whether the device has these options as it is now."""
        return True

    iommu = Field(
        "driver/@iommu",
        OnOff(),
        label=_("Behind the IOMMU"),
        help=_("Whether the device uses addresses that the guest's IOMMU translates."),
        group=VIRTIO,
        advanced=True,
        when=_is_virtio,
    )
    ats = Field(
        "driver/@ats",
        OnOff(),
        label=_("Address translation service"),
        group=VIRTIO,
        advanced=True,
        when=_is_virtio,
    )
    packed = Field(
        "driver/@packed",
        OnOff(),
        label=_("Packed queues"),
        help=_("A more compact layout of the queues, which the guest must know."),
        group=VIRTIO,
        advanced=True,
        when=_is_virtio,
    )
    page_per_queue = Field(
        "driver/@page_per_vq",
        OnOff(),
        label=_("A page for each queue"),
        help=_("Lets the host map each queue's notifications by themselves."),
        group=VIRTIO,
        advanced=True,
        when=_is_virtio,
    )
