"""What serial and parallel ports, consoles and channels share.

https://libvirt.org/formatdomain.html#consoles-serial-parallel-channel-devices
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.backends import BACKENDS, TYPE_LABELS, Backend, UnixBackend
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Path
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Hashable

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities


SPICE_TYPES = ("spicevmc", "spiceport")
"""The types that end in the viewer of a SPICE display and need one."""


class CharacterDevice(Device):
    """A stream of bytes between guest and host."""

    order = ("source", "protocol", "log", "target")
    needs_full_virtualization = True

    type = Field("@type", Choice(*TYPE_LABELS, labels=TYPE_LABELS), label=_("Type"), unset="")
    source = Variant("@type", BACKENDS)
    log = Field(
        "log/@file",
        Path(),
        label=_("Log file"),
        help=_("All output is written there as well."),
        required=True,
        advanced=True,
    )
    log_append = Field("log/@append", OnOff(), label=_("Append to the log file"), advanced=True)

    @property
    def summary(self) -> str:
        """The type, and where its bytes go."""
        source = self.source
        where = source.where if isinstance(source, Backend) else ""
        kind = TYPE_LABELS.get(self.type or "", self.type or "")
        return " · ".join(filter(None, (str(kind), where)))

    @rule("type", touches=("source",))
    def type_has_its_defaults(self) -> None:
        """Let a new socket wait for those who connect."""
        source = self.source
        if isinstance(source, UnixBackend) and source.mode is None:
            source.mode = "bind"

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get this very one: something of its place may be missing."""
        del domain, host
        return self.source.lacks if isinstance(self.source, Backend) else ""


class NumberedPort(CharacterDevice):
    """A port that guests count from 0, and people from 1."""

    @property
    def display_name(self) -> str:
        """``Serial port 1``."""
        return f"{self.title} {self._port + 1}"

    @property
    def identity(self) -> Hashable:
        """The type and the number of the port."""
        return (self.tag, self.type, self._port)

    @property
    def _port(self) -> int:
        number: int | None = getattr(self, "port", None)
        return self._number(self._siblings()) - 1 if number is None else number
