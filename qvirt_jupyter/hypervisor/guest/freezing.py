"""File systems of a guest that stand still for a moment, and do not stay so whatever happens.

A guest whose file systems are frozen hangs as soon as it writes. So there are four ways back: the
end of the block, also by an error or an interrupt; a thread, when the time is over; and, should the
kernel die, a small program beside it.
https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainFSFreeze
"""

from __future__ import annotations

import logging
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import perform
from qvirt_jupyter.hypervisor.errors import (
    InUse,
    InvalidDefinition,
    NotFound,
    OperationFailed,
    QvirtError,
    TimedOut,
    WrongState,
)
from qvirt_jupyter.hypervisor.guest import thaw_guard
from qvirt_jupyter.hypervisor.guest.waiting import NotYet, Wait

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from qvirt_jupyter.hypervisor.guest.agent import Agent

_LOG = logging.getLogger(__name__)
TIMEOUT: Final = 30.0
"""Seconds for which a guest is frozen at most, unless the caller says otherwise."""
THREAD_NAME: Final = "qvirt-thaw"
_GUARD_READY: Final = 60.0
"""Seconds for the guard to come up; without it the kernel's own ways back must do."""
_THAW_PATIENCE: Final = 20.0
"""Seconds to try to thaw: the agent may be busy, libvirt may be starting again."""


