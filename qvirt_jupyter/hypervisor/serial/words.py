"""What a notebook may say to a serial line and look for on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import InvalidDefinition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor.errors import Subject


def typed(text: object, subject: Subject) -> bytes:
    r"""Return what is sent for a text, in which ``"\n"`` is the Enter key; bytes stay as they are.

    Raises
    ------
    InvalidDefinition
        It is neither.
    """
    if isinstance(text, str):
        return text.replace("\n", "\r").encode()
    if isinstance(text, bytes):
        return text
    raise InvalidDefinition(
        _("{given} cannot be typed.").format(given=repr(text)),
        subject=subject,
        next_step=_("Give a text, in which '\\n' is the Enter key, or bytes."),
    )


def command(text: object, subject: Subject) -> str:
    """Return a command for the shell on a console.

    Raises
    ------
    InvalidDefinition
        It is no text: a list of program and arguments, say.
    """
    if isinstance(text, str):
        return text
    raise InvalidDefinition(
        _("A shell on a console reads one text."),
        subject=subject,
        next_step=_("Write it as 'ls -l'; shlex.join([…]) makes such a text of a list."),
    )


def looked_for(patterns: Sequence[object], subject: Subject) -> str:
    """Return what is looked for, in words.

    Raises
    ------
    InvalidDefinition
        One is neither a text nor a regular expression for texts.
    """
    shown = []
    for pattern in patterns:
        text = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
        if not isinstance(text, str):
            raise InvalidDefinition(
                _("{given} cannot be looked for.").format(given=repr(pattern)),
                subject=subject,
                next_step=_("Give a text, or a regular expression: re.compile(r'\\d+')."),
            )
        shown.append(repr(text))
    return " | ".join(shown)
