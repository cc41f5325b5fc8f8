"""How a system can come into a new machine, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets._creation_messages import WayState
    from qvirt_jupyter.widgets.creation.draft import Method


@dataclass(frozen=True, slots=True)
class Way:
    """A way.

    Parameters
    ----------
    id
        The method of a draft.
    label, summary
        What it is called, and what it does.
    inputs
        What is asked on its page.
    needs_storage
        Whether the host must have storage pools.
    """

    id: Method
    label: LazyString
    summary: LazyString
    inputs: tuple[str, ...] = ()
    needs_storage: bool = False

    def refusal(self, connection: Connection) -> str:
        """Return why it cannot be chosen on a host; empty where it can."""
        if self.needs_storage and not connection.features.storage:
            return connection.features.reason("storage")
        return ""


WAYS: Final = (
    Way(
        "media",
        _("Local install media"),
        _("An ISO image or a CD drive of the host."),
        ("media",),
        needs_storage=True,
    ),
    Way(
        "import",
        _("Existing disk image"),
        _("A disk that has a system already."),
        ("disk",),
        needs_storage=True,
    ),
    Way(
        "manual",
        _("Manual"),
        _("No medium: an empty machine, for which you choose everything later."),
    ),
)


def way_of(method: Method) -> Way:
    """Return a way by the method of a draft."""
    return next(way for way in WAYS if way.id == method)


def states(chosen: Method, connection: Connection) -> list[WayState]:
    """Return the ways as the browser draws them."""
    return [
        {
            "id": way.id,
            "label": str(way.label),
            "summary": str(way.summary),
            "reason": way.refusal(connection),
            "chosen": way.id == chosen,
        }
        for way in WAYS
    ]
