"""Which changes of a running machine wait for its next start: asked for when they may be others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _, ngettext
from qvirt_jupyter.hypervisor import ConnectionLost, QvirtError, publisher
from qvirt_jupyter.widgets.change_words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from qvirt_jupyter.documents import Change
    from qvirt_jupyter.hypervisor import Domain, DomainRecord

SHOWN: Final = 8
"""How many changes are listed; the others are counted."""


class Pending:
    """Follows one machine; its record says when to ask libvirt again.

    Parameters
    ----------
    domain
        The machine.
    on_change
        Called on the publisher thread when other changes wait.
    """

    def __init__(self, domain: Domain, on_change: Callable[[], object]) -> None:
        self._domain = domain
        self._on_change = on_change
        self._asked_at: tuple[int, int] | None = None
        self.changes: tuple[Change, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The changes in words, the first of them one by one."""
        return lines_of(self.changes, words_of)

    @property
    def words(self) -> str:
        """That changes wait, or an empty text."""
        return str(_("changes wait for the next start")) if self.changes else ""

    def follow(self, record: DomainRecord | None) -> None:
        """Ask again where the machine or its definition changed; on the publisher thread."""
        if record is None or not record.is_active or not record.persistent:
            self._asked_at, self.changes = None, ()
            return
        now = (record.id, record.xml_version)
        if now == self._asked_at:
            return
        self._asked_at = now
        try:
            asked = self._domain.connection.pool.submit(lambda: self._domain.pending_changes)
        except ConnectionLost:
            # The panel says so; with the connection comes another record.
            self._asked_at = None
            return
        asked.add_done_callback(lambda answer: self._take(now, answer))

    def _take(self, asked_at: tuple[int, int], asked: Future[tuple[Change, ...]]) -> None:
        if asked_at != self._asked_at:
            # A later question is under way, or the machine is off.
            return
        try:
            changes = asked.result()
        except QvirtError:
            # It stopped meanwhile, or the connection is lost: its next record asks again.
            self._asked_at = None
            return
        if changes != self.changes:
            self.changes = changes
            publisher.post(("pending", id(self)), self._on_change)


def lines_of(changes: Sequence[Change], said: Callable[[Change], str] = str) -> tuple[str, ...]:
    """Return changes in lines: the first of them one by one, and how many more there are.

    Parameters
    ----------
    changes
        The changes.
    said
        Returns the line of one; left out, it names its place, which filters look for.
    """
    more = len(changes) - SHOWN
    lines = [said(change) for change in changes[:SHOWN]]
    if more > 0:
        lines.append(str(ngettext("and {number} more", "and {number} more", more)))
    return tuple(lines)
