"""What KVM and Xen show of themselves to the guest.

https://libvirt.org/formatdomain.html#hypervisor-features
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer

_KVM = _("KVM")
_XEN = _("Xen")


class Kvm(Element):
    """What KVM shows of itself to the guest."""

    tag = "kvm"
    hidden = Field(
        "hidden/@state",
        OnOff(),
        label=_("Hidden"),
        help=_("The guest does not see that it runs on KVM."),
        group=_KVM,
        advanced=True,
        essential=True,
    )
    dedicated = Field(
        "hint-dedicated/@state",
        OnOff(),
        label=_("Processors of its own"),
        help=_("Tells the guest that its processors are pinned to the host's."),
        group=_KVM,
        advanced=True,
        essential=True,
    )
    poll_control = Field(
        "poll-control/@state",
        OnOff(),
        label=_("The guest may wait busily"),
        group=_KVM,
        advanced=True,
        essential=True,
    )
    pv_ipi = Field(
        "pv-ipi/@state",
        OnOff(),
        label=_("Paravirtual interrupts between processors"),
        group=_KVM,
        advanced=True,
        essential=True,
    )
    dirty_ring = Field(
        "dirty-ring/@state",
        OnOff(),
        label=_("Ring of changed pages"),
        help=_("Another way to find what changed during a migration."),
        group=_KVM,
        advanced=True,
        essential=True,
    )
    dirty_ring_size = Field(
        "dirty-ring/@size",
        Integer(1024, 65536),
        label=_("Size of the ring"),
        group=_KVM,
        essential=True,
        advanced=True,
        when=lambda kvm: bool(kvm.dirty_ring),
    )

    @rule("dirty_ring", touches=("dirty_ring_size",))
    def without_ring_there_is_no_size(self) -> None:
        """Clear the size of what is not there."""
        if not self.dirty_ring:
            self.dirty_ring_size = None


class Xen(Element):
    """What Xen does for the guest."""

    tag = "xen"
    e820_host = Field(
        "e820_host/@state",
        OnOff(),
        label=_("The host's memory map"),
        group=_XEN,
        advanced=True,
        essential=True,
    )
    passthrough = Field(
        "passthrough/@state",
        OnOff(),
        label=_("Devices can be handed through"),
        group=_XEN,
        advanced=True,
        essential=True,
    )
    passthrough_mode = Field(
        "passthrough/@mode",
        Choice("sync_pt", "share_pt", open=False),
        label=_("Page tables of the IOMMU"),
        group=_XEN,
        essential=True,
        advanced=True,
        when=lambda xen: bool(xen.passthrough),
    )

    @rule("passthrough", touches=("passthrough_mode",))
    def without_passthrough_there_is_no_mode(self) -> None:
        """Clear the mode of what is not there."""
        if not self.passthrough:
            self.passthrough_mode = None
