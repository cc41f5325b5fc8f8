"""New machines: what is asked for them."""

from __future__ import annotations

from qvirt_jupyter.widgets.creation.seed_draft import SeedDraft
from qvirt_jupyter.widgets.creation.seed_form import SeedForm

__all__ = ["SeedDraft", "SeedForm"]
