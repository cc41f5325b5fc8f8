"""The ways to look into a virtual machine: its displays, serial ports and text consoles.

A console's menu and the switch between consoles are drawn from them. What cannot be shown is among
them, and says why.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.screen.displays import displays_of
from qvirt_jupyter.hypervisor.serial.ports import serial_ports_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.screen.displays import Display
    from qvirt_jupyter.hypervisor.serial.ports import SerialPort

ConsoleKind: TypeAlias = Literal["graphics", "serial", "console"]

_NAMES: Final[Mapping[str, LazyString | str]] = {
    "vnc": "VNC",
    "spice": "SPICE",
    "rdp": "RDP",
    "sdl": "SDL",
    "dbus": "D-Bus",
    "egl-headless": "EGL",
}

# https://libvirt.org/formatdomain.html#graphical-framebuffers
_REFUSALS: Final[Mapping[str, LazyString]] = {
    "sdl": _("SDL opens a window on the host's own screen; nobody can connect to it."),
    "dbus": _("A D-Bus display is for programs on the host; nobody can connect to it."),
    "rdp": _("RDP needs a client of its own, such as Remmina: the browser has none."),
    "egl-headless": _("It only renders in 3D for the other displays, and shows nothing itself."),
    "desktop": _("It opens a window on the host's own screen; nobody can connect to it."),
}


@dataclass(frozen=True, slots=True)
class ConsoleChoice:
    """One way to look into a machine.

    Parameters
    ----------
    kind
        ``"graphics"``, ``"serial"``, or ``"console"`` for a text console that is no serial port.
    type
        A display's or a character device's type, as libvirt calls it: ``"vnc"``, ``"pty"``...
    label
        What people call it.
    index
        Which of the displays, as ``virDomainOpenGraphicsFD`` counts; None for the others.
    alias
        Which of the character devices, as ``virDomainOpenConsole`` knows it; empty for displays.
    refusal
        Why it cannot be opened; empty where it can.
    """

    kind: ConsoleKind
    type: str
    label: str
    index: int | None = None
    alias: str = ""
    refusal: str = ""

    @property
    def key(self) -> str:
        """What it is remembered by: the same for as long as the device is the same."""
        return f"{self.type}-{self.index}" if self.kind == "graphics" else self.alias


def console_choices_of(definition: _Element) -> tuple[ConsoleChoice, ...]:
    """Return the choices of a parsed ``<domain>``: displays first, then serial ports, then texts.

    Parameters
    ----------
    definition
        The definition of a machine as it runs, or of one that is off.
    """
    displays = displays_of(definition)
    many = Counter(display.type for display in displays)
    ports = serial_ports_of(definition)
    return (
        *(_display(display, is_one_of_many=many[display.type] > 1) for display in displays),
        *(_port(port) for port in ports if port.kind == "serial"),
        *(_port(port) for port in ports if port.kind != "serial"),
    )


def _display(display: Display, *, is_one_of_many: bool) -> ConsoleChoice:
    name = _NAMES.get(display.type, display.type)
    label = _("Screen {number} ({type})") if is_one_of_many else _("Screen ({type})")
    refusal = _REFUSALS.get(display.type)
    if refusal is None and display.type not in {"vnc", "spice"}:
        refusal = _("A display of this type cannot be shown in a browser.")
    return ConsoleChoice(
        kind="graphics",
        type=display.type,
        label=str(label.format(number=display.index + 1, type=name)),
        index=display.index,
        refusal=str(refusal or ""),
    )


def _port(port: SerialPort) -> ConsoleChoice:
    return ConsoleChoice(
        kind="serial" if port.kind == "serial" else "console",
        type=port.type,
        label=str(port.label),
        alias=port.alias,
        refusal=str(port.refusal),
    )
