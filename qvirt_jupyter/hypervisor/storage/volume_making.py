"""Watches libvirt make a volume, which takes one call that cannot be cancelled.

How far it is shows in what the new volume takes from its pool. A volume whose making was cancelled
is removed when the host is done with it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import OperationCancelled
from qvirt_jupyter.hypervisor.transfer import Course

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.transfer import Reporter

_LOOK: Final = 0.25
"""Seconds between two looks at how large it is."""


def make_watched(
    pool: Any,  # noqa: ANN401 - libvirt has no types
    name: str,
    total: int,
    make: Callable[[], Any],
    reporter: Reporter | None,
) -> Any:  # noqa: ANN401 - libvirt has no types
    """Have a volume made, and tell meanwhile how far it is.

    Parameters
    ----------
    pool
        Where it is made.
    name
        Of the new volume.
    total
        What it takes when it is done, in bytes.
    make
        The call that makes it.
    reporter
        Who is told, and asked whether to go on.

    Raises
    ------
    OperationCancelled
        Somebody asked it to stop; nothing of it stays.
    libvirt.libvirtError
        libvirt refuses.
    """
    made: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            made.append(make())
        except libvirt.libvirtError as error:
            failed.append(error)

    worker = threading.Thread(target=run, name="qvirt-volume", daemon=True)
    worker.start()
    course = Course(reporter, total)
    cancelled: OperationCancelled | None = None
    while worker.is_alive():
        worker.join(_LOOK)
        try:
            if cancelled is None:
                course.at(_size_of(pool, name))
        except OperationCancelled as error:
            cancelled = error
            if reporter is not None:
                reporter.report(
                    phase=_("Waiting: the host cannot stop this; it is removed when done")
                )
    if cancelled is not None:
        for volume in made:
            volume.delete(0)
        raise cancelled
    if failed:
        raise failed[0]
    return made[0]


def _size_of(pool: Any, name: str) -> int:  # noqa: ANN401 - libvirt has no types
    try:
        allocation: int = pool.storageVolLookupByName(name).info()[2]
    except libvirt.libvirtError:
        # It has not begun, or it has failed: the call itself says which.
        return 0
    return allocation
