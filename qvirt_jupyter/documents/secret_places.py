"""Where documents hold what must not be shown: said by declarations, noted as they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qvirt_jupyter.documents.location import Location

_ATTRIBUTES: set[str] = set()
_ELEMENTS: set[str] = set()


def note(location: Location, tag: str) -> None:
    """Remember where a secret is.

    Parameters
    ----------
    location
        The location of its field.
    tag
        The name of the element that declares it.
    """
    if location.attribute is not None:
        _ATTRIBUTES.add(location.attribute)
    else:
        _ELEMENTS.add((tag, *location.tags)[-1])


def secret_attributes() -> frozenset[str]:
    """Return the names of attributes that hold secrets, in whatever element."""
    return frozenset(_ATTRIBUTES)


def secret_elements() -> frozenset[str]:
    """Return the names of elements whose text is a secret."""
    return frozenset(_ELEMENTS)
