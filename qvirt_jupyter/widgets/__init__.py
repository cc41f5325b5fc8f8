"""Panels for JupyterLab: the manager, a host's tab, a machine's tab, its console.

They subscribe to the live objects below and submit what their users want; they never call libvirt
to draw themselves, and nothing polls.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qvirt_jupyter.widgets.console import ConsolePanel
    from qvirt_jupyter.widgets.definition_history import DefinitionHistory
    from qvirt_jupyter.widgets.host_page import HostPanel, host_panel
    from qvirt_jupyter.widgets.host_xml import HostXml
    from qvirt_jupyter.widgets.machine_panel import VmPanel, vm_panel
    from qvirt_jupyter.widgets.machine_xml import MachineXml
    from qvirt_jupyter.widgets.manager_panel import Manager, manager
    from qvirt_jupyter.widgets.panels import show_panel
    from qvirt_jupyter.widgets.vm_list import VmList

__all__ = [
    "ConsolePanel",
    "DefinitionHistory",
    "HostPanel",
    "HostXml",
    "MachineXml",
    "Manager",
    "VmList",
    "VmPanel",
    "host_panel",
    "manager",
    "show_panel",
    "vm_panel",
]

_MODULES = {
    "ConsolePanel": "console",
    "DefinitionHistory": "definition_history",
    "HostPanel": "host_page",
    "HostXml": "host_xml",
    "MachineXml": "machine_xml",
    "Manager": "manager_panel",
    "VmList": "vm_list",
    "VmPanel": "machine_panel",
    "host_panel": "host_page",
    "manager": "manager_panel",
    "show_panel": "panels",
    "vm_panel": "machine_panel",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class or a function
    if name in _MODULES:
        # Each panel has its own libraries: who wants one does not wait for the others'.
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
