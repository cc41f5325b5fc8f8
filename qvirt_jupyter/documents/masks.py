"""Secrets of a document replaced by marks, in the text itself, so that people may look at it.

It works on texts that are not well-formed too: somebody is typing them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, unescape

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.argument_secrets import has_secrets, names_a_secret, with_values
from qvirt_jupyter.documents.diff import MASK
from qvirt_jupyter.documents.parsing import InvalidDocument
from qvirt_jupyter.documents.secret_places import secret_attributes, secret_elements

if TYPE_CHECKING:
    from collections.abc import Callable

_QUOTES: Final = {"'": "&apos;", '"': "&quot;"}
_UNQUOTES: Final = {written: quote for quote, written in _QUOTES.items()}
# An argument of QEMU's command line, or a variable of its environment.
_GIVEN: Final = re.compile(r"""<[\w.-]+:(?:arg|env)\s(?:'[^'<]*'|"[^"<]*"|[^'"<>])*""")
_NAME: Final = re.compile(r"""<[\w.-]+:env\s(?:.*\s)?name\s*=\s*['"]([^'"]*)""", re.DOTALL)
_VALUE: Final = re.compile(r"""(?<=\s)value\s*=\s*(?:'(?P<single>[^']+)'|"(?P<double>[^"]+)")""")
_NUMBERED: Final = re.compile(rf"{MASK}(\d*)")


class Masks:
    """The marks of one document: equal secrets have the same mark, others another.

    A mark is ``••••`` for the first secret, ``••••2`` for the next one that differs.
    """

    def __init__(self) -> None:
        self._secrets: list[str] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._secrets)} secrets>"

    @staticmethod
    def finds(text: str) -> bool:
        """Whether a text has a secret, or a mark, in it."""
        return any(
            match[match.lastgroup or 0].strip() for match in _pattern().finditer(text)
        ) or any(
            _secret_variable(match[0]) or has_secrets(match[0]) for match in _GIVEN.finditer(text)
        )

    def hide(self, text: str) -> str:
        """Return the text with marks in place of its secrets."""
        return _with_values(text, self._mark)

    def reveal(self, text: str) -> str:
        """Return the text with the secrets in place of their marks.

        Raises
        ------
        InvalidDocument
            A mark in it stands for nothing; it must not become a password.
        """
        return _with_values(text, self._secret)

    def _mark(self, secret: str) -> str:
        if secret not in self._secrets:
            self._secrets.append(secret)
        place = self._secrets.index(secret)
        return MASK if place == 0 else f"{MASK}{place + 1}"

    def _secret(self, value: str) -> str:
        match = _NUMBERED.fullmatch(value)
        place = int(match[1] or 1) - 1 if match else -1
        if 0 <= place < len(self._secrets):
            return self._secrets[place]
        if MASK[0] in value:
            raise InvalidDocument(
                str(
                    _("The mark {mark} stands for no password: type the password itself.").format(
                        mark=value
                    )
                )
            )
        return value


def _with_values(text: str, replace: Callable[[str], str]) -> str:
    def written(secret: str) -> str:
        return escape(replace(unescape(secret, _UNQUOTES)), _QUOTES)

    def one(match: re.Match[str]) -> str:
        name = match.lastgroup
        if name is None or not match[name].strip():
            return match[0]
        start, end = (place - match.start() for place in match.span(name))
        return match[0][:start] + written(match[name]) + match[0][end:]

    def given(match: re.Match[str]) -> str:
        if _secret_variable(match[0]):
            return _VALUE.sub(one, match[0])
        return with_values(match[0], written)

    return _GIVEN.sub(given, _pattern().sub(one, text))


def _secret_variable(given: str) -> bool:
    """Tell whether a piece of XML has a variable whose value is a secret."""
    name = _NAME.match(given)
    return name is not None and names_a_secret(name[1]) and _VALUE.search(given) is not None


def _pattern() -> re.Pattern[str]:
    """Return what finds values that a declaration calls secret; its only group is the value."""
    attributes, elements = secret_attributes(), secret_elements()
    name = rf"(?<![\w:.-])(?:{_any(attributes)})\s*=\s*"
    ways = [rf"{name}'(?P<single>[^'<]*)'", rf'{name}"(?P<double>[^"<]*)"']
    if elements:
        ways.append(rf"<(?:{_any(elements)})(?:\s[^<>]*)?>(?P<text>[^<]*)<")
    return re.compile("|".join(ways))


def _any(names: frozenset[str]) -> str:
    return "|".join(map(re.escape, sorted(names)))
