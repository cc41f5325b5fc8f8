"""How much of the host's memory the guest may take.

https://libvirt.org/formatdomain.html#memory-tuning
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Size

_LIMITS = _("Limits of memory")


class MemoryTune(Element):
    """How much of the host's memory the guest may take, the emulator's own included."""

    tag = "memtune"
    hard_limit = Field(
        "hard_limit",
        Size(),
        label=_("Hard limit"),
        help=_("The host kills the guest rather than give it more; too low is dangerous."),
        group=_LIMITS,
        advanced=True,
        live="memtune",
    )
    soft_limit = Field(
        "soft_limit",
        Size(),
        label=_("Soft limit"),
        help=_("Is enforced while the host is short of memory."),
        group=_LIMITS,
        advanced=True,
        live="memtune",
    )
    guarantee = Field(
        "min_guarantee",
        Size(),
        label=_("Guaranteed"),
        help=_("Only VMware's hypervisors know it."),
        group=_LIMITS,
        advanced=True,
    )
    swap_hard_limit = Field(
        "swap_hard_limit",
        Size(),
        label=_("Hard limit with swap"),
        help=_("Memory and swap together; it must be above the hard limit."),
        group=_LIMITS,
        advanced=True,
        live="memtune",
    )
