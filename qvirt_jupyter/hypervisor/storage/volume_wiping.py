"""Ways to overwrite what a volume holds.

https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVolWipeAlgorithm
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor.errors import Subject

_ALGORITHMS: Final[Mapping[str, tuple[str, LazyString]]] = {
    "zero": ("VIR_STORAGE_VOL_WIPE_ALG_ZERO", _("Zeros, once")),
    "random": ("VIR_STORAGE_VOL_WIPE_ALG_RANDOM", _("Random bytes, once")),
    "trim": ("VIR_STORAGE_VOL_WIPE_ALG_TRIM", _("Discard the blocks")),
    "nnsa": ("VIR_STORAGE_VOL_WIPE_ALG_NNSA", _("NNSA, 4 passes")),
    "dod": ("VIR_STORAGE_VOL_WIPE_ALG_DOD", _("DoD 5220.22-M, 4 passes")),
    "bsi": ("VIR_STORAGE_VOL_WIPE_ALG_BSI", _("BSI, 9 passes")),
    "gutmann": ("VIR_STORAGE_VOL_WIPE_ALG_GUTMANN", _("Gutmann, 35 passes")),
    "schneier": ("VIR_STORAGE_VOL_WIPE_ALG_SCHNEIER", _("Schneier, 7 passes")),
    "pfitzner7": ("VIR_STORAGE_VOL_WIPE_ALG_PFITZNER7", _("Pfitzner, 7 passes")),
    "pfitzner33": ("VIR_STORAGE_VOL_WIPE_ALG_PFITZNER33", _("Pfitzner, 33 passes")),
}


def wipe_algorithms() -> dict[str, str]:
    """Return the ways to wipe a volume that this libvirt knows, each with words for people."""
    return {
        name: str(label)
        for name, (constant, label) in _ALGORITHMS.items()
        if hasattr(libvirt, constant)
    }


def number_of(algorithm: str, subject: Subject) -> int:
    """Return libvirt's number of an algorithm.

    Raises
    ------
    Unsupported
        This libvirt does not know it.
    """
    known = wipe_algorithms()
    if algorithm not in known:
        raise Unsupported(
            _("Nobody here knows the way {algorithm!r} to wipe a volume.").format(
                algorithm=algorithm
            ),
            subject=subject,
            next_step=_("There are {names}.").format(names=", ".join(known)),
        )
    number: int = getattr(libvirt, _ALGORITHMS[algorithm][0])
    return number


def wipe(volume: Any, number: int) -> None:  # noqa: ANN401 - libvirt has no types
    """Overwrite all that an open libvirt object holds.

    Raises
    ------
    libvirt.libvirtError
        The host refuses.
    """
    if number == libvirt.VIR_STORAGE_VOL_WIPE_ALG_ZERO:
        # Also where a driver knows no others.
        volume.wipe(0)
    else:
        volume.wipePattern(number, 0)
