"""What somebody typed, what it was made of, and what somebody else stored meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter.documents.masks import Masks
from qvirt_jupyter.widgets._panel_messages import VERSION

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._xml_messages import XmlConflict, XmlText

_READS_KEPT: Final = 8
"""Somebody may still be typing on a text that was read this many times ago."""


class XmlDraft:
    """One text that is edited; passwords in it are marks until somebody asks for them.

    Parameters
    ----------
    key
        What tells it from other texts.
    label
        What people call it.

    Attributes
    ----------
    text
        What is in the editor.
    revision
        The number of the read that it was made of; 0 before the first.
    revealed
        Whether passwords are shown.
    theirs
        What is stored where that is not what the text was made of; None where it is.
    is_comparing
        Whether the three texts are looked at.
    """

    def __init__(self, key: str, label: str) -> None:
        self.key = key
        self._label = label
        self.text = ""
        self.revision = 0
        self.revealed = False
        self.theirs: str | None = None
        self.is_comparing = False
        self._by = ""
        self._masks = Masks()
        self._reads: dict[int, str] = {}

    @property
    def base(self) -> str:
        """The stored text that this one was made of, passwords included."""
        return self._reads.get(self.revision, "")

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that is not stored."""
        return self.revision > 0 and self.text != self._look(self.base)

    @property
    def has_secrets(self) -> bool:
        """Whether there are passwords in it."""
        return Masks.finds(self.text)

    def real(self, text: str) -> str:
        """Return a text as it is to be stored, passwords in place of their marks.

        Raises
        ------
        InvalidDocument
            A mark in it stands for no password.
        """
        return text if self.revealed else self._masks.reveal(text)

    def begin(self, stored: str) -> None:
        """Begin anew with a text that is stored."""
        self.made_of(stored)
        self.put(self._look(stored))

    def made_of(self, stored: str) -> None:
        """Let what was typed count as made of this one."""
        self.revision += 1
        self._reads[self.revision] = stored
        for old in list(self._reads)[:-_READS_KEPT]:
            del self._reads[old]
        self.theirs, self.is_comparing = None, False

    def put(self, text: str, by: str = "") -> None:
        """Have another text in the editor; ``by`` is the view that it comes from."""
        self.text, self._by = text, by

    def propose(self, text: str) -> None:
        """Have a text in the editor as if it was typed, with marks for its passwords."""
        self.put(self._look(text))

    def typed(self, text: str, revision: int, by: str) -> bool:
        """Take what was typed into a text of some read; tell whether that is still known."""
        if revision not in self._reads:
            return False
        if revision != self.revision:
            # It was replaced at that moment: what replaced it is somebody else's.
            self.theirs, self.revision = self.base, revision
        self.put(text, by)
        return True

    def found(self, stored: str) -> None:
        """Take what is stored now: it is shown, unless something was typed."""
        if self.revision and self.is_dirty:
            self.theirs = None if stored == self.base else stored
        elif stored != self.base or not self.revision:
            self.begin(stored)

    def discard(self) -> None:
        """Forget what was typed."""
        if self.theirs is not None:
            self.begin(self.theirs)
        elif self.revision:
            self.put(self._look(self.base))

    def reveal(self, *, on: bool) -> None:
        """Show passwords, or hide them again.

        Raises
        ------
        InvalidDocument
            A mark in it stands for no password.
        """
        real = self.real(self.text)
        self.revealed = on
        self.put(self._look(real))

    def compare(self, theirs: str, mine: str) -> None:
        """Look at three texts: the base, what is stored, and this one."""
        self.theirs, self.is_comparing = theirs, True
        self.put(mine)

    def text_message(self) -> XmlText:
        """Return the text as a browser is told."""
        return {
            "type": "text",
            "version": VERSION,
            "document": self.key,
            "label": self._label,
            "revision": self.revision,
            "text": self.text,
            "by": self._by,
        }

    def conflict_message(self) -> XmlConflict:
        """Return the three texts as a browser is told."""
        return {
            "type": "conflict",
            "version": VERSION,
            "base": self._look(self.base),
            "theirs": self._look(self.theirs or ""),
            "mine": self.text,
        }

    def _look(self, text: str) -> str:
        return text if self.revealed else self._masks.hide(text)
