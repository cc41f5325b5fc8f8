"""The serial ports and text consoles of one virtual machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.errors import NotFound, QvirtError
from qvirt_jupyter.hypervisor.serial.ports import SerialPort, serial_ports_of

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle
    from qvirt_jupyter.hypervisor.serial.line import SerialLine


class Serials(Mapping[str, "SerialLine"]):
    """The consoles of a machine by libvirt's name: ``vm.serials["serial0"]``.

    Also those that cannot be opened, which say why.

    Parameters
    ----------
    machine
        The machine; it is asked each time.
    """

    def __init__(self, machine: DomainHandle) -> None:
        self._machine = machine

    def __getitem__(self, alias: str) -> SerialLine:
        """Return the console of this name.

        Raises
        ------
        NotFound
            There is none; the error names those that there are.
        """
        ports = self._ports()
        for port in ports:
            if port.alias == alias:
                return self._line(port)
        names = ", ".join(repr(port.alias) for port in ports)
        raise NotFound(
            _("It has no console {alias}.").format(alias=repr(alias)),
            subject=self._machine.subject,
            next_step=_("There are {names}.").format(names=names)
            if names
            else _("Add a serial port of the type pty, and start it anew."),
        )

    def __iter__(self) -> Iterator[str]:
        return iter([port.alias for port in self._ports()])

    def __len__(self) -> int:
        return len(self._ports())

    def first(self) -> SerialLine:
        """Return the first console that can be opened.

        Raises
        ------
        NotFound
            There is none.
        """
        ports = self._ports()
        for port in ports:
            if port.is_usable:
                return self._line(port)
        raise NotFound(
            _("It has no serial port or text console that can be opened."),
            subject=self._machine.subject,
            next_step=_("Add a serial port of the type pty, and start it anew."),
            details="\n".join(f"{port.alias}: {port.refusal}" for port in ports),
        )

    def _ports(self) -> tuple[SerialPort, ...]:
        return serial_ports_of(parse_xml(self._machine.xml()))

    def _line(self, port: SerialPort) -> SerialLine:
        machine, connection = self._machine, self._machine.connection
        return connection.serial_lines.line(connection, machine.uuid, machine.subject.name, port)

    def _rows(self) -> list[tuple[object, ...]]:
        lines = [self._line(port) for port in self._ports()]
        return [
            (line.alias, line.label, line.port.type, line.state.label, line.reason)
            for line in lines
        ]

    @property
    def _title(self) -> str:
        return str(_("Consoles of {name}").format(name=self._machine.subject.name))

    def _ipython_key_completions_(self) -> list[str]:
        try:
            return list(self)
        except QvirtError:
            # Completion offers nothing where the host does not answer.
            return []

    def __repr__(self) -> str:
        try:
            rows = self._rows()
        except QvirtError as error:
            return f"{self._title}\n{error.reason}"
        return f"{self._title}\n{html.text_table(_HEADINGS, rows) if rows else _NONE}"

    def _repr_html_(self) -> str:
        try:
            rows = self._rows()
        except QvirtError as error:
            return html.properties(self._title, [(_("Error"), error)])
        if not rows:
            return html.properties(self._title, [(_("State"), _NONE)])
        return html.table(self._title, _HEADINGS, rows)


_NONE = _("It has no serial port or text console.")
_HEADINGS = (_("Name"), _("Console"), _("Type"), _("State"), _("Reason"))
