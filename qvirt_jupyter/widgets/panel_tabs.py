"""What the labextension runs in a kernel: a panel for a tab, and the end of it.

``frontend/src/panelTab.ts`` calls these. A tab keeps its name over a reload of the page, so the
widgets that the page had before are closed when it comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.display import display
from ipywidgets import Widget

from qvirt_jupyter._translation import set_locale
from qvirt_jupyter.widgets import lab_window
from qvirt_jupyter.widgets.panel import Panel
from qvirt_jupyter.widgets.panels import show_panel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_open: dict[str, Widget] = {}


def show_tab(tab: str, kind: str, arguments: Mapping[str, str], locale: str = "en") -> None:
    """Show a panel in a tab, and hear the window that it is in (:mod:`.lab_window`).

    Parameters
    ----------
    tab
        Names the tab in its window.
    kind, arguments
        Which panel: see :func:`~qvirt_jupyter.widgets.show_panel`.
    locale
        The language that JupyterLab is set to.
    """
    set_locale(locale)
    lab_window.listen()
    before = _open.pop(tab, None)
    try:
        panel = show_panel(kind, **arguments)
        _open[tab] = panel
        if isinstance(panel, Panel) and isinstance(before, Panel):
            panel.take_over(before)
        display(panel)
    finally:
        # Last: JupyterLab deletes the subshell that the comms of all widgets share when the last of
        # them closes, also where the next one opens at the same moment. That one is never heard.
        if before is not None:
            _close(before)


def turn_tab(tab: str, place: str) -> None:
    """Bring a place in the panel of a tab to the front, such as a section of a host.

    Parameters
    ----------
    tab
        Names the tab in its window.
    place
        As the panel calls it; one that it does not have changes nothing.
    """
    panel = _open.get(tab)
    if isinstance(panel, Panel):
        panel.turn_to(place)


def close_tab(tab: str) -> None:
    """Close the widgets of a tab that was closed; no machine is touched."""
    panel = _open.pop(tab, None)
    if panel is not None:
        _close(panel)


def _close(panel: Widget) -> None:
    family = tuple(_family(panel))
    panel.close()
    # ipywidgets leaves the layout and style of a closed widget open for good.
    for widget in family:
        if widget.comm is None:
            for part in (getattr(widget, "layout", None), getattr(widget, "style", None)):
                if isinstance(part, Widget):
                    part.close()


def _family(widget: Widget) -> Iterator[Widget]:
    """Yield a widget and all that are inside it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _family(child)
