"""The serial ports and text consoles of a virtual machine, read from its definition.

https://libvirt.org/formatdomain.html#consoles-serial-parallel-channel-devices
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.backends import TYPE_LABELS

if TYPE_CHECKING:
    from lxml.etree import _Element

    from qvirt_jupyter._translation import LazyString

USABLE_TYPES: Final = frozenset({"pty", "nmdm"})
"""The types that ``virDomainOpenConsole`` opens: a pseudo terminal, and that of FreeBSD."""

_VIRTUAL: Final = {"virtio": _("VirtIO console {number}"), "xen": _("Xen console {number}")}


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A serial port or text console.

    Parameters
    ----------
    alias
        libvirt's name for it: ``"serial0"``. That of a machine that is off is the one that it will
        have, as long as no device before it is added or removed.
    kind
        ``"serial"`` or ``"console"``.
    type
        Where the host has its other end: ``"pty"``, ``"file"``, ``"tcp"``, ...
    label
        What people call it: ``Serial port 1``.
    why_not
        Why it cannot be opened; empty where it can.
    """

    alias: str
    kind: Literal["serial", "console"]
    type: str
    label: LazyString
    why_not: str | LazyString = ""

    @property
    def refusal(self) -> str:
        """Why it cannot be opened, in words; empty where it can."""
        return str(self.why_not)

    @property
    def is_usable(self) -> bool:
        """Whether it can be opened."""
        return not self.why_not


def serial_ports_of(definition: _Element) -> tuple[SerialPort, ...]:
    """Return the ports of a parsed ``<domain>``: serial ports first, then consoles.

    The console that is the first serial port once more, which libvirt writes for old programs, is
    left out.
    """
    serials = definition.findall("devices/serial")
    ports = [
        SerialPort(
            alias=_alias(element) or f"serial{index}",
            kind="serial",
            type=element.get("type", ""),
            label=_("Serial port {number}").format(number=_number(element, index) + 1),
            why_not=_why_not(element),
        )
        for index, element in enumerate(serials)
    ]
    taken = {port.alias for port in ports}
    counted: dict[str, int] = {}
    for index, element in enumerate(definition.iterfind("devices/console")):
        target = _target_type(element)
        if index == 0 and serials and target in {"", "serial"}:
            continue
        alias = _alias(element) or f"console{index}"
        if alias in taken:
            continue
        counted[target] = number = counted.get(target, 0) + 1
        ports.append(
            SerialPort(
                alias=alias,
                kind="console",
                type=element.get("type", ""),
                label=_VIRTUAL.get(target, _("Text console {number}")).format(number=number),
                why_not=_why_not(element),
            )
        )
    return tuple(ports)


def _alias(element: _Element) -> str:
    alias = element.find("alias")
    return "" if alias is None else alias.get("name", "")


def _target_type(element: _Element) -> str:
    target = element.find("target")
    return "" if target is None else target.get("type", "")


def _number(element: _Element, index: int) -> int:
    target = element.find("target")
    text = "" if target is None else target.get("port", "")
    return int(text) if text.isdecimal() else index


def _why_not(element: _Element) -> str | LazyString:
    kind = element.get("type", "")
    if kind in USABLE_TYPES:
        return ""
    source = element.find("source")
    path = "" if source is None else source.get("path", "")
    if kind == "file" and path:
        return _("Its output goes into a file of the host: {path}.").format(path=path)
    return _("Its other end is of the type {type}, and libvirt opens pseudo terminals.").format(
        type=TYPE_LABELS.get(kind, kind)
    )
