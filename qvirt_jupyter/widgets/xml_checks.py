"""What is wrong with a text that is edited: seen at once, by the schema, and by who refused it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.documents import InvalidDocument
from qvirt_jupyter.widgets import xml_faults
from qvirt_jupyter.widgets.xml_sources import ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.widgets._xml_messages import XmlFault
    from qvirt_jupyter.widgets.xml_draft import XmlDraft
    from qvirt_jupyter.widgets.xml_sources import XmlSource


class XmlChecks:
    """The faults of one draft.

    Parameters
    ----------
    source
        Where the draft comes from.
    draft
        The draft.
    on_change
        Called on the publisher thread when a slow look has found something.

    Attributes
    ----------
    faults
        What is wrong, as far as that is known.
    """

    def __init__(self, source: XmlSource, draft: XmlDraft, on_change: Callable[[], object]) -> None:
        self._source = source
        self._draft = draft
        self._on_change = on_change
        self._is_looking = False
        self.faults: list[XmlFault] = []

    def clear(self) -> None:
        """Forget what was wrong: the text is another one."""
        self.faults = []

    def look(self) -> None:
        """Look at what was typed; the schema is asked in the background."""
        fault = xml_faults.unreadable(self._draft.text) if self._draft.is_dirty else None
        self.faults = [fault] if fault is not None else []
        if self._draft.is_dirty and fault is None:
            self._look_into_schema()

    def storable(self) -> str | None:
        """Return the draft as it is to be stored; None, and faults, where it cannot be."""
        text = self._draft.text
        fault = xml_faults.unreadable(text)
        real = None
        try:
            real = self._draft.real(text)
        except InvalidDocument as error:
            fault = fault or xml_faults.refused(text, error)
        self.faults = [fault] if fault is not None else []
        return real if fault is None else None

    def refused(self, error: BaseException) -> None:
        """Take the reason why the draft was not stored; the schema may say more."""
        text = self._draft.text
        self.faults = [xml_faults.refused(text, error)]
        if text and xml_faults.unreadable(text) is None:
            self._look_into_schema()

    def _look_into_schema(self) -> None:
        # One look at a time: somebody may be typing.
        if self._is_looking:
            return
        self._is_looking = True
        text = self._draft.text

        def take(fault: XmlFault | None) -> None:
            self._is_looking = False
            if not self._draft.is_dirty:
                return
            if text != self._draft.text:
                self.look()
            elif fault is not None:
                self.faults = [*self.faults, fault]
            self._on_change()

        ask(
            self._source,
            lambda: xml_faults.outside_schema(text, self._source.root),
            take,
            # Without a connection nobody can store it either, and that is said.
            lambda _error: take(None),
        )
