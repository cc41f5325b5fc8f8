"""The displays of a virtual machine, read from its definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(frozen=True, slots=True)
class Display:
    """One ``<graphics>`` element.

    https://libvirt.org/formatdomain.html#graphical-framebuffers

    Parameters
    ----------
    index
        Its position among the displays, as ``virDomainOpenGraphicsFD`` counts.
    type
        ``"vnc"``, ``"spice"``, ``"rdp"``, ``"sdl"``, ``"egl-headless"``, ``"dbus"``.
    listen
        How it can be reached: ``"address"``, ``"network"``, ``"socket"`` or ``"none"``; empty for
        types that nobody can connect to.
    address
        The host's address that it listens on, or empty.
    port, tls_port
        TCP ports; None while there is none (a stopped machine with automatic ports).
    socket
        Path of its unix socket on the host, or empty.
    """

    index: int
    type: str
    listen: str = ""
    address: str = ""
    port: int | None = None
    tls_port: int | None = None
    socket: str = ""


_WITH_LISTEN = frozenset({"vnc", "spice", "rdp"})


def displays_of(definition: _Element) -> tuple[Display, ...]:
    """Return the displays of a parsed ``<domain>``, in order."""
    return tuple(
        _display(index, element)
        for index, element in enumerate(definition.iterfind("devices/graphics"))
    )


def _display(index: int, element: _Element) -> Display:
    kind = element.get("type", "")
    listen = element.find("listen")
    return Display(
        index=index,
        type=kind,
        listen=_listen_type(kind, element, listen),
        address=(listen.get("address", "") if listen is not None else "")
        or element.get("listen", ""),
        port=_port(element.get("port")),
        tls_port=_port(element.get("tlsPort")),
        socket=(listen.get("socket", "") if listen is not None else "")
        or element.get("socket", ""),
    )


def _listen_type(kind: str, element: _Element, listen: _Element | None) -> str:
    if kind not in _WITH_LISTEN:
        return ""
    if listen is not None:
        return listen.get("type", "address")
    # The old spelling has attributes on <graphics> itself.
    return "socket" if element.get("socket") else "address"


def _port(text: str | None) -> int | None:
    # libvirt writes -1 for "automatic, not started yet".
    try:
        port = int(text or "")
    except ValueError:
        return None
    return port if port > 0 else None
