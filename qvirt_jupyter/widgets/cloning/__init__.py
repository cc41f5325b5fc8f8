"""The dialog that clones machines."""

from __future__ import annotations

from qvirt_jupyter.widgets.cloning.dialog import CloneDialog
from qvirt_jupyter.widgets.cloning.templates import ask_about_template

__all__ = ["CloneDialog", "ask_about_template"]
