"""The form that gives a network another name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.declaration import option
from qvirt_jupyter.documents.values import Text
from qvirt_jupyter.widgets.forms.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class NewName:
    """What is typed.

    Parameters
    ----------
    name
        The new name.
    """

    name: str = option(
        Text(pattern=r"[^/\n]+", expected=_("a name without slash")), label=_("Name")
    )


def rename_form(
    name: str, on_submit: Callable[[str], object], close: Callable[[], object]
) -> Form[NewName]:
    """Return the form.

    Parameters
    ----------
    name
        The name that it has.
    on_submit
        Called with the new one; the form is closed then.
    close
        Called when it is no longer needed.
    """

    def submitted(wanted: NewName) -> None:
        if wanted.name != name:
            on_submit(wanted.name)
        close()

    return Form(
        NewName(name),
        title=_("Rename the network {name}").format(name=name),
        submit=_("Rename"),
        on_submit=submitted,
        on_cancel=close,
    )
