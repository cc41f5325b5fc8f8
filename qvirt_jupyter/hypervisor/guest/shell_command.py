r"""A command as it is typed into a shell of which nothing is known, so that its output is found.

What a terminal shows of a command is the prompt, its echo, perhaps redrawn, its output, and the
next prompt. So marks are printed before and after it, whose letters are never typed together; and
only letters are typed that no line editor takes for something else, in lines that fit into the
smallest of them.
"""

from __future__ import annotations

import re
import secrets
import string
from typing import Final

PIECE: Final = 300
"""Characters of the command in one line: busybox takes 1,024 in all, echoed or not."""

_HARMLESS: Final = frozenset(string.ascii_letters + string.digits + " %+,-./:;<=>@[]_{}()|&*?#~^")


class ShellCommand:
    """One run of a command.

    Parameters
    ----------
    command
        For a POSIX shell; it may have several lines.
    """

    def __init__(self, command: str) -> None:
        self.command = command
        name = secrets.token_hex(4)
        self.begin = re.compile(rf"^QV{name}b\n", re.MULTILINE)
        self.end = re.compile(rf"\n?^QV{name}e:(?P<status>\d+):$", re.MULTILINE)
        self._name = name

    @property
    def typed(self) -> str:
        """What is typed, line by line."""
        *others, last = _pieces(command_letters(self.command))
        lines = [f" _qv={'$_qv' if number else ''}'{piece}'" for number, piece in enumerate(others)]
        rest, forget = ('"$_qv"', "; unset _qv") if others else ("", "")
        lines.append(
            f" printf '\\n%s%s\\n' QV{self._name} b; eval \"$(printf %b {rest}'{last}')\"; "
            f"printf '\\n%s%s:%s:\\n' QV{self._name} e \"$?\"{forget}"
        )
        return "".join(f"{line}\n" for line in lines)


def command_letters(command: str) -> str:
    r"""Return a command in letters that no shell or line editor understands, for ``printf %b``.

    All others, and each byte beyond ASCII, are ``\0ooo``.
    """
    return "".join(
        chr(byte) if chr(byte) in _HARMLESS else f"\\0{byte:03o}" for byte in command.encode()
    )


def _pieces(letters: str) -> list[str]:
    """Return it in pieces, none of which ends within an escape."""
    return re.findall(rf"(?:\\0\d{{3}}|.){{1,{PIECE}}}", letters) or [""]
