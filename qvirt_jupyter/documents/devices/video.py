"""Video cards."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer


class Video(Device):
    """A video card.

    https://libvirt.org/formatdomain.html#video-devices
    """

    tag = "video"
    collection = "videos"

    model = Field(
        "model/@type",
        Choice("virtio", "vga", "bochs", "qxl", "ramfb", "cirrus", "vmvga", "xen", "none"),
        label=_("Model"),
        essential=True,
        caps="video/modelType",
    )
    ram = Field(
        "model/@ram", Integer(1), label=_("Memory of the first bar"), unit="KiB", advanced=True
    )
    vram = Field("model/@vram", Integer(1), label=_("Video memory"), unit="KiB", advanced=True)
    vga_memory = Field(
        "model/@vgamem", Integer(1), label=_("VGA memory"), unit="KiB", advanced=True
    )
    heads = Field("model/@heads", Integer(1), label=_("Screens"), advanced=True)
    primary = Field("model/@primary", YesNo(), label=_("Primary"), advanced=True)
    accelerate_3d = Field(
        "model/acceleration/@accel3d",
        YesNo(),
        label=_("3D acceleration"),
        essential=True,
        when=lambda video: video.model == "virtio",
    )

    @rule("model", touches=("ram", "vram", "vga_memory", "heads", "accelerate_3d", "address"))
    def model_resets_its_memory(self) -> None:
        """Clear what was sized for the old model; libvirt has a default for each."""
        self.ram = self.vram = self.vga_memory = self.heads = self.accelerate_3d = None
        if self.address:
            del self.address
