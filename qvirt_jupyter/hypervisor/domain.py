"""A virtual machine, live."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter import _views
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.domain_definition import Definition
from qvirt_jupyter.hypervisor.domain_handle import read_state
from qvirt_jupyter.hypervisor.editing.hotplug import Hotplug
from qvirt_jupyter.hypervisor.errors import (
    InvalidDefinition,
    OperationFailed,
    QvirtError,
    WrongState,
)
from qvirt_jupyter.hypervisor.guest.access import GuestAccess
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.hypervisor.host.usb_devices import UsbDevices
from qvirt_jupyter.hypervisor.networks import addresses
from qvirt_jupyter.hypervisor.power import Power
from qvirt_jupyter.hypervisor.screen import (
    loopback_listening,
    screenshot,
    spice_replacement,
    thumbnail,
    viewer_file,
)
from qvirt_jupyter.hypervisor.screen.console_choices import ConsoleChoice, console_choices_of
from qvirt_jupyter.hypervisor.screen.displays import Display, displays_of
from qvirt_jupyter.hypervisor.screen.keyboard import Keyboard
from qvirt_jupyter.hypervisor.screen.mouse import Mouse
from qvirt_jupyter.hypervisor.screen.screen import Screen
from qvirt_jupyter.hypervisor.serial.serials import Serials
from qvirt_jupyter.hypervisor.state_reasons import reason_text
from qvirt_jupyter.hypervisor.statistics.domain_stats import DomainStats
from qvirt_jupyter.hypervisor.storage import disk_sizes

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.networks.addresses import Address, Source
    from qvirt_jupyter.hypervisor.records import DomainRecord
    from qvirt_jupyter.hypervisor.screen.display_change import DisplayChange
    from qvirt_jupyter.hypervisor.screen.screenshot import Screenshot
    from qvirt_jupyter.hypervisor.screen.thumbnail import Thumbnail
    from qvirt_jupyter.hypervisor.screen.viewer_file import ViewerFile
    from qvirt_jupyter.hypervisor.serial.line import SerialLine

_KIB_PER_MIB: Final = 1024


class Domain(Power, Definition, Hotplug, Keyboard, GuestAccess):
    """A virtual machine: ``connection.domains["web"]``.

    Methods block until libvirt has answered; ``vm.submit.<same name>()`` returns a
    :class:`~qvirt_jupyter.hypervisor.Job` at once. Properties ask libvirt afresh, so the next line
    of a cell can rely on them; :attr:`record` is what the inventory knows.

    Parameters
    ----------
    connection
        The connection that it belongs to.
    uuid
        Its UUID.
    name
        Its name, where the caller knows it already.
    """

    @property
    def record(self) -> DomainRecord:
        """What the inventory knows of it, without asking libvirt.

        Raises
        ------
        NotFound
            The inventory does not know it (yet, or any more).
        """
        return self.connection.inventory.domain(self.uuid)

    @property
    def stats(self) -> DomainStats:
        """What it uses, without asking libvirt."""
        return DomainStats(self.connection.stats, self.uuid)

    def addresses(self, source: Source | None = None) -> tuple[Address, ...]:
        """Return the guest's IP addresses; empty where nobody knows one.

        Parameters
        ----------
        source
            Ask only the guest agent (``"agent"``), the DHCP leases of libvirt's networks
            (``"lease"``) or the host's ARP table (``"arp"``). Without it they are asked in this
            order until one knows an address, and the agent only if it is there.

        Raises
        ------
        QvirtError
            The one source that was asked for does not answer.
        """
        if source is not None and source not in addresses.SOURCES:
            raise InvalidDefinition(
                _("There is no source {source}.").format(source=repr(source)),
                subject=self.subject,
                next_step=_("Use 'agent', 'lease', 'arp' or None."),
            )
        definition = self._definition()
        macs = addresses.macs_of(definition)
        if source is not None:
            return addresses.addresses_of(self._ask_addresses(source), source, macs)
        if not self.is_active:
            return ()
        sources = [
            known
            for known in addresses.SOURCES
            if known != "agent" or is_agent_connected(definition)
        ]
        found = addresses.first_answer(self._ask_addresses, sources, macs)
        self.connection.inventory.observe_addresses(self.uuid, tuple(map(str, found)))
        return found

    def screenshot(self, screen: int = 0) -> Screenshot:
        """Return a picture of its screen; a notebook shows it as an image.

        Parameters
        ----------
        screen
            Number of the screen, from 0.

        Raises
        ------
        WrongState
            It is off.
        Unsupported
            The driver takes no pictures.
        """
        subject = self.subject
        off = WrongState(
            _("It is off and has no picture."), subject=subject, next_step=_("Start it first.")
        )
        if not self.is_active:
            raise off
        try:
            return self.connection.call(
                lambda connection: screenshot.take(
                    connection, self._find(connection), screen, subject
                ),
                subject=subject,
            )
        except (WrongState, OperationFailed) as error:
            # It stopped in this moment, for which libvirt has more than one code.
            if self.is_active:
                raise
            raise off from error

    def thumbnail(
        self, *, width: int = thumbnail.WIDTH, seen: Thumbnail | None = None
    ) -> Thumbnail:
        """Return a small picture of its screen, with less work than a screenshot.

        Parameters
        ----------
        width
            In pixels at most.
        seen
            A picture of before; it is returned itself where the screen is as it was.

        Raises
        ------
        QvirtError
            It is off, or the driver takes no pictures.
        """
        subject = self.subject
        return self.connection.call(
            lambda connection: thumbnail.take(
                connection, self._find(connection), subject, width=width, seen=seen
            ),
            subject=subject,
        )

    def console(self, which: int | str | None = None) -> Any:  # noqa: ANN401 - a widget
        """Return a live console of it; the last value of a cell shows it.

        Parameters
        ----------
        which
            Number of a display, from 0, or the alias of a serial port or text console, such as
            ``"serial0"``; None for the display that the preferences choose.

        Raises
        ------
        NotFound
            It has no such console; the error names those that it has.
        """
        return _views.panel("console", self, which)

    @property
    def screen(self) -> Screen:
        """Its screen: as last value of a cell, the picture now."""
        return Screen(self)

    @property
    def mouse(self) -> Mouse:
        """Its mouse: ``vm.mouse.click(300, 200)``."""
        return Mouse(self)

    def displays(self) -> tuple[Display, ...]:
        """Return its displays, with the ports that they have now."""
        return displays_of(self._definition())

    def viewer_file(
        self,
        display: int | None = None,
        *,
        host: str = "",
        port: int | None = None,
        with_password: bool = False,
    ) -> ViewerFile:
        """Return a connection file for remote-viewer: ``vm.viewer_file().save()``.

        Parameters
        ----------
        display
            Which of :meth:`displays`; None means the first that remote-viewer shows.
        host, port
            Where the viewer is to connect, such as the end of a tunnel; empty for where the display
            listens.
        with_password
            Whether the display's password is written into it.

        Raises
        ------
        QvirtError
            remote-viewer could not connect; says why and what to do.
        """
        return viewer_file.make(self, display, host=host, port=port, with_password=with_password)

    def spice_replacement(self) -> DisplayChange:
        """Say what replaces its SPICE display by VNC; ``.apply()`` of what it returns does it.

        Raises
        ------
        NotFound
            It has no SPICE display.
        """
        return spice_replacement.plan(self)

    def loopback_listening(self, display: int = 0) -> DisplayChange:
        """Say what lets a display listen on 127.0.0.1 of its host, where ssh reaches it.

        Parameters
        ----------
        display
            Which of :meth:`displays`.

        Raises
        ------
        NotFound
            It has no such display.
        WrongState
            It listens there already.
        """
        return loopback_listening.plan(self, display)

    @property
    def usb(self) -> UsbDevices:
        """The USB devices of its host, which it can be given: ``vm.usb.attach("046d:c52b")``."""
        return UsbDevices(self)

    @property
    def serials(self) -> Serials:
        """Its serial ports and text consoles: ``vm.serials["serial0"]``."""
        return Serials(self)

    @property
    def serial(self) -> SerialLine:
        """The first serial port or text console that can be opened.

        Raises
        ------
        NotFound
            It has none.
        """
        return self.serials.first()

    def consoles(self) -> tuple[ConsoleChoice, ...]:
        """Return all ways to look into it: displays, serial ports and text consoles.

        What cannot be opened is among them and says why. The first text console, which shows the
        same as the first serial port, is left out.
        """
        return console_choices_of(self._definition())

    def open_display(self, index: int, *, skip_password: bool = True) -> socket.socket:
        """Have libvirt connect to one of its displays; the caller closes what it gets.

        https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenGraphicsFD

        Parameters
        ----------
        index
            Which of :meth:`displays`.
        skip_password
            Whether a display that has a password opens without it.

        Raises
        ------
        QvirtError
            It is off, has no such display, or libvirt is on another host.
        """
        flags = libvirt.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH if skip_password else 0
        return self._call(lambda domain: socket.socket(fileno=domain.openGraphicsFD(index, flags)))

    def disk_sizes(self) -> dict[str, int]:
        """Return how large its disks are in bytes, by target; what nobody knows is left out.

        Removable media that are not in its definition for the next start do not count.
        """
        stored = self.document(inactive=self.persistent)
        return self.connection.call(
            lambda connection: disk_sizes.read(connection, self._find(connection), stored),
            subject=self.subject,
        )

    def _ask_addresses(self, source: Source) -> Any:  # noqa: ANN401 - libvirt has no types
        return self._call(lambda domain: addresses.ask(domain, source))

    def __repr__(self) -> str:
        try:
            state = str(self.state.label)
        except QvirtError as error:
            state = error.reason
        name = self._known_name or self.uuid
        return f"<{type(self).__name__} {name!r} on {self.connection.uri}: {state}>"

    def _repr_html_(self) -> str:
        try:
            pairs = self._call(_summary)
        except QvirtError as error:
            pairs = ((_("State"), error.reason),)
        return html.properties(
            _("Virtual machine {name}").format(name=self._known_name or self.uuid),
            (*pairs, (_("UUID"), self.uuid), (_("Connection"), self.connection.uri)),
        )


def _summary(domain: libvirt.virDomain) -> tuple[tuple[object, object], ...]:
    """Return what a notebook shows of a machine, from one look at it."""
    definition = parse_xml(domain.XMLDesc(0))
    state = read_state(domain)
    reason = reason_text(*domain.state(0)[:2])
    _state, largest, memory, vcpus, _time = domain.info()
    return (
        (_("Title"), definition.findtext("title") or ""),
        (_("State"), f"{state.label} ({reason})" if reason else state.label),
        (_("Processors"), vcpus),
        (
            _("Memory"),
            _("{memory} MiB of {largest} MiB").format(
                memory=memory // _KIB_PER_MIB, largest=largest // _KIB_PER_MIB
            ),
        ),
        (_("Description"), definition.findtext("description") or ""),
    )
