"""Which kinds of pools a host has; what an old libvirt cannot tell may be tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.pools.pool_type import POOL_TYPES, PoolType

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.connection import Connection


@dataclass(frozen=True, slots=True)
class OfferedType:
    """A kind of pools on one host.

    Parameters
    ----------
    kind
        The kind.
    formats
        The formats that its source can have there; none where it has no choice.
    reason
        Why the host does not have it; empty where it does, or does not say.
    warning
        What is likely to stand in the way although the host has it; or empty.
    """

    kind: PoolType
    formats: tuple[str, ...] = ()
    reason: LazyString | str = ""
    warning: LazyString | str = ""

    @property
    def type(self) -> str:
        """Libvirt's word for it."""
        return self.kind.type

    @property
    def is_offered(self) -> bool:
        """Whether it can be tried."""
        return not self.reason


def pool_types(connection: Connection) -> tuple[OfferedType, ...]:
    """Return every kind of pools, with what this host says of it.

    Parameters
    ----------
    connection
        The host, which is asked.

    Raises
    ------
    QvirtError
        It does not answer.
    """
    said = connection.storage_pools.capabilities
    return tuple(_offered(kind, said, connection) for kind in POOL_TYPES.values())


def _offered(
    kind: PoolType, said: documents.PoolCapabilities | None, connection: Connection
) -> OfferedType:
    supported = None if said is None else said.supports(kind.type)
    reason: LazyString | str = ""
    if supported is False:
        reason = _("The libvirt of this host was built without it, or a package of it is missing.")
    formats = None if said is None else said.source_formats(kind.type)
    return OfferedType(kind, _ordered(kind, formats), reason, system_warning(kind, connection))


def system_warning(kind: PoolType, connection: Connection) -> LazyString | str:
    """Say that the service of an ordinary user is likely to lack the rights; or nothing."""
    if kind.needs_system and connection.parts.path == "/session":
        return _(
            "The service of an ordinary user may hardly use devices or mount: connect to the "
            "system's instead (qemu:///system)."
        )
    return ""


def _ordered(kind: PoolType, said: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the formats that both know, the usual ones first; ours where nothing is said."""
    if said is None or not kind.formats:
        return kind.formats
    known = tuple(each for each in kind.formats if each in said)
    return (*known, *(each for each in said if each not in known and each != "unknown"))
