"""Forms from declarations: a request, preferences and an XML element are filled in alike.

A form is ``init / validate / apply``: it reads the values of its target, checks what is typed into
a draft, and gives the target what was touched and nothing else.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, cast, runtime_checkable

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Declared, Element, declarations
from qvirt_jupyter.widgets.forms.code import Code, code_state
from qvirt_jupyter.widgets.forms.inputs import Input, input_of
from qvirt_jupyter.widgets.forms.refusals import missing, refusal
from qvirt_jupyter.widgets.forms.targets import copy_of, give, value_of
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from qvirt_jupyter.widgets._form_messages import FieldState, FormState, NoteState

T = TypeVar("T")
Words = LazyString | str


@runtime_checkable
class Coupled(Protocol):
    """A request whose values depend on each other."""

    def coupled(self, name: str) -> Coupled:
        """Return the request after one of its values was changed by hand."""


@runtime_checkable
class Checked(Protocol):
    """A request that can be wrong as a whole."""

    def check(self) -> None:
        """Raise ValueError with the reason where the values do not fit together."""


@dataclasses.dataclass(frozen=True)
class Note:
    """A line that follows the values: what they amount to.

    Parameters
    ----------
    label
        What it is.
    text
        What it says now.
    help
        What else there is to know.
    """

    label: Words
    text: Words
    help: Words = ""


class Form(PanelPart, Generic[T]):
    """The declared values of a target as labelled inputs, with one button to submit them.

    Parameters
    ----------
    target
        What is filled in: a dataclass made with ``option()``, or an element of a document.
    declared
        Its values that are shown; all of them where it is left out.
    title
        What the form is for.
    submit
        What the button says that submits it.
    on_submit
        Called with the filled-in target; a ``ValueError`` or ``OSError`` that it raises is shown.
    on_cancel
        Called when the user wants nothing; without it there is no such button.
    note
        Given the draft, says what it amounts to.
    placeholders
        What an empty input stands for, by name, given the draft.
    narrowed
        The choices that there really are, by the ``caps`` of the declarations.
    keeps_secrets
        Whether secrets are taken as they are typed and kept in :attr:`draft`, for a form that is
        left and comes again; they are in no state that is shown.
    rests
        Whether it stands among other things, and takes no focus when it appears.
    danger
        Whether it takes away what does not come back: its button looks so.
    """

    _part: ClassVar[str] = "form"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "advanced": _("Advanced"),
        "cancel": _("Cancel"),
        "unchanged": _("unchanged"),
        "showPassword": _("Show password"),
        "hidePassword": _("Hide password"),
        "preview": _("Definition (XML)"),
        "copy": _("Copy as code"),
        "copied": _("Copied."),
    }

    def __init__(
        self,
        target: T,
        declared: Iterable[Declared] | None = None,
        *,
        title: Words,
        submit: Words,
        on_submit: Callable[[T], object],
        on_cancel: Callable[[], object] | None = None,
        note: Callable[[T], Note | None] | None = None,
        placeholders: Mapping[str, Callable[[T], Words]] | None = None,
        narrowed: Mapping[str, Collection[str]] | None = None,
        keeps_secrets: bool = False,
        rests: bool = False,
        danger: bool = False,
    ) -> None:
        super().__init__()
        self._rests = rests
        self._keeps_secrets = keeps_secrets
        self._kept: dict[str, str] = {}
        self.strings = {
            **self.strings,
            "submit": str(submit),
            "cancel": str(self._strings["cancel"]) if on_cancel else "",
            "danger": str(submit) if danger else "",
        }
        self._only = None if declared is None else frozenset(item.name for item in declared)
        self._title = title
        self._on_submit, self._on_cancel = on_submit, on_cancel
        self._note = note
        self._placeholders = placeholders or {}
        self._narrowed = narrowed or {}
        self._attempt = self._answered = 0
        self.init(target)

    # init, validate, apply ----------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether nothing can be typed just now."""
        return False

    def init(self, target: T) -> None:
        """Show the values of a target, and forget what was typed."""
        self._target = target
        self._draft = cast("T", copy_of(target)) if isinstance(target, Element) else target
        self._touched: dict[str, Any] = {}
        self._wrong: dict[str, tuple[str, str]] = {}
        self._secrets: dict[str, str] = {}
        self._problem = ""
        self._show()

    def validate(self) -> dict[str, str]:
        """Return what is wrong, by the names of the values; values that are hidden do not count."""
        errors = {}
        for declared in self._declared():
            if not declared.is_shown(self._draft):
                continue
            if declared.name in self._wrong:
                errors[declared.name] = self._wrong[declared.name][1]
            elif declared.type.secret and self._secrets.get(declared.name):
                error = refusal(declared, self._secrets[declared.name])
                if error:
                    errors[declared.name] = error
            elif not self._is_optional(declared):
                error = missing(declared, declared.get(self._draft))
                if error:
                    errors[declared.name] = error
        return errors

    def apply(self) -> T:
        """Give the target what was touched, and return it: a dataclass is made anew.

        Raises
        ------
        ValueError
            A value, or all of them together, are wrong; the text names the right ones.
        """
        for error in self.validate().values():
            raise ValueError(error)
        secrets, self._secrets = self._secrets, {}
        secret = {name: text for name, text in secrets.items() if text}
        if isinstance(self._target, Element):
            shown = {item.name for item in self._declared() if item.is_shown(self._draft)}
            wanted = {**self._touched, **secret}
            wanted = {name: value for name, value in wanted.items() if name in shown}
            # What a copy refuses is never half written.
            give(copy_of(self._target), wanted)
            give(self._target, wanted)
            return self._target
        filled = cast("T", dataclasses.replace(cast("Any", self._draft), **secret))
        if isinstance(filled, Checked):
            filled.check()
        return filled

    @property
    def draft(self) -> T:
        """What stands in the form of a dataclass, with the secrets that it keeps."""
        kept = {name: text for name, text in self._kept.items() if text}
        return cast("T", dataclasses.replace(cast("Any", self._draft), **kept))

    def keep(self, name: str, text: str) -> None:
        """Take a secret that was typed, where the form keeps them until it is submitted."""
        known = {item.name for item in self._declared() if item.type.secret}
        if self._keeps_secrets and name in known:
            self._kept[name] = text

    @property
    def changes(self) -> dict[str, Any]:
        """What was touched, by name, with the values as they would be applied; no secrets."""
        return {
            declared.name: declared.get(self._draft)
            for declared in self._declared()
            if not declared.type.secret
            and declared.get(self._draft) != value_of(declared, self._target)
        }

    def edit(self, name: str, text: str) -> None:
        """Take what was typed into an input, as the browser sends it.

        Parameters
        ----------
        name
            Which value.
        text
            Its text; ``"true"`` and ``"false"`` for a check box. Secrets are taken when the form is
            submitted, not here.
        """
        declared = next((item for item in self._declared() if item.name == name), None)
        if declared is None or declared.type.secret:
            return
        self._problem = ""
        try:
            value = self._input(declared).read(text)
            if value is not None and value != "":
                declared.type.check(value)
            self._take(declared, value)
        except ValueError as error:
            self._wrong[name] = (text, str(error))
        self._show()

    def submit(self, secrets: Mapping[str, str] | None = None) -> bool:
        """Do what the button does; tell whether the form was accepted.

        Parameters
        ----------
        secrets
            What was typed into secret inputs, by name; it is passed on and not kept.
        """
        known = {item.name for item in self._declared() if item.type.secret}
        given = {name: text for name, text in (secrets or {}).items() if name in known}
        if self._keeps_secrets:
            self._kept.update({name: text for name, text in given.items() if text})
        self._secrets = {**self._kept, **{name: text for name, text in given.items() if text}}
        self._problem = ""
        try:
            if self.validate():
                return self._refuse("")
            self._on_submit(self.apply())
        except (ValueError, OSError) as error:
            return self._refuse(str(error))
        finally:
            self._secrets = {}
        return True

    # ---------------------------------------------------------------------------------------------

    def _declared(self) -> list[Declared]:
        found = declarations(self._draft)
        return [item for item in found if self._only is None or item.name in self._only]

    def _input(self, declared: Declared) -> Input:
        choices = self._narrowed.get(declared.caps or "")
        return input_of(declared.type, optional=self._is_optional(declared), choices=choices)

    def _is_optional(self, declared: Declared) -> bool:
        if isinstance(self._target, Element) or declared.get(self._target) is None:
            return True
        defaults = {
            item.name: item.default for item in dataclasses.fields(cast("Any", self._target))
        }
        return defaults[declared.name] is None

    def _take(self, declared: Declared, value: Any) -> None:  # noqa: ANN401 - of any declaration
        touched = {**self._touched, declared.name: value}
        if isinstance(self._target, Element):
            # Made anew, so a choice that is put back has its own fields back too.
            draft_element = copy_of(self._target)
            give(draft_element, touched)
            self._draft = cast("T", draft_element)
        self._wrong.pop(declared.name, None)
        self._touched = touched
        if isinstance(self._target, Element):
            return
        draft = dataclasses.replace(cast("Any", self._draft), **{declared.name: value})
        self._draft = cast(
            "T", draft.coupled(declared.name) if isinstance(draft, Coupled) else draft
        )

    def _refuse(self, problem: str) -> bool:
        self._problem = problem
        self._attempt += 1
        self._show(all_errors=True)
        return False

    def _show(self, *, all_errors: bool = False) -> None:
        errors = (
            self.validate()
            if all_errors
            else {name: error for name, (_text, error) in self._wrong.items()}
        )
        state: FormState = {
            "title": str(self._title),
            "fields": [self._field(item, errors.get(item.name, "")) for item in self._declared()],
            "note": self._noted(),
            "problem": self._problem,
            "attempt": self._attempt,
            "answered": self._answered,
            "keepsSecrets": self._keeps_secrets,
            "rests": self._rests,
        }
        self.show({**state, **self._more()})

    def _more(self) -> Mapping[str, Any]:
        """Return what else is shown: ``buttons``, ``busy``, ``preview``, ``code``."""
        return {}

    def press(self, button: str) -> None:
        """Take it that one of these buttons was pressed."""

    def _field(self, declared: Declared, error: str) -> FieldState:
        made = self._input(declared)
        value = declared.get(self._draft)
        placeholder = self._placeholders.get(declared.name)
        if declared.type.secret:
            text = ""
        elif declared.name in self._wrong:
            text = self._wrong[declared.name][0]
        else:
            text = made.write(value)
        state: FieldState = {
            "name": declared.name,
            "kind": made.kind,
            "label": str(declared.label),
            "help": str(declared.help),
            "group": str(declared.group),
            "unit": made.unit or declared.unit,
            "advanced": declared.advanced,
            "shown": declared.is_shown(self._draft),
            "value": text,
            "choices": [{"value": word, "label": label} for word, label in made.choices],
            "placeholder": str(placeholder(self._draft))
            if placeholder
            else (str(_("unchanged")) if declared.type.secret and value else ""),
            "error": error,
        }
        if isinstance(declared.type, Code):
            state["code"] = code_state(declared.type, text)
        return state

    def _noted(self) -> NoteState | None:
        note = self._note(self._draft) if self._note else None
        if note is None:
            return None
        if any(
            item.name in self._wrong and item.is_shown(self._draft) for item in self._declared()
        ):
            # The draft has what was right before, and that is not what stands there.
            return {"label": str(note.label), "text": "", "help": ""}
        return {"label": str(note.label), "text": str(note.text), "help": str(note.help)}

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - any may fill in
        match content:
            case {"type": "edit", "name": str(name), "value": str(text), "number": int(number)}:
                self._answered = number
                self.edit(name, text)
            case {"type": "secret", "name": str(name), "value": str(text)}:
                self.keep(name, text)
            case {"type": "submit", "secrets": dict(secrets)}:
                self.submit({str(name): str(text) for name, text in secrets.items()})
            case {"type": "press", "id": str(button)}:
                self.press(button)
            case {"type": "cancel"} if self._on_cancel is not None:
                self._on_cancel()
