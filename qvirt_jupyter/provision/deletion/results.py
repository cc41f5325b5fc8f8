"""What became of each thing that was to be deleted."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import OperationFailed, html

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADINGS: Final[tuple[LazyString, ...]] = (_("What"), _("Result"), _("Reason"))


class Outcome(enum.Enum):
    """What became of something."""

    DELETED = "deleted"
    """It is gone."""
    GONE = "gone"
    """It was gone already."""
    KEPT = "kept"
    """It was left where it is: nobody wanted it deleted, or it could not be deleted safely."""
    FAILED = "failed"
    """It could not be deleted."""
    UNKNOWN = "unknown"
    """The connection was lost before the host had answered."""

    @property
    def label(self) -> LazyString:
        """The outcome in a few words."""
        return _LABELS[self]


_LABELS = {
    Outcome.DELETED: _("Deleted"),
    Outcome.GONE: _("Gone already"),
    Outcome.KEPT: _("Kept"),
    Outcome.FAILED: _("Not deleted"),
    Outcome.UNKNOWN: _("Not known"),
}


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """What became of a file or a machine.

    Parameters
    ----------
    key
        The file's key in its plan, or the machine's UUID.
    what
        What it is called.
    outcome
        What became of it.
    reason
        Why; may be empty where it was deleted.
    wanted
        Whether it was to be deleted.
    """

    key: str
    what: str
    outcome: Outcome
    reason: str = ""
    wanted: bool = True

    @property
    def is_left(self) -> bool:
        """Whether it was to be deleted and is, or may be, still there."""
        return self.wanted and self.outcome not in (Outcome.DELETED, Outcome.GONE)

    def __str__(self) -> str:
        return f"{self.what}: {self.outcome.label}. {self.reason}".strip()


@dataclass(frozen=True, slots=True)
class DeleteResults:
    """What became of the files and machines of a plan, in its order; a notebook shows a table.

    Parameters
    ----------
    rows
        One for each file, then one for each machine.
    """

    rows: tuple[DeleteResult, ...] = ()

    @property
    def left(self) -> tuple[DeleteResult, ...]:
        """What was to be deleted and is, or may be, still there."""
        return tuple(row for row in self.rows if row.is_left)

    def of(self, key: str) -> DeleteResult:
        """Return what became of one thing.

        Parameters
        ----------
        key
            The file's key or path, or the machine's name or UUID.

        Raises
        ------
        KeyError
            It was not in the plan.
        """
        for row in self.rows:
            if key in (row.key, row.what):
                return row
        raise KeyError(key)

    def __iter__(self) -> Iterator[DeleteResult]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<DeleteResults>\n{html.text_table(_HEADINGS, self._cells())}"

    def _repr_html_(self) -> str:
        return html.table(_("What became of it"), _HEADINGS, self._cells())

    def _cells(self) -> list[tuple[object, ...]]:
        return [(row.what, row.outcome.label, row.reason) for row in self.rows]


class NotAllDeleted(OperationFailed):
    """Something that was to be deleted is still there; the details name each thing.

    Parameters
    ----------
    reason
        What is wrong.
    results
        What became of all.
    **keywords
        As for :class:`~qvirt_jupyter.hypervisor.QvirtError`.
    """

    def __init__(
        self,
        reason: str | LazyString = "",
        *,
        results: DeleteResults,
        **keywords: Any,  # noqa: ANN401 - handed to QvirtError, which names them
    ) -> None:
        super().__init__(reason, **keywords)
        self.results = results
