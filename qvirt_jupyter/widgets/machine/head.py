"""The head of a machine's tab: its names, its state in words, and the toolbar."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.lifecycle import Action, allowed
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor import DomainRecord
    from qvirt_jupyter.widgets._panel_messages import ButtonState, MachineState

_PLACES: Final[tuple[tuple[Action, ...], ...]] = (
    # Of the actions in one place, the first that is possible is shown, or else the last.
    (Action.RESTORE, Action.START),
    (Action.RESUME, Action.SUSPEND),
    (Action.SHUTDOWN,),
    (Action.REBOOT,),
    (Action.MANAGED_SAVE,),
    (Action.RESET,),
    (Action.DESTROY,),
)
_DANGEROUS: Final = frozenset({Action.RESET, Action.DESTROY})


class HeadButton(NamedTuple):
    """A button behind those of the actions.

    Parameters
    ----------
    label
        What it says.
    press
        Called with the browser window.
    as_for
        The action in whose states it can be used; None for every state.
    """

    label: LazyString
    press: Callable[[str], object]
    as_for: Action | None = None


_NO_MORE: Final[Mapping[str, HeadButton]] = MappingProxyType({})


class MachineHead(PanelPart):
    """Name, state and buttons of one machine; a button that cannot be used says why.

    Parameters
    ----------
    press
        Called with the action and the browser window.
    also
        Further buttons that change the machine, by name.
    """

    _part: ClassVar[str] = "machine"
    _strings: ClassVar[Mapping[str, LazyString]] = {"actions": _("Actions")}

    def __init__(
        self,
        press: Callable[[Action, str], object],
        also: Mapping[str, HeadButton] = _NO_MORE,
    ) -> None:
        super().__init__()
        self._press, self._also = press, also

    def update(
        self,
        record: DomainRecord | None,
        *,
        name: str,
        away: str | LazyString,
        refused: str = "",
        pending: str = "",
    ) -> None:
        """Show what is known of it.

        Parameters
        ----------
        record
            None while it is not there.
        name
            What it was called last, for then.
        away
            Its state in words, for then.
        refused
            Why nothing can be done to it: a read-only or lost connection; empty where it can.
        pending
            That changes wait for its next start; empty where none do.
        """
        state: MachineState = {
            "title": name if record is None else record.label,
            "name": name if record is None else record.name,
            "state": "gone" if record is None else record.state.value,
            "stateLabel": str(away) if record is None else str(record.state.label),
            "reason": _reason(record),
            "pending": "" if record is None else pending,
            "buttons": [
                *(
                    _button(place, record, refused or str(away))
                    if record is None or refused
                    else _button(place, record)
                    for place in _PLACES
                ),
                *self._others(record, refused or ("" if record is not None else str(away))),
            ],
        }
        if state != self.shown:
            self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "press", "id": str(name)} if name in self._also:
                self._also[name].press(client)
            case {"type": "press", "id": str(name)}:
                for place in _PLACES:
                    for action in place:
                        if action.value == name:
                            self._press(action, client)

    def _others(self, record: DomainRecord | None, refused: str) -> list[ButtonState]:
        return [
            {
                "id": name,
                "label": str(more.label),
                "icon": name,
                "reason": refused or _why_not(more, record),
                "kind": "plain",
            }
            for name, more in self._also.items()
        ]


def _why_not(more: HeadButton, record: DomainRecord | None) -> str:
    if record is None or more.as_for is None:
        return ""
    refusal = allowed(record.state, more.as_for, persistent=record.persistent)
    return str(refusal) if refusal is not None else ""


def _reason(record: DomainRecord | None) -> str:
    if record is None:
        return ""
    return str(_("Template")) if record.is_template else record.reason


def _button(
    place: tuple[Action, ...], record: DomainRecord | None, refused: str = ""
) -> ButtonState:
    if record is None:
        action, reason = place[-1], refused
    else:
        refusals = {
            each: allowed(
                record.state, each, persistent=record.persistent, template=record.is_template
            )
            for each in place
        }
        action = next((each for each in place if refusals[each] is None), place[-1])
        refusal = refusals[action]
        reason = refused or (str(refusal) if refusal is not None else "")
    return {
        "id": action.value,
        "label": str(action.label),
        "icon": action.value,
        "reason": reason,
        "kind": "danger" if action in _DANGEROUS else "plain",
    }
