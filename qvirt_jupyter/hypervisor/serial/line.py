"""A serial port or text console of a virtual machine, and how a notebook talks over it."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import pool
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.errors import (
    AccessDenied,
    InUse,
    OperationCancelled,
    TimedOut,
    WrongState,
)
from qvirt_jupyter.hypervisor.guest.shell_command import ShellCommand
from qvirt_jupyter.hypervisor.guest.shell_result import ShellResult
from qvirt_jupyter.hypervisor.guest.waiting import NotYet, Wait
from qvirt_jupyter.hypervisor.serial import words as serial_words
from qvirt_jupyter.hypervisor.serial.ansi_text import plain
from qvirt_jupyter.hypervisor.serial.control import SerialControl
from qvirt_jupyter.hypervisor.serial.diagnosis import (
    BURIED,
    HOPELESS,
    LOGIN,
    PASSWORD,
    PROMPT,
    REFUSED,
    unfinished,
    unmatched,
)
from qvirt_jupyter.hypervisor.serial.search import SerialSearch
from qvirt_jupyter.hypervisor.serial.state import SerialState

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.serial.match import SerialMatch

_LOG = logging.getLogger(__name__)
LOOK: Final = 0.2
"""Seconds after which a wait looks at the state of the line, and whether it was cancelled."""
GRACE: Final = 5.0
"""Seconds that a line has to open before something is sent, and a guest to answer to Enter."""
_DETAILS: Final = 40
"""Lines that an error has in its details."""
_INTERRUPT: Final = b"\x03"


class SerialLine(SerialControl):
    """A serial port or text console: ``vm.serials["serial0"]``.

    There is one for each console in a process, and one thread reads it: libvirt gives a console to
    one reader only. All cells and tabs share it, and the last 10,000 lines.

    Parameters
    ----------
    connection
        The connection of the machine.
    uuid
        The machine's UUID.
    name
        The machine's name.
    port
        Which console it is.
    """

    def send(self, text: str | bytes) -> None:
        r"""Type something; the line is opened first where it is not.

        Parameters
        ----------
        text
            Each ``"\\n"`` is the Enter key. Bytes are sent as they are.

        Raises
        ------
        InvalidDefinition
            That is no text.
        TimedOut
            The line did not open within 5 s: the machine is off, say.
        QvirtError
            It cannot be opened, or too much waits to be sent.
        """
        pool.refuse_on_event_thread()
        data = serial_words.typed(text, self.subject)
        self._open_for(Wait(GRACE, self.subject))
        self.write(data)

    def skip(self) -> None:
        """Have the next :meth:`expect` begin with what comes from now on."""
        self._place = self._scrollback.end

    @action(
        _("Wait for a text on a console of {name}"),
        cancel=lambda _line: lambda: None,
        own_thread=True,
    )
    def expect(
        self, pattern: str | re.Pattern[str], *others: str | re.Pattern[str], timeout: float = 60
    ) -> SerialMatch:
        """Wait until the guest has written something, and return what was found.

        It looks from behind the last match on, at first from the beginning of the scrollback, so
        what comes between two calls is not missed. Escape sequences are taken out before, and lines
        end with a plain line feed. Of what comes without a match the last 256 Ki characters count.
        The line is opened where it is not, and stays so.

        Parameters
        ----------
        pattern
            A text as it is, or a compiled regular expression.
        *others
            More of them; what begins first is found.
        timeout
            Seconds.

        Raises
        ------
        InvalidDefinition
            A pattern is none.
        TimedOut
            It did not come; the error says what came instead.
        InUse
            Somebody else has the console open.
        QvirtError
            The console cannot be opened.
        """
        patterns = (pattern, *others)
        what = serial_words.looked_for(patterns, self.subject)
        wait = Wait(timeout, self.subject)
        self._make_open()
        search, found = self._found(wait, self._place, patterns, what)
        self._place = search.end
        return found

    @action(
        _("Run a command on a console of {name}"),
        cancel=lambda _line: lambda: None,
        own_thread=True,
    )
    def run(self, command: str, *, timeout: float = 60, check: bool = False) -> ShellResult:
        """Run a command in the shell that waits on the console, and return what it printed.

        Somebody must be logged in there (:meth:`login`), with a POSIX shell: sh, ash, dash, bash,
        zsh. A command that does not end in time, or is cancelled, is interrupted as by Ctrl-C.

        Parameters
        ----------
        command
            It may have several lines.
        timeout
            Seconds.
        check
            Raise where its exit code is not 0.

        Raises
        ------
        InvalidDefinition
            The command is no text.
        OperationFailed
            It failed and ``check`` is set.
        WrongState
            There is no shell: the guest asks for a name or a password.
        TimedOut
            No shell answers, or the command does not end; the error says what was seen.
        InUse
            Another command runs there, or somebody else has the console.
        QvirtError
            The console cannot be opened.
        """
        command = serial_words.command(command, self.subject)
        wait = Wait(timeout, self.subject)
        if not self._running.acquire(blocking=False):
            raise InUse(
                _("Another command of this kernel runs on the console."),
                subject=self.subject,
                next_step=_("Wait for its end, or cancel it."),
            )
        try:
            self._open_for(wait)
            self._refuse_without_shell(wait)
            result = self._run(command, wait)
        finally:
            self._running.release()
        return result.check() if check else result

    @action(
        _("Log in on a console of {name}"),
        secrets=["password"],
        cancel=lambda _line: lambda: None,
        own_thread=True,
    )
    def login(
        self, user: str = "root", password: str | None = None, *, timeout: float = 60
    ) -> None:
        """Log in at the prompt that waits on the console, or that comes; then :meth:`run` works.

        Nothing is done where a shell answers there already.

        Parameters
        ----------
        user
            The name.
        password
            Sent where the guest asks for it; it is in no log.
        timeout
            Seconds, the boot of the guest included.

        Raises
        ------
        AccessDenied
            The guest refuses, or asks for a password and none was given.
        TimedOut
            No prompt came; the error says what was seen.
        QvirtError
            The console cannot be opened.
        """
        wait = Wait(timeout, self.subject)
        self._open_for(wait)
        tail = self._greeting(wait)
        if PROMPT.search(tail):
            self._run(":", wait)
            return
        if not LOGIN.search(tail):
            what = _("a login prompt")
            search, found = self._found(wait, self._last_line_at(), [LOGIN, BURIED], what)
            if found.index == 1:
                self.write(b"\r")
                self._found(wait, search.end, [LOGIN], what)
        place = self._scrollback.end
        self.write(f"{user}\r".encode())
        what = _("a shell, or the question for a password")
        answers = [PASSWORD, REFUSED, PROMPT]
        search, found = self._found(wait, place, answers, what)
        if found.index == 0:
            if password is None:
                self._interrupt_question(search.end, wait)
                raise AccessDenied(
                    _("The guest asks for the password of {user}.").format(user=user),
                    subject=self.subject,
                    next_step=_("Give it: login(user, password)."),
                )
            self.write(f"{password}\r".encode())
            search, found = self._found(wait, search.end, [LOGIN, REFUSED, PROMPT], what)
        if not PROMPT.search(found.text):
            raise AccessDenied(
                _("The guest refuses this name and password."),
                subject=self.subject,
                next_step=_("See what it says: print(vm.serial.text)."),
            )
        self._run(":", wait)

    # Inside.

    def _run(self, command: str, wait: Wait) -> ShellResult:
        shell = ShellCommand(command)
        place = self._scrollback.end
        try:
            self.write(shell.typed.replace("\n", "\r").encode())
            search, _begin = self._found(wait, place, [shell.begin], _("a shell that answers"))
            what = _("the end of {command}").format(command=repr(command))
            search, found = self._found(wait, search.end, [shell.end], what, explain=unfinished)
        except (TimedOut, OperationCancelled):
            if self.is_open:
                self.write(_INTERRUPT)
            raise
        self._place = self._shell_at = search.end
        return ShellResult(
            command=command,
            output=found.before,
            exit_code=int(found["status"] or 0),
            truncated=search.is_cut,
            subject=self.subject,
        )

    def _found(
        self,
        wait: Wait,
        place: int,
        patterns: list[re.Pattern[str]] | tuple[str | re.Pattern[str], ...],
        what: str | LazyString,
        *,
        explain: Callable[[str], NotYet] = unmatched,
    ) -> tuple[SerialSearch, SerialMatch]:
        """Wait for a pattern from an offset on.

        Raises
        ------
        QvirtError
            It did not come, or will not.
        """
        search = SerialSearch(self._scrollback, place, patterns)

        def look() -> SerialMatch | NotYet:
            found = search.look(min(LOOK, wait.left))
            if found is not None:
                return found
            self._refuse_if_hopeless()
            return self._obstacle() or explain(search.text)

        try:
            return search, wait.until(look, what, pause=0)
        except TimedOut as error:
            error.details = "\n".join(search.text.splitlines()[-_DETAILS:])
            raise

    def _refuse_if_hopeless(self) -> None:
        """Raise where it will not open by itself.

        Raises
        ------
        QvirtError
            It will not.
        """
        state, error = self._state, self._error
        if state is SerialState.CLOSED:
            raise WrongState(
                _("The console was closed meanwhile."),
                subject=self.subject,
                next_step=_("Open it again."),
            )
        if state in HOPELESS and error is not None:
            raise error

    def _make_open(self) -> None:
        if self._reader is None:
            self.open()

    def _open_for(self, wait: Wait) -> None:
        """Wait until one can write."""
        self._make_open()

        def look() -> bool | NotYet:
            if self.is_open:
                return True
            self._refuse_if_hopeless()
            return self._obstacle() or unmatched("")

        wait.until(look, _("the console to open"), pause=0.05)

    def _interrupt_question(self, place: int, wait: Wait) -> None:
        """End a question. Who has just asked may not listen to Ctrl-C yet, and it is lost then."""
        for _attempt in range(3):
            self.write(_INTERRUPT)
            patience = Wait(min(GRACE, wait.left), self.subject)
            with contextlib.suppress(TimedOut):
                self._found(patience, place, [LOGIN], _("a login prompt"))
                return

    def _greeting(self, wait: Wait) -> str:
        """Return the last line; where it is empty, press Enter and wait a little for another."""
        place = self._last_line_at()
        tail = plain(self._scrollback.since(place)[1])
        if tail.strip() and not self._is_prompt_due:
            return tail
        if not tail.strip():
            self.write(b"\r")
        patience = Wait(min(GRACE, wait.left), self.subject)
        try:
            # Not just anything: what comes may be half a prompt.
            _search, found = self._found(patience, place, [LOGIN, PASSWORD, PROMPT], _("a prompt"))
        except TimedOut as error:
            _LOG.debug("%s", error)
            return plain(self._scrollback.since(self._last_line_at())[1])
        return f"{found.before}{found.text}".rstrip("\n").rpartition("\n")[2]

    def _refuse_without_shell(self, wait: Wait) -> None:
        """Raise where the guest asks for a name or a password: a command is none of its business.

        Raises
        ------
        WrongState
            It does.
        """
        place = self._last_line_at()
        tail = plain(self._scrollback.since(place)[1])
        # Where a command has just ended, the prompt has only not come yet.
        if not tail.strip() and self._shell_at < place:
            tail = self._greeting(wait)
        if LOGIN.search(tail) or PASSWORD.search(tail):
            what = unmatched(tail)
            raise WrongState(
                _("There is no shell on the console: {seen}.").format(seen=what.seen),
                subject=self.subject,
                next_step=what.next_step,
            )
