"""The inputs of a page: what stands in them, what can be chosen, and why something cannot."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Flag, OnOff, YesNo
from qvirt_jupyter.widgets.details.boot_page import AUTOSTART
from qvirt_jupyter.widgets.details.derived import Derived
from qvirt_jupyter.widgets.details.sources import browsable
from qvirt_jupyter.widgets.forms.inputs import Input, input_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.documents import Declared, DomainCapabilities, Element
    from qvirt_jupyter.widgets._details_messages import DetailFieldState
    from qvirt_jupyter.widgets._form_messages import ChoiceState
    from qvirt_jupyter.widgets.details.differences import Difference

_MANY: Final = 24
"""From so many choices on, typing finds one faster than looking."""
AWAY: Final = " away"
"""What the name of an input ends with that takes a stored secret away."""


def input_for(declared: Declared) -> Input:
    """Return how a value is typed, and how its text is read."""
    return input_of(declared.type, optional=True)


def field_state(
    declared: Declared,
    element: Element,
    *,
    host: DomainCapabilities | None,
    suggestions: Mapping[str, str] = MappingProxyType({}),
    fixed: str = "",
    wrong: tuple[str, str] | None = None,
    difference: Difference | None = None,
) -> DetailFieldState:
    """Return the state of an input.

    Parameters
    ----------
    declared
        What it is about.
    element
        What has the value, with what was typed.
    host
        What the host offers.
    suggestions
        Values that there are just now, such as the names of networks, with their labels; an empty
        one is the value itself.
    fixed
        Why it cannot be changed.
    wrong
        What was typed that makes no sense, and why.
    difference
        What counts until the next start.
    """
    made = input_for(declared)
    unreadable = ""
    try:
        value = declared.get(element)
    except ValueError as error:
        # It is shown and kept; only the XML can tell what it means.
        value, unreadable = None, str(error)
    text = "" if declared.type.secret else made.write(value)
    kind = made.kind
    choices: list[ChoiceState] = []
    search = declared.search if isinstance(declared, Derived) else None
    if search is not None:
        kind = "suggest"
        words = search(wrong[0] if wrong else text)
        choices = [{"value": word, "label": word, "reason": ""} for word in words]
    elif isinstance(declared.type, Choice) or suggestions:
        fitting = declared.fitting(element)
        choices = _choices(
            declared, value, host, suggestions, (fitting, declared.why_unfit(element))
        )
        is_open = not isinstance(declared.type, Choice) or declared.type.open
        kind = "suggest" if is_open and len(choices) > _MANY else "open" if is_open else "choice"
    elif made.choices:
        choices = [
            {
                "value": word,
                "label": label if word else str(declared.unset or label),
                "reason": "",
            }
            for word, label in made.choices
        ]
    return {
        "name": declared.name,
        "kind": kind,
        "label": str(declared.label),
        "help": str(declared.help),
        "group": str(declared.group),
        "unit": made.unit or declared.unit,
        "advanced": declared.advanced,
        "shown": declared.is_shown(element),
        "value": wrong[0] if wrong else text,
        "choices": choices,
        "placeholder": str(declared.unset or "") if kind in ("text", "open", "suggest") else "",
        "error": wrong[1] if wrong else "",
        "fixed": fixed or unreadable,
        "running": shown_value(declared, difference.running) if difference else "",
        "revert": difference is not None and declared.name != AUTOSTART,
        "browse": str(_("Browse…")) if not fixed and browsable(element, declared.name) else "",
        "noBrowse": "",
    }


def secret_states(secret: DetailFieldState, *, taken_away: bool) -> list[DetailFieldState]:
    """Say in the input of a secret that there is one; return what takes it away.

    Parameters
    ----------
    secret
        The state of its input.
    taken_away
        Whether it is to be taken away.
    """
    secret["placeholder"] = str(_("is removed") if taken_away else _("unchanged"))
    return [
        {
            **secret,
            "name": f"{secret['name']}{AWAY}",
            "kind": "check",
            "label": str(_("{label}: remove the one that is stored")).format(label=secret["label"]),
            "help": "",
            "value": "true" if taken_away else "false",
            "placeholder": "",
            "error": "",
        }
    ]


def _choices(
    declared: Declared,
    value: Any,  # noqa: ANN401 - of any declaration
    host: DomainCapabilities | None,
    suggestions: Mapping[str, str],
    fit: tuple[Collection[str], LazyString | str],
) -> list[ChoiceState]:
    kind = declared.type
    label = kind.label if isinstance(kind, Choice) else str
    offered = host.choices(declared.caps) if host is not None and declared.caps else None
    words = list(kind.values) if isinstance(kind, Choice) else []
    words += [*kind.labels] if isinstance(kind, Choice) else []
    words += [*(offered or ()), *suggestions]
    if value:
        # A value that nobody knows is shown and kept.
        words.append(str(value))
    refused = str(_("This host does not offer it."))
    fitting, why_unfit = fit
    unfit = str(why_unfit or _("It does not go with the other values."))
    # What a page adds of its own, with a label, is no device of the host.
    own = set(kind.labels) - set(kind.values) if isinstance(kind, Choice) else set()
    choices: list[ChoiceState] = []
    if declared.unset is None or declared.unset or not value:
        # Where one must be chosen and none is, that is said, too.
        label_of_none = declared.unset or _("Hypervisor default")
        choices.append({"value": "", "label": str(label_of_none), "reason": ""})
    for word in dict.fromkeys(words):
        is_offered = offered is None or word in offered or word in own or word == value
        is_fit = not fitting or word in fitting or word == value
        reason = (unfit if is_offered else refused) if not (is_offered and is_fit) else ""
        if isinstance(declared, Derived):
            reason = reason or declared.reasons.get(word, "")
        shown = suggestions.get(word) or label(word)
        choices.append({"value": word, "label": shown, "reason": reason})
    return choices


def shown_value(declared: Declared, value: Any) -> str:  # noqa: ANN401 - of any declaration
    """Return what people read for a value."""
    if value is None or value == "":
        return str(declared.unset or _("Hypervisor default"))
    if isinstance(declared.type, Flag | YesNo | OnOff):
        return str(_("On") if value else _("Off"))
    if isinstance(declared.type, Choice):
        return declared.type.label(value)
    made = input_for(declared)
    return " ".join(part for part in (made.write(value), made.unit or declared.unit) if part)
