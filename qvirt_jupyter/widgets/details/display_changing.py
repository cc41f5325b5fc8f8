"""Other ways to a machine's screen, offered where a display or what belongs to it is shown.

The edit is the one that the console offers: it is planned, shown as XML, and done as it was shown.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.notices import Notice
from qvirt_jupyter.widgets.questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import DisplayChange, Domain, EditResult
    from qvirt_jupyter.widgets._panel_messages import ButtonState
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.work import Boards, Work
    from qvirt_jupyter.widgets.questions import Answer

ABOUT: Final = "change a display"
"""What the question is about."""
REPLACE: Final = "replace spice"
LISTEN: Final = "listen on loopback"
_LABELS: Final = {
    REPLACE: _("Replace SPICE by VNC…"),
    LISTEN: _("Let it listen on 127.0.0.1…"),
}
_TYPED: Final = _("Apply or cancel what was typed first.")


def offered(
    device: documents.Element | None, definitions: Definitions, *, is_dirty: bool
) -> list[ButtonState]:
    """Return the buttons that a device's page has for another way to the screen.

    Parameters
    ----------
    device
        What the page is about.
    definitions
        The machine; one that is not made yet has none, as its wizard chooses the display.
    is_dirty
        Whether something was typed that is not applied.
    """
    if definitions.is_drafted or not isinstance(device, documents.Device):
        return []
    wanted = []
    if _is_of_spice(device, definitions.stored):
        wanted.append(REPLACE)
    if _listens_nowhere(device) and not definitions.is_local:
        wanted.append(LISTEN)
    return [
        {
            "id": each,
            "label": str(_LABELS[each]),
            "kind": "plain",
            "reason": str(_TYPED) if is_dirty else "",
        }
        for each in wanted
    ]


def _is_of_spice(device: documents.Device, stored: documents.Domain) -> bool:
    """Whether a device is a SPICE display, ends in its viewer, or is made for it."""
    spice = next((each for each in stored.devices.graphics if each.type == "spice"), None)
    if spice is None:
        return False
    if isinstance(device, documents.Graphics):
        return device.type == "spice"
    if isinstance(device, documents.Video):
        return device.model == "qxl"
    if isinstance(device, documents.Sound):
        return any(
            isinstance(each, documents.Audio) and each.id == device.audio is not None
            for each in spice.goes_along
        )
    # It is of another copy of the definition.
    return device.identity in {each.identity for each in spice.goes_along}


def _listens_nowhere(device: documents.Device) -> bool:
    if not isinstance(device, documents.Graphics):
        return False
    return bool(device.listens) and device.listens[0].type == "none"


class DisplayChanging:
    """Plans a change of a display, asks with what it changes, and does it; on the publisher thread.

    Parameters
    ----------
    domain
        The machine.
    work
        How something that waits for libvirt is done.
    boards
        Where its panel asks and explains.
    on_done
        Called when it is done.
    """

    def __init__(
        self, domain: Domain, work: Work, boards: Boards, on_done: Callable[[], object]
    ) -> None:
        self._domain, self._work, self._on_done = domain, work, on_done
        self._questions, self._notices, _wishes = boards

    def ask(self, button: str, index: int, client: str) -> None:
        """Show what a change takes, and ask whether it is wanted.

        Parameters
        ----------
        button
            Which one, by the id of its button.
        index
            Which display it is about.
        client
            The browser window that wants it.
        """
        plan = (
            self._domain.spice_replacement
            if button == REPLACE
            else partial(self._domain.loopback_listening, index)
        )
        self._work(plan, partial(self._ask, client), self._failed)

    def _ask(self, client: str, change: DisplayChange) -> None:
        def go_on(answer: Answer | None) -> None:
            if answer is not None:
                publisher.post(None, lambda: self._do(change))

        # Who asks twice is asked once.
        self._questions.withdraw(ABOUT)
        self._questions.ask(
            Question(
                _("{change}: {name}").format(change=change.title, name=self._domain.subject.name),
                "\n".join(map(str, (*change.notes, change.when))),
                change.yes,
                diff=change.xml_diff,
                client=client,
                about=ABOUT,
            ),
            go_on,
        )

    def _do(self, change: DisplayChange) -> None:
        notice = Notice(ABOUT, "success", change.done, str(change.when))

        def done(_result: EditResult) -> None:
            # Its page may be gone with the display, so that it is not said there.
            self._notices.put(notice)
            self._on_done()

        self._work(change.apply, done, self._failed)

    def _failed(self, error: BaseException) -> None:
        self._notices.put_error(_("The display was not changed."), error)
