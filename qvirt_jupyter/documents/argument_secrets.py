"""Secrets in what QEMU is given beyond libvirt: its arguments, and variables of its environment.

An argument is one text for all that it says: https://www.qemu.org/docs/master/system/secrets.html
A variable has no type: its name is what tells that its value is a secret.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# "password-secret" names an object, "password=on" says that there is one.
_KEYS: Final = r"pass(?:word|wd|phrase)|[\w.-]+\.pass(?:word|wd)"
# A comma within a value is written twice.
_VALUE: Final = r"(?!(?:on|off)(?:[,'\"]|$))(?P<value>(?:[^,'\"<]|,,)+)"
_QUOTE: Final = r"(?:\"|&quot;|&#34;)"
_PLAIN: Final = rf"(?<![\w.-])(?:{_KEYS})={_VALUE}"
_OF_A_SECRET: Final = rf"(?<![\w.-])data={_VALUE}"
_JSON: Final = rf"{_QUOTE}(?:data|{_KEYS}){_QUOTE}\s*:\s*{_QUOTE}(?P<json>.+?){_QUOTE}"
_ANY: Final = re.compile(f"{_PLAIN}|{_JSON}")
_WITH_DATA: Final = re.compile(
    f"{_PLAIN.replace('<value>', '<first>')}|{_OF_A_SECRET.replace('<value>', '<second>')}|{_JSON}"
)
_OF_A_VARIABLE: Final = re.compile(
    r"(?:^|_)pass(?:_|$)|passw|passphrase|secret|token|credential"
    r"|(?:api|access|private|auth)_?key",
    re.IGNORECASE,
)


def names_a_secret(variable: str) -> bool:
    """Tell whether a variable of the environment holds a secret, as its name has it."""
    return _OF_A_VARIABLE.search(variable) is not None


def with_values(argument: str, replace: Callable[[str], str]) -> str:
    """Return an argument with other values in place of its secrets.

    Parameters
    ----------
    argument
        It, or a piece of XML that has it in an attribute.
    replace
        Given a secret, returns what is written instead.
    """

    def one(match: re.Match[str]) -> str:
        name = match.lastgroup or ""
        start, end = (place - match.start() for place in match.span(name))
        return match[0][:start] + replace(match[name]) + match[0][end:]

    return _pattern(argument).sub(one, argument)


def has_secrets(argument: str) -> bool:
    """Tell whether an argument, or a piece of XML that has it, holds a secret."""
    return _pattern(argument).search(argument) is not None


def _pattern(argument: str) -> re.Pattern[str]:
    # Other objects have data that is no secret.
    return _WITH_DATA if re.search(r"\bsecret\b", argument) else _ANY
