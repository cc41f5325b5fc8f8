"""Which actions are asked about first, as data, and which preference turns the question off.

================  ====================  =======
action            preference            default
================  ====================  =======
destroy, reset    confirm_force_off     on
shutdown, reboot  confirm_power_off     off
managed_save      confirm_power_off     off
suspend           confirm_pause         off
================  ====================  =======
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.lifecycle import Action
from qvirt_jupyter.widgets.questions import Question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A question before an action.

    Parameters
    ----------
    preference
        The name of the preference that asks for it; "Don't ask again" turns it off. Empty where
        it is always asked.
    title
        What is asked; ``{names}`` stands for the machines.
    text
        What it means.
    danger
        Whether data may be lost.
    """

    preference: str
    title: LazyString
    text: LazyString
    danger: bool = False

    def question(self, action: Action, names: Sequence[str], client: str = "") -> Question:
        """Return what to ask about these machines.

        Parameters
        ----------
        action
            What is to be done.
        names
            What the machines are called.
        client
            The browser window that wants it.
        """
        return Question(
            self.title.format(names=joined(names)),
            self.text,
            action.label,
            danger=self.danger,
            remember=_("Don't ask again") if self.preference else "",
            client=client,
        )


CONFIRMATIONS: Mapping[Action, Confirmation] = MappingProxyType(
    {
        Action.DESTROY: Confirmation(
            "confirm_force_off",
            _("Force off {names}?"),
            _("This is like pulling the plug: what the guest has not written yet is lost."),
            danger=True,
        ),
        Action.RESET: Confirmation(
            "confirm_force_off",
            _("Force reset {names}?"),
            _("This is like the reset button: what the guest has not written yet is lost."),
            danger=True,
        ),
        Action.SHUTDOWN: Confirmation(
            "confirm_power_off",
            _("Shut down {names}?"),
            _("The guest's operating system is asked to shut down."),
        ),
        Action.REBOOT: Confirmation(
            "confirm_power_off",
            _("Reboot {names}?"),
            _("The guest's operating system is asked to restart."),
        ),
        Action.MANAGED_SAVE: Confirmation(
            "confirm_power_off",
            _("Save {names}?"),
            _("Its memory is written to disk and it stops; the next start goes on from there."),
        ),
        Action.SUSPEND: Confirmation(
            "confirm_pause",
            _("Pause {names}?"),
            _("Its processors stop until it is resumed."),
        ),
    }
)
"""What is asked, by action; actions that are not in it are done at once."""


def joined(names: Sequence[str]) -> str:
    """Return a few names in one text, and the number of the rest."""
    few = 3
    if len(names) <= few:
        return ", ".join(names)
    return str(
        _("{names} and {count} more").format(names=", ".join(names[:few]), count=len(names) - few)
    )
