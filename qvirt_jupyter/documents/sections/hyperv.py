"""Hyper-V's interfaces, by which Windows guests run faster.

https://libvirt.org/formatdomain.html#hypervisor-features
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer, Text

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words

_HYPERV = _("Hyper-V")

_ALL = (
    *("relaxed", "vapic", "spin_locks", "spin_lock_retries", "vp_index"),
    *("runtime", "synic", "synthetic_timer", "direct_timer", "reset"),
    *("own_vendor", "vendor", "frequencies", "reenlightenment", "tlb_flush"),
    *("tlb_flush_direct", "tlb_flush_extended", "ipi", "evmcs", "avic"),
    *("emsr_bitmap", "xmm_input"),
)


def _is_listed(hyperv: Hyperv) -> bool:
    return hyperv.mode != "passthrough"


def _state(tag: str, label: Words, help_text: Words = "") -> Field[bool | None]:
    """Declare one of the interfaces; each is an element with a state."""
    return Field(
        f"{tag}/@state",
        OnOff(),
        label=label,
        help=help_text,
        group=_HYPERV,
        advanced=True,
        essential=True,
        when=_is_listed,
        caps=f"hyperv/features/{tag.partition('/')[0]}",
    )


class Hyperv(Element):
    """Hyper-V's interfaces, by which Windows guests run faster."""

    tag = "hyperv"
    mode = Field(
        "@mode",
        Choice(
            *("custom", "passthrough"),
            open=False,
            labels={
                "custom": _("Those that are chosen"),
                "passthrough": _("All that the host has"),
            },
        ),
        label=_("Hyper-V interfaces"),
        help=_("Windows guests run faster with them."),
        group=_HYPERV,
        advanced=True,
    )
    relaxed = _state("relaxed", _("Relaxed timers"), _("No blue screen on a busy host."))
    vapic = _state("vapic", _("Virtual APIC"))
    spin_locks = _state("spinlocks", _("Spin locks"))
    spin_lock_retries = Field(
        "spinlocks/@retries",
        Integer(4095),
        label=_("Tries before a spin lock waits"),
        group=_HYPERV,
        essential=True,
        advanced=True,
        when=lambda hyperv: _is_listed(hyperv) and bool(hyperv.spin_locks),
    )
    vp_index = _state("vpindex", _("Numbers of virtual processors"))
    runtime = _state("runtime", _("Run time of processors"))
    synic = _state("synic", _("Synthetic interrupts"))
    synthetic_timer = _state("stimer", _("Synthetic timers"))
    direct_timer = _state("stimer/direct", _("Direct synthetic timers"))
    reset = _state("reset", _("Reset by Hyper-V"))
    own_vendor = _state("vendor_id", _("Vendor of the hypervisor"))
    vendor = Field(
        "vendor_id/@value",
        Text(pattern="[^,]{0,12}", expected=_("a text of at most 12 characters without comma")),
        label=_("Name of the vendor"),
        help=_("Some drivers refuse to run where they see Hyper-V or KVM."),
        group=_HYPERV,
        essential=True,
        advanced=True,
        when=lambda hyperv: _is_listed(hyperv) and bool(hyperv.own_vendor),
    )
    frequencies = _state("frequencies", _("Frequencies"))
    reenlightenment = _state("reenlightenment", _("Word of a migration"))
    tlb_flush = _state("tlbflush", _("Flush of address caches"))
    tlb_flush_direct = _state("tlbflush/direct", _("Direct flush of address caches"))
    tlb_flush_extended = _state("tlbflush/extended", _("Extended flush of address caches"))
    ipi = _state("ipi", _("Interrupts between processors"))
    evmcs = _state("evmcs", _("Nested guests (Intel)"))
    avic = _state("avic", _("Virtual interrupts by the hardware"))
    emsr_bitmap = _state("emsr_bitmap", _("Bitmap of registers for nested guests"))
    xmm_input = _state("xmm_input", _("Calls by registers"))

    @rule("spin_locks", touches=("spin_lock_retries",))
    def without_spin_locks_nothing_is_tried(self) -> None:
        """Clear how often: libvirt wants the state beside it."""
        if not self.spin_locks:
            self.spin_lock_retries = None

    @rule("own_vendor", touches=("vendor",))
    def without_vendor_there_is_no_name(self) -> None:
        """Clear the name: libvirt wants the state beside it."""
        if not self.own_vendor:
            self.vendor = None

    @rule("mode", touches=_ALL)
    def passthrough_lists_nothing(self) -> None:
        """Clear the list: libvirt refuses it beside all that the host has."""
        if self.mode == "passthrough":
            for name in _ALL:
                setattr(self, name, None)
