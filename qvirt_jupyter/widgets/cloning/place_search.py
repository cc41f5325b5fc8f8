"""Looks where the new volume of a clone is to be, among the host's pools."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qvirt_jupyter.widgets.details.storage_browser import StorageBrowser
from qvirt_jupyter.widgets.details.work import work_in_pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
    from qvirt_jupyter.widgets._details_messages import StorageState
    from qvirt_jupyter.widgets.details.source_desk import StorageWish


class PlaceSearch:
    """One search at a time; always on the publisher thread.

    Parameters
    ----------
    on_change
        Called when it shows something else.
    """

    def __init__(self, on_change: Callable[[], object]) -> None:
        self._on_change = on_change
        self._browser: StorageBrowser | None = None

    def begin(
        self, connection: Connection, volume: str, path: str, on_choose: Callable[[str], object]
    ) -> None:
        """Look for a place.

        Parameters
        ----------
        connection
            The host.
        volume
            What the new volume is to be called.
        path
            Where it would be now; empty where that is not known.
        on_choose
            Called with the path that was taken.
        """

        def chosen(path: str, _volume: StorageVolumeRecord | None) -> None:
            self.end()
            on_choose(path)

        self._browser = StorageBrowser(
            connection,
            partial(work_in_pool, connection),
            self._on_change,
            chosen,
            path=path,
            mode="place",
            volume=volume,
        )
        self._on_change()

    def take(self, wish: StorageWish) -> None:
        """Do what is wanted in the storage browser; None closes it."""
        if wish is None or self._browser is None:
            self.end()
            self._on_change()
        else:
            wish(self._browser)

    def end(self) -> None:
        """Look no more."""
        self._browser = None

    @property
    def state(self) -> StorageState | None:
        """What it shows; None where nobody looks."""
        return self._browser.state if self._browser is not None else None
