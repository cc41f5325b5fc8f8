"""Where the contents of a disk lie, by the type of its source.

https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.disk_encryption import Encryption
from qvirt_jupyter.documents.devices.pci_address import PciAddress
from qvirt_jupyter.documents.devices.security_label import SourceSecurityLabel
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text

_RESERVATIONS = _("SCSI reservations")
_RECONNECT = _("Connection")

STARTUP_POLICIES = Choice(
    "mandatory",
    "requisite",
    "optional",
    labels={
        "mandatory": _("Do not start"),
        "requisite": _("Do not start; go on after migration"),
        "optional": _("Start without it"),
    },
)


def _startup_policy() -> Field[str | None]:
    """Declare what happens if the source is missing when the guest starts."""
    return Field(
        "source/@startupPolicy", STARTUP_POLICIES, label=_("If it is missing"), advanced=True
    )


class Slice(Element):
    """The part of a file or device that is the disk's image."""

    tag = "slice"
    type = Field("@type", Choice("storage", open=False), label=_("Kind"))
    offset = Field("@offset", Integer(), label=_("Starts at"), unit="bytes")
    size = Field("@size", Integer(1), label=_("Size"), unit="bytes")


class DiskSource(Element):
    """What all sources but vhost-user ones share."""

    tag = "source"
    index = Field(
        "source/@index",
        Integer(1),
        label=_("Number"),
        help=_("libvirt numbers the images of a running guest."),
        advanced=True,
    )
    slices = Many(Slice, location="source/slices/slice")
    encryption = Group("source/encryption", Encryption)


class FileSource(DiskSource):
    """An image file."""

    file = Field("source/@file", Path(), label=_("File"), live="update")
    file_descriptors = Field(
        "source/@fdgroup",
        Text(),
        label=_("Group of file descriptors"),
        help=_("The file is opened by the program that starts the guest, not by libvirt."),
        advanced=True,
    )
    startup_policy = _startup_policy()
    seclabels = Many(SourceSecurityLabel, key="model", location="source/seclabel")

    @rule("file", touches=("file_descriptors",))
    def file_descriptors_go_with_the_file(self) -> None:
        """Forget how the file is opened where there is none."""
        if self.file is None:
            self.file_descriptors = None


class BlockSource(DiskSource):
    """A block device of the host."""

    device = Field("source/@dev", Path(), label=_("Block device"), live="update")
    startup_policy = _startup_policy()
    reservations_managed = Field(
        "source/reservations/@managed",
        YesNo(),
        label=_("Kept by libvirt's own helper"),
        help=_("Lets the guest reserve a shared LUN, as clusters do."),
        group=_RESERVATIONS,
        advanced=True,
    )
    reservations_type = Field(
        "source/reservations/source/@type",
        Choice("unix", open=False),
        label=_("Kind of helper"),
        group=_RESERVATIONS,
        advanced=True,
        required=True,
    )
    reservations_socket = Field(
        "source/reservations/source/@path",
        Path(),
        label=_("Socket of another helper"),
        group=_RESERVATIONS,
        advanced=True,
        required=True,
    )
    reservations_mode = Field(
        "source/reservations/source/@mode",
        Choice("client", "server", open=False),
        label=_("Side"),
        group=_RESERVATIONS,
        advanced=True,
        required=True,
    )
    seclabels = Many(SourceSecurityLabel, key="model", location="source/seclabel")


class FolderSource(DiskSource):
    """A folder that the guest sees as a FAT file system."""

    folder = Field("source/@dir", Path(), label=_("Folder"), live="update", required=True)
    startup_policy = _startup_policy()


class VolumeSource(DiskSource):
    """A volume of a storage pool."""

    pool = Field("source/@pool", Text(), label=_("Storage pool"), live="update", required=True)
    volume = Field("source/@volume", Text(), label=_("Volume"), live="update", required=True)
    mode = Field(
        "source/@mode",
        Choice(
            "host",
            "direct",
            labels={"host": _("The host connects"), "direct": _("The emulator connects")},
        ),
        label=_("Who connects to iSCSI"),
        advanced=True,
    )
    startup_policy = _startup_policy()
    seclabels = Many(SourceSecurityLabel, key="model", location="source/seclabel")


class NvmeSource(DiskSource):
    """An NVMe drive of the host, driven by the emulator itself."""

    type = Field(
        "source/@type",
        Choice("pci", open=False),
        label=_("Kind of address"),
        advanced=True,
    )
    namespace = Field("source/@namespace", Integer(1), label=_("Namespace"))
    managed = Field(
        "source/@managed",
        YesNo(),
        label=_("Taken from the host when the guest starts"),
    )
    address = Group("source/address", PciAddress)


class VhostUserSource(Element):
    """A disk that another program of the host offers by vhost-user."""

    tag = "source"
    type = Field(
        "source/@type", Choice("unix", open=False), label=_("Kind of socket"), advanced=True
    )
    path = Field("source/@path", Path(), label=_("Socket"))
    reconnect = Field(
        "source/reconnect/@enabled",
        YesNo(),
        label=_("Connect again"),
        group=_RECONNECT,
        advanced=True,
        required=True,
    )
    reconnect_timeout = Field(
        "source/reconnect/@timeout",
        Integer(),
        label=_("Wait before connecting again"),
        group=_RECONNECT,
        unit="s",
        advanced=True,
    )


class VhostVdpaSource(DiskSource):
    """A vDPA device of the host that is a disk."""

    device = Field("source/@dev", Path(), label=_("vDPA device"))
