"""What is wrong with a text that is edited: seen at once, by the schema, and by who refused it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.documents import InvalidDocument
from qvirt_jupyter.widgets.xml import faults as xml_faults
from qvirt_jupyter.widgets.xml.sources import ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.widgets._xml_messages import XmlFault
    from qvirt_jupyter.widgets.xml.draft import XmlDraft
    from qvirt_jupyter.widgets.xml.sources import XmlSource


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
    """

    def __init__(self, source: XmlSource, draft: XmlDraft, on_change: Callable[[], object]) -> None:
        self._source = source
        self._draft = draft
        self._on_change = on_change
        self._is_looking = False
        # Each with the text that it is about: of another one it says nothing.
        self._first: tuple[str, XmlFault | None] = ("", None)
        self._schema: tuple[str, XmlFault | None] = ("", None)

    @property
    def faults(self) -> list[XmlFault]:
        """What is wrong with the draft, as far as that is known; what counts most comes first."""
        text = self._draft.text
        found = (fault for about, fault in (self._first, self._schema) if about == text)
        return [fault for fault in found if fault is not None]

    def clear(self) -> None:
        """Forget what was wrong: the text is another one."""
        self._first = self._schema = ("", None)

    def look(self) -> None:
        """Look at what was typed; the schema is asked in the background."""
        text = self._draft.text
        if not self._draft.is_dirty:
            self.clear()
            return
        fault = xml_faults.unreadable(text)
        if fault is not None:
            self._first = (text, fault)
        else:
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
        self._first = (text, fault)
        return real if fault is None else None

    def refused(self, error: BaseException) -> None:
        """Take the reason why the draft was not stored; the schema may say more."""
        text = self._draft.text
        self._first = (text, xml_faults.refused(text, error))
        if text and xml_faults.unreadable(text) is None:
            self._look_into_schema()

    def _look_into_schema(self) -> None:
        text = self._draft.text
        # One look at a time, since somebody may be typing, and one at each text.
        if self._is_looking or self._schema[0] == text:
            return
        self._is_looking = True

        def take(fault: XmlFault | None) -> None:
            self._is_looking = False
            self._schema = (text, fault)
            if text != self._draft.text:
                self.look()
            self._on_change()

        ask(
            self._source,
            lambda: xml_faults.outside_schema(text, self._source.root),
            take,
            # Without a connection nobody can store it either, and that is said.
            lambda _error: take(None),
        )
