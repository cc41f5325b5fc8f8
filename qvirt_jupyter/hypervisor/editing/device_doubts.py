"""What speaks against a device before it is added: who uses it already, what is off, what is shut.

libvirt would take it all the same, and the machine would destroy another one's disk or not start.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.host.device_users import users_of
from qvirt_jupyter.hypervisor.host.emulator_access import emulator_account, let_in, unsearchable

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.machine_like import MachineLike


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to ask first.

    Parameters
    ----------
    field
        The field of the device that it is about.
    title
        What is to be asked.
    text
        Why.
    mend
        Makes the reason go away; None where that is not possible from here.
    mend_label
        What a button says that does so.
    """

    field: str
    title: LazyString | str
    text: LazyString | str
    mend: Callable[[], object] | None = None
    mend_label: LazyString | str = ""


def doubts_about(domain: MachineLike, device: documents.Device) -> tuple[Doubt, ...]:
    """Return what speaks against giving a machine a device; asked of libvirt just now.

    Parameters
    ----------
    domain
        The machine.
    device
        What it is to get.

    Raises
    ------
    QvirtError
        The host does not answer.
    """
    if isinstance(device, documents.Disk):
        return (*_disk_users(domain, device), *_unreached(domain, device))
    if isinstance(device, documents.Hostdev):
        return _host_device_users(domain, device)
    if isinstance(device, documents.Interface):
        return _network_off(domain, device)
    return ()


def _disk_users(domain: MachineLike, disk: documents.Disk) -> tuple[Doubt, ...]:
    # Several may read one disk.
    path = None if disk.read_only or disk.shareable else _path_of(domain, disk)
    if path is None:
        return ()
    own = domain.name
    others = [name for name in domain.connection.domains.using(path) if name != own]
    if not others:
        return ()
    return (
        Doubt(
            _path_field(disk),
            _("Use {path} although another machine has it?").format(path=path),
            _(
                "{path} is used by {names}. Two machines that write to one disk destroy what is "
                "on it."
            ).format(path=path, names=", ".join(others)),
        ),
    )


def _unreached(domain: MachineLike, disk: documents.Disk) -> tuple[Doubt, ...]:
    path, connection = disk.path, domain.connection
    account = emulator_account(connection) if path else None
    if not path or account is None:
        return ()
    folders = unsearchable(path, account)
    if not folders:
        return _missing(domain, disk, path)
    owners = {Path(folder).stat().st_uid for folder in folders}
    mine = os.geteuid() == 0 or owners == {os.geteuid()}
    text = _(
        "The emulator runs as the user {name}, who may not look into {folders}: the machine could "
        "not start."
    ).format(name=account.name, folders=", ".join(folders))
    if not mine:
        advice = _("Whoever owns them can let it in: setfacl -m u:{name}:x {folders}").format(
            name=account.name, folders=" ".join(folders)
        )
        text = _("{reason} {advice}").format(reason=text, advice=advice)
    return (
        Doubt(
            _path_field(disk),
            _("Use {path} although the emulator cannot reach it?").format(path=path),
            text,
            partial(let_in, folders, account, domain.subject) if mine else None,
            _("Let {name} look into the folder").format(name=account.name) if mine else "",
        ),
    )


def _missing(domain: MachineLike, disk: documents.Disk, path: str) -> tuple[Doubt, ...]:
    try:
        Path(path).stat()
    except FileNotFoundError:
        if domain.connection.storage_pools.volume_at(path) is None:
            return (
                Doubt(
                    _path_field(disk),
                    _("Use {path} although it is not there?").format(path=path),
                    _("There is no file {path}: the machine could not start.").format(path=path),
                ),
            )
    except OSError:
        # Not for this user to see; libvirt may.
        return ()
    return ()


def _path_of(domain: MachineLike, disk: documents.Disk) -> str | None:
    """Return where the disk lies on the host; None where it does not, or not yet."""
    source = disk.source
    if not isinstance(source, documents.VolumeSource):
        return disk.path
    pool = domain.connection.storage_pools.get(source.pool or "")
    volume = pool.volumes.get(source.volume or "") if pool is not None else None
    return volume.path if volume is not None else None


def _path_field(disk: documents.Disk) -> str:
    if disk.type == "volume":
        return "source.volume"
    return "source.device" if disk.type == "block" else "source.file"


def _host_device_users(domain: MachineLike, device: documents.Hostdev) -> tuple[Doubt, ...]:
    users = domain.connection.call(lambda raw: users_of(raw, device), subject=domain.subject)
    own = domain.name
    others = [name for name in users if name != own]
    if not others:
        return ()
    return (
        Doubt(
            "node",
            _("Add {device} although another machine has it?").format(device=device.display_name),
            _("It is given to {names}. Only one machine at a time can run with it.").format(
                names=", ".join(others)
            ),
        ),
    )


def _network_off(domain: MachineLike, card: documents.Interface) -> tuple[Doubt, ...]:
    source = card.source
    name = source.network if isinstance(source, documents.NetworkLink) else None
    network = domain.connection.networks.get(name) if name else None
    if network is None or network.is_active:
        return ()

    def start() -> None:
        # Somebody else may have done so meanwhile.
        if not network.is_active:
            network.start()

    return (
        Doubt(
            "source.network",
            _("Start the network {name}?").format(name=name),
            _(
                "It is off. A machine with a card in it does not start, and a running one does not "
                "take it."
            ),
            start,
            _("Start it"),
        ),
    )
