"""Values that a page works out of several fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qvirt_jupyter.documents import Declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Declared):
    """A value that a page works out of several fields, such as "copy the host's processor".

    Parameters
    ----------
    read
        Returns its value for an element.
    write
        Gives a value to an element.
    search
        Returns the values that a typed part may mean, where there are too many for a list.
    reasons
        Why some of the choices cannot be chosen, by value.
    """

    read: Callable[[Any], Any]
    write: Callable[[Any, Any], object]
    search: Callable[[str], Iterable[str]] | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    def get(self, target: object) -> Any:  # noqa: ANN401 - the type is known at run time only
        """Return the value that the target has now."""
        return self.read(target)

    def set(self, target: object, value: Any) -> None:  # noqa: ANN401
        """Check a value and give it to the target.

        Raises
        ------
        ValueError
            The value is not a right one; the text names the right ones.
        """
        if value is not None:
            self.type.check(value)
        self.write(target, value)
