"""The panels by the names under which the labextension opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.widgets.fleet import fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipywidgets import Widget


def show_panel(kind: str, **arguments: str) -> Widget:
    """Return a panel, for a tab or a cell.

    Parameters
    ----------
    kind
        ``"manager"``, ``"host"``, ``"vm"``, ``"console"`` or ``"create"``.
    **arguments
        For a host ``uri``, for a machine ``uri`` and ``uuid``; for a new machine ``uri``,
        ``medium`` and ``quick``, all of which may be left out.

    Raises
    ------
    ValueError
        There is no such kind, or the URI is not one.
    TypeError
        An argument is missing or unknown.
    """
    if kind not in _PANELS:
        raise ValueError(f"There is no panel {kind!r}; there are {', '.join(sorted(_PANELS))}.")
    return _PANELS[kind](**arguments)


def _manager() -> Widget:
    from qvirt_jupyter.widgets.manager_panel import manager  # noqa: PLC0415 - one tab needs one panel

    return manager()


def _host(uri: str) -> Widget:
    from qvirt_jupyter.widgets.host_page import host_panel  # noqa: PLC0415 - as above

    return host_panel(fleet.connection(uri))


def _vm(uri: str, uuid: str) -> Widget:
    from qvirt_jupyter.widgets.machine_panel import vm_panel_of  # noqa: PLC0415 - as above

    return vm_panel_of(uri, uuid)


def _console(uri: str, uuid: str) -> Widget:
    from qvirt_jupyter.widgets.console_tab import ConsoleTab  # noqa: PLC0415 - as above

    return ConsoleTab(fleet.domain(uri, uuid))


def _create(**arguments: str) -> Widget:
    from qvirt_jupyter.widgets.creation import CreationPanel  # noqa: PLC0415 - as above

    return CreationPanel(**arguments)


_PANELS: Mapping[str, Callable[..., Widget]] = {
    "manager": _manager,
    "host": _host,
    "vm": _vm,
    "console": _console,
    "create": _create,
}
