"""Video cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device, Devices
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff, YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODEL_LABELS: Mapping[str, Words] = {
    "virtio": "VirtIO",
    "vga": "VGA",
    "bochs": "Bochs",
    "qxl": "QXL",
    "ramfb": "ramfb",
    "cirrus": "Cirrus",
    "vmvga": "VMware",
    "xen": "Xen",
    "vbox": "VirtualBox",
    "gop": "GOP",
    "none": _("No video card"),
}
"""What people call the models."""

_SIZE = _("Memory and size")
_MIB = 1024

# VirtIO shows a picture with every firmware and resizes with the viewer.
_PREFERRED = ("virtio", "vga", "qxl")
# UEFI does not use VGA.
_PREFERRED_BY_UEFI = ("virtio", "bochs", "vga")
_PREFERRED_BY_XEN = ("xen", "vga")
# Of QEMU, only these may be a second one (src/qemu/qemu_validate.c).
_SECOND = ("virtio", "qxl")


class Video(Device):
    """A video card.

    https://libvirt.org/formatdomain.html#video-devices
    """

    tag = "video"
    collection = "videos"
    title = _("Video card")
    told_apart_by = ("model",)

    model = Field(
        "model/@type",
        Choice(*MODEL_LABELS, labels=MODEL_LABELS),
        label=_("Model"),
        help=_("VirtIO is the fastest where the guest has its driver; VGA works everywhere."),
        essential=True,
        caps="video/modelType",
    )
    ram = Field(
        "model/@ram",
        Integer(1),
        label=_("Memory of the first bar"),
        unit="KiB",
        group=_SIZE,
        advanced=True,
        when=lambda video: video.model == "qxl",
    )
    vram = Field(
        "model/@vram",
        Integer(1),
        label=_("Video memory"),
        unit="KiB",
        group=_SIZE,
        advanced=True,
        when=lambda video: video.model not in ("virtio", "ramfb", "none"),
    )
    vram64 = Field(
        "model/@vram64",
        Integer(1),
        label=_("Video memory above 4 GiB"),
        unit="KiB",
        group=_SIZE,
        advanced=True,
        when=lambda video: video.model == "qxl",
    )
    vga_memory = Field(
        "model/@vgamem",
        Integer(1),
        label=_("VGA memory"),
        help=_("A larger screen needs more of it."),
        unit="KiB",
        group=_SIZE,
        advanced=True,
        when=lambda video: video.model == "qxl",
    )
    heads = Field(
        "model/@heads",
        Integer(1),
        label=_("Screens"),
        group=_SIZE,
        advanced=True,
        when=lambda video: video.model in ("qxl", "virtio"),
    )
    primary = Field(
        "model/@primary",
        YesNo(),
        label=_("Primary"),
        help=_("The one that shows the firmware; the first one if nothing is said."),
        advanced=True,
    )
    blob = Field(
        "model/@blob",
        OnOff(),
        label=_("Blob resources"),
        help=_("Pictures are not copied on the way to the host, which saves time."),
        advanced=True,
        when=lambda video: video.model == "virtio",
    )
    accelerate_3d = Field(
        "model/acceleration/@accel3d",
        YesNo(),
        label=_("3D acceleration"),
        help=_("Needs OpenGL in a SPICE or EGL headless display."),
        essential=True,
        when=lambda video: video.model == "virtio",
    )
    accelerate_2d = Field(
        "model/acceleration/@accel2d",
        YesNo(),
        label=_("2D acceleration"),
        advanced=True,
        when=lambda video: video.model == "vbox",
    )
    render_node = Field(
        "model/acceleration/@rendernode",
        Path(),
        label=_("Render node"),
        help=_("The host's graphics card that a video process outside QEMU draws with."),
        advanced=True,
        when=lambda video: video.driver == "vhostuser",
    )
    width = Field(
        "model/resolution/@x",
        Integer(1),
        label=_("Width at the start"),
        unit="px",
        group=_SIZE,
        advanced=True,
        when=lambda video: video.model in ("vga", "qxl", "virtio", "bochs"),
        required=True,
    )
    height = Field(
        "model/resolution/@y",
        Integer(1),
        label=_("Height at the start"),
        unit="px",
        group=_SIZE,
        advanced=True,
        when=lambda video: video.model in ("vga", "qxl", "virtio", "bochs"),
        required=True,
    )
    driver = Field(
        "driver/@name",
        Choice("qemu", "vhostuser", labels={"qemu": "QEMU"}),
        label=_("Driver"),
        help=_("vhostuser is a process outside QEMU, for guests with shared memory."),
        advanced=True,
        when=lambda video: video.model == "virtio",
    )
    vga_control = Field(
        "driver/@vgaconf", Choice("io", "on", "off"), label=_("VGA control"), advanced=True
    )

    @property
    def display_name(self) -> str:
        """``VirtIO video card``."""
        if self.model in (None, "none"):
            return self._numbered(MODEL_LABELS["none"] if self.model else self.title)
        model = MODEL_LABELS.get(self.model, self.model)
        return self._numbered(_("{model} video card").format(model=model))

    @property
    def summary(self) -> str:
        """Screens, memory and acceleration, as far as they are said."""
        parts: list[Words] = []
        if self.heads is not None and self.heads > 1:
            parts.append(_("{number} screens").format(number=self.heads))
        if self.width and self.height:
            parts.append(
                _("{width} by {height} pixels").format(width=self.width, height=self.height)
            )
        if self.vram:
            parts.append(f"{-(-self.vram // _MIB)} MiB")
        if self.accelerate_3d:
            parts.append(_("3D acceleration"))
        return " · ".join(map(str, parts))

    @property
    def why_kept(self) -> Words:
        """The last one stays as long as a display shows its picture."""
        holder = self._holder
        if isinstance(holder, Devices) and len(holder.videos) == 1 and holder.graphics:
            return _("It is the last video card, and a display shows its picture.")
        return ""

    @rule(
        "model",
        touches=(
            *("ram", "vram", "vram64", "vga_memory", "heads", "blob", "driver", "vga_control"),
            *("accelerate_3d", "accelerate_2d", "render_node", "width", "height", "address"),
        ),
    )
    def model_resets_its_memory(self) -> None:
        """Clear what was sized for the old model; libvirt has a default for each."""
        self.ram = self.vram = self.vram64 = self.vga_memory = self.heads = None
        self.accelerate_3d = self.accelerate_2d = self.render_node = self.blob = None
        self.width = self.height = self.driver = self.vga_control = None
        if self.address:
            del self.address

    def replaces(self, domain: Domain) -> tuple[Device, ...]:
        """Return what says that there is no video card."""
        return tuple(card for card in domain.devices.videos if card.model == "none")

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get this very one: to have none, it must have no other."""
        del host
        others = [card for card in domain.devices.videos if card.model != "none"]
        if self.model == "none" and others:
            return _("The guest has a video card: remove it first.")
        return ""

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return the card that suits the guest: VirtIO, where the host has it."""
        offered = host.choices("video/modelType") if host is not None else None
        wanted: tuple[str, ...] = _PREFERRED_BY_UEFI if domain.os.firmware == "efi" else _PREFERRED
        if domain.type == "xen":
            wanted = _PREFERRED_BY_XEN
        elif any(card.model != "none" for card in domain.devices.videos):
            wanted = _SECOND
        fitting = [model for model in wanted if offered is None or model in offered]
        return cls(model=(fitting or wanted)[0])
