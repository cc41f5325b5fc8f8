"""USB devices of the host that a machine may be given: ``vm.usb``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import hostdev_of, why_not_given
from qvirt_jupyter.documents.devices.controller import missing_controller
from qvirt_jupyter.documents.devices.hostdev_sources import UsbSource
from qvirt_jupyter.documents.node_device import UsbDevice
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.errors import InUse, InvalidDefinition, NotFound, QvirtError
from qvirt_jupyter.hypervisor.host.device_names import HostDeviceNames
from qvirt_jupyter.hypervisor.host.device_users import given_devices, is_same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.hypervisor.editing.effects import EditResult
    from qvirt_jupyter.hypervisor.editing.hotplug import Hotplug, Moment

_KIND: Final = re.compile(r"[0-9a-fA-F]{4}:[0-9a-fA-F]{4}")
_PLACE: Final = re.compile(r"(\d{1,3}):(\d{1,3})")
_USB: Final = "usb"
_HEADINGS: Final = (_("Device"), _("Kind"), _("Given to"))
_NONE: Final = _("The host has no USB device that guests can be given.")


@dataclass(frozen=True, slots=True)
class HostUsbDevice:
    """A USB device that is plugged into the host.

    Parameters
    ----------
    name
        libvirt's name of it.
    label
        Where it is, who made it, what it is.
    place
        Bus and number there, as ``lsusb`` says them: ``"001:004"``. It changes when the device is
        plugged in again.
    kind
        Maker and product: ``"046d:c52b"``.
    users
        The machines that have it, running or for their next start.
    is_here
        Whether this machine is one of them.
    """

    name: str
    label: str
    place: str
    kind: str
    users: tuple[str, ...]
    is_here: bool


class UsbDevices:
    """The USB devices of the host, as one machine sees them.

    Iterating asks libvirt. What is attached stays the host's: when it is detached, or the machine
    stops, the host has it again.

    Parameters
    ----------
    machine
        The machine.
    """

    def __init__(self, machine: Hotplug) -> None:
        self._machine = machine

    def __iter__(self) -> Iterator[HostUsbDevice]:
        machine = self._machine
        nodes = machine.connection.node_devices.descriptions
        names = HostDeviceNames(nodes)
        given = machine.connection.call(
            lambda raw: list(given_devices(raw)), subject=machine.connection.subject
        )
        mine = [name for name, _device in given if name == machine.name]
        labels = names.labels(_USB)
        for name, label in labels.items():
            node = next(node for node in nodes if node.name == name)
            usb = node.capability
            assert isinstance(usb, UsbDevice)  # noqa: S101 - the names are those of USB devices
            device = names.given[name]
            users = tuple(sorted({user for user, other in given if is_same(device, other)}))
            yield HostUsbDevice(
                name=name,
                label=label,
                place=f"{usb.bus or 0:03}:{usb.device or 0:03}",
                kind=f"{usb.vendor_id or 0:04x}:{usb.product_id or 0:04x}",
                users=users,
                is_here=bool(mine) and machine.name in users,
            )

    @property
    def waits_because(self) -> str:
        """Why a device would be there only from the next start; empty where it comes at once.

        Raises
        ------
        QvirtError
            libvirt does not answer.
        """
        if not self._machine.is_active:
            return str(_("It is off."))
        if missing_controller(self._machine.document(), _USB):
            return str(_("It has no USB controller, and none can be plugged in while it runs."))
        return ""

    def attach(self, device: HostUsbDevice | str, *, when: Moment | None = None) -> EditResult:
        """Give the machine a USB device of the host.

        Parameters
        ----------
        device
            One of those that iterating yields, or its name, its place (``"001:004"``), or its
            maker and product (``"046d:c52b"``).
        when
            As for ``vm.attach``; None is now and for good where that can be, else from the next
            start. A controller comes along where the machine has none.

        Raises
        ------
        NotFound
            The host has no such device.
        InvalidDefinition
            The host has several such devices, or the machine has it already.
        InUse
            A machine that runs has it.
        QvirtError
            libvirt refuses.
        """
        found = self._find(device)
        active = {
            domain.name for domain in self._machine.connection.domains if domain.state.is_active
        }
        holders = [user for user in found.users if user in active and not found.is_here]
        if holders:
            raise InUse(
                _("{device} is given to {names}, which runs.").format(
                    device=found.label, names=", ".join(holders)
                ),
                subject=self._machine.subject,
                next_step=_("Detach it there first."),
            )
        if when is None:
            when = "next_boot" if self.waits_because else "both"
        return self._machine.attach(self._hostdev(found), when=when)

    def detach(self, device: HostUsbDevice | str) -> EditResult:
        """Take a USB device from the machine: the host has it again.

        Parameters
        ----------
        device
            As for :meth:`attach`; it may have been unplugged meanwhile.

        Raises
        ------
        NotFound
            The machine has no such device.
        """
        try:
            wanted = self._hostdev(self._find(device))
        except NotFound:
            wanted = _as_said(device)
        machine = self._machine
        stored = machine.document(inactive=True).devices.hostdevs if machine.persistent else ()
        running = machine.document().devices.hostdevs if machine.is_active else ()
        for there in (*stored, *running):
            if is_same(there, wanted):
                return machine.detach(there)
        raise NotFound(
            _("It has no such USB device."),
            subject=machine.subject,
            next_step=_("vm.usb lists those of the host, and who has them."),
        )

    def _find(self, device: HostUsbDevice | str) -> HostUsbDevice:
        name = device.name if isinstance(device, HostUsbDevice) else device
        all_of_them = tuple(self)
        found = [
            each
            for each in all_of_them
            if name in {each.name, each.kind} or each.kind == name.lower() or _is_at(each, name)
        ]
        if len(found) == 1:
            return found[0]
        known = ", ".join(each.label for each in all_of_them)
        if not found:
            raise NotFound(
                _("The host has no USB device {device}.").format(device=repr(name)),
                subject=self._machine.subject,
                next_step=_("It has: {known}.").format(known=known)
                if known
                else _("Plug it into the host; it has none that guests can be given."),
            )
        raise InvalidDefinition(
            _("The host has {count} USB devices {device}.").format(count=len(found), device=name),
            subject=self._machine.subject,
            next_step=_("Say which by its place: {known}.").format(
                known=", ".join(each.place for each in found)
            ),
        )

    def _hostdev(self, device: HostUsbDevice) -> documents.Hostdev:
        nodes = self._machine.connection.node_devices.descriptions
        node = next((node for node in nodes if node.name == device.name), None)
        if node is None or why_not_given(node):
            raise NotFound(
                _("{device} was unplugged from the host.").format(device=device.label),
                subject=self._machine.subject,
                next_step=_("Plug it in again."),
            )
        return hostdev_of(node, None, nodes)

    def __repr__(self) -> str:
        try:
            rows = self._rows()
        except QvirtError as error:
            return f"<USB devices for {self._machine.subject}: {error.reason}>"
        return html.text_table(_HEADINGS, rows) if rows else str(_NONE)

    def _repr_html_(self) -> str:
        try:
            rows = self._rows()
        except QvirtError as error:
            return html.properties(_("USB devices"), ((_("State"), error.reason),))
        if not rows:
            return html.properties(_("USB devices of the host"), ((_("State"), _NONE),))
        return html.table(_("USB devices of the host"), _HEADINGS, rows)

    def _rows(self) -> list[tuple[object, ...]]:
        return [(each.label, each.kind, ", ".join(each.users)) for each in self]


def _is_at(device: HostUsbDevice, text: str) -> bool:
    found = _PLACE.fullmatch(text)
    return found is not None and device.place == f"{int(found[1]):03}:{int(found[2]):03}"


def _as_said(device: HostUsbDevice | str) -> documents.Hostdev:
    """Return a device that the host may not have any more, as far as it was said which."""
    kind = device.kind if isinstance(device, HostUsbDevice) else device
    wanted = documents.Hostdev(type=_USB)
    source = wanted.source
    if _KIND.fullmatch(kind) and isinstance(source, UsbSource):
        vendor, product = kind.split(":")
        source.vendor, source.product = int(vendor, 16), int(product, 16)
    return wanted
