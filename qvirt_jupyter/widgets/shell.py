"""How a kernel opens tabs in JupyterLab, without a notebook and in the window that asked.

The labextension registers a comm target on every kernel and opens a tab that runs
``show_panel(kind, **arguments)`` in that kernel (``frontend/src/shellComm.ts``). Where there is no
JupyterLab (VS Code, Voila), nobody answers and nothing opens.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypedDict

from comm import create_comm

from qvirt_jupyter._translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.connection import Connection

TARGET = "qvirt_jupyter:shell"
"""The comm target that the labextension registers on each kernel."""


class ShellMessage(TypedDict):
    """What is sent: ``readShellMessage`` in ``frontend/src/panel.ts`` checks it."""

    action: Literal["open", "title", "close"]
    kind: str
    arguments: dict[str, str]
    title: str
    client: str


def _send(message: ShellMessage) -> None:
    # One message for each comm, closed at once: nobody else needs to keep it.
    comm = create_comm(target_name=TARGET, data=message)
    comm.close()


def open_tab(kind: str, arguments: Mapping[str, str], title: str, client: str = "") -> None:
    """Open a panel in a tab of its own, or go to its tab where it is open already.

    Parameters
    ----------
    kind
        ``"manager"``, ``"host"``, ``"vm"``, ``"console"``, ``"create"``, ``"topology"`` or
        ``"wall"``.
    arguments
        What :func:`~qvirt_jupyter.widgets.show_panel` is called with: for hosts and maps
        ``uri``, for machines ``uri`` and ``uuid``.
    title
        What the tab is called.
    client
        The browser window that asked, as the VM list passes it. Without it the window answers in
        which somebody is working.
    """
    _send(
        {
            "action": "open",
            "kind": kind,
            "arguments": dict(arguments),
            "title": title,
            "client": client,
        }
    )


def open_host_tab(connection: Connection, client: str = "", section: str = "") -> None:
    """Open the tab of a connection's host (MGR-06); ``client`` is as in :func:`open_tab`.

    Parameters
    ----------
    connection
        The connection.
    client
        As in :func:`open_tab`.
    section
        What comes to the front, also where the tab is open already; empty leaves that as it is.
    """
    arguments = {"uri": connection.uri}
    if section:
        arguments["section"] = section
    open_tab("host", arguments, connection.label, client)


def open_topology_tab(connection: Connection, client: str = "") -> None:
    """Open the map of a host's networks; ``client`` is as in :func:`open_tab`."""
    title = topology_title(connection)
    open_tab("topology", {"uri": connection.uri}, title, client)


def topology_title(connection: Connection) -> str:
    """Return what the tab with the map of a host's networks is called."""
    return str(_("Networks of {host}").format(host=connection.label))


def open_wall_tab(connection: Connection, client: str = "") -> None:
    """Open a wall of a host's screens; ``client`` is as in :func:`open_tab`."""
    title = _("Screens of {host}").format(host=connection.label)
    open_tab("wall", {"uri": connection.uri}, str(title), client)


def open_wall_tab_of(domains: Sequence[Domain], client: str = "") -> None:
    """Open a wall of the screens of these machines; ``client`` is as in :func:`open_tab`."""
    chosen: dict[str, list[str]] = {}
    for domain in domains:
        chosen.setdefault(domain.connection.uri, []).append(domain.uuid)
    title = ngettext("Screen of {number} machine", "Screens of {number} machines", len(domains))
    # In one order, so that the same selection finds the same tab.
    machines = json.dumps({uri: sorted(uuids) for uri, uuids in sorted(chosen.items())})
    open_tab("wall", {"machines": machines}, str(title), client)


def chosen_machines(machines: str) -> tuple[tuple[str, str], ...]:
    """Return URI and UUID of each machine of a wall's tab.

    Parameters
    ----------
    machines
        The tab's argument, as :func:`open_wall_tab_of` writes it.

    Raises
    ------
    ValueError
        It is not such an argument.
    """
    hosts = json.loads(machines)
    if not isinstance(hosts, dict) or not all(isinstance(some, list) for some in hosts.values()):
        raise ValueError(f"These are no machines: {machines}")
    return tuple((str(uri), str(uuid)) for uri, uuids in hosts.items() for uuid in uuids)


def open_creation_tab(client: str = "", **arguments: str) -> None:
    """Open the wizard for a new machine (MGR-24); ``client`` is as in :func:`open_tab`.

    Parameters
    ----------
    **arguments
        ``uri``, ``medium`` and ``quick``, as :func:`~qvirt_jupyter.widgets.show_panel` takes them.
    """
    open_tab("create", arguments, str(_("New virtual machine")), client)


def rename_tab(kind: str, arguments: Mapping[str, str], title: str) -> None:
    """Give a panel's tab another name, in every window, for a machine that was renamed."""
    _send(
        {
            "action": "title",
            "kind": kind,
            "arguments": dict(arguments),
            "title": title,
            "client": "",
        }
    )


def close_tab(kind: str, arguments: Mapping[str, str]) -> None:
    """Close a panel's tab, in every window: what it was for is done."""
    _send(
        {
            "action": "close",
            "kind": kind,
            "arguments": dict(arguments),
            "title": "",
            "client": "",
        }
    )
