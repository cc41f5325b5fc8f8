"""Values that are on or off: by presence, or by a word."""

# ruff: noqa: D102 - documented on the base class.

from __future__ import annotations

from typing import ClassVar

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.values import ValueType


class Flag(ValueType[bool]):
    """On where its element is present, as ``<readonly/>``; off takes all that is in it away."""

    absent = False

    def parse(self, text: str) -> bool:  # noqa: ARG002 - presence is all
        return True

    def format(self, value: bool) -> str:  # noqa: ARG002, FBT001 - presence is all
        return ""

    def check(self, value: bool) -> None:  # noqa: FBT001
        if not isinstance(value, bool):
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        return _("True or False")


class _Switch(ValueType[bool | None]):
    """On, off, or left to the hypervisor."""

    absent = None
    words: ClassVar[tuple[str, str]]

    def parse(self, text: str) -> bool:
        if text.strip() not in self.words:
            raise ValueError(
                str(
                    _("{text!r} is not {expected}.").format(
                        text=text, expected=" / ".join(self.words)
                    )
                )
            )
        return text.strip() == self.words[0]

    def format(self, value: bool | None) -> str:  # noqa: FBT001
        return self.words[0] if value else self.words[1]

    def check(self, value: bool | None) -> None:  # noqa: FBT001
        if not isinstance(value, bool):
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        return _("True or False")


class YesNo(_Switch):
    """``yes`` or ``no``."""

    words = ("yes", "no")


class OnOff(_Switch):
    """``on`` or ``off``."""

    words = ("on", "off")
