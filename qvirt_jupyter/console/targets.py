"""What a ticket opens: a display, a private unix socket, or a transfer behind one.

A target is data. It names what may be reached and holds no secret, so it can be stored in a
ticket file; opening it is the work of :mod:`qvirt_jupyter.console.opening`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DisplayTarget:
    """One graphics device of one virtual machine.

    Parameters
    ----------
    uri
        The libvirt connection; the Jupyter server opens it by itself, without credentials.
    uuid
        The machine.
    index
        Which of its ``<graphics>`` devices, counted from 0 in the order of its definition
        (https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenGraphicsFD).

    Raises
    ------
    ValueError
        The UUID is none, or the index is negative.
    """

    uri: str
    uuid: str
    index: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "uuid", str(UUID(self.uuid)))
        if self.index < 0:
            raise ValueError("The index of a display counts from 0.")

    def describe(self) -> str:
        """Return words for a log line: which display of which machine."""
        return f"display {self.index} of machine {self.uuid} on {self.uri}"


@dataclass(frozen=True, slots=True)
class SocketTarget:
    """A unix socket that the same user listens on, such as one that the kernel serves.

    Parameters
    ----------
    path
        Absolute path of the socket.

    Raises
    ------
    ValueError
        The path is not absolute.
    """

    path: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", str(self.path))
        if not Path(self.path).is_absolute():
            raise ValueError("A socket is named by its absolute path.")

    def describe(self) -> str:
        """Return words for a log line: which socket."""
        return f"socket {self.path}"


@dataclass(frozen=True, slots=True)
class TransferTarget:
    """A file on its way between a browser and a volume, which the kernel serves on a socket.

    Parameters
    ----------
    path
        Absolute path of the socket of the kernel.
    id
        Which of its transfers.

    Raises
    ------
    ValueError
        The path is not absolute, or the id is empty.
    """

    path: str
    id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", str(self.path))
        if not Path(self.path).is_absolute():
            raise ValueError("A socket is named by its absolute path.")
        if not self.id or not isinstance(self.id, str):
            raise ValueError("A transfer has an id.")

    def describe(self) -> str:
        """Return words for a log line: which transfer."""
        return f"transfer {self.id} at {self.path}"


@dataclass(frozen=True, slots=True)
class CarriedTarget:
    """A display that the kernel connects to, and serves on a socket.

    Parameters
    ----------
    path
        Absolute path of the socket of the kernel.
    id
        Which of its displays.
    type
        ``"vnc"`` or ``"spice"``.

    Raises
    ------
    ValueError
        The path is not absolute, or the id or the type is none.
    """

    path: str
    id: str
    type: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", str(self.path))
        if not Path(self.path).is_absolute():
            raise ValueError("A socket is named by its absolute path.")
        if not self.id or not isinstance(self.id, str):
            raise ValueError("A display that is carried has an id.")
        if self.type not in {"vnc", "spice"}:
            raise ValueError("A display that is carried is VNC or SPICE.")

    def describe(self) -> str:
        """Return words for a log line: which display."""
        return f"{self.type} display {self.id} at {self.path}"


Target = DisplayTarget | CarriedTarget | SocketTarget | TransferTarget

_KINDS: dict[str, type[DisplayTarget | CarriedTarget | SocketTarget | TransferTarget]] = {
    "display": DisplayTarget,
    "carried": CarriedTarget,
    "socket": SocketTarget,
    "transfer": TransferTarget,
}


def target_to_json(target: Target) -> dict[str, Any]:
    """Return the target as what a ticket file holds."""
    kind = next(name for name, kind in _KINDS.items() if isinstance(target, kind))
    return {"kind": kind, **asdict(target)}


def target_from_json(data: dict[str, Any]) -> Target:
    """Return the target that a ticket file describes.

    Raises
    ------
    ValueError
        The description is not one that :func:`target_to_json` writes.
    """
    values = dict(data)
    kind = _KINDS.get(values.pop("kind", ""))
    if kind is None:
        raise ValueError("A target is a display, a socket or a transfer.")
    try:
        return kind(**values)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"This does not describe a target: {error}.") from error
