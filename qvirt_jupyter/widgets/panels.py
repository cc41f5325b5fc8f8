"""The panels by the names under which the labextension opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.shell import chosen_machines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipywidgets import Widget


def show_panel(kind: str, **arguments: str) -> Widget:
    """Return a panel, for a tab or a cell.

    Parameters
    ----------
    kind
        ``"manager"``, ``"host"``, ``"vm"``, ``"console"``, ``"create"``, ``"topology"`` or
        ``"wall"``.
    **arguments
        For a host ``uri`` and, where another than the overview shall be in front, the ``section``;
        for a map of its networks ``uri``; for a machine ``uri`` and ``uuid``; for a new machine
        ``uri``, ``medium`` and ``quick``, all of which may be left out; for a wall of screens
        ``uri`` and ``tag``, or ``machines``: a JSON object of lists of UUIDs by URI.

    Raises
    ------
    ValueError
        There is no such kind or section, or the URI is not one.
    TypeError
        An argument is missing or unknown.
    """
    if kind not in _PANELS:
        raise ValueError(f"There is no panel {kind!r}; there are {', '.join(sorted(_PANELS))}.")
    return _PANELS[kind](**arguments)


def _manager() -> Widget:
    from qvirt_jupyter.widgets.manager_panel import manager  # noqa: PLC0415 - one tab needs one panel

    return manager()


def _host(uri: str, section: str = "overview") -> Widget:
    from qvirt_jupyter.widgets.host_page import host_panel  # noqa: PLC0415 - as above

    return host_panel(fleet.connection(uri), section)


def _vm(uri: str, uuid: str) -> Widget:
    from qvirt_jupyter.widgets.machine.panel import vm_panel_of  # noqa: PLC0415 - as above

    return vm_panel_of(uri, uuid)


def _console(uri: str, uuid: str) -> Widget:
    from qvirt_jupyter.widgets.consoles.tab import ConsoleTab  # noqa: PLC0415 - as above

    return ConsoleTab(fleet.domain(uri, uuid))


def _create(**arguments: str) -> Widget:
    from qvirt_jupyter.widgets.creation import CreationPanel  # noqa: PLC0415 - as above

    return CreationPanel(**arguments)


def _topology(uri: str) -> Widget:
    from qvirt_jupyter.widgets.network_map import topology  # noqa: PLC0415 - as above

    return topology(fleet.connection(uri))


def _wall(uri: str = "", tag: str = "", machines: str = "") -> Widget:
    from qvirt_jupyter.widgets.screen_wall import wall  # noqa: PLC0415 - as above

    if machines:
        return wall([fleet.domain(*key) for key in chosen_machines(machines)])
    return wall(fleet.connection(uri) if uri else None, tag=tag)


_PANELS: Mapping[str, Callable[..., Widget]] = {
    "manager": _manager,
    "host": _host,
    "vm": _vm,
    "console": _console,
    "create": _create,
    "topology": _topology,
    "wall": _wall,
}
