"""A connection file for remote-viewer: what it needs to show a display outside of the browser.

The format is of GLib's key files, with the group ``[virt-viewer]``
(https://manpages.debian.org/bookworm/virt-viewer/remote-viewer.1.en.html#CONNECTION_FILE).
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import NotFound, Unsupported, WrongState
from qvirt_jupyter.hypervisor.screen.display_passwords import password_in_definition

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.domain import Domain
    from qvirt_jupyter.hypervisor.screen.displays import Display

_SHOWN: Final = ("spice", "vnc")
"""The types that remote-viewer shows."""

_HOW: Final = _(
    "Let the display listen on an address that the viewer's computer reaches, or show it here."
)
_TUNNEL: Final = _(
    "Let it listen on an address that the viewer's computer reaches, or make a tunnel (ssh -L) and "
    "name its end: vm.viewer_file(host='localhost', port=...)."
)


@dataclass(frozen=True, slots=True)
class ViewerFile:
    """A connection file; ``remote-viewer file`` opens it.

    Parameters
    ----------
    name
        What the file may be called.
    text
        What is in it. It is not part of the repr, as it may hold a password.
    """

    name: str
    text: str = field(repr=False)

    def save(self, path: Path | str | None = None) -> Path:
        """Write it, for its owner only; remote-viewer removes it when it has read it.

        Parameters
        ----------
        path
            A file or a folder; None means the working folder.

        Raises
        ------
        FileExistsError
            There is such a file.
        OSError
            It cannot be written.
        """
        target = Path(path or ".")
        if target.is_dir():
            target /= self.name
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(self.text)
        return target


def make(
    domain: Domain,
    index: int | None = None,
    *,
    host: str = "",
    port: int | None = None,
    with_password: bool = False,
) -> ViewerFile:
    """Return the connection file of a display.

    Parameters
    ----------
    domain
        The machine, which runs.
    index
        Which of its displays; None means the first that remote-viewer shows.
    host, port
        Where the viewer is to connect, where that is not where the display listens: the end of a
        tunnel, say.
    with_password
        Whether the display's password is written into the file. Who gets the file has it then.

    Raises
    ------
    NotFound
        It has no such display.
    WrongState
        It is off, and so has no port.
    Unsupported
        The display cannot be reached by remote-viewer; says why and what to do.
    """
    display = _choose(domain, index)
    values: dict[str, str] = {"type": display.type}
    if host:
        values["host"] = host
        values["port"] = str(port or display.port or "")
    else:
        if not domain.is_active:
            raise WrongState(
                _("It is off, so that its display has no port yet."),
                subject=domain.subject,
                next_step=_("Start it first."),
            )
        values["host"] = _host(domain, display)
        if display.port:
            values["port"] = str(port or display.port)
        if display.tls_port and display.type == "spice":
            values["tls-port"] = str(display.tls_port)
    if not values.get("port") and not values.get("tls-port"):
        raise Unsupported(_("The display has no port."), subject=domain.subject, next_step=_HOW)
    values["title"] = domain.name
    if with_password:
        found = password_in_definition(domain, display.index)
        if found is not None:
            values["password"] = found.password
    values["delete-this-file"] = "1"
    lines = [f"{key}={_escaped(value)}\n" for key, value in values.items() if value]
    return ViewerFile(f"{_file_name(domain.name)}.vv", "".join(("[virt-viewer]\n", *lines)))


def _choose(domain: Domain, index: int | None) -> Display:
    displays = domain.displays()
    for display in displays:
        if index is None and display.type in _SHOWN:
            return display
        if display.index == index:
            if display.type in _SHOWN:
                return display
            raise Unsupported(
                _("remote-viewer shows SPICE and VNC; this display is {type}.").format(
                    type=display.type
                ),
                subject=domain.subject,
            )
    raise NotFound(
        _("It has no SPICE or VNC display.")
        if index is None
        else _("It has no display {index}.").format(index=index),
        subject=domain.subject,
        next_step=_("Look at its displays: vm.displays()."),
    )


def _host(domain: Domain, display: Display) -> str:
    """Return the address that a viewer on another computer connects to."""
    if display.listen == "none":
        raise Unsupported(
            _("The display listens nowhere: only libvirt on its host can open it."),
            subject=domain.subject,
            next_step=_HOW,
        )
    if display.listen == "socket":
        raise Unsupported(
            _("The display listens on a unix socket of its host ({path}), not on a port.").format(
                path=display.socket or "?"
            ),
            subject=domain.subject,
            next_step=_HOW,
        )
    address = display.address or "127.0.0.1"
    if _is_loopback(address):
        raise Unsupported(
            _(
                "The display listens on {address}, which only programs on its own host reach."
            ).format(address=address),
            subject=domain.subject,
            next_step=_TUNNEL,
        )
    if _is_any(address):
        connection = domain.connection
        return connection.parts.host or connection.hostname
    return address


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _is_any(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_unspecified
    except ValueError:
        return False


def _escaped(value: str) -> str:
    """Return a value as GLib's key files have it: one line, no blank lost at its start."""
    text = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"\\s{text[1:]}" if text.startswith(" ") else text


def _file_name(name: str) -> str:
    return "".join("-" if each in '\\/:*?"<>|' or ord(each) < ord(" ") else each for each in name)
