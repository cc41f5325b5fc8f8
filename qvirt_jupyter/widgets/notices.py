"""What a panel tells its user: what went wrong, why, what to do; raw text behind "Details"."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.widgets._panel_messages import NoticesState, NoticeState

REMEMBERED = 8
"""How many notices are shown at most; the oldest go first."""


@dataclass(frozen=True, slots=True)
class NoticeButton:
    """A button of a notice.

    Parameters
    ----------
    label
        What it says.
    press
        Called with the browser window; the notice goes away with it.
    primary
        Whether it is the answer that most people want.
    """

    label: str | LazyString
    press: Callable[[str], object]
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the user should know.

    Parameters
    ----------
    key
        A later notice with the same key takes its place.
    level
        How bad it is.
    title
        On whom, or what.
    text
        One or two sentences: why, and what to do.
    details
        The raw text.
    buttons
        What can be done about it here.
    """

    key: str
    level: Literal["info", "success", "warning", "error"]
    title: str | LazyString
    text: str | LazyString
    details: str = ""
    buttons: tuple[NoticeButton, ...] = ()


class NoticeBoard:
    """Notices that several views of a panel show together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notices: dict[str, Notice] = {}
        self._changed: Subscribers[[]] = Subscribers()
        self._numbers = itertools.count(1)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is shown, the oldest first."""
        with self._lock:
            return tuple(self._notices.values())

    def put(self, notice: Notice) -> None:
        """Show a notice, in place of an earlier one of the same key."""
        with self._lock:
            self._notices[notice.key] = notice
            while len(self._notices) > REMEMBERED:
                del self._notices[next(iter(self._notices))]
        self._changed.call()

    def put_error(
        self,
        title: str | LazyString,
        error: BaseException,
        *,
        key: str = "",
        buttons: tuple[NoticeButton, ...] = (),
    ) -> None:
        """Show an error: its reason, the next step, and its raw text folded away.

        Parameters
        ----------
        title
            What was tried.
        error
            Why it failed.
        key
            As for a notice; a new one for each error unless given.
        buttons
            As for a notice.
        """
        details = f"{type(error).__name__}: {error}"
        if isinstance(error, QvirtError):
            words = " ".join(part for part in (error.reason, error.next_step) if part)
            details = error.details or details
        else:
            words = str(_("Something unexpected happened. Its text is in the details."))
        key = key or f"error-{next(self._numbers)}"
        self.put(Notice(key, "error", title, words, details, buttons))

    def take(self, key: str) -> Notice | None:
        """Take a notice away and return it; None where it is gone already."""
        with self._lock:
            notice = self._notices.pop(key, None)
        if notice is not None:
            self._changed.call()
        return notice

    def press(self, key: str, index: int, client: str) -> None:
        """Press a button of a notice, which takes the notice away; a late press does nothing."""
        notice = self.take(key)
        if notice is not None and 0 <= index < len(notice.buttons):
            notice.buttons[index].press(client)

    def subscribe(self, callback: Callable[[], object]) -> Subscription:
        """Call the callback, on any thread, after each change."""
        return self._changed.add(callback)


class Notices(PanelPart):
    """A view of a notice board; screen readers announce what arrives.

    Parameters
    ----------
    board
        What it shows.
    """

    _part: ClassVar[str] = "notices"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "messages": _("Messages"),
        "details": _("Details"),
        "dismiss": _("Dismiss"),
    }

    def __init__(self, board: NoticeBoard) -> None:
        super().__init__()
        self._board = board
        self._subscription = board.subscribe(self._update)
        self._update()

    def close(self) -> None:
        """Take the view away; the notices stay on the board."""
        self._subscription.close()
        super().close()

    def _update(self) -> None:
        state: NoticesState = {"notices": [_state(each) for each in self._board.notices]}
        self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "dismiss", "id": str(key)}:
                self._board.take(key)
            case {"type": "press", "item": str(key), "id": str(button)}:
                index = button.rpartition(" ")[2]
                if index.isdecimal():
                    self._board.press(key, int(index), client)


def _state(notice: Notice) -> NoticeState:
    return {
        "id": notice.key,
        "level": notice.level,
        "title": str(notice.title),
        "text": str(notice.text),
        "details": notice.details,
        "buttons": [
            {
                "id": f"{notice.key} {index}",
                "label": str(button.label),
                "kind": "primary" if button.primary else "plain",
            }
            for index, button in enumerate(notice.buttons)
        ],
    }
