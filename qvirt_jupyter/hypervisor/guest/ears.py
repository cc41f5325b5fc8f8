"""Whether a guest hears keys and clicks, and who may send them."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import WrongState
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.records import DomainState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle

_LOOK_AGAIN: Final = 0.2
"""Seconds after which somebody who waits for the turn looks whether that was cancelled."""
_HEARING: Final = frozenset(
    # A key or a click wakes a guest that sleeps.
    {DomainState.RUNNING, DomainState.SUSPENDED, DomainState.SHUTTING_DOWN}
)


class _Turn:
    """Who sends to a machine holds its lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


_LOCK: Final = threading.Lock()
_TURNS: Final[WeakValueDictionary[tuple[str, str], _Turn]] = WeakValueDictionary()


def check_it_hears(machine: DomainHandle) -> None:
    """Refuse states in which keys and clicks would be lost, or come at a later time.

    Parameters
    ----------
    machine
        The virtual machine.

    Raises
    ------
    WrongState
        It is in one of them.
    """
    state = machine.state
    if state in _HEARING:
        return
    if state is DomainState.PAUSED:
        raise WrongState(
            _("It is paused: its guest hears neither keys nor clicks."),
            subject=machine.subject,
            next_step=_("Resume it first."),
        )
    raise WrongState(
        _("It does not run: nobody hears keys and clicks."),
        subject=machine.subject,
        next_step=_("Start it first."),
    )


@contextlib.contextmanager
def turn(machine: DomainHandle) -> Iterator[None]:
    """Wait until nobody else in this process types or clicks there: it must not get mixed up.

    Parameters
    ----------
    machine
        The virtual machine.

    Raises
    ------
    OperationCancelled
        The job that waits was cancelled.
    """
    with _LOCK:
        mine = _TURNS.setdefault((machine.connection.uri, machine.uuid), _Turn())
    job = current_job()
    while not mine.lock.acquire(timeout=_LOOK_AGAIN):
        if job is not None:
            job.check_cancelled()
    try:
        yield
    finally:
        mine.lock.release()
