"""A wall of screens: small live pictures of many machines."""

from __future__ import annotations

from qvirt_jupyter.widgets.screen_wall.panel import Wall, wall

__all__ = ["Wall", "wall"]
