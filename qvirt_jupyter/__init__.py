"""A virtual machine manager inside JupyterLab, and the Python library behind it."""

from __future__ import annotations

from importlib.metadata import version

__version__ = version("qvirt-jupyter")

__all__ = ["__version__"]
