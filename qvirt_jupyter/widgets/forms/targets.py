"""What a form fills in: elements of a document get their values in order, and all or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvirt_jupyter.documents import Declared, Element, declarations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def copy_of(element: Element) -> Element:
    """Return a copy that nobody else changes."""
    # A group that is not in its document yet has no text to copy.
    return element.copy() if element else type(element)()


def give(
    element: Element,
    values: Mapping[str, Any],
    declared_of: Callable[[Element], Iterable[Declared]] = declarations,
) -> None:
    """Set values in the order of declaration; one may bring further fields into being.

    Parameters
    ----------
    element
        What gets them.
    values
        By the names of their declarations; those that the element does not have are left out.
    declared_of
        Returns what is declared of the element as it is now.

    Raises
    ------
    ValueError
        A value is wrong; the text names the right ones.
    """
    pending = dict(values)
    while True:
        found = next((item for item in declared_of(element) if item.name in pending), None)
        if found is None:
            return
        found.set(element, pending.pop(found.name))


def value_of(declared: Declared, target: object) -> Any:  # noqa: ANN401 - of any declaration
    """Return a value of it; None where it has no such thing."""
    # The target may still have another branch than the draft.
    try:
        return declared.get(target)
    except AttributeError:
        return None
