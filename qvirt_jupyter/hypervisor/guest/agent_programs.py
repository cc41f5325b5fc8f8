"""Programs that the agent runs in a guest, with bounds on what goes in and what comes out.

What the agent itself captures may be 16 MiB. libvirt 9.0 refuses to pass on more than 4 MiB of an
answer, in base64, and more than 10 MiB break its line to the agent until that begins anew. So a
shell in the guest cuts the output before the agent has it; only where there is none (Windows), the
agent's own capture must do.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import math
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.errors import (
    ConnectionLost,
    InvalidDefinition,
    OperationCancelled,
    OperationFailed,
    QvirtError,
    TimedOut,
)
from qvirt_jupyter.hypervisor.guest.agent_files import AgentFiles
from qvirt_jupyter.hypervisor.guest.command_result import CommandResult
from qvirt_jupyter.hypervisor.guest.condition import AgentCondition
from qvirt_jupyter.hypervisor.guest.waiting import NotYet, Wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.guest.agent_line import AgentLine

_LOG = logging.getLogger(__name__)
OUTPUT_AT_MOST: Final = 1024 * 1024
"""Bytes of each of the two outputs: both in base64 fit into one answer."""
INPUT_IN_A_REQUEST: Final = 48 * 1024
"""Bytes of input that go with the request; more goes by a file in the guest."""
_SHELL: Final = "/bin/sh"
_WINDOWS: Final = "mswindows"
_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 1.0
"""Seconds between two questions whether it has ended: they grow with the time it takes."""
_PASSING: Final = frozenset({AgentCondition.PAUSED, AgentCondition.ASLEEP})
_SIGNALS: Final = range(1, 65)
_TO_END: Final = 5.0
"""Seconds for a command that was told to end."""

# Arguments: how many bytes to let through, a file to read as input or "", then the command. Both
# outputs are cut, but read to the end, so that the command does not see a closed pipe.
_BOUNDED: Final = """
most=$1; input=$2; shift 2
cut() { head -c "$most"; cat > /dev/null; }
if [ -n "$input" ]; then exec < "$input"; rm -f "$input"; fi
exec 3>&1 4>&2
code=$(
    {
        {
            { "$@" 3>&- 4>&- 5>&- 6>&-; echo $? >&5; } 2>&1 >&6 6>&- | cut >&4
        } 6>&1 | cut >&3
    } 5>&1
)
exit "$code"
"""
# Ends a process and all that it began, the youngest first.
_END: Final = """
end() {
    for file in /proc/[0-9]*/stat; do
        read -r line < "$file" || continue
        rest=${line##*) }; rest=${rest#? }
        if [ "${rest%% *}" = "$1" ]; then (end "${line%% *}"); fi
    done 2> /dev/null
    kill -TERM "$1" 2> /dev/null
}
end "$1"
"""


class AgentPrograms:
    """Runs programs in the guest of one machine.

    Parameters
    ----------
    line
        The way to its agent.
    """

    def __init__(self, line: AgentLine) -> None:
        self._line = line
        self._subject = line.machine.subject
        self._has_shell: bool | None = None

    def has_shell(self) -> bool:
        """Whether the guest is of a kind that has ``/bin/sh``; its agent is asked once."""
        if self._has_shell is None:
            self._has_shell = self._is_unix()
        return self._has_shell

    def _is_unix(self) -> bool:
        try:
            answer = self._line.ask("guest-get-osinfo")
        except OperationFailed as error:
            # It cannot say what it is: nearly all that have an agent have a shell.
            _LOG.debug("%s does not say what it is: %s", self._subject, error)
            return True
        return not isinstance(answer, dict) or answer.get("id") != _WINDOWS

    def run(
        self,
        command: Sequence[str],
        *,
        given: bytes = b"",
        env: Mapping[str, str] | None = None,
        timeout: float = math.inf,
    ) -> CommandResult:
        """Run a program to its end.

        Parameters
        ----------
        command
            Program and arguments.
        given
            Its input.
        env
            Its whole environment; None gives it the agent's.
        timeout
            Seconds; then it is told to end.

        Raises
        ------
        QvirtError
            It could not be begun, the time is over, or nobody answers any more.
        """
        command = _checked(command, self._subject)
        has_shell = self.has_shell()
        wait = Wait(timeout, self._subject)
        pid = self._begin(command, given, env, has_shell=has_shell)
        what = _("the end of {program}").format(program=command[0])
        try:
            status = self._end_of(pid, what, wait)
        except (TimedOut, OperationCancelled, KeyboardInterrupt) as error:
            ended = self._stop(pid, has_shell=has_shell)
            if isinstance(error, TimedOut):
                raise self._out_of_time(error, pid, ended=ended) from error
            raise
        return self._result(command, status, is_bounded=has_shell)

    def _begin(
        self,
        command: tuple[str, ...],
        given: bytes,
        env: Mapping[str, str] | None,
        *,
        has_shell: bool,
    ) -> int:
        arguments: dict[str, Any] = {"path": command[0], "arg": command[1:], "capture-output": True}
        if env is not None:
            arguments["env"] = [f"{name}={value}" for name, value in env.items()]
        spool = ""
        if len(given) > INPUT_IN_A_REQUEST:
            if not has_shell:
                raise InvalidDefinition(
                    _("{size} bytes are too much input for a program of this guest.").format(
                        size=len(given)
                    ),
                    subject=self._subject,
                    next_step=_("Write them into a file in the guest (write_file), and name that."),
                )
            spool = AgentFiles(self._line, self).spool(given)
        elif given:
            arguments["input-data"] = base64.b64encode(given).decode()
        if has_shell:
            # One more than is kept tells whether there was more.
            bounded = ("-c", _BOUNDED, "sh", str(OUTPUT_AT_MOST + 1), spool, *command)
            arguments.update({"path": _SHELL, "arg": bounded})
        try:
            answer = self._line.ask("guest-exec", arguments)
        except BaseException:
            if spool:
                self._remove(spool)
            raise
        return _number(answer, "pid", self._line)

    def _remove(self, path: str) -> None:
        with contextlib.suppress(QvirtError):
            self._line.ask("guest-exec", {"path": "/bin/rm", "arg": ["-f", path]})

    def _end_of(self, pid: int, what: str | LazyString, wait: Wait) -> dict[str, Any]:
        running = NotYet(
            _("it still runs in the guest as process {pid}").format(pid=pid),
            _("Give it more time."),
        )

        def look() -> dict[str, Any] | NotYet:
            try:
                status = self._line.ask("guest-exec-status", {"pid": pid})
            except QvirtError as error:
                return self._without_answer(error, pid)
            if not isinstance(status, dict):
                status = {}
            return status if status.get("exited") else running

        return wait.until(look, what, pause=_FIRST_PAUSE, longest=_LONGEST_PAUSE)

    def _without_answer(self, error: QvirtError, pid: int) -> NotYet:
        """Return what is seen of a program when its agent cannot be asked, or raise."""
        machine = self._line.machine
        if isinstance(error, ConnectionLost):
            # What runs in the guest does not care: it goes on when libvirt is back.
            if machine.connection.state is ConnectionState.CLOSED:
                raise error
            return NotYet(_("the connection is lost and tried again"), _("Wait a moment."))
        condition = self._line.condition()
        if condition in _PASSING:
            return condition.not_yet
        if condition in {AgentCondition.OFF, AgentCondition.CRASHED}:
            raise condition.error(self._subject) from error
        raise OperationFailed(
            _("The agent ended while process {pid} ran: how that ended is not known.").format(
                pid=pid
            ),
            subject=self._subject,
            next_step=_("Look in the guest what became of it."),
            details=str(error),
        ) from error

    def _stop(self, pid: int, *, has_shell: bool) -> bool:
        """Tell a command to end, and return whether it has."""
        end = (
            {"path": _SHELL, "arg": ["-c", _END, "sh", str(pid)]}
            if has_shell
            else {"path": "taskkill", "arg": ["/F", "/T", "/PID", str(pid)]}
        )
        try:
            self._line.ask("guest-exec", end)
            # Asking once more lets the agent forget it.
            until = Wait(_TO_END)
            while until.left > 0:
                status = self._line.ask("guest-exec-status", {"pid": pid})
                if isinstance(status, dict) and status.get("exited"):
                    return True
        except QvirtError as error:
            _LOG.info("Process %d of %s could not be ended: %s", pid, self._subject, error)
        return False

    def _out_of_time(self, error: TimedOut, pid: int, *, ended: bool) -> TimedOut:
        return TimedOut(
            error.reason,
            subject=self._subject,
            next_step=_("It has been ended since. Give it more time: exec(…, timeout=600).")
            if ended
            else _("It could not be ended and goes on as process {pid}.").format(pid=pid),
            waited_for=error.waited_for,
            last_seen=error.last_seen,
            seconds=error.seconds,
        )

    def _result(
        self, command: tuple[str, ...], status: Mapping[str, Any], *, is_bounded: bool
    ) -> CommandResult:
        outputs = [_bytes(status.get(name)) for name in ("out-data", "err-data")]
        is_cut = any(status.get(name) is True for name in ("out-truncated", "err-truncated"))
        is_cut = is_cut or any(len(output) > OUTPUT_AT_MOST for output in outputs)
        code, signal = status.get("exitcode"), status.get("signal")
        if type(signal) is int:
            code = 128 + signal
        elif type(code) is int and is_bounded and code - 128 in _SIGNALS:
            signal = code - 128
        if type(code) is not int:
            raise OperationFailed(
                _("The agent does not say how the command ended."), subject=self._subject
            )
        return CommandResult(
            command=command,
            exit_code=code,
            signal=signal if type(signal) is int else None,
            stdout=outputs[0][:OUTPUT_AT_MOST],
            stderr=outputs[1][:OUTPUT_AT_MOST],
            truncated=is_cut,
            subject=self._subject,
        )


def _checked(command: Sequence[str], subject: Subject) -> tuple[str, ...]:
    """Return the command; a text for a shell is none."""
    if (
        isinstance(command, (str, bytes))
        or not command
        or not all(isinstance(part, str) for part in command)
    ):
        raise InvalidDefinition(
            _("A command is a list of texts: program and arguments, as ['ls', '-l']."),
            subject=subject,
            next_step=_("For a line of a shell there is .shell('…')."),
        )
    if any("\0" in part for part in command):
        raise InvalidDefinition(
            _("An argument of a command cannot contain the character NUL."),
            subject=subject,
            next_step=_("Give such bytes by its input, or in a file."),
        )
    return tuple(command)


def _number(answer: Any, name: str, line: AgentLine) -> int:  # noqa: ANN401 - JSON of a stranger
    found = answer.get(name) if isinstance(answer, dict) else None
    if type(found) is not int:
        raise OperationFailed(_("The agent's answer makes no sense."), subject=line.machine.subject)
    return found


def _bytes(value: Any) -> bytes:  # noqa: ANN401 - JSON of a stranger
    try:
        return base64.b64decode(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
