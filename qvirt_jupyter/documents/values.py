"""Types of values: how each is read, written, checked, and what a wrong one is told."""

# ruff: noqa: D102 - documented on the base class.

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Generic, TypeVar

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

# https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# https://gitlab.com/libvirt/libvirt virScaleInteger: KB is 1000, K and KiB are 1024.
_SCALES: dict[str, int] = {"b": 1, "byte": 1, "bytes": 1} | {
    spelling: base ** (power + 1)
    for power, letter in enumerate("kmgtpe")
    for spelling, base in ((letter, 1024), (f"{letter}ib", 1024), (f"{letter}b", 1000))
}


class ValueType(Generic[T]):
    """A type of value; ``T`` is what a field of it reads as, absence included.

    Attributes
    ----------
    absent
        What a field reads as where nothing is written.
    secret
        Whether the value must not be shown, logged or kept.
    unit
        The unit of the value, for people.
    """

    absent: T
    secret: bool = False
    unit: str = ""

    def parse(self, text: str) -> T:
        """Read a value.

        Raises
        ------
        ValueError
            The text is not one; the message names the right ones.
        """
        raise NotImplementedError

    def format(self, value: T) -> str:
        """Write a value."""
        return str(value)

    def shown(self, value: T) -> object:
        """Return the value as people may see it; what of it is a secret is a mark."""
        return value

    def check(self, value: T) -> None:
        """Refuse a wrong value.

        Raises
        ------
        ValueError
            The message names the right values.
        """
        self.parse(self.format(value))

    @property
    def expected(self) -> LazyString | str:
        """The right values in words."""
        raise NotImplementedError

    def _refuse(self, value: object) -> ValueError:
        return ValueError(
            str(_("{value!r} is not {expected}.").format(value=value, expected=self.expected))
        )


class Text(ValueType[str | None]):
    """Any text.

    Parameters
    ----------
    pattern
        A regular expression that the whole text must match; give `expected` with it.
    max_length
        The largest number of characters.
    multiline
        Whether line breaks are allowed.
    secret
        Whether it is a password or the like.
    expected
        The right values in words.
    """

    absent = None

    def __init__(
        self,
        *,
        pattern: str | None = None,
        max_length: int | None = None,
        multiline: bool = False,
        secret: bool = False,
        expected: LazyString | str = "",
    ) -> None:
        self.pattern = re.compile(pattern) if pattern else None
        self.max_length = max_length
        self.multiline = multiline
        self.secret = secret
        self._expected = expected

    def parse(self, text: str) -> str:
        return text

    def check(self, value: str | None) -> None:
        if not isinstance(value, str):
            raise self._refuse("" if self.secret else value)
        wrong = (
            (self.max_length is not None and len(value) > self.max_length)
            or (not self.multiline and not _is_one_line(value))
            or (self.pattern is not None and value and not self.pattern.fullmatch(value))
            or _NOT_XML.search(value)
            or "\r" in value
        )
        if wrong:
            # A secret must not come back in an error text, which is shown and logged.
            raise self._refuse("…" if self.secret else value)

    @property
    def expected(self) -> LazyString | str:
        if self._expected:
            return self._expected
        if self.max_length is not None:
            return _("a text of at most {length} characters").format(length=self.max_length)
        return _("a text") if self.multiline else _("a text of one line")


class Integer(ValueType[int | None]):
    """A whole number; ``0x`` is read, as in addresses.

    Parameters
    ----------
    minimum, maximum
        The bounds, inclusive.
    unit
        Its unit, for people.
    """

    absent = None

    def __init__(
        self, minimum: int | None = 0, maximum: int | None = None, *, unit: str = ""
    ) -> None:
        self.minimum = minimum
        self.maximum = maximum
        self.unit = unit

    def parse(self, text: str) -> int:
        # Python's own underscores and digits of other scripts are no numbers to libvirt.
        match = re.fullmatch(r"\s*(?:0[xX]([0-9a-fA-F]+)|([+-]?[0-9]+))\s*", text)
        if match is None:
            raise self._refuse(text)
        return int(match[1], 16) if match[1] else int(match[2])

    def check(self, value: int | None) -> None:
        low, high = self.minimum, self.maximum
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._refuse(value)
        if (low is not None and value < low) or (high is not None and value > high):
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        low, high = self.minimum, self.maximum
        if low is not None and high is not None:
            return _("a whole number from {low} to {high}").format(low=low, high=high)
        if low is not None:
            return _("a whole number of at least {low}").format(low=low)
        if high is not None:
            return _("a whole number of at most {high}").format(high=high)
        return _("a whole number")


