"""The password of a pool's server becomes a secret that libvirt keeps."""

from __future__ import annotations

import base64
import binascii
import itertools
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.secret import NamedUsage, TargetUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor import Secret
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.pools.request import PoolRequest

_USES: Final[Mapping[str, str]] = {"chap": "iscsi", "ceph": "ceph"}


def keep(request: PoolRequest, connection: Connection) -> Secret:
    """Have libvirt keep the password of a request; its value goes nowhere else.

    Raises
    ------
    QvirtError
        libvirt refuses.
    """
    words = _("For the storage pool {name}").format(name=request.name)
    # Private: nobody can read it again, only libvirt's own drivers.
    secret = documents.Secret(private=True, description=str(words))
    kind = _USES[request.kind.auth]
    secret.usage_type = kind
    usage, use = secret.usage, _free_use(connection, kind, f"{request.name}/{request.username}")
    value = request.password.encode()
    if isinstance(usage, TargetUsage):
        usage.target = use
    elif isinstance(usage, NamedUsage):
        usage.name = use
        # Ceph shows its keys in base64, and libvirt encodes them again.
        value = base64.b64decode(request.password)
    return connection.secrets.create(secret, value)


def _free_use(connection: Connection, kind: str, use: str) -> str:
    """Return what no secret is for yet: a pool of this name may have left one behind."""
    uses = itertools.chain((use,), (f"{use}-{number}" for number in itertools.count(2)))
    return next(each for each in uses if connection.secrets.of_usage(kind, each) is None)


def is_key(text: str) -> bool:
    """Tell whether a text can be a key of Ceph."""
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False
