"""The guest's clock."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Text


class Timer(Element):
    """A source of time of the guest."""

    tag = "timer"
    name = Field(
        "@name",
        Choice("rtc", "pit", "hpet", "tsc", "kvmclock", "hypervclock", "platform", "armvtimer"),
        label=_("Timer"),
    )
    present = Field("@present", YesNo(), label=_("Present"))
    tick_policy = Field(
        "@tickpolicy", Choice("delay", "catchup", "merge", "discard"), label=_("Missed ticks")
    )


class Clock(Element):
    """What the guest's clock starts with.

    https://libvirt.org/formatdomain.html#time-keeping
    """

    tag = "clock"
    offset = Field(
        "@offset",
        Choice("utc", "localtime", "timezone", "variable", "absolute"),
        label=_("Clock"),
    )
    timezone = Field(
        "@timezone", Text(), label=_("Time zone"), when=lambda clock: clock.offset == "timezone"
    )
    timers = Many(Timer, key="name")
