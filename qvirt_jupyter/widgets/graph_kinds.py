"""Which graphs there are: of a machine, of each of its devices, and of a host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a graph.

    Parameters
    ----------
    figure
        Its name in the history.
    label
        What it is.
    color
        A CSS colour; a variable of JupyterLab, so that it follows the theme.
    style
        How it is drawn, for those who do not see the colours.
    optional
        Whether it is left out, instead of said to be missing, where there are no figures.
    """

    figure: str
    label: LazyString
    color: str
    style: Literal["solid", "dashed", "dotted", "dash_dotted"] = "solid"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class GraphKind:
    """What a graph shows.

    Parameters
    ----------
    title
        What is measured.
    unit
        Of the values: percent, KiB, or bytes a second.
    series
        Its lines.
    missing
        What is said where libvirt has no figures.
    group
        The group of figures that it needs, which a connection may be told not to measure.
    devices
        The attribute of the history that has the same of each device; empty for none.
    of_device
        What the graph of one of several devices shows, from the name of the device.
    """

    title: str | LazyString
    unit: Literal["percent", "KiB", "B/s"]
    series: tuple[Series, ...]
    missing: LazyString
    group: str = ""
    devices: str = ""
    of_device: Callable[[str], GraphKind] | None = None


_FIRST: Final = "var(--jp-brand-color1)"
_SECOND: Final = "var(--jp-warn-color1)"
_THIRD: Final = "var(--jp-success-color1)"
_FOURTH: Final = "var(--jp-ui-font-color2)"
_NO_DISK_COUNTERS: Final = _("It has no disks that libvirt counts.")
_NO_NETWORK_COUNTERS: Final = _(
    "Its network interfaces have no counters, and no guest agent gives them."
)


def _disk(device: str) -> GraphKind:
    return GraphKind(
        _("Disk {device}").format(device=device),
        "B/s",
        (
            Series("read", _("read"), _FIRST),
            Series("write", _("written"), _SECOND, "dashed"),
        ),
        _NO_DISK_COUNTERS,
        "disk",
    )


def _interface(device: str) -> GraphKind:
    return GraphKind(
        _("Interface {device}").format(device=device),
        "B/s",
        (
            Series("received", _("received"), _FIRST),
            Series("sent", _("sent"), _SECOND, "dashed"),
        ),
        _NO_NETWORK_COUNTERS,
        "network",
    )


MACHINE_GRAPHS: Final[tuple[GraphKind, ...]] = (
    GraphKind(
        _("Processors"),
        "percent",
        (
            Series("cpu_guest", _("machine"), _FIRST),
            Series("cpu_host", _("of the host"), _SECOND, "dashed"),
            Series("vcpu_wait", _("waiting"), _THIRD, "dotted", optional=True),
        ),
        _("libvirt has no processor times of this machine."),
        "cpu",
    ),
    GraphKind(
        _("Memory"),
        "KiB",
        (
            Series("memory", _("in use"), _FIRST),
            Series("memory_cache", _("cache"), _THIRD, "dotted", optional=True),
            Series("memory_total", _("balloon"), _SECOND, "dashed", optional=True),
            Series("memory_host", _("on the host"), _FOURTH, "dash_dotted", optional=True),
        ),
        _("The guest does not say how much memory it uses."),
        "memory",
    ),
    GraphKind(
        _("Disks"),
        "B/s",
        (
            Series("disk_read", _("read"), _FIRST),
            Series("disk_write", _("written"), _SECOND, "dashed"),
        ),
        _NO_DISK_COUNTERS,
        "disk",
        "disks",
        _disk,
    ),
    GraphKind(
        _("Network"),
        "B/s",
        (
            Series("network_in", _("received"), _FIRST),
            Series("network_out", _("sent"), _SECOND, "dashed"),
        ),
        _NO_NETWORK_COUNTERS,
        "network",
        "interfaces",
        _interface,
    ),
)
"""The graphs of a machine, in their order (STATS-12)."""

HOST_GRAPHS: Final[tuple[GraphKind, ...]] = (
    GraphKind(
        _("Processors"),
        "percent",
        (
            Series("cpu", _("host"), _FIRST),
            Series("cpu_guests", _("all its machines"), _SECOND, "dashed"),
        ),
        _("The driver has no processor times of the host."),
    ),
    GraphKind(
        _("Memory"),
        "KiB",
        (
            Series("memory", _("in use"), _FIRST),
            Series("memory_cache", _("cache"), _THIRD, "dotted", optional=True),
            Series("memory_guests", _("all its machines"), _FOURTH, "dash_dotted", optional=True),
            Series("memory_total", _("installed"), _SECOND, "dashed", optional=True),
        ),
        _("The driver does not say how much memory of the host is in use."),
    ),
)
"""The graphs of a host."""
