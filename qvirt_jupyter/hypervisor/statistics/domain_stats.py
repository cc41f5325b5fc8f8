"""What one machine uses: ``vm.stats``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvirt_jupyter.hypervisor.statistics.sample_history import SPAN, History

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.statistics.sample import Sample
    from qvirt_jupyter.hypervisor.statistics.stats import Stats


class DomainStats:
    """What was measured of one machine; nothing here asks libvirt.

    Parameters
    ----------
    stats
        Of the machine's connection.
    uuid
        The machine.
    """

    def __init__(self, stats: Stats, uuid: str) -> None:
        self._stats = stats
        self._uuid = uuid

    @property
    def newest(self) -> Sample | None:
        """The newest sample; None while the machine does not run."""
        return self._stats.newest.get(self._uuid)

    def history(self, span: float = SPAN) -> History:
        """Return what was measured.

        Parameters
        ----------
        span
            Seconds until now: each tick is kept for 5 minutes, means of 15 s for an hour, means
            of 5 minutes for a day.
        """
        return self._stats.history(self._uuid, span)

    def to_pandas(self, span: float = SPAN) -> Any:  # noqa: ANN401 - pandas is optional
        """Return the history as a table of pandas: a row for each time, a column for each figure.

        Parameters
        ----------
        span
            Seconds until now, as for :meth:`history`.

        Raises
        ------
        Unsupported
            pandas is not installed.
        """
        return self.history(span).to_pandas()

    def to_csv(self, path: str | Path, span: float = SPAN) -> None:
        """Write the history to a file of comma-separated values.

        Parameters
        ----------
        path
            The file; one that is there is replaced.
        span
            Seconds until now, as for :meth:`history`.

        Raises
        ------
        OSError
            It cannot be written.
        """
        Path(path).write_text(self.history(span).csv(), encoding="utf-8")
