"""What a shared file system shows, by its type.

https://libvirt.org/formatdomain.html#filesystems
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text

_DAEMON = _("virtiofsd")


class MountSource(Element):
    """A folder of the host, or the socket of a virtiofsd that somebody else started."""

    tag = "source"
    folder = Field("source/@dir", Path(), label=_("Folder of the host"))
    socket = Field(
        "source/@socket",
        Path(),
        label=_("Socket"),
        help=_("Of a virtiofsd that is running already; then the guest has no folder here."),
        advanced=True,
    )
    binary = Field(
        "binary/@path", Path(), label=_("Program"), group=_DAEMON, essential=True, advanced=True
    )
    extended_attributes = Field(
        "binary/@xattr",
        OnOff(),
        label=_("Extended attributes"),
        group=_DAEMON,
        advanced=True,
    )
    cache = Field(
        "binary/cache/@mode",
        Choice("none", "always", "auto", open=False),
        label=_("Cache in the guest"),
        help=_("'always' is fast, but the guest then misses what others change."),
        group=_DAEMON,
        essential=True,
        advanced=True,
    )
    sandbox = Field(
        "binary/sandbox/@mode",
        Choice("namespace", "chroot", "none"),
        label=_("How the program is confined"),
        group=_DAEMON,
        essential=True,
        advanced=True,
    )
    posix_locks = Field(
        "binary/lock/@posix", OnOff(), label=_("POSIX locks"), group=_DAEMON, advanced=True
    )
    file_locks = Field(
        "binary/lock/@flock", OnOff(), label=_("Locks by flock"), group=_DAEMON, advanced=True
    )
    threads = Field(
        "binary/thread_pool/@size",
        Integer(),
        label=_("Threads"),
        group=_DAEMON,
        essential=True,
        advanced=True,
    )
    open_files = Field(
        "binary/openfiles/@max",
        Integer(1),
        label=_("Most open files"),
        group=_DAEMON,
        essential=True,
        advanced=True,
    )


class BindSource(Element):
    """A folder of the container itself."""

    tag = "source"
    folder = Field("source/@dir", Path(), label=_("Folder"))


class ImageSource(Element):
    """An image file that is mounted in a container."""

    tag = "source"
    file = Field("source/@file", Path(), label=_("Image file"))


class DeviceSource(Element):
    """A block device that is mounted in a container."""

    tag = "source"
    device = Field("source/@dev", Path(), label=_("Block device"))


class RamSource(Element):
    """A file system in the memory of the host."""

    tag = "source"
    usage = Field("source/@usage", Integer(1), label=_("Size"))
    units = Field(
        "source/@units",
        Text(),
        label=_("Unit of the size"),
        help=_("Empty means KiB."),
        advanced=True,
    )


class TemplateSource(Element):
    """A template of OpenVZ."""

    tag = "source"
    name = Field("source/@name", Text(), label=_("Template"))
