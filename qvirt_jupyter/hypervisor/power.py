"""Starting and stopping a virtual machine, with its memory kept or not."""

from __future__ import annotations

import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.domain_handle import DomainHandle
from qvirt_jupyter.hypervisor.errors import (
    AccessDenied,
    ConnectionLost,
    InvalidDefinition,
    QvirtError,
    RestoreFailed,
    Unsupported,
    WrongState,
)
from qvirt_jupyter.hypervisor.guest import clock as guest_clock
from qvirt_jupyter.hypervisor.lifecycle import Action
from qvirt_jupyter.hypervisor.records import DomainState

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.actions import Progress

_SHUTDOWN_MODES: Final = {
    None: libvirt.VIR_DOMAIN_SHUTDOWN_DEFAULT,
    "acpi": libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN,
    "agent": libvirt.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT,
}
_REBOOT_MODES: Final = {
    None: libvirt.VIR_DOMAIN_REBOOT_DEFAULT,
    "acpi": libvirt.VIR_DOMAIN_REBOOT_ACPI_POWER_BTN,
    "agent": libvirt.VIR_DOMAIN_REBOOT_GUEST_AGENT,
}

_WAKING: Final = 10.0
_LOOK_AGAIN: Final = 0.05
"""Seconds."""

# Drivers with virDomainAbortJob (https://libvirt.org/hvsupport.html).
_CAN_ABORT: Final = frozenset({"qemu", "vz"})


def _save_progress(power: Power) -> Progress:
    return power.job_progress


def _save_abort(power: Power) -> Callable[[], object] | None:
    return power.abort_job if power.connection.parts.driver in _CAN_ABORT else None


