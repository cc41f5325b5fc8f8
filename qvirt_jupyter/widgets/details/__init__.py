"""The Details tab: every page and device of a machine, seen, changed, added and removed."""

from __future__ import annotations

from qvirt_jupyter.widgets.details.customisation import Customisation
from qvirt_jupyter.widgets.details.details import Details

__all__ = ["Customisation", "Details"]
