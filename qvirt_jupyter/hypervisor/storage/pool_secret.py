"""The secret with which a storage pool signs in to its server, where nobody else needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor.host.secret import Secret
    from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool

_USES: Final[Mapping[str, str]] = {"chap": "iscsi", "ceph": "ceph"}
"""What the secrets of each kind of sign-in are for: libvirt finds them by it."""


def own_secret(pool: StoragePool) -> Secret | None:
    """Return the secret that a pool names and nothing else on its host; None where there is none.

    Parameters
    ----------
    pool
        The pool.

    Raises
    ------
    QvirtError
        The host does not answer.
    """
    auth = pool.document(inactive=True).source.auth
    named, secrets = auth.secret, pool.connection.secrets
    if named.uuid:
        found = secrets.get(named.uuid)
    elif named.usage and auth.type:
        found = secrets.of_usage(_USES[auth.type], named.usage)
    else:
        return None
    if found is None or any(user.uuid != pool.uuid for user in found.users()):
        return None
    return found
