"""What a busy machine cannot measure, and can a moment later."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from qvirt_jupyter.hypervisor import QvirtError

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")
_ATTEMPTS = 5


def once_measured(make: Callable[[], _Result]) -> _Result:
    """Make something with LUKS, for which QEMU measures how long a key takes it.

    Where its clock of processor time stands still meanwhile, QEMU gives up
    (``qcrypto_pbkdf2_count_iters`` in its crypto/pbkdf.c).
    """
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return make()
        except QvirtError as error:
            if "accurate CPU usage" not in error.details:
                raise
    return make()
