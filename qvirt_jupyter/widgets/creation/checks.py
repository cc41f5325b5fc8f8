"""What is wrong with what was said, field by field, and what takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.emulator_access import emulator_account, let_in, unsearchable
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.creation.draft import NETWORK
from qvirt_jupyter.widgets.creation.facts import names_of, networks_of, pools_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.creation.draft import Draft
    from qvirt_jupyter.widgets.creation.inputs import Shown


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong.

    Parameters
    ----------
    text
        What, why, and what to do.
    mend
        What the button says that takes it away; empty where that is not possible here.
    do
        Takes it away; for threads that may wait.
    """

    text: LazyString | str
    mend: LazyString | str = ""
    do: Callable[[], object] | None = None


Problems: TypeAlias = "dict[str, Problem]"


def name_problem(name: str, connection: Connection) -> Problems:
    """Say whether another machine has the name."""
    if not name:
        return {"name": Problem(_("Enter a name."))}
    if name in names_of(connection):
        text = _("There is a virtual machine called {name} already. Choose another name.")
        return {"name": Problem(text.format(name=name))}
    return {}


def size_problem(view: Shown, connection: Connection) -> Problems:
    """Say whether there is a pool with room for a new volume.

    A volume that grows as it is filled may be larger than what is free: see :func:`size_warning`.
    """
    if not pools_of(connection):
        return {
            "pool": Problem(
                _("No storage pool is on. Start or create one, or use a disk that exists.")
            )
        }
    size, space = view.value("size"), view.space
    if space is not None and size is not None and size > space and not _grows(view):
        return {
            "size": Problem(
                _(
                    "{size} do not fit: the pool has {free} free. Choose less, or another pool."
                ).format(size=quantities.size(size), free=quantities.size(space))
            )
        }
    return {}


def size_warning(view: Shown) -> LazyString | str:
    """Say that a volume can outgrow its pool; empty where it cannot."""
    size, space = view.value("size"), view.space
    if space is None or size is None or size <= space or not _grows(view):
        return ""
    return _(
        "The disk may grow to {size}, and the pool has {free} free: a guest whose disk cannot "
        "grow any more is paused."
    ).format(size=quantities.size(size), free=quantities.size(space))


def network_problem(chosen: str, connection: Connection) -> Problems:
    """Say whether a network is off, which keeps the machine from starting."""
    name = chosen.removeprefix(NETWORK)
    if not chosen.startswith(NETWORK):
        return {}
    for network in networks_of(connection):
        if network.name == name:
            if network.active:
                return {}
            text = _("The network {name} is off, so the machine could not start.")
            start = partial(_start_network, connection, name)
            return {"network": Problem(text.format(name=name), _("Start it"), start)}
    text = _("There is no network {name} any more. Choose another one.")
    return {"network": Problem(text.format(name=name))}


def file_problem(field: str, path: str, connection: Connection) -> Problems:
    """Say whether a file of the host is missing or out of QEMU's reach; for threads that may wait.

    Parameters
    ----------
    field
        The input that names it.
    path
        The file.
    connection
        The host.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    pools = connection.storage_pools if connection.features.storage else None
    volume = pools.volume_at(path) if pools is not None else None
    if connection.parts.is_remote or connection.parts.driver != "qemu":
        if volume is None:
            text = _("No storage pool of the host has {path}. Choose a file with Browse.")
            return {field: Problem(text.format(path=path))}
        return {}
    file = Path(path)
    try:
        is_there = file.exists()
    except OSError:
        # The hypervisor may go where this user may not.
        is_there = volume is not None
    if not is_there and volume is None:
        return {field: Problem(_("There is no file {path} on this host.").format(path=path))}
    if file.is_dir():
        return {field: Problem(_("{path} is a folder. Choose a file in it.").format(path=path))}
    return _reach_problem(field, path, connection)


def users_of(draft: Draft, connection: Connection) -> tuple[str, ...]:
    """Return the machines that use a disk that was chosen; for threads that may wait.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    return connection.domains.using(draft.disk) if draft.uses_disk and draft.disk else ()


def _grows(view: Shown) -> bool:
    return bool(view.has_format) and view.value("format") == "qcow2"


def _start_network(connection: Connection, name: str) -> None:
    connection.networks[name].start()


def _reach_problem(field: str, path: str, connection: Connection) -> Problems:
    account = emulator_account(connection)
    closed = unsearchable(path, account) if account is not None else ()
    if account is None or not closed:
        return {}
    return {
        field: Problem(
            _(
                "QEMU, which runs as user {user}, may not pass {folders}, so it cannot read the "
                "file."
            ).format(user=account.name, folders=", ".join(closed)),
            _("Let it pass"),
            partial(let_in, closed, account, connection.subject),
        )
    }
