"""The wizard's inputs: what they are called, and how text becomes the value of a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Choice, Integer, Path, Size, Text, declarations
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.provision import DiskRequest, GuestRequest
from qvirt_jupyter.provision.trees import checked_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.widgets._form_messages import Kind

MIB: Final = 1024
"""KiB."""
GIB: Final = 1024**3
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An input.

    Parameters
    ----------
    label
        What it is called.
    kind
        What the browser draws.
    read
        Makes the value of a text; raises ValueError with the right ones.
    write
        Makes the text of a value.
    unit
        What stands behind it.
    browse
        Whether a file can be looked for.
    advanced
        Whether it is folded away at first.
    """

    label: LazyString | str
    kind: Kind
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    unit: str = ""
    browse: bool = False
    advanced: bool = False


def _checked(kind: Any) -> Callable[[str], Any]:  # noqa: ANN401 - of any type of values
    def read(text: str) -> Any:  # noqa: ANN401 - as above
        value = kind.parse(text.strip())
        kind.check(value)
        return value

    return read


def _path(text: str) -> str:
    found = text.strip()
    if found:
        Path().check(found)
    return found


def _plain(text: str) -> str:
    found = text.strip()
    if found:
        Text().check(found)
    return found


def _url(text: str) -> str:
    try:
        return checked_url(text.strip())
    except QvirtError as error:
        raise ValueError(error.reason) from error


def _sized(example: str, kind: Size) -> Callable[[str], int]:
    """Return what reads a size, which without a unit is in that of the example."""
    unit = example.split()[1]
    wrong = _("Enter a whole number above zero, such as {example}.").format(example=example)

    def read(text: str) -> int:
        try:
            value = kind.parse(f"{text} {unit}" if text.strip().isdecimal() else text)
        except ValueError as error:
            raise ValueError(str(wrong)) from error
        if value < 1:
            raise ValueError(str(wrong))
        return value

    return read


def _in(scale: int, base: str) -> Callable[[int], str]:
    """Return what writes a size in a greater unit, or exactly where that is no whole number."""
    return lambda value: str(value // scale) if value % scale == 0 else f"{value} {base}"


def _chosen(text: str) -> str:
    return text


_DISK: Final = {each.name: each for each in declarations(DiskRequest)}
_DECLARED: Final = {each.name: each for each in declarations(GuestRequest)}

STORAGE_LABELS: Final = {
    "new": _("Create a new disk"),
    "existing": _("Use a disk that exists"),
    "none": _("No disk"),
}

ASKED: Final[Mapping[str, Asked]] = {
    "connection": Asked(label=_("Connection"), kind="choice", read=_chosen),
    "media": Asked(label=_("ISO image or CD drive"), kind="suggest", read=_path, browse=True),
    "disk": Asked(label=_("Disk image or device"), kind="text", read=_path, browse=True),
    "url": Asked(label=_("URL"), kind="suggest", read=_url),
    "arguments": Asked(label=_("Kernel arguments"), kind="text", read=_plain),
    "image": Asked(label=_("Cloud image"), kind="text", read=_path, browse=True),
    "copy": Asked(
        label=_("Copy the image"),
        kind="check",
        read="true".__eq__,
        write=lambda on: str(on).lower(),
    ),
    "init": Asked(label=_("First program"), kind="text", read=_path),
    "root": Asked(label=_("Root folder"), kind="text", read=_path),
    "memory": Asked(
        label=_DECLARED["memory"].label,
        kind="text",
        read=_sized("2048 MiB", Size("KiB")),
        write=_in(MIB, "KiB"),
        unit="MiB",
    ),
    "vcpus": Asked(label=_DECLARED["vcpus"].label, kind="number", read=_checked(Integer(1))),
    "storage": Asked(
        label=_("Disk"),
        kind="choice",
        read=_checked(Choice(*STORAGE_LABELS, open=False)),
    ),
    "size": Asked(
        label=_("Size"),
        kind="text",
        read=_sized("20 GiB", Size("bytes")),
        write=_in(GIB, "bytes"),
        unit="GiB",
    ),
    "pool": Asked(label=_("Storage pool"), kind="choice", read=_chosen),
    "format": Asked(
        label=_("Format"), kind="choice", read=_checked(Choice("qcow2", "raw", open=False))
    ),
    "volume": Asked(
        label=_DISK["name"].label,
        kind="text",
        read=_checked(_DISK["name"].type),
        advanced=True,
    ),
    "network": Asked(label=_DECLARED["network"].label, kind="choice", read=_chosen),
    "bridge": Asked(label=_("Bridge"), kind="suggest", read=_plain),
    "device": Asked(label=_("Network device"), kind="suggest", read=_plain),
    "architecture": Asked(label=_("Architecture"), kind="choice", read=_chosen, advanced=True),
    "hypervisor": Asked(label=_("Virtualisation type"), kind="choice", read=_chosen, advanced=True),
    "machine": Asked(label=_("Machine type"), kind="choice", read=_chosen, advanced=True),
    "name": Asked(
        label=_DECLARED["name"].label, kind="text", read=_checked(_DECLARED["name"].type)
    ),
}
"""By the names of a draft's values."""
