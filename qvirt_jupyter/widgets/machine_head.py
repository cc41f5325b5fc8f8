"""The head of a machine's tab: its names, its state in words, and the toolbar."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

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
_NO_MORE: Final[Mapping[str, tuple[LazyString, Callable[[str], object]]]] = MappingProxyType({})
_DANGEROUS: Final = frozenset({Action.RESET, Action.DESTROY})


class MachineHead(PanelPart):
    """Name, state and buttons of one machine; a button that cannot be used says why.

    Parameters
    ----------
    press
        Called with the action and the browser window.
    also
        Further buttons, behind those of the actions: by name, what they say and what is called
        with the browser window. They change the machine in any of its states.
    """

    _part: ClassVar[str] = "machine"
    _strings: ClassVar[Mapping[str, LazyString]] = {"actions": _("Actions")}

    def __init__(
        self,
        press: Callable[[Action, str], object],
        also: Mapping[str, tuple[LazyString, Callable[[str], object]]] = _NO_MORE,
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
            "reason": "" if record is None else record.reason,
            "pending": "" if record is None else pending,
            "buttons": [
                *(
                    _button(place, record, refused or str(away))
                    if record is None or refused
                    else _button(place, record)
                    for place in _PLACES
                ),
                *self._others(refused or ("" if record is not None else str(away))),
            ],
        }
        if state != self.shown:
            self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "press", "id": str(name)} if name in self._also:
                self._also[name][1](client)
            case {"type": "press", "id": str(name)}:
                for place in _PLACES:
                    for action in place:
                        if action.value == name:
                            self._press(action, client)

    def _others(self, reason: str) -> list[ButtonState]:
        return [
            {"id": name, "label": str(label), "icon": name, "reason": reason, "kind": "plain"}
            for name, (label, _press) in self._also.items()
        ]


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
