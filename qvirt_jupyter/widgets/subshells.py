"""Panels are heard while a cell runs: browsers reach them through a subshell of the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipywidgets import Widget


def hear_beside_cells(widget: Widget) -> None:
    """Let a browser's messages to a widget come on the subshell that it sends them to.

    JupyterLab sends them to a subshell, which goes on beside a running cell. ipykernel 7.4 hands
    them to the shell that has last sent on the widget's comm instead, for code that waits for an
    answer: for a panel that was made in a cell this is the main shell, so nothing would be heard
    before the cells end. Ours never waits for an answer in a cell. Where the kernel has no
    subshells, or sends messages where they are meant to go, this does nothing.
    https://jupyter.org/enhancement-proposals/91-kernel-subshells/kernel-subshells.html
    """
    if widget.comm is not None:
        vars(widget.comm).pop("_reply_subshell_id", None)
