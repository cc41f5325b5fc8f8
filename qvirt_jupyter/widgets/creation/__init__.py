"""New machines: the wizard, everything on one page, and what a cloud image is told."""

from __future__ import annotations

from qvirt_jupyter.widgets.creation.panel import CreationPanel
from qvirt_jupyter.widgets.creation.seed_draft import SeedDraft
from qvirt_jupyter.widgets.creation.seed_form import SeedForm

__all__ = ["CreationPanel", "SeedDraft", "SeedForm"]
