"""Why a value of a form is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter.documents import Declared


def missing(declared: Declared, value: Any) -> str:  # noqa: ANN401 - of any declaration
    """Return what is to be entered where nothing is and something must be; else nothing.

    Parameters
    ----------
    declared
        What the value is.
    value
        What stands there.
    """
    if value is not None and (value != "" or not refusal(declared, value)):
        return ""
    return str(_("Enter {expected}.").format(expected=declared.type.expected))


def refusal(declared: Declared, value: Any) -> str:  # noqa: ANN401 - of any declaration
    """Return why it is no such value; empty where it is one.

    Parameters
    ----------
    declared
        What the value is.
    value
        What stands there.
    """
    try:
        declared.type.check(value)
    except ValueError as error:
        return str(error)
    return ""
