"""What a command in a guest's shell has printed, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.errors import OperationFailed

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.errors import Subject

SHOWN = 20_000
"""Characters that a notebook shows, the last ones."""
_QUOTED_AT_MOST = 500
"""Characters of a command or a line that an error quotes."""


@dataclass(frozen=True, slots=True)
class ShellResult:
    """What :meth:`SerialLine.run` returns.

    Parameters
    ----------
    command
        What was run.
    output
        What it printed on the console, errors among it, without escape sequences. What others
        wrote there meanwhile, the kernel say, is among it too.
    exit_code
        Its exit code; 0 where all went well.
    truncated
        Whether it printed more than is kept, so that the first of it is missing.
    subject
        The machine.
    """

    command: str
    output: str
    exit_code: int
    truncated: bool = False
    subject: Subject | None = field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.exit_code == 0

    def check(self) -> Self:
        """Return itself where the command went well.

        Raises
        ------
        OperationFailed
            Its exit code is not 0; the details have its output.
        """
        if self.ok:
            return self
        lines = self.output.strip().splitlines()
        raise OperationFailed(
            _("{command} failed on the console: {ending}.").format(
                command=self.command[:_QUOTED_AT_MOST], ending=self.ending
            ),
            subject=self.subject,
            next_step=_("It said: {words}").format(words=lines[-1][-_QUOTED_AT_MOST:])
            if lines
            else "",
            details=self.output,
        )

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        return str(_("exit code {code}").format(code=self.exit_code))

    def __str__(self) -> str:
        return self.output.removesuffix("\n")

    def __repr__(self) -> str:
        if not self.output:
            return f"<{self.command!r}: {self.ending}, {_('no output')}>"
        return f"<{self.command!r}: {self.ending}>\n{self._shown}"

    def _repr_html_(self) -> str:
        return html.properties(
            self.command[:_QUOTED_AT_MOST],
            ((_("Ended with"), self.ending), (_("Output"), self._shown)),
        )

    @property
    def _shown(self) -> str:
        """The end of its output, as much as a notebook shows and keeps."""
        left_out = max(0, len(self.output) - SHOWN)
        dots = "\N{HORIZONTAL ELLIPSIS}" if left_out or self.truncated else ""
        return f"{dots}{str(self)[left_out:]}"
