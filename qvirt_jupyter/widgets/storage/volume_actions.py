"""What can be done with the volumes that are selected, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision.volumes.pool_facts import MAKES_VOLUMES
from qvirt_jupyter.widgets.table import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor import SurveyedVolume
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import StoragePoolRecord

_NO_TEXT: Final = LazyString("")
_READ_ONLY: Final = _("The connection is read-only.")
_ONE: Final = _("Select one volume.")
_SOME: Final = _("Select the volumes first.")
_FOLDER: Final = _("It is a folder.")
_RUNS: Final = _("It is used by {names}, which runs: shut it down first.")
_GROWS: Final = _(
    "It is used by {names}, which runs: its disk grows in the details of the machine."
)


def volume_actions(
    connection: Connection, pool: StoragePoolRecord | None, volumes: Sequence[SurveyedVolume]
) -> list[Action]:
    """Return what :meth:`VolumeDialogs.perform` can do now; libvirt is not asked.

    Parameters
    ----------
    connection
        Whose host.
    pool
        The pool; None where none is chosen.
    volumes
        Those that are selected.
    """
    cannot = _why_not(connection, pool)
    makes = cannot or _why_none_is_made(pool)
    one = volumes[0].record if len(volumes) == 1 else None
    single = cannot or (_NO_TEXT if one is not None else _ONE)
    file = single or (_FOLDER if one is not None and one.type in {"dir", "netdir"} else _NO_TEXT)
    running = ", ".join(running_users(connection, volumes[0])) if one is not None else ""
    idle = file or (_RUNS.format(names=running) if running else _NO_TEXT)
    grows = file or (_GROWS.format(names=running) if running else _NO_TEXT)
    is_flat = one is not None and not one.backing
    flat = file or (_("It builds on no other image.") if is_flat else idle)
    return [
        Action("new", _("New volume…"), makes, icon="create"),
        Action("upload", _("Upload…"), makes, icon="upload"),
        # Who only looks may download all the same, where libvirt lets it.
        Action("download", _("Download"), _without_rights(connection, file), icon="download"),
        Action("clone", _("Clone or convert…"), file, icon="clone", toolbar=False),
        Action("resize", _("Resize…"), grows, toolbar=False),
        Action("flatten", _("Flatten…"), flat, toolbar=False),
        Action("move", _("Move…"), idle, toolbar=False),
        Action("wipe", _("Wipe…"), idle, toolbar=False, danger=True),
        Action("copy-path", _("Copy path"), _without_rights(connection, single), toolbar=False),
        Action(
            "delete",
            _("Delete…"),
            cannot or (_NO_TEXT if volumes else _SOME),
            icon="remove",
            key="Delete",
            danger=True,
        ),
    ]


def running_users(connection: Connection, volume: SurveyedVolume) -> tuple[str, ...]:
    """Return the names of the machines that run and need a volume; libvirt is not asked.

    Parameters
    ----------
    connection
        Whose host.
    volume
        As it was when it was looked at.
    """
    active = running_names(connection)
    return tuple(name for name in volume.all_users if name in active)


def running_names(connection: Connection) -> frozenset[str]:
    """Return the names of all machines of a host that run, as its inventory knows them."""
    found = connection.inventory.snapshot().domains
    return frozenset(machine.name for machine in found if machine.state.is_active)


def _why_not(connection: Connection, pool: StoragePoolRecord | None) -> LazyString:
    if not connection.is_connected:
        return _("It is not connected.")
    if pool is None:
        return _("Choose a pool first.")
    if not pool.active:
        return _("The pool is off: start it first.")
    return _READ_ONLY if connection.read_only else _NO_TEXT


def _why_none_is_made(pool: StoragePoolRecord | None) -> LazyString:
    if pool is not None and pool.type not in MAKES_VOLUMES:
        return _("In a pool of this kind no volumes are made: they come from its source.")
    return _NO_TEXT


def _without_rights(connection: Connection, reason: LazyString) -> LazyString:
    return _NO_TEXT if connection.read_only and reason is _READ_ONLY else reason
