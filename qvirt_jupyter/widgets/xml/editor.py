"""An editor for XML: a stored definition, or one device of it, with what is wrong at its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter.documents import InvalidDocument
from qvirt_jupyter.hypervisor import EditConflict, OperationFailed, publisher
from qvirt_jupyter.hypervisor.publisher import Subscribers
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.panel_part import PanelPart
from qvirt_jupyter.widgets.xml.checks import XmlChecks
from qvirt_jupyter.widgets.xml.draft import XmlDraft
from qvirt_jupyter.widgets.xml.sources import ask
from qvirt_jupyter.widgets.xml.words import EDITOR, LEAVING, leaving_answers, said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import EditResult
    from qvirt_jupyter.hypervisor.publisher import Subscription
    from qvirt_jupyter.widgets._xml_messages import (
        XmlChoice,
        XmlConflict,
        XmlEditorState,
        XmlText,
    )
    from qvirt_jupyter.widgets.xml.sources import XmlSource

    Then = Callable[[], object]


class XmlEditor(PanelPart):
    """Shows a text, takes what is typed, and stores it when somebody presses Apply.

    Passwords are shown as marks until somebody asks for them; a mark that is stored stands for the
    password that was there. What is typed is kept here, so a page that is loaded again has it.
    All but :meth:`load` and :meth:`save` runs on the publisher thread.

    Parameters
    ----------
    source
        Where the text comes from and goes to.
    """

    _module: ClassVar[str] = "xml-editor"
    _part: ClassVar[str] = "editor"
    _strings: ClassVar[Mapping[str, LazyString]] = EDITOR

    def __init__(self, source: XmlSource) -> None:
        super().__init__()
        self._dirty_changed: Subscribers[[bool]] = Subscribers()
        self._was_dirty = False
        self._refusal = ""
        self._choices: list[XmlChoice] = []
        self._texts: dict[str, XmlText | XmlConflict] = {}
        self._begin(source)
        publisher.post(None, self.reload)

    def _begin(self, source: XmlSource) -> None:
        self._source = source
        self._draft = XmlDraft(source.key, source.label)
        self._phase: Literal["loading", "ready", "saving"] = "loading"
        self._checks = XmlChecks(source, self._draft, self._update)
        self._outcome = ""
        self._then: Then | None = None
        self._proposed = ""

    # For those who embed it, and for notebooks.

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that is not stored."""
        return self._draft.is_dirty

    def on_dirty(self, callback: Callable[[bool], object]) -> Subscription:
        """Call the callback, on the publisher thread, when there begin or cease to be changes."""
        return self._dirty_changed.add(callback)

    def load(self) -> str:
        """Read what is stored, show it unless something was typed, and return it.

        Raises
        ------
        QvirtError
            It cannot be read.
        """
        source = self._source
        text = str(source.in_background(source.read).result())
        publisher.post(None, lambda: self._found(source, text))
        return text

    def save(self, text: str) -> EditResult:
        """Store a text in place of the one that is shown.

        Parameters
        ----------
        text
            The whole XML; marks in it stand for the passwords that are stored.

        Raises
        ------
        EditConflict
            Somebody else changed what is stored since it was read.
        QvirtError
            It was not stored.
        InvalidDocument
            It is not XML that can be stored.
        """
        source, base, real = self._source, self._draft.base, self._draft.real(text)
        result: EditResult = source.in_background(lambda: source.write(real, base)).result()
        publisher.post(None, lambda: self._stored(source, real, result, None))
        return result

    def discard(self) -> None:
        """Show what is stored again, and forget what was typed."""
        self._draft.discard()
        self._checks.clear()
        self._show_text()

    def leave(self, then: Then) -> None:
        """Go on with something that takes the text out of sight; asks first if it has changes.

        Parameters
        ----------
        then
            What is gone on with; never called where somebody wants to stay.
        """
        if not self.is_dirty:
            then()
        elif fleet.wishes.wants("confirm_unapplied"):
            self._then = then
            self._update()
        else:
            self.discard()
            then()

    def edit(self, source: XmlSource, proposed: str = "") -> None:
        """Show another text; what was typed into the present one is forgotten.

        ``proposed`` stands in the editor then as if it was typed; empty for what is stored.
        """
        self._begin(source)
        self._proposed = proposed
        self.reload()

    def refuse(self, why: str) -> None:
        """Say why nothing can be changed; an empty text allows it again."""
        if why != self._refusal:
            self._refusal = why
            self._update()

    def offer(self, choices: list[XmlChoice]) -> None:
        """Say what else can be edited here; :meth:`choose` is called with an id of it."""
        if choices != self._choices:
            self._choices = choices
            self._update()

    def choose(self, key: str) -> None:
        """Take the wish for another text; who offers some overrides this."""

    def take_over(self, before: XmlEditor) -> None:
        """Have what was typed in an editor that this one replaces, whichever text it was."""
        if before.is_dirty:
            self._source, self._draft, self._phase = before._source, before._draft, "ready"
            self._checks = XmlChecks(self._source, self._draft, self._update)
            self._check()

    # What is stored.

    def reload(self) -> None:
        """Read what is stored; it is shown unless something was typed meanwhile."""
        source = self._source
        ask(
            source,
            source.read,
            lambda text: self._found(source, text),
            lambda error: self._not_read(source, error),
        )
        self._update()

    def _found(self, source: XmlSource, text: str) -> None:
        if source is not self._source or self._phase == "saving":
            return
        self._phase = "ready"
        before = self._draft.revision
        self._draft.found(text)
        if self._draft.revision != before:
            self._checks.clear()
            proposed, self._proposed = self._proposed, ""
            if proposed:
                self._draft.propose(proposed)
                self._checks.look()
            self._show_text()
        self._update()

    def _not_read(self, source: XmlSource, error: BaseException) -> None:
        if source is self._source and not self._draft.revision:
            self._checks.refused(error)
            self._update()

    # What is typed.

    def _typed(self, text: str, revision: int, view: str) -> None:
        if self._draft.typed(text, revision, view):
            self._outcome = ""
            self._texts["text"] = self._draft.text_message()
            self._check()

    def _check(self) -> None:
        self._checks.look()
        self._update()

    def _reveal(self, *, on: bool) -> None:
        try:
            self._draft.reveal(on=on)
        except InvalidDocument as error:
            self._checks.refused(error)
            self._update()
        else:
            self._show_text()

    # What is stored of it.

    def apply(self, then: Then | None = None) -> None:
        """Store what was typed, and then go on; what goes wrong is said and changes nothing."""
        self._write(self._draft.base, then)

    def _write(self, over: str, then: Then | None) -> None:
        source = self._source
        if self._refusal or self._phase != "ready":
            return
        real = self._checks.storable()
        if real is None:
            self._update()
            return
        self._phase, self._outcome = "saving", ""
        ask(
            source,
            lambda: source.write(real, over),
            lambda result: self._stored(source, real, result, then),
            lambda error: self._refused(source, error),
        )
        self._update()

    def _stored(self, source: XmlSource, real: str, result: EditResult, then: Then | None) -> None:
        if source is self._source:
            self._draft.begin(real)
            self._show_text()
            self._phase, self._outcome = "ready", said_of(result)
            # libvirt writes it in its own way.
            self.reload()
        if then is not None:
            then()

    def _refused(self, source: XmlSource, error: BaseException) -> None:
        if source is not self._source:
            return
        if isinstance(error, EditConflict):
            ask(
                source,
                source.read,
                lambda theirs: self._compare(source, theirs),
                lambda failure: self._refused(source, failure),
            )
            return
        self._phase = "ready"
        self._checks.refused(error)
        if isinstance(error, OperationFailed):
            # Some of it may be stored all the same.
            ask(
                source,
                source.read,
                lambda stored: self._made_of(source, stored),
                lambda failure: self._not_read(source, failure),
            )
        self._update()

    def _made_of(self, source: XmlSource, stored: str) -> None:
        """Keep what was typed, but as made of what is stored now."""
        if source is self._source and stored != self._draft.base:
            self._draft.made_of(stored)
            self._show_text()

    # Somebody else's changes.

    def _compare(self, source: XmlSource, theirs: str) -> None:
        if source is self._source:
            self._phase = "ready"
            self._draft.compare(theirs, self._draft.text)
            self._texts["conflict"] = self._draft.conflict_message()
            self._show_text()

    def _resolve(self, how: str, mine: str) -> None:
        theirs = self._draft.theirs
        if theirs is None or not self._draft.is_comparing:
            return
        if how == "theirs":
            self.discard()
            return
        self._draft.put(mine)
        if how == "mine":
            self._write(theirs, None)
        else:
            self._draft.is_comparing = False
            self._check()
        self._show_text()

    # Up and down.

    def _show_text(self) -> None:
        self._texts["text"] = self._draft.text_message()
        self._update()

    def _update(self) -> None:
        draft, is_dirty = self._draft, self.is_dirty
        question = str(LEAVING) if self._then is not None and is_dirty else ""
        state: XmlEditorState = {
            "phase": self._phase,
            "dirty": is_dirty,
            "asks": fleet.wishes.wants("confirm_unapplied"),
            "refused": self._refusal,
            "outcome": self._outcome,
            "faults": self._checks.faults,
            "choices": self._choices,
            "chosen": draft.key,
            "secrets": draft.has_secrets,
            "revealed": draft.revealed,
            "foreign": draft.theirs is not None,
            "comparing": draft.is_comparing,
            "question": question,
            "answers": leaving_answers() if question else [],
        }
        self.show(state)
        if is_dirty != self._was_dirty:
            self._was_dirty = is_dirty
            self._dirty_changed.call(is_dirty)

    def _send_state(self) -> None:
        if self.comm is not None:
            texts, self._texts = self._texts, {}
            for text in texts.values():
                self.send(text)
        super()._send_state()

    def _receive(self, content: dict[str, Any]) -> None:
        if content.get("type") == "ready":
            publisher.post(None, self._tell_all)
        super()._receive(content)

    def _tell_all(self) -> None:
        """Send all texts again: a view that begins has none."""
        if self._draft.is_comparing:
            self._texts["conflict"] = self._draft.conflict_message()
        if self._draft.revision:
            self._draft.put(self._draft.text)
            self._show_text()

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - all see the same
        publisher.post(None, lambda: self._hear(content))

    def _hear(self, content: dict[str, Any]) -> None:
        match content:
            case {
                "type": "edit" | "apply" as said,
                "text": str(text),
                "revision": int(revision),
                "view": str(view),
            }:
                self._typed(text, revision, view)
                if said == "apply":
                    self.apply()
            case {"type": "revert"}:
                self._outcome = ""
                self.discard()
            case {"type": "reveal", "on": bool(on)}:
                self._reveal(on=on)
            case {"type": "choose", "id": str(key)}:
                self.choose(key)
            case {"type": "answer", "button": str(button)}:
                self._answered(button)
            case {"type": "compare"} if self._draft.theirs is not None:
                self._compare(self._source, self._draft.theirs)
            case {"type": "resolve", "how": str(how), "text": str(text)}:
                self._resolve(how, text)

    def _answered(self, button: str) -> None:
        then, self._then = self._then, None
        if then is None:
            return
        if button == "apply":
            self.apply(then)
        elif button == "discard":
            self.discard()
            then()
        self._update()
