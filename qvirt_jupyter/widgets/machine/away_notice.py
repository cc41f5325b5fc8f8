"""What a machine's tab says when its machine is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.widgets.notices import Notice, NoticeButton
from qvirt_jupyter.widgets.shell import open_tab

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import RecordKey

AWAY: Final = "away"
"""Key of the notice that says why the machine is not there."""


def away_notice(words: str, name: str, namesake: RecordKey | None) -> Notice:
    """Return what a tab says whose machine is gone.

    Parameters
    ----------
    words
        Why it is not there.
    name
        Its last name.
    namesake
        Another machine of that name, or None.
    """
    if namesake is None:
        text = _("If it comes back, this tab goes on by itself.")
        return Notice(AWAY, "warning", words, text)
    arguments = {"uri": namesake.uri, "uuid": namesake.id}
    return Notice(
        AWAY,
        "warning",
        words,
        _("A machine of this name was defined anew, with a UUID of its own."),
        buttons=(
            NoticeButton(
                _("Open that one"),
                lambda client: open_tab("vm", arguments, name, client),
                primary=True,
            ),
        ),
    )
