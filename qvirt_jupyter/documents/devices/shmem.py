"""Shared memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer, Path, Size, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODEL_LABELS: Mapping[str, Words] = {
    "ivshmem-plain": _("Memory only"),
    "ivshmem-doorbell": _("With a server for interrupts"),
    "ivshmem": _("Both, as QEMU had it before 2.6"),
}
"""What people call the models."""

_MIB = 1024**2
_DOORBELL = "ivshmem-doorbell"
_INTERRUPTS = _("Interrupts")


def _rings(device: Shmem) -> bool:
    return device.model != "ivshmem-plain"


class Shmem(Device):
    """Memory that several guests and programs of the host share.

    https://libvirt.org/formatdomain.html#shared-memory-device
    """

    tag = "shmem"
    collection = "shmems"
    key = "name"
    title = _("Shared memory")
    needs_full_virtualization = True
    order = ("model", "size", "server", "msi")

    name = Field(
        "@name",
        Text(pattern="[^/]+", expected=_("a name without slash")),
        label=_("Name"),
        help=_("All who share it use this name: on the host it is a file in /dev/shm."),
    )
    role = Field(
        "@role",
        Choice(
            *("master", "peer"),
            open=False,
            labels={"master": _("Moves along with the guest"), "peer": _("Stays on the host")},
        ),
        label=_("When the guest migrates"),
        advanced=True,
    )
    model = Field(
        "model/@type",
        Choice(*MODEL_LABELS, labels=MODEL_LABELS),
        label=_("Model"),
        essential=True,
    )
    size = Field(
        "size",
        Size("bytes", minimum=1),
        label=_("Size"),
        help=_("A power of two, at least 1 MiB."),
        when=lambda device: device.model != _DOORBELL,
    )
    server = Field(
        "server/@path",
        Path(),
        label=_("Socket of the server"),
        help=_("Where the program listens that passes the interrupts on."),
        when=_rings,
    )
    vectors = Field(
        "msi/@vectors",
        Integer(1),
        label=_("Interrupt vectors"),
        group=_INTERRUPTS,
        advanced=True,
        when=_rings,
    )
    io_event = Field(
        "msi/@ioeventfd",
        OnOff(),
        label=_("Answer outside the main loop"),
        group=_INTERRUPTS,
        advanced=True,
        when=_rings,
    )

    @property
    def display_name(self) -> str:
        """``Shared memory: buffer``."""
        if not self.name:
            return str(self.title)
        return str(_("Shared memory: {name}").format(name=self.name))

    @property
    def summary(self) -> str:
        """The size and the model."""
        size = "" if self.size is None else f"{-(-self.size // _MIB)} MiB"
        model = MODEL_LABELS.get(self.model or "", self.model or "")
        return " · ".join(filter(None, (size, str(model))))

    @rule("model", touches=("size", "server", "vectors", "io_event", "address"))
    def model_has_its_own(self) -> None:
        """Forget what the new model does not have: a server has the size, memory no interrupts."""
        if self.model == _DOORBELL:
            self.size = None
        elif self.model == "ivshmem-plain":
            self.server = self.vectors = self.io_event = None
        if self.address:
            del self.address

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get this very one: names tell them apart."""
        del host
        if domain.devices.of(Shmem).get(self.name) is not None:
            return _("The guest has shared memory of this name already.")
        return ""

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return 4 MiB with a name that the guest has not used."""
        del host
        taken = domain.devices.of(cls).keys()
        names = (f"shmem{number}" for number in range(len(taken) + 1))
        free = next(name for name in names if name not in taken)
        return cls(name=free, model="ivshmem-plain", size=4 * _MIB)
