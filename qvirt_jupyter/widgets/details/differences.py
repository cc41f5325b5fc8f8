"""Which fields of a page count only from the next start, and what counts until then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qvirt_jupyter.documents.diff import diff
from qvirt_jupyter.widgets.details.definitions import concerns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents import Change, Declared, Element
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.page import Page


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose running value is another one than the stored.

    Parameters
    ----------
    running
        What counts until the machine stops.
    changes
        What of the pending changes makes the difference.
    """

    running: Any
    changes: tuple[Change, ...]


def differences(page: Page, definitions: Definitions) -> Mapping[str, Difference]:
    """Return the fields of a page that differ, by name.

    What libvirt itself wrote into the running definition is no difference.
    """
    if definitions.running is None or not definitions.pending:
        return {}
    now, then = page.element(definitions.running), page.element(definitions.stored)
    base = page.base(definitions.stored)
    pending = {
        change.path[len(base) + 1 :] if base else change.path: change
        for change in definitions.pending
        if not base or concerns(change.path, base)
    }
    if now is None or then is None or not pending:
        return {}
    running = {item.name: item for item in page.declared(now)}
    found: dict[str, Difference] = {}
    for item in page.declared(then):
        other = running.get(item.name)
        if other is None or item.type.secret:
            continue
        value = other.get(now)
        if value == item.get(then):
            continue
        changes = tuple(pending[path] for path in _paths(item, then, value) if path in pending)
        if changes:
            found[item.name] = Difference(value, changes)
    return found


def _paths(declared: Declared, element: Element, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - of any declaration
    """Return where a field lies, inside its element."""
    changed = element.copy()
    try:
        declared.set(changed, value)
    except ValueError:
        return ()
    # The rules of its class may change more: only what the field's own value needs comes first.
    return diff(changed, element).paths
