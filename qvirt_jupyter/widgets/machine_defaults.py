"""What a person can prefer for all new machines, in words (PREF-05 to PREF-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUITS: Final = _("What suits system and host")

DISPLAYS: Final[Mapping[str, LazyString]] = {
    "": _("Best in JupyterLab (VNC)"),
    "vnc": _("VNC"),
    "spice": _("SPICE"),
}
FORMATS: Final[Mapping[str, LazyString]] = {
    "": _("Best for snapshots (qcow2)"),
    "qcow2": _("qcow2"),
    "raw": _("raw"),
}
FIRMWARES: Final[Mapping[str, LazyString]] = {"": _SUITS, "uefi": _("UEFI")}
PROCESSORS: Final[Mapping[str, LazyString]] = {
    "": _SUITS,
    "hypervisor": _("The hypervisor's own choice"),
    "nearest": _("The model nearest to the host's"),
    "host-model": _("Model and features of the host (host-model)"),
    "host-passthrough": _("The host's own processor (host-passthrough)"),
    "maximum": _("All features that there are (maximum)"),
}
"""Values are those of a request's ``processor``."""
