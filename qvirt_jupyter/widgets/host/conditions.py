"""What a section shows beside the inventory, and libvirt has to be asked: who uses its objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from qvirt_jupyter.widgets.details.work import work_in_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.widgets.host.section import HostSection

_Condition = TypeVar("_Condition")


class Conditions(Generic[_Condition]):
    """The answers by key; libvirt is asked once for each state of what they depend on.

    It is called on the publisher thread.

    Parameters
    ----------
    section
        Who shows them.
    ask
        Asks libvirt; it runs in the pool of the connection.
    draw
        Shows them, when they have come.
    sorry
        What is said where they could not be had.
    """

    def __init__(
        self,
        section: HostSection,
        ask: Callable[[], Mapping[str, _Condition]],
        draw: Callable[[], object],
        sorry: LazyString,
    ) -> None:
        self._section, self._ask, self._draw, self._sorry = section, ask, draw, sorry
        self._looked_at: object = None
        self.known: Mapping[str, _Condition] = {}

    def forget(self) -> None:
        """Ask again the next time, whatever has changed."""
        self._looked_at = None

    def look(self, now: object) -> None:
        """Ask, unless that was done for this state already."""
        if now != self._looked_at:
            self._looked_at = now
            work_in_pool(self._section.connection, self._ask, self._found, self._not_found)

    def _found(self, conditions: Mapping[str, _Condition]) -> None:
        self.known = conditions
        if not self._section.is_closed:
            self._draw()

    def _not_found(self, error: BaseException) -> None:
        # The next change asks again, also a connection that is back.
        self.forget()
        section = self._section
        if not section.is_closed and section.connection.is_connected:
            section.context.notices.put_error(self._sorry, error, key=f"conditions-{id(self)}")
