"""Virtual CPUs one by one, and the threads that serve disks.

https://libvirt.org/formatdomain.html#cpu-allocation
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Integer


class Vcpu(Element):
    """One virtual CPU."""

    tag = "vcpu"
    id = Field("@id", Integer(), label=_("Virtual CPU"), advanced=True)
    enabled = Field("@enabled", YesNo(), label=_("Enabled"), advanced=True)
    hotpluggable = Field(
        "@hotpluggable",
        YesNo(),
        label=_("Can be removed while the guest runs"),
        advanced=True,
    )
    position = Field("@order", Integer(1), label=_("Order in which it is added"), advanced=True)


class IoThread(Element):
    """A thread of the emulator that serves disks and controllers."""

    tag = "iothread"
    id = Field("@id", Integer(1), label=_("I/O thread"), advanced=True)
    fewest = Field("@thread_pool_min", Integer(), label=_("Fewest worker threads"), advanced=True)
    most = Field("@thread_pool_max", Integer(), label=_("Most worker threads"), advanced=True)