class Power(DomainHandle):
    """The actions that start, stop, pause and save a machine.

    Each blocks until libvirt has done it, raises :class:`WrongState` where the state refuses it
    (see :mod:`~qvirt_jupyter.hypervisor.lifecycle`) and the mapped error where libvirt does.
    https://libvirt.org/html/libvirt-libvirt-domain.html
    """

    @action(_("Start {name}"))
    def start(self, *, paused: bool = False) -> None:
        """Boot it; a machine with a saved state goes on from that instead.

        Parameters
        ----------
        paused
            Make the machine, but let its processors wait for :meth:`resume`.

        Raises
        ------
        RestoreFailed
            It has a saved state that could not be used.
        Unsupported
            The driver cannot start paused.
        """
        self._check(Action.START_PAUSED if paused else Action.START)
        self._start(paused=paused)

    @action(_("Restore {name}"))
    def restore(self) -> None:
        """Go on from the saved state that :meth:`managed_save` wrote.

        Raises
        ------
        RestoreFailed
            The saved state could not be used; it is still there.
        """
        self._check(Action.RESTORE)
        self._start(paused=False)

    @action(_("Shut down {name}"))
    def shutdown(self, mode: Literal["acpi", "agent"] | None = None) -> None:
        """Ask the guest to shut down; returns when it was asked, not when it is off.

        Parameters
        ----------
        mode
            Press the power button (``"acpi"``), ask the guest agent (``"agent"``), or leave the
            choice to the hypervisor.

        Raises
        ------
        OperationFailed
            The agent does not answer.
        """
        self._check(Action.SHUTDOWN)
        flags = self._mode(_SHUTDOWN_MODES, mode)
        try:
            self._ask_guest(lambda domain: domain.shutdownFlags(flags), mode)
        except WrongState as error:
            # QEMU's driver refuses it for a paused machine with "domain is not running".
            if self.state is not DomainState.PAUSED:
                raise
            raise WrongState(
                _("It is paused and cannot hear the request."),
                subject=self.subject,
                next_step=_("Resume it first, or force it off."),
                code=error.code,
                details=error.details,
            ) from error

    @action(_("Reboot {name}"))
    def reboot(self, mode: Literal["acpi", "agent"] | None = None) -> None:
        """Ask the guest to restart; returns when it was asked.

        Parameters
        ----------
        mode
            As for :meth:`shutdown`.
        """
        self._check(Action.REBOOT)
        flags = self._mode(_REBOOT_MODES, mode)
        self._ask_guest(lambda domain: domain.reboot(flags), mode)

    @action(_("Reset {name}"))
    def reset(self) -> None:
        """Press the reset button: the guest is not asked and may lose data."""
        self._check(Action.RESET)
        self._call(lambda domain: domain.reset(0))

    @action(_("Force off {name}"))
    def destroy(self, *, graceful: bool = False) -> None:
        """Pull the plug: the guest is not asked and may lose data.

        Parameters
        ----------
        graceful
            Give the hypervisor's process time to write what it holds, and fail rather than kill it
            (VIR_DOMAIN_DESTROY_GRACEFUL).
        """
        self._check(Action.DESTROY)
        flags = (
            libvirt.VIR_DOMAIN_DESTROY_GRACEFUL if graceful else libvirt.VIR_DOMAIN_DESTROY_DEFAULT
        )
        self._call_with_flags(lambda domain: domain.destroyFlags(flags))

    @action(_("Pause {name}"))
    def suspend(self) -> None:
        """Stop its processors; its memory stays where it is."""
        self._check(Action.SUSPEND)
        self._call(lambda domain: domain.suspend())

    @action(_("Resume {name}"))
    def resume(self) -> None:
        """Let its processors go on, or wake the guest up where it went to sleep.

        Its clock, which stood still, is set as soon as the guest agent answers.
        """
        self._check(Action.RESUME)

        def go_on(domain: libvirt.virDomain) -> None:
            # libvirt has a call of its own for a guest that sleeps, and refuses the other one.
            if domain.state(0)[0] == libvirt.VIR_DOMAIN_PMSUSPENDED:
                _wake_up(domain)
            else:
                domain.resume()

        self._call(go_on)
        guest_clock.set_soon(self)

    @action(_("Save {name} to {path}"), progress=_save_progress, cancel=_save_abort)
    def save(self, path: str) -> None:
        """Write its memory to a file and stop it; ``connection.restore_file`` brings it back.

        Parameters
        ----------
        path
            Absolute path on the host. A file that is there is overwritten.

        Raises
        ------
        InvalidDefinition
            The path is not absolute.
        OperationCancelled
            The job was cancelled; the machine goes on.
        """
        self._check(Action.SAVE)
        target = absolute_on_host(path)
        if target is None:
            raise InvalidDefinition(
                _("{path} is not an absolute path.").format(path=repr(path)),
                subject=self.subject,
                next_step=_("Give the whole path on the host, such as /var/tmp/machine.save."),
            )
        self._call(lambda domain: domain.save(target))

    @action(_("Save {name}"), progress=_save_progress, cancel=_save_abort)
    def managed_save(self) -> None:
        """Write its memory to a file that libvirt keeps, and stop it; the next start goes on.

        Raises
        ------
        OperationCancelled
            The job was cancelled; the machine goes on.
        """
        self._check(Action.MANAGED_SAVE)
        self._call(lambda domain: domain.managedSave(0))

    @action(_("Drop the saved state of {name}"))
    def drop_saved_state(self) -> None:
        """Forget the saved state: the next start boots, as after a power cut."""
        self._check(Action.DROP_SAVED_STATE)
        self._call(lambda domain: domain.managedSaveRemove(0))

    def job_progress(self) -> tuple[float | None, str | LazyString] | None:
        """Return how far libvirt's present job on it is (0 to 1) and what it does.

        Returns
        -------
        tuple or None
            None where there is no job, or the driver cannot say.
        """
        try:
            info = self._call(lambda domain: domain.jobInfo())
        except Unsupported:
            return None
        kind, total, processed = info[0], info[3], info[4]
        if kind == libvirt.VIR_DOMAIN_JOB_NONE:
            return None
        return (min(1.0, processed / total) if total else None, _("Writing memory"))

    def abort_job(self) -> None:
        """Ask libvirt to give up its present job on it.

        Raises
        ------
        Unsupported
            The driver cannot.
        WrongState
            There is no job.
        """
        self._call(lambda domain: domain.abortJob())

    def _mode(self, modes: dict[str | None, int], mode: str | None) -> int:
        try:
            return modes[mode]
        except KeyError:
            raise InvalidDefinition(
                _("There is no mode {mode}.").format(mode=repr(mode)),
                subject=self.subject,
                next_step=_("Use 'acpi', 'agent' or None."),
            ) from None

    def _ask_guest(self, function: Callable[[Any], object], mode: str | None) -> None:
        try:
            self._call_with_flags(function)
        except Unsupported as error:
            if mode != "agent" or error.code != libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED:
                raise
            raise Unsupported(
                _("It has no channel to a guest agent."),
                subject=self.subject,
                next_step=_("Press the power button (mode 'acpi'), or give it a channel."),
                code=error.code,
                details=error.details,
            ) from error

    def _start(self, *, paused: bool) -> None:
        flags = libvirt.VIR_DOMAIN_START_PAUSED if paused else libvirt.VIR_DOMAIN_NONE
        saved = self.state is DomainState.SAVED
        try:
            self._call_with_flags(lambda domain: domain.createWithFlags(flags))
        except (ConnectionLost, AccessDenied, Unsupported):
            raise
        except QvirtError as error:
            if not saved or self.state is not DomainState.SAVED:
                raise
            raise RestoreFailed(
                _("Its saved state could not be restored. {reason}").format(reason=error.reason),
                subject=self.subject,
                next_step=_(
                    "Free what it lacks and try again, or drop the saved state and start it: "
                    "that boots as after a power cut."
                ),
                code=error.code,
                details=error.details,
            ) from error
        if saved and not paused:
            guest_clock.set_soon(self)


def _wake_up(domain: libvirt.virDomain) -> None:
    """Wake a guest up, and wait until libvirt has heard that it is awake.

    QEMU says so by an event that may come after its yes: until then the machine still sleeps.
    """
    domain.pMWakeup(0)
    end = time.monotonic() + _WAKING
    while domain.state(0)[0] == libvirt.VIR_DOMAIN_PMSUSPENDED and time.monotonic() < end:
        time.sleep(_LOOK_AGAIN)


def absolute_on_host(path: str) -> str | None:
    """Return the path as text if it is absolute; libvirt would look from a folder of its own."""
    text = str(path)
    return text if PurePosixPath(text).is_absolute() and "\0" not in text else None
