"""What is preferred for single machines, where that is not what is preferred for all (PREF-14)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LOG = logging.getLogger(__name__)
NAMES: Final = frozenset(
    {"console_autoconnect", "console_layout", "console_scaling", "console_shown"}
)
"""The preferences that a machine may have of its own."""
MANY: Final = 500
"""How many machines are kept; those whose wish is the oldest go first."""


@dataclass(frozen=True, slots=True)
class MachineWishes:
    """By UUID, the values by the names of preferences.

    Parameters
    ----------
    own
        Only what differs from the preference for all.
    """

    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def understood(
        cls, document: object, check: Callable[[Mapping[str, object]], None]
    ) -> MachineWishes:
        """Return what makes sense of a part of a file.

        Parameters
        ----------
        document
            The part, whatever it is.
        check
            Raises ValueError or TypeError for wrong values.
        """
        found: dict[str, dict[str, Any]] = {}
        for uuid, values in document.items() if isinstance(document, dict) else ():
            try:
                mine = {name: values[name] for name in NAMES & values.keys()}
                check(mine)
            except (AttributeError, TypeError, ValueError) as error:
                _LOG.warning("The wishes for the machine %s are not used: %s", uuid, error)
            else:
                found[uuid] = mine
        return cls(found)

    def document(self) -> dict[str, Any]:
        """Return it as a part of a file."""
        return {uuid: dict(values) for uuid, values in self.own.items()}

    def of(self, uuid: str) -> Mapping[str, Any]:
        """Return what a machine has of its own."""
        return self.own.get(uuid, {})

    def with_own(
        self, uuid: str, values: Mapping[str, Any], general: Mapping[str, Any]
    ) -> MachineWishes:
        """Return the same with other wishes for one machine.

        Parameters
        ----------
        uuid
            Which.
        values
            What is wanted for it.
        general
            What is preferred for all: that is not kept for it.
        """
        mine = {**self.of(uuid), **values}
        mine = {name: value for name, value in mine.items() if value != general[name]}
        others = {other: own for other, own in self.own.items() if other != uuid}
        kept = {**others, uuid: mine} if mine else others
        return MachineWishes(dict(list(kept.items())[-MANY:]))
