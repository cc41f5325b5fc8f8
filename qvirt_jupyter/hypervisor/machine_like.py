"""What a machine has that libvirt knows, and one that is still filled in and not made yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.editing.effects import EditResult
    from qvirt_jupyter.hypervisor.editing.hotplug import Moment
    from qvirt_jupyter.hypervisor.errors import Subject


class MachineLike(Protocol):
    """A machine that has a definition, be it in memory only."""

    @property
    def connection(self) -> Connection:
        """The host that it is made for."""

    @property
    def subject(self) -> Subject:
        """What errors are about."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def uuid(self) -> str:
        """Its UUID; empty where it has none yet."""

    @property
    def code(self) -> str:
        """What calls it in Python."""


class Pluggable(MachineLike, Protocol):
    """One that gets devices."""

    def attach(self, device: documents.Device, *, when: Moment = "both") -> EditResult:
        """Add a device."""
