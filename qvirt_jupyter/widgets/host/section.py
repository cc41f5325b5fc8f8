"""A section of a host's tab: what the frame says to it, and what it may ask of the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.fleet import ConnectionState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qvirt_jupyter.hypervisor import Subscription
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.notices import NoticeBoard
    from qvirt_jupyter.widgets.questions import QuestionBoard


@dataclass(frozen=True, slots=True)
class SectionContext:
    """What a section has from the tab around it.

    Parameters
    ----------
    notices
        Where it says what went wrong.
    questions
        Where it asks.
    open_machine
        Opens a machine's tab: called with its UUID and the browser window that asked.
    open_section
        Brings another section of the tab to the front, by its id in ``host.sections``.
    """

    notices: NoticeBoard
    questions: QuestionBoard
    open_machine: Callable[[str, str], object]
    open_section: Callable[[str], object]


class HostSection(ipywidgets.VBox):
    """What stands in one of the tabs of a host; it is made when it comes to the front first.

    The frame calls :meth:`on_seen` and :meth:`update` on the publisher thread.

    Parameters
    ----------
    connection
        The connection to the host.
    context
        What the tab around it offers.
    children
        What it shows.
    """

    def __init__(
        self,
        connection: Connection,
        context: SectionContext,
        children: Sequence[ipywidgets.Widget] = (),
    ) -> None:
        self.connection = connection
        self.context = context
        self.is_closed = False
        self._subscriptions: list[Subscription] = []
        super().__init__(tuple(children))
        self.add_class("qvirt-host-section")

    def __del__(self) -> None:
        # ipywidgets closes what is deleted; a section that is alive is held by its frame.
        return

    @property
    def refused(self) -> str:
        """Why nothing can be changed on the host now; empty where it can (HOST-04)."""
        connection = self.connection
        if connection.state is ConnectionState.CONNECTING:
            return str(_("Connecting to {label}…").format(label=connection.label))
        if not connection.is_connected:
            return str(_("Not connected to {label}.").format(label=connection.label))
        return connection.features.reason("write")

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that would be lost."""
        return False

    def follow(self, *subscriptions: Subscription) -> None:
        """Close these when the section closes."""
        self._subscriptions.extend(subscriptions)

    def on_seen(self, is_seen: bool) -> None:  # noqa: FBT001 - what happened, not an option
        """Take it that somebody looks at this section now, or that nobody does any more."""

    def update(self) -> None:
        """Draw what the inventory knows now.

        Called when the section comes to the front, and while it is there after each change of the
        inventory and of the connection's state, once for however many come in a moment.
        """

    def snapshot(self) -> str:
        """Return as plain HTML what a saved notebook shows of it; empty for nothing.

        Raises
        ------
        ConnectionLost
            It needs a connection that was open at least once.
        """
        return ""

    def leave(self, then: Callable[[], object]) -> None:
        """Go on with something that takes the section out of sight; a dirty one asks first."""
        then()

    def take_over(self, before: HostSection) -> None:
        """Have what was typed in the section that was here before the page was loaded again."""

    def close(self) -> None:
        """Take it away; nothing on the host is touched."""
        self.is_closed = True
        for subscription in self._subscriptions:
            subscription.close()
        self._subscriptions.clear()
        super().close()
