"""The guest that `make lab` starts on this user's own libvirt daemon."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from qvirt_jupyter import connect
from qvirt_jupyter.documents import Input
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor import DomainState, NotFound, QvirtError
from qvirt_jupyter.provision import forwarded_ports, tiny_guest
from qvirt_jupyter.provision.guest_definition import port_is_free

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Connection, Domain

NAME: Final = "tiny"
URI: Final = "qemu:///session"
WEB_PORT: Final = 80
SHUTDOWN: Final = 15.0
"""Seconds that the guest gets to shut down before it is switched off."""
# https://libvirt.org/daemons.html: one daemon for all, or one for each driver; the log daemon last,
# since the others write by it.
DAEMON_PID_FILES: Final = ("libvirtd.pid", "virtqemud.pid", "virtlogd.pid")


NO_TABLET: Final = f"""\
The guest {NAME!r} has no tablet, as earlier versions defined it: a click into its screen catches
the pointer, and vm.mouse cannot click. Its definition is left as it is, since it may be as you want
it; make lab LAB_ARGS=--add-tablet adds a tablet and nothing else."""


class LabGuest:
    """The guest, and whether it was this run that started it.

    Parameters
    ----------
    add_tablet
        Whether one that was defined without a tablet is given one.
    """

    def __init__(self, *, add_tablet: bool = False) -> None:
        self.is_ours = False
        self._add_tablet = add_tablet

    def start(self) -> str | None:
        """Start the guest unless it runs; return the address of its web page, if it has one.

        Raises
        ------
        QvirtError
            libvirt, QEMU or the packages that the guest is made of are not there.
        """
        connection = connect(URI)
        try:
            domain = _existing(connection)
            if domain is None or not domain.is_active:
                if domain is None or not _still_good(domain):
                    domain = _define(connection, domain)
                self._look_for_tablet(domain)
                # Before: a Ctrl+C may come while it starts.
                self.is_ours = True
                domain.start()
            ports = forwarded_ports(domain.xml())
        finally:
            connection.close()
        return f"http://127.0.0.1:{ports[0][0]}/" if ports else None

    def _look_for_tablet(self, domain: Domain) -> None:
        """Add a tablet that is missing where that is wanted, or say how: you may not want it."""
        devices = parse_xml(domain.xml(inactive=True)).find("devices")
        has_screen = devices is not None and devices.find("graphics") is not None
        if not has_screen or devices.find("input[@type='tablet']") is not None:
            return
        # A state that was saved goes on with the devices that it had.
        if not self._add_tablet or domain.state is DomainState.SAVED:
            print(NO_TABLET, flush=True)
            return
        domain.attach(Input(type="tablet", bus="virtio"))
        print(f"The guest {NAME!r} has a tablet now", flush=True)

    def end(self) -> None:
        """Shut the guest down if this run started it."""
        if not self.is_ours:
            return
        try:
            _shut_down()
        except QvirtError as error:
            print(f"The guest {NAME!r} was left as it is: {error}")


class Daemons:
    """The user's own libvirt daemons: those that come up with the lab go down with it."""

    def __init__(self) -> None:
        self._before = _daemons()

    def end(self) -> None:
        """End those that were not there before, if no machine runs.

        They would end by themselves after two minutes (``--timeout=120``).
        """
        started = [pid for pid in _daemons() if pid not in self._before]
        if started and not _machines_run():
            for pid in started:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)


def _existing(connection: Connection) -> Domain | None:
    try:
        return connection.domains[NAME]
    except NotFound:
        return None


def _still_good(domain: Domain) -> bool:
    """Say whether a definition of an earlier run can be started as it is."""
    if domain.state is DomainState.SAVED:
        return True
    xml = domain.xml(inactive=True)
    files = [parse_xml(xml).findtext(f"os/{name}") for name in ("kernel", "initrd")]
    return all(file and Path(file).exists() for file in files) and all(
        port_is_free(host) for host, _guest in forwarded_ports(xml)
    )


def _define(connection: Connection, earlier: Domain | None) -> Domain:
    return tiny_guest().define(
        connection,
        NAME,
        forwards=[(0, WEB_PORT)],
        uuid=UUID(earlier.uuid) if earlier is not None else None,
    )


def _shut_down() -> None:
    connection = connect(URI)
    try:
        domain = _existing(connection)
        if domain is None or not domain.is_active:
            return
        print(f"Shutting the guest {NAME!r} down", flush=True)
        if domain.state is DomainState.RUNNING:
            domain.shutdown(mode="acpi")
            deadline = time.monotonic() + SHUTDOWN
            while domain.is_active and time.monotonic() < deadline:
                time.sleep(0.3)
        if domain.is_active:
            domain.destroy()
    finally:
        connection.close()


def _machines_run() -> bool:
    try:
        connection = connect(URI)
    except QvirtError:  # a daemon that does not answer is left to its own end
        return True
    try:
        return any(domain.is_active for domain in connection.domains)
    finally:
        connection.close()


def _daemons() -> list[int]:
    """Return the process ids of this user's libvirt daemons."""
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or Path.home() / ".cache") / "libvirt"
    found = []
    for name in DAEMON_PID_FILES:
        try:
            pid = int((folder / name).read_text())
            os.kill(pid, 0)
        except (OSError, ValueError):  # no file, or of a process that is gone
            continue
        found.append(pid)
    return found
