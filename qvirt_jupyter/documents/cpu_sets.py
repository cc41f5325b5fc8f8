"""Sets of processors and of NUMA nodes, as libvirt writes them."""
# ruff: noqa: D102 - documented on the base class.

from __future__ import annotations

import re

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.values import ValueType

_PART = r"(?:[0-9]+(?:-[0-9]+)?|\^[0-9]+)"


class CpuSet(ValueType[str | None]):
    """Numbers of processors or nodes: ``0-3,^2`` means 0, 1 and 3.

    https://libvirt.org/formatdomain.html#cpu-allocation
    """

    absent = None

    def parse(self, text: str) -> str:
        return text.strip()

    def check(self, value: str | None) -> None:
        if not isinstance(value, str) or not re.fullmatch(f"{_PART}(,{_PART})*", value):
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        return _("a list of numbers such as 0-3,^2")


def numbers_of(text: str) -> frozenset[int]:
    """Return the numbers that a set means.

    Raises
    ------
    ValueError
        The text is no set.
    """
    CpuSet().check(text)
    found: set[int] = set()
    for part in text.split(","):
        if part.startswith("^"):
            found.discard(int(part[1:]))
        else:
            first, _dash, last = part.partition("-")
            found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)
