"""What is wrong with a seed, said where it was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter._translation import LazyString


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedProblem:
    """One thing that is wrong with a seed.

    Parameters
    ----------
    field
        The field of :class:`CloudSeed` that it is about: ``user_data``.
    message
        What is wrong and what to do, as a sentence.
    line
        Where it stands in that field, from 1 on; None where there is only one line.
    is_warning
        Whether a seed is made all the same.
    """

    field: str
    message: str | LazyString
    line: int | None = None
    is_warning: bool = False

    def __str__(self) -> str:
        if self.line is None:
            return str(self.message)
        return str(_("Line {line}: {message}").format(line=self.line, message=self.message))


class InvalidSeed(ValueError):  # noqa: N818 - it says what the seed is
    """A seed cannot be made of these values.

    Parameters
    ----------
    problems
        All that is wrong, what stands first coming first.
    """

    def __init__(self, problems: Iterable[SeedProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(str(problem) for problem in self.problems))
