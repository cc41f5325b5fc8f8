"""Panels for JupyterLab: the manager, a host's tab, a machine's tab, its console.

They subscribe to the live objects below and submit what their users want; they never call libvirt
to draw themselves, and nothing polls.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qvirt_jupyter.widgets.consoles.console import ConsolePanel
    from qvirt_jupyter.widgets.consoles.terminal import TerminalPanel
    from qvirt_jupyter.widgets.host_page import HostPanel, host_panel
    from qvirt_jupyter.widgets.machine.panel import VmPanel, vm_panel
    from qvirt_jupyter.widgets.machine_list.vm_list import VmList
    from qvirt_jupyter.widgets.manager_panel import Manager, manager
    from qvirt_jupyter.widgets.network_map import Topology, topology
    from qvirt_jupyter.widgets.panels import show_panel
    from qvirt_jupyter.widgets.screen_wall import Wall, wall
    from qvirt_jupyter.widgets.xml.definition_history import DefinitionHistory
    from qvirt_jupyter.widgets.xml.host_xml import HostXml
    from qvirt_jupyter.widgets.xml.machine_xml import MachineXml

__all__ = [
    "ConsolePanel",
    "DefinitionHistory",
    "HostPanel",
    "HostXml",
    "MachineXml",
    "Manager",
    "TerminalPanel",
    "Topology",
    "VmList",
    "VmPanel",
    "Wall",
    "host_panel",
    "manager",
    "show_panel",
    "topology",
    "vm_panel",
    "wall",
]

_MODULES = {
    "ConsolePanel": "consoles.console",
    "DefinitionHistory": "xml.definition_history",
    "HostPanel": "host_page",
    "HostXml": "xml.host_xml",
    "MachineXml": "xml.machine_xml",
    "Manager": "manager_panel",
    "TerminalPanel": "consoles.terminal",
    "Topology": "network_map",
    "VmList": "machine_list.vm_list",
    "VmPanel": "machine.panel",
    "Wall": "screen_wall",
    "host_panel": "host_page",
    "manager": "manager_panel",
    "show_panel": "panels",
    "topology": "network_map",
    "vm_panel": "machine.panel",
    "wall": "screen_wall",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class or a function
    if name in _MODULES:
        # Each panel has its own libraries: who wants one does not wait for the others'.
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
