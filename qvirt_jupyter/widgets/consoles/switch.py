"""The switch between the screens, serial ports and text consoles of a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import ConsoleChoice
    from qvirt_jupyter.widgets._panel_messages import ConsoleSwitchState


class ConsoleSwitch(PanelPart):
    """A row of radio buttons, one for each console; what cannot be opened says why.

    Parameters
    ----------
    choose
        Called on the publisher thread with the key of the console that somebody chose.
    """

    _part: ClassVar[str] = "console-switch"
    _strings: ClassVar[Mapping[str, LazyString]] = {"label": _("Consoles")}

    def __init__(self, choose: Callable[[str], object]) -> None:
        super().__init__()
        self._choose = choose
        self._usable: frozenset[str] = frozenset()

    def update(self, choices: Iterable[ConsoleChoice], chosen: str) -> None:
        """Show what there is, and what is in front."""
        choices = tuple(choices)
        self._usable = frozenset(choice.key for choice in choices if not choice.refusal)
        state: ConsoleSwitchState = {
            "choices": [
                {
                    "id": choice.key,
                    "kind": choice.kind,
                    "label": choice.label,
                    "reason": choice.refusal,
                    "chosen": choice.key == chosen,
                }
                for choice in choices
            ]
        }
        self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:
        del client
        match content:
            case {"type": "choose", "id": str(key)} if key in self._usable:
                publisher.post(("console-switch", id(self)), lambda: self._choose(key))
