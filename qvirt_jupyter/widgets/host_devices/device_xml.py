"""The XML of a device of the host, which is read and not written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import Unsupported
from qvirt_jupyter.widgets.xml.host_xml_sources import OfConnection

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import EditResult, NodeDevice


class DeviceDescription(OfConnection):
    """What libvirt says of a device of the host.

    Parameters
    ----------
    device
        The device.
    """

    root = "device"
    why_fixed: ClassVar[LazyString | str] = _("libvirt reads this off the device.")

    def __init__(self, device: NodeDevice) -> None:
        super().__init__(device.connection)
        self._device = device
        self.key = f"device {device.name}"

    @property
    def label(self) -> str:
        """What libvirt calls it."""
        return self._device.name

    def read(self) -> str:
        """Return what libvirt says."""
        return self._device.xml()

    def write(self, text: str, over: str) -> EditResult:  # noqa: ARG002 - it is never asked
        """Refuse it."""
        raise Unsupported(self.why_fixed, subject=self._device.subject)