class Hexadecimal(Integer):
    """A whole number that libvirt writes as ``0x1f``.

    Parameters
    ----------
    digits
        With how many digits at least.
    """

    def __init__(self, digits: int = 1, *, maximum: int | None = None) -> None:
        super().__init__(0, maximum)
        self.digits = digits

    def format(self, value: int | None) -> str:
        return f"0x{value:0{self.digits}x}"


class Size(ValueType[int | None]):
    """A size with one of libvirt's units: the value is a number of `unit`.

    Text without a unit means `unit`. In a document the unit is the attribute ``unit`` beside the
    number (https://libvirt.org/formatdomain.html#memory-allocation).

    Parameters
    ----------
    unit
        The unit of the value: ``KiB`` or ``bytes``.
    minimum
        The smallest value.
    typed
        The unit in which people type it: ``MiB`` or ``GiB``.
    """

    absent = None

    def __init__(self, unit: str = "KiB", *, minimum: int = 0, typed: str = "MiB") -> None:
        self.unit = unit
        self.minimum = minimum
        self.typed = typed

    def parse(self, text: str) -> int:
        match = re.fullmatch(r"\s*([0-9]+)\s*([A-Za-z]*)\s*", text)
        scale = _SCALES.get((match.group(2) or self.unit).lower()) if match else None
        if match is None or scale is None:
            raise self._refuse(text)
        # libvirt rounds up: a guest gets at least what was asked for.
        size = int(match.group(1)) * scale
        return -(-size // _SCALES[self.unit.lower()])

    def format(self, value: int | None) -> str:
        return f"{value} {self.unit}"

    def check(self, value: int | None) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or value < self.minimum:
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        return _("a size of at least {minimum} {unit}").format(minimum=self.minimum, unit=self.unit)


class Choice(ValueType[str | None]):
    """One of several words.

    Parameters
    ----------
    *values
        The words that are known.
    open
        Whether other words are accepted too: libvirt and QEMU learn new ones.
    labels
        What people read, by word; a word without one is shown as it is.
    """

    absent = None

    def __init__(
        self,
        *values: str,
        open: bool = True,  # noqa: A002 - reads well in declarations
        labels: Mapping[str, LazyString | str] | None = None,
    ) -> None:
        self.values = values
        self.open = open
        self.labels = labels or {}

    def parse(self, text: str) -> str:
        return text.strip()

    def check(self, value: str | None) -> None:
        if not isinstance(value, str) or not (value in self.values or self._is_word(value)):
            raise self._refuse(value)

    def _is_word(self, value: str) -> bool:
        # Blanks around a word would be lost when it is read again.
        return bool(
            self.open
            and value
            and value == value.strip()
            and _is_one_line(value)
            and not _NOT_XML.search(value)
        )

    def label(self, value: str) -> str:
        """Return what people read for a word."""
        return str(self.labels.get(value, value))

    @property
    def expected(self) -> LazyString | str:
        return _("one of {values}").format(values=", ".join(self.values))


class Uuid(ValueType[str | None]):
    """A UUID, in the lower-case form with dashes."""

    absent = None

    def parse(self, text: str) -> str:
        try:
            return str(uuid.UUID(text.strip()))
        except ValueError as error:
            raise self._refuse(text) from error

    @property
    def expected(self) -> LazyString | str:
        return _("a UUID such as 6d3f0000-0000-4000-8000-0000000033a7")


class Path(ValueType[str | None]):
    """A file, a folder or a device on the machine where the hypervisor runs.

    Parameters
    ----------
    absolute
        Whether it must start with a slash.
    """

    absent = None

    def __init__(self, *, absolute: bool = True) -> None:
        self.absolute = absolute

    def parse(self, text: str) -> str:
        return text

    def check(self, value: str | None) -> None:
        if not isinstance(value, str) or not value or "\n" in value or _NOT_XML.search(value):
            raise self._refuse(value)
        if self.absolute and not value.startswith("/"):
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        return (
            _("an absolute path such as /var/lib/images/disk.qcow2")
            if self.absolute
            else _("a path")
        )


def _is_one_line(text: str) -> bool:
    # A break at the end makes no second line for splitlines, but libvirt refuses it in a title.
    return not text or text.splitlines() == [text]
