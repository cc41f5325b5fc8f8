"""XML that can be unfolded below what is shown, and that nobody loses by going elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Editor(Protocol):
    """What edits XML."""

    @property
    def is_dirty(self) -> bool:
        """Whether there is XML that is not stored."""

    def leave(self, then: Callable[[], object]) -> None:
        """Go on, after a question where XML is not stored."""


class XmlBelow:
    """Beside a widget: :attr:`xml` is the editor below it, None while nothing was unfolded."""

    xml: Editor | None

    @property
    def is_dirty(self) -> bool:
        """Whether there is XML that is not stored."""
        return self.xml is not None and self.xml.is_dirty

    def leave(self, then: Callable[[], object]) -> None:
        """Go on, after a question where XML is not stored (STOR-19)."""
        if self.xml is None:
            then()
        else:
            self.xml.leave(then)
