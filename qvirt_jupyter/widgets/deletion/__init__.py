"""The dialog that deletes virtual machines and the files that only they use."""

from __future__ import annotations

from qvirt_jupyter.widgets.deletion.dialog import Deletion

__all__ = ["Deletion"]
