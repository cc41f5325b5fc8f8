"""Lazy gettext: a string is translated when it is shown, not when its module is imported.

The locale follows JupyterLab's setting and may change while a kernel lives, so declarations
(labels, help, titles) hold a :class:`LazyString` and the edge calls ``str()`` on it.
"""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import Any

DOMAIN = "qvirt_jupyter"
LOCALE_FOLDER = Path(__file__).parent / "locale"

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def set_locale(*languages: str) -> None:
    """Show all strings in the first of the languages that has a catalogue.

    Parameters
    ----------
    *languages
        Locale names such as ``"de_DE"``; none at all means the untranslated English.
    """
    global _catalogue  # noqa: PLW0603 - the process has one language, like its JupyterLab
    _catalogue = gettext.translation(DOMAIN, LOCALE_FOLDER, list(languages), fallback=True)


class LazyString:
    """A message that is looked up in the catalogue each time it is turned into text.

    Parameters
    ----------
    message
        The English text.
    plural
        The English plural, for messages that count.
    number
        What is counted.
    """

    __slots__ = ("_arguments", "_keywords", "_number", "_plural", "message")

    def __init__(self, message: str, plural: str | None = None, number: int | None = None) -> None:
        self.message = message
        self._plural = plural
        self._number = number
        self._arguments: tuple[Any, ...] = ()
        self._keywords: dict[str, Any] = {}

    def format(self, *arguments: Any, **keywords: Any) -> LazyString:  # noqa: ANN401 - as str.format
        """Return the same message with its ``{fields}`` filled in, still lazy."""
        filled = LazyString(self.message, self._plural, self._number)
        filled._arguments = arguments
        filled._keywords = keywords
        return filled

    def __str__(self) -> str:
        if self._plural is not None and self._number is not None:
            text = _catalogue.ngettext(self.message, self._plural, self._number)
        else:
            text = _catalogue.gettext(self.message)
        if self._arguments or self._keywords:
            return text.format(*self._arguments, **self._keywords)
        return text

    def __repr__(self) -> str:
        # With its fields filled in: who looks at what is wrong wants to know what.
        return f"_({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, LazyString | str) else NotImplemented

    def __hash__(self) -> int:
        # Equal to the plain string that it shows, so it must hash like it.
        return hash(str(self))

    def __bool__(self) -> bool:
        return bool(self.message)

    def __add__(self, other: object) -> str:
        return str(self) + str(other)

    def __radd__(self, other: object) -> str:
        return str(other) + str(self)


def gettext_lazy(message: str) -> LazyString:
    """Mark a message for translation and return it lazily; imported as ``_``."""
    return LazyString(message)


def ngettext(singular: str, plural: str, number: int) -> LazyString:
    """Mark a message that depends on a number; ``{number}`` in it is filled in."""
    return LazyString(singular, plural, number).format(number=number)


_ = gettext_lazy
