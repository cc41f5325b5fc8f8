"""The tabs of a kernel: a view that comes again replaces the one before, in the right order."""

from __future__ import annotations

import ipywidgets
import pytest

from qvirt_jupyter.widgets import panel_tabs

TAB = "a-window a-panel"


@pytest.fixture
def what_happens(monkeypatch):
    """Everything that is shown and closed, in order."""
    events = []

    class Panel(ipywidgets.VBox):
        def __init__(self, name):
            super().__init__()
            self.name = name

        def close(self):
            # ipywidgets closes once more what is deleted.
            if self.comm is not None:
                events.append(f"close {self.name}")
            super().close()

    def show_panel(kind, name=""):
        if kind == "broken":
            raise ValueError(name)
        return Panel(name)

    monkeypatch.setattr(panel_tabs, "show_panel", show_panel)
    monkeypatch.setattr(panel_tabs, "display", lambda panel: events.append(f"show {panel.name}"))
    monkeypatch.setattr(panel_tabs, "_open", {})
    return events


def test_a_tab_that_comes_again_is_shown_before_its_old_view_closes(what_happens):
    # The other way round the browser's messages are lost: JupyterLab deletes the subshell that
    # the widgets share when the last of them closes.
    panel_tabs.show_tab(TAB, "vm", {"name": "first"})
    panel_tabs.show_tab(TAB, "vm", {"name": "second"})
    assert what_happens == ["show first", "show second", "close first"]
    panel_tabs.close_tab(TAB)
    panel_tabs.close_tab(TAB)
    assert what_happens[3:] == ["close second"]


def test_a_panel_that_cannot_be_shown_leaves_no_old_view(what_happens):
    panel_tabs.show_tab(TAB, "vm", {"name": "first"})
    with pytest.raises(ValueError, match="why"):
        panel_tabs.show_tab(TAB, "broken", {"name": "why"})
    assert what_happens == ["show first", "close first"]
    assert panel_tabs._open == {}
