"""IOMMUs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.machine import has_pcie, is_x86
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODEL_LABELS: Mapping[str, Words] = {
    "intel": "Intel VT-d",
    "amd": "AMD-Vi",
    "smmuv3": "ARM SMMUv3",
    "virtio": "VirtIO",
}
"""What people call the models."""


def _is_intel(iommu: Iommu) -> bool:
    return iommu.model == "intel"


class Iommu(Device):
    """What translates the addresses that devices of the guest use.

    https://libvirt.org/formatdomain.html#iommu-devices
    """

    tag = "iommu"
    collection = "iommus"
    title = _("IOMMU")
    told_apart_by = ("model",)
    needs_full_virtualization = True
    is_single = True

    model = Field(
        "@model",
        Choice(*MODEL_LABELS, labels=MODEL_LABELS),
        label=_("Model"),
        help=_("Guests that start guests of their own with host devices need it."),
        caps="iommu/model",
    )
    interrupts = Field(
        "driver/@intremap",
        OnOff(),
        label=_("Interrupt remapping"),
        help=_("Needs the I/O APIC of QEMU: Features, I/O APIC driver “qemu”."),
        when=_is_intel,
    )
    caching = Field(
        "driver/@caching_mode",
        OnOff(),
        label=_("Caching mode"),
        help=_("Needed where host devices are passed through to this guest."),
        when=_is_intel,
    )
    extended_interrupts = Field(
        "driver/@eim",
        OnOff(),
        label=_("Extended interrupt mode"),
        help=_("For guests with more than 255 CPUs."),
        advanced=True,
        when=_is_intel,
    )
    device_cache = Field(
        "driver/@iotlb",
        OnOff(),
        label=_("Cache in the devices"),
        help=_("Makes vhost networking faster behind an IOMMU."),
        advanced=True,
        when=_is_intel,
    )
    address_width = Field(
        "driver/@aw_bits",
        Integer(1, 255),
        label=_("Width of addresses"),
        unit="bits",
        advanced=True,
        when=_is_intel,
    )
    translation = Field(
        "driver/@dma_translation",
        OnOff(),
        label=_("Translate addresses"),
        help=_("Off leaves interrupt remapping only."),
        advanced=True,
        when=_is_intel,
    )

    @property
    def display_name(self) -> str:
        """``IOMMU``."""
        return self._numbered(self.title)

    @property
    def summary(self) -> str:
        """The model."""
        return str(MODEL_LABELS.get(self.model or "", self.model or ""))

    @rule(
        "model",
        touches=(
            *("interrupts", "caching", "extended_interrupts", "device_cache", "address_width"),
            *("translation", "address"),
        ),
    )
    def model_forgets_what_intel_has(self) -> None:
        """Forget what only Intel's has, and the address."""
        if self.model != "intel":
            self.interrupts = self.caching = self.extended_interrupts = self.device_cache = None
            self.address_width = self.translation = None
        if self.address:
            del self.address

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get one: it needs PCI Express."""
        reason = super().unavailable(domain, host)
        if not reason and not has_pcie(domain):
            return _("The guest's machine has no PCI Express: only q35 and virt can have one.")
        return reason

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return the one of the guest's architecture."""
        del host
        return cls(model="intel" if is_x86(domain) else "smmuv3")
