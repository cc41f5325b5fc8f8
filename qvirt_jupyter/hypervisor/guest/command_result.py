"""What a command in a guest came to."""

from __future__ import annotations

import shlex
import signal as signals
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.errors import OperationFailed

if TYPE_CHECKING:
    from typing import Self

    from qvirt_jupyter.hypervisor.errors import Subject

_SHOWN_AT_MOST: Final = 20_000
"""Characters of an output that a notebook shows and keeps."""
_QUOTED_AT_MOST: Final = 500
"""Characters of an output that an error quotes: its end."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command in a guest printed, and how it ended.

    Parameters
    ----------
    command
        Program and arguments.
    exit_code
        Its exit code; of a command that a signal ended, 128 and the signal's number, as a shell
        says it.
    signal
        The signal that ended it, or None. A command that a shell ran is believed to have been
        ended by one where it said so by its code.
    stdout, stderr
        What it printed, as bytes; :attr:`output` and :attr:`error_output` are the same as text.
    truncated
        It printed more than what is here.
    subject
        The machine.
    """

    command: tuple[str, ...]
    exit_code: int
    signal: int | None
    stdout: bytes
    stderr: bytes
    truncated: bool
    subject: Subject | None = None

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.exit_code == 0

    @property
    def output(self) -> str:
        """What it printed, as text; bytes that are no UTF-8 are replaced."""
        return self.stdout.decode(errors="replace")

    @property
    def error_output(self) -> str:
        """What it printed as errors, as text."""
        return self.stderr.decode(errors="replace")

    def check(self) -> Self:
        """Return it, or raise where the command failed.

        Raises
        ------
        OperationFailed
            Its exit code is not 0.
        """
        if self.ok:
            return self
        said = (self.error_output or self.output).strip()[-_QUOTED_AT_MOST:]
        raise OperationFailed(
            _("{command} failed in the guest: {ending}.").format(
                command=shlex.join(self.command)[:_QUOTED_AT_MOST], ending=self.ending
            ),
            subject=self.subject,
            next_step=_("It said: {words}").format(words=said) if said else "",
            details=said,
        )

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        if self.signal is None:
            return str(_("exit code {code}").format(code=self.exit_code))
        try:
            name = signals.Signals(self.signal).name
        except ValueError:
            name = str(self.signal)
        return str(_("ended by signal {name}").format(name=name))

    def __str__(self) -> str:
        return self.output.removesuffix("\n")

    def __repr__(self) -> str:
        said = (self.output, self.error_output)
        notes = [self.ending]
        if not any(said):
            notes.append(str(_("no output")))
        if self.truncated:
            notes.append(str(_("truncated")))
        head = f"<{shlex.join(self.command)[:_QUOTED_AT_MOST]!r}: {', '.join(notes)}>"
        return "\n".join((head, *(_bounded(text).removesuffix("\n") for text in said if text)))

    def _repr_html_(self) -> str:
        return html.properties(
            shlex.join(self.command)[:_QUOTED_AT_MOST],
            (
                (_("Ended with"), self.ending),
                (_("Output"), _bounded(self.output).rstrip("\n")),
                (_("Errors"), _bounded(self.error_output).rstrip("\n")),
                (_("Note"), _("It printed more than is here.") if self.truncated else ""),
            ),
        )


def _bounded(text: str) -> str:
    """Return as much of an output as a notebook shows and keeps."""
    if len(text) <= _SHOWN_AT_MOST:
        return text
    return text[:_SHOWN_AT_MOST] + str(_("\n… (more: see .output and .error_output)"))
