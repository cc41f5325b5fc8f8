"""How the agent in a guest is asked: bounded, in time, and with words where it does not answer.

https://qemu-project.gitlab.io/qemu/interop/qemu-ga-ref.html
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import (
    InvalidDefinition,
    OperationFailed,
    QvirtError,
    Unsupported,
    WrongState,
)
from qvirt_jupyter.hypervisor.guest.condition import AgentCondition, sight_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle

_Result = TypeVar("_Result")
PATIENCE: Final = 30
"""Seconds for one answer."""
REQUEST_AT_MOST: Final = 96 * 1024
"""Bytes. A longer request stops the agent behind libvirt 9.0 for good: 133 KB still went through,
333 KB did not, and no later request got an answer."""
_SETTLING: Final = 1.5
_LOOK_AGAIN: Final = 0.1
"""Seconds."""
_GOING: Final = frozenset({AgentCondition.ABSENT, AgentCondition.SILENT})
_WORDS_AT_MOST: Final = 400
"""Characters of what a guest says that are shown."""

# How libvirt hands on that the agent refused; the rest of it are the agent's own words.
_REFUSED: Final = re.compile(r"unable to execute QEMU agent command '[\w-]*': (.*)", re.DOTALL)
_PREFIX: Final = re.compile(r"^Guest agent command failed, error was '(.*)'$", re.DOTALL)
_LATER: Final = frozenset(
    {
        libvirt.VIR_ERR_AGENT_UNRESPONSIVE,
        libvirt.VIR_ERR_OPERATION_INVALID,
        libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,
    }
)
"""Codes by which libvirt says that there is nobody to ask; why is another matter."""


class AgentLine:
    """The way to the agent of one machine.

    Parameters
    ----------
    machine
        The machine.
    """

    def __init__(self, machine: DomainHandle) -> None:
        self.machine = machine

    def ask(
        self,
        command: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        patience: int = PATIENCE,
    ) -> Any:  # noqa: ANN401 - JSON of a stranger
        """Send a command and return its answer, of which nothing is checked.

        Parameters
        ----------
        command
            Its name: ``"guest-ping"``.
        arguments
            By name.
        patience
            Seconds for the answer.

        Raises
        ------
        WrongState
            The machine does not run.
        Unsupported
            There is no channel or no agent, or this agent does not know or may not do it.
        InvalidDefinition
            The request is too long, or cannot be said in UTF-8.
        OperationFailed
            The agent refuses or does not answer.
        """
        request = {"execute": command, **({"arguments": dict(arguments)} if arguments else {})}
        try:
            text = json.dumps(request, ensure_ascii=False)
            size = len(text.encode())
        except UnicodeEncodeError as error:
            raise InvalidDefinition(
                _("What goes to the agent must be text in UTF-8."),
                subject=self.machine.subject,
                next_step=_("Rename the file in the guest, or reach it by a shell pattern."),
            ) from error
        if size > REQUEST_AT_MOST:
            raise InvalidDefinition(
                _("A request of {size} bytes is too long for the agent's channel.").format(
                    size=size
                ),
                subject=self.machine.subject,
                next_step=_("Write a file in the guest, and name that."),
            )

        def send(domain: libvirt.virDomain) -> str:
            import libvirt_qemu  # noqa: PLC0415 - a build without QEMU has none

            answer: str = libvirt_qemu.qemuAgentCommand(domain, text, patience, 0)
            return answer

        answer = self.call(send, command)
        try:
            reply = json.loads(answer)
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict) or "return" not in reply:
            raise OperationFailed(
                _("The agent's answer to {command} makes no sense.").format(command=command),
                subject=self.machine.subject,
                next_step=_("Restart qemu-guest-agent in the guest."),
            )
        return reply["return"]

    def call(self, function: Callable[[Any], _Result], command: str) -> _Result:
        """Run a function with libvirt's object that asks the agent.

        Parameters
        ----------
        function
            What calls libvirt.
        command
            The agent's name of what is asked.

        Raises
        ------
        QvirtError
            As for :meth:`ask`.
        """
        features = self.machine.connection.features
        if self.machine.connection.is_connected and not features.agent:
            raise Unsupported(
                features.reason("agent"),
                subject=self.machine.subject,
                next_step=_("Ask the guest by its console or over its network."),
            )
        try:
            return self.with_domain(function)
        except QvirtError as error:
            explained = self._explained(error, command)
            if explained is None:
                raise
            raise explained from error

    def ping(self, patience: int = 5) -> None:
        """Return when the agent has answered.

        Raises
        ------
        QvirtError
            As for :meth:`ask`.
        """
        self.ask("guest-ping", patience=patience)

    def with_domain(self, function: Callable[[Any], _Result]) -> _Result:
        """Run a function with libvirt's object, in the connection's pool."""
        uuid = self.machine.uuid
        return self.machine.connection.call(
            lambda raw: function(raw.lookupByUUIDString(uuid)), subject=self.machine.subject
        )

    def condition(self) -> AgentCondition:
        """Return how far the machine is from an agent that answers, after one did not.

        The agent of a machine that stops goes a moment before the machine does: it is waited for
        that, so that the end of the machine is not taken for one of the agent.
        """
        end = time.monotonic() + _SETTLING
        while True:
            found = self.with_domain(sight_of).agent
            if found not in _GOING or time.monotonic() > end:
                return found
            time.sleep(_LOOK_AGAIN)

    def _explained(self, error: QvirtError, command: str) -> QvirtError | None:
        """Return a better error, or None where it is as good as it gets."""
        if error.code in _LATER:
            condition = self.condition()
            if condition is not AgentCondition.SILENT or (
                error.code == libvirt.VIR_ERR_AGENT_UNRESPONSIVE
            ):
                return condition.error(self.machine.subject, details=error.details, code=error.code)
        refused = _REFUSED.search(error.details)
        if refused is None:
            return None
        # libvirt's own note of code and domain follows in brackets.
        words = refused[1].rsplit(" (VIR_ERR", 1)[0]
        inner = _PREFIX.match(words)
        return self._refusal(command, printable(inner[1] if inner else words), error)

    def _refusal(self, command: str, words: str, error: QvirtError) -> QvirtError:
        kind: type[QvirtError] = Unsupported
        if "frozen" in words:
            kind = WrongState
            reason = _("The file systems of the guest are frozen: its agent only thaws them.")
            step = _("Leave the block that froze them, or call vm.agent.thaw().")
        elif "has not been found" in words:
            reason = _("The agent in the guest is too old for {command}.").format(command=command)
            step = _("Install a newer qemu-guest-agent in the guest.")
        elif "disabled" in words or "not allowed" in words:
            reason = _("The guest does not allow its agent {command}.").format(command=command)
            step = _(
                "Take it out of block-rpcs (blacklist) in the guest's /etc/qemu/qemu-ga.conf or "
                "/etc/sysconfig/qemu-ga, and restart qemu-guest-agent."
            )
        else:
            kind = OperationFailed
            reason = _("The agent in the guest says: {words}.").format(words=words.rstrip("."))
            step = _("Mend in the guest what it names.")
        return kind(
            reason,
            subject=self.machine.subject,
            next_step=step,
            details=error.details,
            code=error.code,
        )


def printable(text: str, at_most: int = _WORDS_AT_MOST) -> str:
    """Return what a guest said as it may be shown: on one line, no escapes, not too long.

    Parameters
    ----------
    text
        Words of a stranger.
    at_most
        Characters.
    """
    line = (
        char if char.isprintable() else " " if char.isspace() else ""
        for char in text[: 4 * at_most]
    )
    return "".join(line)[:at_most].strip()
