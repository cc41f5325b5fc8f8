"""What a Details tab knows of its machine: both definitions, what differs, what the host offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter.documents import declarations
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.masks import Masks
from qvirt_jupyter.documents.schema import schema_of
from qvirt_jupyter.widgets.details.drafted_machine import DraftedMachine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents import Change
    from qvirt_jupyter.hypervisor.inventory import Snapshot
    from qvirt_jupyter.widgets.details.drafted_machine import Machine

ORDER: Final = (
    *("disk", "interface", "input", "graphics", "sound", "audio"),
    *("serial", "parallel", "console", "channel", "hostdev", "video", "watchdog", "controller"),
    *("filesystem", "smartcard", "redirdev", "tpm", "rng", "panic", "vsock"),
)
"""The kinds of devices in the order of the list; all others come behind them."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """What was read of a machine in one go.

    Parameters
    ----------
    stored
        The definition that counts from the next start; of a transient machine the running one.
    running
        How it runs; None where it is off.
    persistent
        Whether it has a definition of its own.
    pending
        What will be otherwise after the next start.
    host
        What its host offers; None where it does not say.
    host_cpus
        How many processors the host has; 0 where that is not known.
    there
        What can be named just now, by the tag of a device and the name of a field.
    secrets
        Which fields have a secret, by the key of a device and the name of the field; the secrets
        themselves are not read for this tab.
    is_drafted
        Whether the machine is not made yet, so that nothing of it is fixed.
    is_local
        Whether its host is this one.
    """

    stored: documents.Domain
    running: documents.Domain | None
    persistent: bool
    pending: tuple[Change, ...] = ()
    host: documents.DomainCapabilities | None = field(default=None, repr=False)
    host_cpus: int = 0
    there: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict, repr=False)
    secrets: frozenset[tuple[str, str]] = frozenset()
    is_drafted: bool = False
    is_local: bool = True


def read(domain: Machine) -> Definitions:
    """Read both definitions of a machine; for threads that may wait.

    Raises
    ------
    QvirtError
        It is gone, or the connection is.
    """
    persistent = domain.persistent
    stored = domain.document(inactive=persistent)
    running = domain.document() if domain.is_active else None
    return Definitions(
        stored=stored,
        running=running if persistent else None,
        persistent=persistent,
        pending=domain.pending_changes if running is not None else (),
        host=domain.connection.domain_capabilities(stored),
        host_cpus=domain.connection.host.cpus,
        there=_there(domain.connection.inventory.snapshot()),
        secrets=_secrets(domain, inactive=persistent),
        is_local=not domain.connection.parts.is_remote,
        is_drafted=isinstance(domain, DraftedMachine),
    )


def _secrets(domain: Machine, *, inactive: bool) -> frozenset[tuple[str, str]]:
    """Return where the definition has secrets, which only those may know who may write."""
    if domain.connection.features.reason("write"):
        return frozenset()
    text = domain.xml(inactive=inactive, secure=True)
    return secrets_of(documents.Domain.parse(text)) if Masks.finds(text) else frozenset()


def secrets_of(domain: documents.Domain) -> frozenset[tuple[str, str]]:
    """Return which fields of devices have a secret, by the key of the device and their name."""
    return frozenset(
        (key, item.name)
        for key, device in devices_of(domain).items()
        for item in declarations(device)
        if item.type.secret and item.get(device)
    )


def _there(known: Snapshot) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the names of what devices can be connected to."""
    return {
        ("interface", "source.network"): tuple(sorted(each.name for each in known.networks)),
        ("disk", "source.pool"): tuple(sorted(each.name for each in known.storage_pools)),
    }


def kinds() -> list[type[documents.Device]]:
    """Return the kinds of devices that are declared, in the order of the list."""
    members = schema_of(documents.Devices).members.values()
    found = [
        member.cls
        for member in members
        if isinstance(member, Many) and issubclass(member.cls, documents.Device)
    ]
    return sorted(
        found, key=lambda kind: ORDER.index(kind.tag) if kind.tag in ORDER else len(ORDER)
    )


def devices_of(domain: documents.Domain) -> dict[str, documents.Device]:
    """Return the devices of a definition in the order of the list, each with its key.

    A device has the same key in the running and in the stored definition.
    """
    found: dict[str, documents.Device] = {}
    with domain.unchanging():
        for kind in kinds():
            for device in domain.devices.of(kind):
                key = f"{kind.tag} {device.identity!r}"
                number = 1
                # libvirt would refuse two of the same identity, but a list shows what is there.
                while (name := key if number == 1 else f"{key} {number}") in found:
                    number += 1
                found[name] = device
    return found


def path_of(device: documents.Device, domain: documents.Domain) -> str:
    """Return where differences between definitions say that a device is."""
    key = getattr(device, device.key) if device.key is not None else None
    if not key:
        key = list(domain.devices.of(type(device))).index(device) + 1
    return f"devices/{device.tag}[{key}]"


def concerns(path: str, base: str) -> bool:
    """Whether a difference lies at or inside a place."""
    return path == base or path.startswith(f"{base}/")


def removed_and_added(definitions: Definitions) -> Mapping[str, str]:
    """Return the devices that only one of both definitions has, by key.

    ``"leaving"`` are those that only the running machine has, ``"new"`` those that come with its
    next start.
    """
    if definitions.running is None:
        return {}
    now, then = devices_of(definitions.running), devices_of(definitions.stored)
    return {
        **{key: "leaving" for key in now if key not in then},
        **{key: "new" for key in then if key not in now and _is_pending(definitions, then[key])},
    }


def _is_pending(definitions: Definitions, device: documents.Device) -> bool:
    base = path_of(device, definitions.stored)
    return any(change.path == base for change in definitions.pending)
