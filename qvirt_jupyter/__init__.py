"""A virtual machine manager inside JupyterLab, and the Python library behind it."""

from __future__ import annotations

from importlib.metadata import version

__version__ = version("qvirt-jupyter")

__all__ = ["__version__"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Tell a Jupyter server which module adds to it."""
    return [{"module": "qvirt_jupyter.server"}]
