"""The tags of one machine or of several: what is asked, and what comes of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.confirmations import joined
from qvirt_jupyter.widgets.questions import Question, QuestionField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def tags_question(names: Sequence[str], tags: Sequence[str], client: str = "") -> Question:
    """Return what to ask: all tags of one machine; what to add and take away of several.

    Parameters
    ----------
    names
        What the machines are called.
    tags
        Those of the machine, if it is one.
    client
        The browser window that wants it.
    """
    fields: tuple[QuestionField, ...]
    if len(names) == 1:
        fields = (QuestionField("tags", _("Tags"), value=", ".join(tags)),)
    else:
        fields = (
            QuestionField("add", _("Tags to add")),
            QuestionField("remove", _("Tags to take away")),
        )
    return Question(
        _("Tags of {names}").format(names=joined(names)),
        _("With commas between them. Filter by tag:name, or group the list by tag."),
        _("Set tags"),
        fields=fields,
        client=client,
    )


def answered_tags(before: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tags that a machine has after the answer.

    Parameters
    ----------
    before
        Those that it has.
    values
        What was typed, by the names of the fields.
    """
    if "tags" in values:
        return _split(values["tags"])
    removed = frozenset(_split(values.get("remove", "")))
    kept = (tag for tag in (*before, *_split(values.get("add", ""))) if tag not in removed)
    return tuple(dict.fromkeys(kept))


def _split(text: str) -> tuple[str, ...]:
    tags = (tag.strip() for tag in text.split(","))
    return tuple(dict.fromkeys(tag for tag in tags if tag))
