"""What a console offers to change of its display: planned, shown, and done as it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter.hypervisor import QvirtError, WrongState

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import DisplayChange, Domain
    from qvirt_jupyter.widgets._console_messages import PlannedMessage

LOOPBACK: Final = "loopback"
_PLANS: Final[dict[str, Callable[[Domain, int], DisplayChange]]] = {
    "vnc": lambda domain, _index: domain.spice_replacement(),
    LOOPBACK: lambda domain, index: domain.loopback_listening(index),
}


class ConsoleChanges:
    """The changes that one console offers; its methods wait for libvirt.

    Parameters
    ----------
    domain
        The machine.
    """

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._planned: DisplayChange | None = None

    def plan(self, name: str, index: int) -> PlannedMessage:
        """Return what a change takes, for the page to show.

        Parameters
        ----------
        name
            ``"vnc"`` in place of SPICE, or ``"loopback"``.
        index
            Which display it is about.

        Raises
        ------
        QvirtError
            It makes no sense for this machine; says why.
        KeyError
            There is no such change.
        """
        planned = self._planned = _PLANS[name](self._domain, index)
        return {
            "kind": "planned",
            "title": str(planned.title),
            "yes": str(planned.yes),
            "notes": [*map(str, planned.notes), str(planned.when)],
            "diff": planned.xml_diff,
        }

    def apply(self) -> str:
        """Do what was shown, and nothing else, and return what is done; empty for nothing planned.

        Raises
        ------
        QvirtError
            It was not done: an older plan is a conflict.
        """
        planned, self._planned = self._planned, None
        if planned is None:
            return ""
        when = planned.when
        planned.apply()
        return f"{planned.done} {when}"

    def remedy(self, index: int) -> tuple[str, str]:
        """Return the change after which a display would be reached, and what else is to be said.

        Parameters
        ----------
        index
            A display that listens where nobody reaches it.
        """
        try:
            self._domain.loopback_listening(index)
        except WrongState as error:
            # It was changed already, and the machine runs with what it began with.
            return "", f"{error.reason} {error.next_step}"
        except QvirtError:
            # Then there is only what was said already.
            return "", ""
        return LOOPBACK, ""
