"""What is wrong with what was said, field by field, and what takes it away."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, TypeAlias

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.host.emulator_access import (
    emulator_account,
    is_readable,
    let_in,
    unsearchable,
)
from qvirt_jupyter.provision.guest.folder_pools import (
    make_pool,
    may_have_pool,
    name_for,
    pool_of_folder,
)
from qvirt_jupyter.provision.machine_names import length_problem
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.creation.draft import NETWORK
from qvirt_jupyter.widgets.creation.facts import names_of, networks_of, pools_of
from qvirt_jupyter.widgets.recent_media import folders_let_be
from qvirt_jupyter.widgets.shell import open_host_tab

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor import StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.creation.draft import Draft
    from qvirt_jupyter.widgets.creation.inputs import Shown


_OPEN_STORAGE: Final = _("Open the host's storage")


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
    then
        What is typed into inputs once it is done.
    waive
        What the button says that lets it be; empty where that is not possible.
    let_be
        Remembers that; for threads that may wait.
    """

    text: LazyString | str
    mend: LazyString | str = ""
    do: Callable[[], object] | None = None
    then: Mapping[str, str] = field(default_factory=dict)
    waive: LazyString | str = ""
    let_be: Callable[[], object] | None = None


Problems: TypeAlias = "dict[str, Problem]"


def name_problem(name: str, connection: Connection) -> Problems:
    """Say whether another machine has the name."""
    if not name:
        return {"name": Problem(_("Enter a name."))}
    too_long = length_problem(name)
    if too_long is not None:
        return {"name": Problem(too_long)}
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
                _("No storage pool is on. Start or create one, or use a disk that exists."),
                _OPEN_STORAGE,
                partial(open_host_tab, connection, section="storage"),
            )
        }
    size, space = view.value("size"), view.space
    if space is not None and size is not None and size > space and not _grows(view):
        return {
            "size": Problem(
                _(
                    "{size} do not fit: the pool has {free} free. Choose less, or another pool."
                ).format(size=quantities.size(size), free=quantities.size(space)),
                _OPEN_STORAGE,
                partial(open_host_tab, connection, section="storage"),
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


def power_warnings(view: Shown) -> list[LazyString | str]:
    """Say that a machine has more than its host, or less memory than its system asks for.

    libvirt takes such machines, and some are meant: a host can swap, and a system be trimmed.
    """
    found: list[LazyString | str] = []
    memory, vcpus, known = view.value("memory"), view.value("vcpus"), view.facts
    least = view.least_memory
    if memory and known.memory and memory > known.memory:
        text = _(
            "The machine has {size} of memory, more than the whole host ({host}): it may not "
            "start, or the host runs out of memory."
        )
        of_host = quantities.size(known.memory, unit="KiB")
        found.append(text.format(size=quantities.size(memory, unit="KiB"), host=of_host))
    elif memory and least and memory < least:
        text = _(
            "{system} needs {least} of memory at least, and the machine has {size}: it may not "
            "start."
        )
        size = quantities.size(memory, unit="KiB")
        wanted = quantities.size(least, unit="KiB")
        found.append(text.format(system=view.system_name, least=wanted, size=size))
    if vcpus and known.cpus and vcpus > known.cpus:
        text = _("The machine has {count} CPUs, more than the host ({host}): that makes it slower.")
        found.append(text.format(count=vcpus, host=known.cpus))
    return found


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


def file_problem(
    field: str, path: str, connection: Connection, *, creates: bool = False
) -> Problems:
    """Say whether a file of the host is missing or out of QEMU's reach; for threads that may wait.

    Parameters
    ----------
    field
        The input that names it.
    path
        The file.
    connection
        The host.
    creates
        Whether it can be made where it is missing.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    pools = connection.storage_pools if connection.features.storage else None
    volume = pools.volume_at(path) if pools is not None else None
    if connection.parts.is_remote or connection.parts.driver != "qemu":
        return {} if volume is not None else _missing(field, path, connection, creates=creates)
    file = Path(path)
    try:
        is_there = file.exists()
    except OSError:
        # The hypervisor may go where this user may not.
        is_there = volume is not None
    if not is_there and volume is None:
        return _missing(field, path, connection, creates=creates)
    if file.is_dir():
        return {field: Problem(_("{path} is a folder. Choose a file in it.").format(path=path))}
    return _reach_problem(field, path, connection)


def volume_problem(draft: Draft, pool: str, connection: Connection) -> Problems:
    """Say whether a volume has the name that was typed; for threads that may wait.

    Parameters
    ----------
    draft
        What was said.
    pool
        Where the volume is to be.
    connection
        The host.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    if not draft.volume or draft.volume not in connection.storage_pools[pool].volumes.names:
        return {}
    text = _("The pool {pool} has a volume {name} already. Choose another name.")
    return {"volume": Problem(text.format(pool=pool, name=draft.volume))}


def _missing(field: str, path: str, connection: Connection, *, creates: bool) -> Problems:
    """Say that a file is not there, and offer what may help: another pool, or to make it."""
    known = connection.parts.driver == "qemu" and not connection.parts.is_remote
    folder = str(PurePosixPath(path).parent)
    words = (
        _("There is no file {path} on this host. Correct the path, or choose a file with Browse.")
        if known
        else _("No storage pool of the host has {path}. Choose a file with Browse.")
    ).format(path=path)
    if not may_have_pool(path):
        return {field: Problem(words)}
    pool = pool_of_folder(connection, folder)
    name = pool.name if pool is not None else name_for(connection, folder)
    create = partial(make_pool, connection, folder, name)
    if pool is None and not known:
        # What lies there is seen once it is a pool.
        return {field: Problem(words, _("Make a pool of its folder"), create)}
    if not creates or (pool is None and not Path(folder).is_dir()):
        return {field: Problem(words)}
    made = {"storage": "new", "pool": name, "volume": PurePosixPath(path).name}
    ready = create if pool is None else partial(_turn_on, pool)
    return {field: Problem(words, _("Create it"), ready, then=made)}


def _turn_on(pool: StoragePool) -> None:
    if not pool.is_active:
        pool.start()


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
    known = folders_let_be.of(connection.uri)
    closed = unsearchable(path, account) if account is not None else ()
    closed = tuple(folder for folder in closed if folder not in known)
    if account is None:
        return {}
    # The system's libvirt gives its emulator the file; a user's own has nothing to give.
    gives = connection.parts.path != "/session"
    if not closed and not gives and not is_readable(path, account):
        return {
            field: Problem(
                _(
                    "{user} may not read {path}, and neither may QEMU, which runs as that user. "
                    "Its owner can mend that: setfacl -m u:{user}:r {path}"
                ).format(user=account.name, path=path)
            )
        }
    if not closed:
        return {}
    return {
        field: Problem(
            _(
                "QEMU, which runs as user {user}, may not pass {folders}, so it cannot read the "
                "file."
            ).format(user=account.name, folders=", ".join(closed)),
            _("Let it pass"),
            partial(let_in, closed, account, connection.subject),
            waive=_("Use it all the same"),
            let_be=partial(_let_be, closed, connection),
        )
    }


def _let_be(folders: tuple[str, ...], connection: Connection) -> None:
    for folder in folders:
        folders_let_be.add(connection.uri, folder)
