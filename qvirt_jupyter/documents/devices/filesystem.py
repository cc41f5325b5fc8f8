"""Shared file systems: folders of the host in a guest, and mounts of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.filesystem_sources import (
    BindSource,
    DeviceSource,
    ImageSource,
    MountSource,
    RamSource,
    TemplateSource,
)
from qvirt_jupyter.documents.devices.virtio_options import MODELS, VirtioOptions
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Choice, Integer, Size, Text
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Self

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

_TYPES = {
    "mount": _("Folder"),
    "file": _("Image file"),
    "block": _("Block device"),
    "ram": _("Memory"),
    "bind": _("Folder of the container"),
    "template": _("Template"),
}
_DRIVERS: dict[str, Words] = {
    "virtiofs": "virtiofs",
    "path": "virtio-9p",
    "handle": "virtio-9p (handle)",
    "loop": _("Loop device"),
    "nbd": "NBD",
    "ploop": "Ploop",
}
_MODE = Text(pattern=r"0[0-7]{3}", expected=_("an octal mode such as 0644"))
_NINE = _("virtio-9p")
_SPACE = _("Space")


def _is_9p(device: Filesystem) -> bool:
    return device.driver in (None, "path", "handle")


class Filesystem(VirtioOptions, Device):
    """A shared file system.

    https://libvirt.org/formatdomain.html#filesystems
    """

    tag = "filesystem"
    collection = "filesystems"
    key = "target"
    title = _("Shared folder")
    order = (
        *("driver", "binary", "source", "idmap", "target", "readonly"),
        *("space_hard_limit", "space_soft_limit"),
    )

    type = Field("@type", Choice(*_TYPES, labels=_TYPES), label=_("Type"), unset="")
    access_mode = Field(
        "@accessmode",
        Choice("passthrough", "mapped", "squash", open=False),
        label=_("Owners of files"),
        help=_(
            "'mapped' keeps the guest's owners and modes beside the files, "
            "'passthrough' gives them to the files themselves."
        ),
        when=lambda device: device.type in (None, "mount", "bind"),
    )
    multiple_devices = Field(
        "@multidevs",
        Choice("remap", "forbid", "warn", "default"),
        label=_("Where the folder spans several devices"),
        group=_NINE,
        advanced=True,
        when=_is_9p,
    )
    file_mode = Field(
        "@fmode",
        _MODE,
        label=_("Mode of new files"),
        group=_NINE,
        advanced=True,
        when=_is_9p,
    )
    folder_mode = Field(
        "@dmode",
        _MODE,
        label=_("Mode of new folders"),
        group=_NINE,
        advanced=True,
        when=_is_9p,
    )
    model = Field("@model", Choice(*MODELS), label=_("VirtIO model"), advanced=True)
    driver = Field(
        "driver/@type",
        Choice(*_DRIVERS, labels=_DRIVERS),
        label=_("Driver"),
        help=_("virtiofs is faster, and needs memory that is shared with the host."),
        caps="filesystem/driverType",
    )
    format = Field(
        "driver/@format",
        Choice("raw", "qcow2"),
        label=_("Format"),
        when=lambda device: device.type in ("file", "block"),
    )
    write_policy = Field(
        "driver/@wrpolicy",
        Choice("immediate"),
        label=_("Writing"),
        help=_("'immediate' writes to the disk of the host at once."),
        group=_NINE,
        advanced=True,
        when=_is_9p,
    )
    queue = Field(
        "driver/@queue",
        Integer(1),
        label=_("Requests in the queue"),
        advanced=True,
        when=lambda device: device.driver == "virtiofs",
    )
    source = Variant(
        "@type",
        {
            "mount": MountSource,
            "bind": BindSource,
            "file": ImageSource,
            "block": DeviceSource,
            "ram": RamSource,
            "template": TemplateSource,
        },
        default="mount",
    )
    target = Field(
        "target/@dir",
        Text(),
        label=_("Name in the guest"),
        help=_("The tag that the guest mounts; of a container, the folder that it is mounted at."),
    )
    read_only = Field("readonly", Flag(), label=_("Read-only"))
    hard_limit = Field(
        "space_hard_limit", Size("bytes"), label=_("At most"), group=_SPACE, advanced=True
    )
    soft_limit = Field(
        "space_soft_limit", Size("bytes"), label=_("Warn above"), group=_SPACE, advanced=True
    )

    # What it is ---------------------------------------------------------------------------------

    @property
    def where(self) -> str:
        """What it shows, in a few words."""
        source = self.source
        if isinstance(source, MountSource):
            return source.folder or source.socket or ""
        if isinstance(source, BindSource):
            return source.folder or ""
        if isinstance(source, ImageSource):
            return source.file or ""
        if isinstance(source, DeviceSource):
            return source.device or ""
        return source.name or "" if isinstance(source, TemplateSource) else ""

    @property
    def display_name(self) -> str:
        """What a list calls it: ``Shared folder data``."""
        return f"{self.title} {self.target or self._number(self._siblings())}"

    @property
    def summary(self) -> str:
        """Its driver and what it shows."""
        driver = _DRIVERS.get(self.driver or "", self.driver)
        return " · ".join(str(part) for part in (driver, self.where) if part)

    @property
    def identity(self) -> Hashable:
        """Its name in the guest."""
        return (self.tag, self.target)

    # What is added ------------------------------------------------------------------------------

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return a folder without source: by virtiofs where that can work, or else by 9p."""
        names = domain.devices.of(Filesystem).keys()
        wanted = ("shared", *(f"shared{number}" for number in range(2, len(names) + 3)))
        target = next(name for name in wanted if name not in names)
        if domain.type == "lxc":
            folders = (f"/mnt/{name}" for name in wanted)
            return cls(type="mount", target=next(name for name in folders if name not in names))
        drivers = host.choices("filesystem/driverType") if host is not None else None
        if domain.shared_memory and (drivers is None or "virtiofs" in drivers):
            return cls(type="mount", driver="virtiofs", target=target)
        return cls(type="mount", driver="path", access_mode="mapped", target=target)

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say what is missing, taken, or cannot work."""
        del host
        if not self.where and self.type != "ram":
            return _("A shared folder needs a source. Choose a folder.")
        if not self.target:
            return _("The guest needs a name for the folder. Enter one.")
        if self.target in domain.devices.of(Filesystem).keys():  # noqa: SIM118 - a key may be None
            return _(
                "Another shared folder has the name {name} in the guest. Choose another one."
            ).format(name=self.target)
        if domain.type == "lxc" and not self.target.startswith("/"):
            return _("A container needs the full path of a folder. Begin it with a slash.")
        if self.driver == "virtiofs" and not domain.shared_memory:
            return _(
                "virtiofs needs memory that the guest shares with the host. "
                "Share the memory on the page Memory, or choose virtio-9p."
            )
        return ""

    # What belongs together ----------------------------------------------------------------------

    @rule("driver", touches=("access_mode", "queue", "write_policy", "address"))
    def driver_has_options_of_its_own(self) -> None:
        """Set what the driver needs: virtiofs knows no access mode, 9p is given a safe one."""
        if self.driver == "virtiofs":
            self.access_mode = self.write_policy = None
        else:
            self.queue = None
            if self.driver == "path" and self.access_mode is None:
                self.access_mode = "mapped"
        if self.address:
            del self.address