class Freezing:
    """A block of code during which the file systems of a guest are frozen.

    Parameters
    ----------
    agent
        Of the machine.
    mountpoints
        Those of the file systems; None means all.
    timeout
        Seconds after which the guest is thawed in any case.
    """

    def __init__(
        self, agent: Agent, mountpoints: Sequence[str] | None, timeout: float = TIMEOUT
    ) -> None:
        if not 0 < timeout < threading.TIMEOUT_MAX:
            raise InvalidDefinition(
                _("{seconds} are no seconds for which a guest may be frozen.").format(
                    seconds=timeout
                ),
                subject=agent.subject,
                next_step=_("Give a time from 1 s; the shorter, the better for the guest."),
            )
        self._agent = agent
        self._mountpoints = list(mountpoints) if mountpoints is not None else None
        self._timeout = timeout
        self._lock = threading.Lock()
        self._is_frozen = False
        self._was_late = False
        self._late_error: QvirtError | None = None
        self._timer: threading.Timer | None = None
        self._guard: subprocess.Popen[str] | None = None
        self.count = 0
        """How many file systems were frozen."""

    @property
    def is_frozen(self) -> bool:
        """Whether it is frozen now, as far as it was done here."""
        return self._is_frozen

    def __repr__(self) -> str:
        state = _("frozen") if self._is_frozen else _("not frozen")
        return f"<file systems of {self._agent.subject}: {state}>"

    def __enter__(self) -> Self:
        agent = self._agent
        if agent.line.ask("guest-fsfreeze-status") == "frozen":
            raise InUse(
                _("The file systems of the guest are frozen already."),
                subject=agent.subject,
                next_step=_("Wait for whoever froze them (a backup?), or vm.agent.thaw()."),
            )
        self._guard = _guard(agent)
        try:
            # From here on it may be frozen, also where the answer does not arrive.
            self._is_frozen = True
            self._timer = threading.Timer(self._timeout, self._thaw_late)
            self._timer.name, self._timer.daemon = THREAD_NAME, True
            self._timer.start()
            self.count = perform(
                agent.connection,
                agent.subject,
                _("Freeze the file systems of {name}").format(name=agent.subject.name),
                f"{agent.code}.frozen()",
                self._freeze,
                own_thread=True,
                cancel=lambda: None,
            )
            self._refuse_a_part()
        except BaseException as error:
            self._end(error)
            raise
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        self._end(error)
        if error is None and self._was_late:
            raise TimedOut(
                _(
                    "The guest was thawed after {seconds} s, before the block was done with it."
                ).format(seconds=f"{self._timeout:g}"),
                subject=self._agent.subject,
                next_step=_("What was copied after that may not fit together: do it again."),
                waited_for=_("the end of the block"),
                last_seen=_("it still ran"),
                seconds=self._timeout,
            )

    def _freeze(self) -> int:
        count: int = self._agent.line.call(
            lambda domain: domain.fsFreeze(self._mountpoints, 0), "guest-fsfreeze-freeze"
        )
        return count

    def _refuse_a_part(self) -> None:
        """Raise where the agent froze fewer than were named: it leaves out what it does not know.

        Raises
        ------
        OperationFailed
            It did.
        """
        wanted = self._mountpoints
        if wanted is not None and self.count < len(set(wanted)):
            raise OperationFailed(
                _("Only {count} of {wanted} file systems can be frozen: {names}.").format(
                    count=self.count, wanted=len(set(wanted)), names=", ".join(wanted)
                ),
                subject=self._agent.subject,
                next_step=_("vm.agent.info().file_systems has their mountpoints."),
            )

    def _thaw_late(self) -> None:
        with self._lock:
            if not self._is_frozen:
                return
            self._was_late = True
            try:
                self._thaw()
            except QvirtError as error:
                _LOG.warning("Not thawed in time: %s", error)
                self._late_error = error

    def _end(self, error: BaseException | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            try:
                if self._is_frozen:
                    self._thaw()
            except QvirtError as failure:
                if error is None:
                    raise
                error.add_note(str(failure))
            finally:
                # Where it is still frozen, the guard goes on trying.
                _dismiss(self._guard, is_well=not self._is_frozen)
                self._guard = None

    def _thaw(self) -> None:
        """Thaw, or raise an error that says that it is still frozen."""
        wait = Wait(_THAW_PATIENCE, self._agent.subject)

        def look() -> bool | NotYet:
            try:
                self._agent.thaw()
            except NotFound:
                return True
            except WrongState as error:
                # What is off is not frozen; what is paused cannot thaw.
                if not self._agent.machine.is_active:
                    return True
                return NotYet(error.reason, error.next_step)
            except QvirtError as error:
                return NotYet(error.reason, error.next_step)
            return True

        try:
            wait.until(look, _("the guest to thaw"))
        except TimedOut as error:
            raise OperationFailed(
                _("Its file systems are still frozen: {reason}").format(reason=error.last_seen),
                subject=self._agent.subject,
                next_step=_(
                    "Restart qemu-guest-agent in the guest and call vm.agent.thaw(); if nothing "
                    "helps, reset the machine."
                ),
            ) from error
        self._is_frozen = False


def _guard(agent: Agent) -> subprocess.Popen[str] | None:
    """Start the program beside this one; None where it cannot reach libvirt by itself."""
    guard = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-P", thaw_guard.__file__, agent.connection.uri, agent.machine.uuid],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # An interrupt of the kernel must not end it.
        start_new_session=True,
    )
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()

    def listen(stdout: Any) -> None:  # noqa: ANN401 - a text file
        answers.put(stdout.readline().strip())

    threading.Thread(target=listen, args=(guard.stdout,), name=THREAD_NAME, daemon=True).start()
    try:
        answer = answers.get(timeout=_GUARD_READY)
    except queue.Empty:
        answer = "no answer"
    if answer == "ready":
        return guard
    _LOG.warning("No guard for the frozen %s: %s", agent.subject, answer)
    guard.kill()
    _dismiss(guard, is_well=True)
    return None


def _dismiss(guard: subprocess.Popen[str] | None, *, is_well: bool) -> None:
    if guard is None or guard.stdin is None or guard.stdout is None:
        return
    try:
        if is_well:
            guard.stdin.write("done\n")
        guard.stdin.close()
    except BrokenPipeError:
        _LOG.debug("The guard of a frozen guest had ended already")
    if is_well:
        _see_off(guard)
    else:
        threading.Thread(target=_see_off, args=(guard,), name=THREAD_NAME, daemon=True).start()


def _see_off(guard: subprocess.Popen[str]) -> None:
    guard.wait()
    if guard.stdout is not None:
        guard.stdout.close()
