"""A virtual machine manager inside JupyterLab, and the Python library behind it.

>>> import qvirt_jupyter
>>> conn = qvirt_jupyter.connect("qemu:///session")
>>> conn.domains["web"].start()

Names are imported when they are first used: the Jupyter server, which imports this package for its
extension, needs neither libvirt nor widgets for that.
"""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qvirt_jupyter import documents, hypervisor, provision, widgets
    from qvirt_jupyter.hypervisor import (
        AccessDenied,
        AlreadyExists,
        Connection,
        ConnectionFailed,
        ConnectionLost,
        Domain,
        EditConflict,
        InUse,
        InvalidDefinition,
        Job,
        NotFound,
        OperationFailed,
        QvirtError,
        Unsupported,
        WrongState,
        connect,
        connections,
    )
    from qvirt_jupyter.provision.readiness import readiness
    from qvirt_jupyter.widgets.manager_panel import manager

__version__ = version("qvirt-jupyter")

__all__ = [
    "AccessDenied",
    "AlreadyExists",
    "Connection",
    "ConnectionFailed",
    "ConnectionLost",
    "Domain",
    "EditConflict",
    "InUse",
    "InvalidDefinition",
    "Job",
    "NotFound",
    "OperationFailed",
    "QvirtError",
    "Unsupported",
    "WrongState",
    "__version__",
    "connect",
    "connections",
    "documents",
    "hypervisor",
    "manager",
    "provision",
    "readiness",
    "widgets",
]

_FLOORS = frozenset({"documents", "hypervisor", "provision", "widgets"})
_ELSEWHERE = {"manager": "widgets", "readiness": "provision"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module, class or function
    if name in _FLOORS:
        return importlib.import_module(f"{__name__}.{name}")
    if name in __all__:
        module = importlib.import_module(f"{__name__}.{_ELSEWHERE.get(name, 'hypervisor')}")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Tell a Jupyter server which module adds to it."""
    return [{"module": "qvirt_jupyter.server"}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where the built labextension lies in an editable install."""
    return [{"src": "labextension", "dest": "qvirt-jupyter"}]
