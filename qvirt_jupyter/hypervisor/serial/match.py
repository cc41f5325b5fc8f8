"""What was found in the output of a serial line."""

from __future__ import annotations

from dataclasses import dataclass, field

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html


@dataclass(frozen=True, slots=True)
class SerialMatch:
    """What :meth:`SerialLine.expect` found; the next one begins behind it.

    Parameters
    ----------
    index
        Which of the patterns it was, from 0.
    before
        The text between the last match and this one, without escape sequences.
    text
        What matched.
    after
        What has come behind it already; the next ``expect`` begins with that.
    raw
        The bytes from the last match to the end of this one, as they came.
    groups
        The groups of a regular expression; empty for a plain text.
    named
        Its named groups.
    """

    index: int
    before: str
    text: str
    after: str
    raw: bytes = field(repr=False)
    groups: tuple[str | None, ...] = ()
    named: dict[str, str | None] = field(default_factory=dict)

    def __getitem__(self, group: int | str) -> str | None:
        """Return a group: 0 is the whole, others as in :meth:`re.Match.group`."""
        if isinstance(group, str):
            return self.named[group]
        return self.text if group == 0 else self.groups[group - 1]

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return html.properties(
            _("Found on the console"),
            (
                (_("Text"), self.text),
                *((str(number), text or "") for number, text in enumerate(self.groups, 1)),
                (_("Before it"), self.before[-LAST:].lstrip("\n")),
            ),
        )


LAST = 2_000
"""Characters before a match that a notebook shows."""

Pattern = "str | re.Pattern[str]"
"""What one can look for: a text as it is, or a compiled regular expression."""
