"""Guests that were asked to shut down and still run: forcing them off is offered, never done."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import DomainRecord, RecordKey, publisher
from qvirt_jupyter.hypervisor.lifecycle import Action
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription
from qvirt_jupyter.widgets.confirmations import joined
from qvirt_jupyter.widgets.notices import Notice, NoticeButton

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.widgets.notices import NoticeBoard

PATIENCE: Final = 30.0
"""Seconds that a guest gets before it is spoken of."""
_KEY: Final = "unheeded-shutdowns"


class UnheededShutdowns:
    """What the panels of this kernel asked to shut down, until it is off."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[RecordKey, tuple[Domain, float]] = {}
        self._late: dict[RecordKey, Domain] = {}
        self._followed: dict[str, Subscription] = {}
        self._timer: threading.Timer | None = None
        self._changed: Subscribers[[]] = Subscribers()

    @property
    def late(self) -> Mapping[RecordKey, Domain]:
        """The guests that have had their time and still run."""
        return self._late

    def asked(self, domain: Domain) -> None:
        """Begin to wait for a guest that was asked just now, or begin anew."""
        key = RecordKey("domain", domain.connection.uri, domain.uuid)
        with self._lock:
            self._asked[key] = (domain, time.monotonic() + PATIENCE)
            if key.uri not in self._followed:
                inventory = domain.connection.inventory
                self._followed[key.uri] = inventory.subscribe(self._on_batch)
        self._look_soon()

    def subscribe(self, callback: Callable[[], object]) -> Subscription:
        """Call the callback on the publisher thread when other guests are late."""
        return self._changed.add(callback)

    def _look_soon(self) -> None:
        publisher.post((_KEY, id(self)), self._look)

    def _on_batch(self, batch: Batch) -> None:
        off = {
            record.record_key
            for record in (*batch.added, *batch.changed)
            if isinstance(record, DomainRecord) and not record.is_active
        }
        with self._lock:
            heard = [key for key in self._asked if key in off or key in batch.removed]
            for key in heard:
                del self._asked[key]
        if heard:
            self._look()

    def _look(self) -> None:
        """See who is late, and look again when the next one would be."""
        now = time.monotonic()
        with self._lock:
            late = {key: domain for key, (domain, end) in self._asked.items() if end <= now}
            waiting = [end for _domain, end in self._asked.values() if end > now]
            self._set_timer(min(waiting) - now if waiting else None)
            uris = {key.uri for key in self._asked}
            idle = [self._followed.pop(uri) for uri in set(self._followed) - uris]
            changed = late.keys() != self._late.keys()
            self._late = late
        for subscription in idle:
            subscription.close()
        if changed:
            self._changed.call()

    def _set_timer(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = threading.Timer(seconds, self._look_soon)
            self._timer.daemon = True
            self._timer.start()


unheeded_shutdowns: Final = UnheededShutdowns()
"""Those of this kernel."""


def offer_force_off(
    notices: NoticeBoard,
    do: Callable[[Action, Sequence[Domain], str], object],
    uuid: str | None = None,
) -> Subscription:
    """Show a notice in a panel while guests are late; a dismissed one comes back for others only.

    Parameters
    ----------
    notices
        Where it is shown.
    do
        Does an action to machines for a browser window, with the usual question.
    uuid
        The machine that the panel is about; None for all.

    Returns
    -------
    Subscription
        Closing it ends the offers.
    """
    offer = _Offer(notices, do, uuid)
    publisher.post((_KEY, id(offer)), offer.update)
    return unheeded_shutdowns.subscribe(offer.update)


class _Offer:
    def __init__(
        self,
        notices: NoticeBoard,
        do: Callable[[Action, Sequence[Domain], str], object],
        uuid: str | None,
    ) -> None:
        self._notices = notices
        self._do = do
        self._uuid = uuid
        self._shown: frozenset[RecordKey] = frozenset()

    def update(self) -> None:
        late = {
            key: domain
            for key, domain in unheeded_shutdowns.late.items()
            if self._uuid in {None, domain.uuid}
        }
        before, self._shown = self._shown, frozenset(late)
        is_shown = self._notices.take(_KEY) is not None
        if late and (is_shown or self._shown - before):
            self._notices.put(self._notice(tuple(late.values())))

    def _notice(self, domains: tuple[Domain, ...]) -> Notice:
        def button(action: Action, label: str) -> NoticeButton:
            return NoticeButton(label, lambda client: self._press(action, domains, client))

        return Notice(
            _KEY,
            "warning",
            _("{names}: still running").format(
                names=joined([str(domain.subject) for domain in domains])
            ),
            _(
                "Asked to shut down {seconds} seconds ago. A guest may be busy with it, wait for "
                "an answer on its screen, or not listen."
            ).format(seconds=round(PATIENCE)),
            buttons=(
                button(Action.SHUTDOWN, str(_("Ask again"))),
                button(Action.DESTROY, str(Action.DESTROY.label)),
            ),
        )

    def _press(self, action: Action, domains: tuple[Domain, ...], client: str) -> None:
        # Whoever says no to the question hears of them again after a while.
        for domain in domains:
            unheeded_shutdowns.asked(domain)
        self._do(action, domains, client)
