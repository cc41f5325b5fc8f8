"""Panels that a live object shows by a method of its own, such as ``connection.wall()``.

The objects know a panel by its name only. What stands behind a name is imported when it is asked
for: a script that shows nothing needs no widgets.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PANELS: Final[Mapping[str, tuple[str, str]]] = {
    "console": ("qvirt_jupyter.widgets.consoles.in_a_cell", "console_of"),
    "wall": ("qvirt_jupyter.widgets.screen_wall", "wall"),
}


def panel(name: str, *arguments: object, **keywords: object) -> Any:  # noqa: ANN401 - a widget
    """Return a panel; the last value of a cell shows it.

    Parameters
    ----------
    name
        A key of the table above.
    *arguments, **keywords
        What the panel is made of.
    """
    module, function = _PANELS[name]
    return getattr(importlib.import_module(module), function)(*arguments, **keywords)
