"""The guest agent of a machine: ``vm.agent``."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, OperationFailed
from qvirt_jupyter.hypervisor.guest import agent_abilities
from qvirt_jupyter.hypervisor.guest import info as guest_info
from qvirt_jupyter.hypervisor.guest.agent_accounts import AgentAccounts
from qvirt_jupyter.hypervisor.guest.agent_files import READ_AT_MOST, AgentFiles, given_bytes
from qvirt_jupyter.hypervisor.guest.agent_programs import AgentPrograms
from qvirt_jupyter.hypervisor.guest.freezing import TIMEOUT, Freezing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle
    from qvirt_jupyter.hypervisor.guest.agent_abilities import AgentAbilities
    from qvirt_jupyter.hypervisor.guest.agent_files import WrittenFile
    from qvirt_jupyter.hypervisor.guest.command_result import CommandResult
    from qvirt_jupyter.hypervisor.guest.info import GuestInfo

_NANO: Final = 10**9


def _looks_itself(_agent: object) -> Callable[[], object]:
    """Return what stops an action in steps: it looks itself whether somebody wants it to."""
    return lambda: None


class Agent(AgentAccounts):
    """QEMU's agent in the guest of a machine, with what it can do for us.

    Nothing is asked before a method is called. Each raises :class:`Unsupported` where there is no
    channel, no agent, or an agent that cannot or may not do it, and says what helps; what the
    guest answers is data of a stranger, which is bounded and never taken for markup.
    ``vm.agent.submit.<name>()`` returns a job at once.

    Parameters
    ----------
    machine
        The machine.
    """

    def __init__(self, machine: DomainHandle) -> None:
        super().__init__(machine)
        self._programs = AgentPrograms(self.line)
        self._files = AgentFiles(self.line, self._programs)

    @property
    def abilities(self) -> AgentAbilities:
        """What it can do, and what its guest forbids it: ``"exec" in vm.agent.abilities``."""
        return agent_abilities.read(self.line)

    def info(self) -> GuestInfo:
        """Return what the guest says of itself: system, file systems, users, interfaces."""
        return self.line.call(lambda domain: guest_info.read(domain, 0), "guest-get-osinfo")

    @action(
        _("Run a program in {name}"),
        secrets=("input", "env"),
        cancel=_looks_itself,
        own_thread=True,
    )
    def exec(
        self,
        command: Sequence[str],
        *,
        input: bytes | str = b"",  # noqa: A002 - as subprocess.run calls it
        env: Mapping[str, str] | None = None,
        timeout: float = 60.0,
        check: bool = False,
    ) -> CommandResult:
        """Run a program in the guest to its end.

        Parameters
        ----------
        command
            Program and arguments; no shell reads them.
        input
            What it reads from its standard input.
        env
            Its whole environment, ``PATH`` included; None gives it the agent's own.
        timeout
            Seconds; then it is told to end, as it is when the job is cancelled. ``math.inf`` waits
            for ever.
        check
            Raise where its exit code is not 0.

        Raises
        ------
        InvalidDefinition
            The command is not a list of texts, or the input neither text nor bytes.
        OperationFailed
            It could not be begun, or failed and ``check`` is set.
        TimedOut
            It did not end in time.
        """
        given = given_bytes(input, self.subject)
        result = self._programs.run(command, given=given, env=env, timeout=timeout)
        return result.check() if check else result

    @action(
        _("Run a script in {name}"),
        secrets=("input",),
        cancel=_looks_itself,
        own_thread=True,
    )
    def shell(
        self,
        script: str,
        *,
        input: bytes | str = b"",  # noqa: A002 - as subprocess.run calls it
        timeout: float = 60.0,
        check: bool = False,
    ) -> CommandResult:
        """Let the guest's shell read a text: ``/bin/sh``, on Windows ``cmd.exe``.

        What stands in the text is obeyed: never build it from names or input of others, but give
        those to :meth:`exec`.

        Parameters
        ----------
        script
            What the shell reads.
        input, timeout, check
            As for :meth:`exec`.

        Raises
        ------
        QvirtError
            As for :meth:`exec`.
        """
        if not isinstance(script, str):
            raise InvalidDefinition(
                _("A shell reads one text."),
                subject=self.subject,
                next_step=_("A list of program and arguments goes to .exec([…])."),
            )
        has_shell = self._programs.has_shell()
        command = ["/bin/sh", "-c", script] if has_shell else ["cmd.exe", "/c", script]
        return self.exec(command, input=input, timeout=timeout, check=check)

    @action(_("Read {path} in {name}"), cancel=_looks_itself, own_thread=True)
    def read_file(self, path: str, *, limit: int = READ_AT_MOST) -> bytes:
        """Return what is in a file of the guest.

        Parameters
        ----------
        path
            Its whole path in the guest.
        limit
            Bytes at most; :meth:`fetch_file` has no limit.

        Raises
        ------
        OperationFailed
            There is no such file, it may not be read, or it is larger than the limit.
        """
        return self._files.read(path, limit)

    @action(_("Fetch {path} from {name}"), cancel=_looks_itself, own_thread=True)
    def fetch_file(self, path: str, to: str | Path) -> int:
        """Copy a file of the guest into a file here, piece by piece, and return its size in bytes.

        Parameters
        ----------
        path
            Its whole path in the guest.
        to
            A file here; it takes the place of what was there when all has arrived.

        Raises
        ------
        OperationFailed
            There is no such file, it may not be read, or the one here cannot be written.
        """
        target = Path(to)
        part = target.with_name(f"{target.name}.part")
        try:
            with part.open("wb") as file:
                size = self._files.copy_out(path, file)
            part.replace(target)
        except OSError as error:
            raise OperationFailed(
                _("{path} could not be written here: {reason}.").format(
                    path=target, reason=error.strerror or error
                ),
                subject=self.subject,
                next_step=_("Give another path, or make room."),
            ) from error
        finally:
            part.unlink(missing_ok=True)
        return size

    @action(_("Write {path} in {name}"), secrets=("data",), cancel=_looks_itself, own_thread=True)
    def write_file(
        self, path: str, data: bytes | str | Path, *, mode: int | None = None
    ) -> WrittenFile:
        """Write a file in the guest, as a whole or not at all where the guest can do that.

        Parameters
        ----------
        path
            Its whole path in the guest.
        data
            What is to be in it: bytes, text (written as UTF-8), or a ``Path`` of a file here.
        mode
            Its permissions, as ``0o600``. None keeps owner and permissions of what is there, and
            gives a new file 644.

        Returns
        -------
        WrittenFile
            Says whether it was atomic.

        Raises
        ------
        OperationFailed
            It could not be written.
        Unsupported
            A mode was given, and the guest has no shell that sets it.
        """
        return self._files.write(path, data, mode)

    def frozen(
        self, mountpoints: Sequence[str] | None = None, *, timeout: float = TIMEOUT
    ) -> Freezing:
        """Freeze the guest's file systems for a block: ``with vm.agent.frozen(): …``.

        Whatever happens, they are thawed: at the end of the block, also by an error or an
        interrupt; when the time is over; and if the kernel ends, by a small program beside it.

        Parameters
        ----------
        mountpoints
            Those of the file systems; None means all.
        timeout
            Seconds; a block that takes longer raises :class:`TimedOut` at its end.
        """
        return Freezing(self, mountpoints, timeout)

    @action(_("Thaw the file systems of {name}"))
    def thaw(self) -> int:
        """Thaw all file systems of the guest, whoever froze them; return how many."""
        count: int = self.line.call(lambda domain: domain.fsThaw(None, 0), "guest-fsfreeze-thaw")
        return count

    @action(_("Give unused blocks of {name} back"))
    def fstrim(self, mountpoint: str | None = None, *, minimum: int = 0) -> None:
        """Let the guest tell its disks which blocks it does not need, so that images shrink.

        Parameters
        ----------
        mountpoint
            Of one file system; None means all.
        minimum
            Bytes: shorter free stretches are left.
        """
        self.line.call(lambda domain: domain.fSTrim(mountpoint, minimum, 0), "guest-fstrim")

    def get_time(self) -> float:
        """Return the guest's clock, in seconds since the epoch."""
        answer: Mapping[str, int] = self.line.call(
            lambda domain: domain.getTime(0), "guest-get-time"
        )
        return answer["seconds"] + answer.get("nseconds", 0) / _NANO

    @action(_("Set the clock of {name}"))
    def set_time(self, when: datetime | None = None) -> None:
        """Set the guest's clock.

        Parameters
        ----------
        when
            A time that knows its zone; None is now.

        Raises
        ------
        InvalidDefinition
            The time does not say its zone.
        """
        if when is not None and when.tzinfo is None:
            raise InvalidDefinition(
                _("A time without its zone could mean anything."),
                subject=self.subject,
                next_step=_("Give one with a zone, as datetime.now(UTC)."),
            )
        now = time.time() if when is None else when.timestamp()
        fraction, seconds = math.modf(now)
        wanted = {"seconds": int(seconds), "nseconds": int(fraction * _NANO)}
        self.line.call(lambda domain: domain.setTime(wanted, 0), "guest-set-time")
