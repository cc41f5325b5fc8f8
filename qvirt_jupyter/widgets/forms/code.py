"""Texts of a form that are code: they have colours, and faults at their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from qvirt_jupyter.widgets._assets import asset_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.widgets._form_messages import CodeFault, CodeState

_MODULE: Final = "xml-editor"


@runtime_checkable
class Code(Protocol):
    """A type of values whose text is code."""

    language: str
    """``yaml`` or ``xml``."""

    def faults(self, text: str) -> Sequence[CodeFault]:
        """Return what is wrong, or looks wrong, line by line."""


def code_state(code: Code, text: str) -> CodeState:
    """Return what the browser needs for editing a text.

    Parameters
    ----------
    code
        The type of the value.
    text
        As it was typed.

    Raises
    ------
    FileNotFoundError
        The front end has not been built.
    """
    return {
        "language": code.language,
        "module": asset_file(_MODULE).name,
        "faults": list(code.faults(text)),
    }
