"""The guest's clock."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text


class CatchUp(Element):
    """How fast missed ticks are made up for."""

    tag = "catchup"
    threshold = Field("@threshold", Integer(), label=_("From how many ticks"), advanced=True)
    slew = Field("@slew", Integer(), label=_("How fast"), advanced=True)
    limit = Field("@limit", Integer(), label=_("Up to how many ticks"), advanced=True)


class Timer(Element):
    """A source of time of the guest."""

    tag = "timer"
    name = Field(
        "@name",
        Choice("rtc", "pit", "hpet", "tsc", "kvmclock", "hypervclock", "platform", "armvtimer"),
        label=_("Timer"),
    )
    present = Field(
        "@present", YesNo(), label=_("Present"), help=_("Whether the guest has it at all.")
    )
    track = Field(
        "@track",
        Choice("boot", "guest", "wall", "realtime", open=False),
        label=_("Follows"),
        help=_("Which time of the host it follows."),
        advanced=True,
        when=lambda timer: timer.name in ("rtc", "platform"),
    )
    tick_policy = Field(
        "@tickpolicy",
        Choice("delay", "catchup", "merge", "discard", open=False),
        label=_("Missed ticks"),
        help=_("What becomes of ticks that the guest missed while it was not scheduled."),
        when=lambda timer: timer.name not in ("kvmclock", "hypervclock"),
    )
    frequency = Field(
        "@frequency",
        Integer(1),
        label=_("Frequency"),
        unit="Hz",
        advanced=True,
        when=lambda timer: timer.name == "tsc",
    )
    mode = Field(
        "@mode",
        Choice("auto", "native", "emulate", "paravirt", "smpsafe", open=False),
        label=_("TSC mode"),
        advanced=True,
        when=lambda timer: timer.name == "tsc",
    )
    catch_up = Group("catchup", CatchUp)

    @rule("tick_policy", touches=("catch_up",))
    def only_catchup_catches_up(self) -> None:
        """Clear how fast it is where nothing is made up for: libvirt refuses that."""
        if self.tick_policy != "catchup" and self.catch_up:
            del self.catch_up


class Clock(Element):
    """What the guest's clock starts with.

    https://libvirt.org/formatdomain.html#time-keeping
    """

    tag = "clock"
    offset = Field(
        "@offset",
        Choice(
            *("utc", "localtime", "timezone", "variable", "absolute"),
            open=False,
            labels={
                "utc": _("UTC"),
                "localtime": _("The host's local time"),
                "timezone": _("The time of a zone"),
                "variable": _("An offset that the guest keeps"),
                "absolute": _("A fixed moment"),
            },
        ),
        label=_("Clock"),
        help=_("Windows guests expect local time, others UTC."),
    )
    timezone = Field(
        "@timezone",
        Text(pattern=r"[\w.+/-]+", expected=_("a time zone such as Europe/Berlin")),
        label=_("Time zone"),
        when=lambda clock: clock.offset == "timezone",
    )
    adjustment = Field(
        "@adjustment",
        Text(pattern="reset|[+-]?[0-9]+", expected=_("a number of seconds, or reset")),
        label=_("Offset"),
        unit="s",
        help=_("How far the guest's clock is from that; reset forgets what the guest set."),
        advanced=True,
        when=lambda clock: clock.offset in ("utc", "localtime", "variable"),
    )
    basis = Field(
        "@basis",
        Choice("utc", "localtime", open=False),
        label=_("Offset from"),
        advanced=True,
        when=lambda clock: clock.offset == "variable",
    )
    start = Field(
        "@start",
        Integer(),
        label=_("Moment"),
        unit="s",
        help=_("In seconds since 1 January 1970, UTC."),
        advanced=True,
        when=lambda clock: clock.offset == "absolute",
    )
    timers = Many(Timer, key="name")

    @rule("offset", touches=("timezone", "adjustment", "basis", "start"))
    def each_offset_has_its_own(self) -> None:
        """Clear what the other kinds of clock have: libvirt refuses it."""
        if self.offset != "timezone":
            self.timezone = None
        if self.offset not in ("utc", "localtime", "variable"):
            self.adjustment = None
        if self.offset != "variable":
            self.basis = None
        if self.offset != "absolute":
            self.start = None
