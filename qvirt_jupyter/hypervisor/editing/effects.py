"""What an edit did, field by field, and when each counts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.diff import Diff
from qvirt_jupyter.hypervisor import html

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from qvirt_jupyter.documents.diff import Change
    from qvirt_jupyter.hypervisor.editing.definition_history import KeptDefinition

When: TypeAlias = Literal["now", "next_boot", "pending", "never"]

WHEN: Final = {
    "now": _("now"),
    "next_boot": _("at the next start"),
    "pending": _("when the guest lets go of it"),
    "never": _("not at all"),
}
"""What people call the moments."""


@dataclass(frozen=True, slots=True)
class Effect:
    """When one change counts.

    Parameters
    ----------
    path
        Where: ``devices/disk[vda]/driver/@cache``.
    change
        What was and is there; secrets are masked.
    when
        ``"now"``: for what runs, too, and for a machine that is off. ``"next_boot"``: the running
        machine goes on without it. ``"pending"``: the guest was asked to let go of the device and
        has not answered; the machine's record tells when it has. ``"never"``: a transient machine
        has no definition that would keep what its running self does not take over.
    reason
        Why it waits, in plain words; empty where it does not.
    can_be_forced
        Whether ``vm.update(device, force=True)`` may do it now, such as a medium in a tray that the
        guest has locked.
    """

    path: str
    change: Change
    when: When
    reason: str = ""
    can_be_forced: bool = False

    def __str__(self) -> str:
        text = f"{self.change} ({WHEN[self.when]})"
        return f"{text}: {self.reason}" if self.reason else text


@dataclass(frozen=True, slots=True)
class EditResult:
    """What an edit did.

    Parameters
    ----------
    changes
        Of the definition that counts from the next start, field by field.
    effects
        When each change counts.
    previous
        The definition that was replaced; None where that stayed as it was.
    """

    changes: Diff = field(default_factory=lambda: Diff(()))
    effects: tuple[Effect, ...] = ()
    previous: KeptDefinition | None = None

    @property
    def waits_for_start(self) -> bool:
        """Whether the machine runs and some of it counts from its next start only."""
        return any(effect.when == "next_boot" for effect in self.effects)

    @property
    def now(self) -> tuple[Effect, ...]:
        """What counts already."""
        return tuple(effect for effect in self.effects if effect.when == "now")

    @property
    def at_next_start(self) -> tuple[Effect, ...]:
        """What the running machine goes on without."""
        return tuple(effect for effect in self.effects if effect.when == "next_boot")

    @property
    def pending(self) -> tuple[Effect, ...]:
        """What the guest was asked to let go of."""
        return tuple(effect for effect in self.effects if effect.when == "pending")

    @property
    def impossible(self) -> tuple[Effect, ...]:
        """What was not done: nothing keeps it for later."""
        return tuple(effect for effect in self.effects if effect.when == "never")

    def __repr__(self) -> str:
        if not self.effects:
            return f"<{type(self).__name__}: {_('nothing changed')}>"
        return html.text_table(_HEADINGS, self._rows())

    def _repr_html_(self) -> str:
        if not self.effects:
            return html.properties(_("Changes"), ((_("Changes"), _("nothing changed")),))
        return html.table(_("Changes"), _HEADINGS, self._rows())

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (
                effect.path,
                effect.change.before or "",
                effect.change.after or "",
                WHEN[effect.when],
                effect.reason,
            )
            for effect in self.effects
        ]


_HEADINGS: Final = (_("Where"), _("Before"), _("After"), _("Counts"), _("Why"))


def without_definition(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Return the effects for a transient machine: what it does not take over now, it never does."""
    return tuple(
        replace(effect, when="never") if effect.when == "next_boot" else effect
        for effect in effects
    )


def touched(path: str, happened: Collection[str]) -> bool:
    """Whether something changed there, or around or inside it.

    Parameters
    ----------
    path
        Of a change.
    happened
        Where something changed.
    """
    return any(
        path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")
        for other in happened
    )
