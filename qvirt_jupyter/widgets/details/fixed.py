"""What of a machine is fixed once it is installed, and why.

Its system found its disks, its network and its boot loader by these values: another one may keep it
from starting. Whoever knows what they do changes them in the XML.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.devices.controller import ROOTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_AT_INSTALL = _(
    "It is chosen before the system is installed, which may not start with another one. The XML "
    "tab can change it."
)
_NEVER = _("It names the machine for good.")
_RENAMED = _("A machine is renamed with Edit on its overview, while it is off.")
_SOURCE = _(
    "What is stored on a disk is part of the machine: add another disk, or use the XML tab."
)
_OF_HOST = _("It says which kind of guest this is.")
_EMULATOR = _("It belongs to the kind of guest.")

FIXED: Mapping[type[documents.Element], Mapping[str, LazyString]] = MappingProxyType(
    {
        documents.Domain: MappingProxyType(
            {
                "uuid": _NEVER,
                "name": _RENAMED,
                "type": _OF_HOST,
                "os.type": _OF_HOST,
                "os.arch": _OF_HOST,
                "os.machine": _AT_INSTALL,
                "os.firmware": _AT_INSTALL,
                "os.loader": _AT_INSTALL,
                "os.nvram": _AT_INSTALL,
                "os.secure": _AT_INSTALL,
                "os.loader_type": _AT_INSTALL,
                "os.loader_read_only": _AT_INSTALL,
                "devices.emulator": _EMULATOR,
            }
        ),
        documents.Disk: MappingProxyType(
            {
                "bus": _AT_INSTALL,
                "target": _AT_INSTALL,
                "device": _AT_INSTALL,
                "type": _SOURCE,
                "format": _SOURCE,
            }
        ),
        documents.Interface: MappingProxyType({"mac": _AT_INSTALL}),
    }
)
"""By class and name of the field."""

_BUILT_ON = _("The machine is built on it: libvirt adds and removes its PCI controllers.")
_IDENTITY = frozenset({"type", "index", "model"})
_REMOVABLE = frozenset({"cdrom", "floppy"})


def why_fixed(element: documents.Element, name: str, *, customise: bool = False) -> str:
    """Say why a field of an existing machine cannot be changed; empty where it can.

    Parameters
    ----------
    element
        A domain or one of its devices.
    name
        The name of the field's declaration.
    customise
        Whether the machine is not made yet, so that only the kind of guest is fixed: all its
        devices were chosen for that.
    """
    reason: LazyString | str = ""
    for cls, fields in FIXED.items():
        if isinstance(element, cls):
            reason = fields.get(name, "")
    if isinstance(element, documents.Controller) and element.type == "pci":
        return str(_BUILT_ON) if element.model in ROOTS or name in _IDENTITY else ""
    if isinstance(element, documents.Disk):
        if element.device in _REMOVABLE and reason is _SOURCE:
            reason = ""
        elif element.device not in _REMOVABLE and name.startswith("source."):
            reason = _SOURCE
    if customise and reason is not _OF_HOST:
        return ""
    return str(reason)
