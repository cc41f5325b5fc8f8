"""What the inventory knows of a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from qvirt_jupyter.hypervisor.record_key import Recorded


@dataclass(frozen=True, slots=True)
class SecretRecord(Recorded):
    """A secret that libvirt keeps; its value is never part of what we know.

    Parameters
    ----------
    uri, uuid
        The connection and the secret.
    usage_type
        What it is for: ``"volume"``, ``"ceph"``, ``"iscsi"``, ``"tls"``, ``"vtpm"``; empty for one
        that is found by its UUID only.
    usage_id
        The path or the name by which those who use it find it.
    ephemeral
        It is kept in memory only.
    private
        Its value is given to nobody.
    description
        Free text.
    version
        Counts the changes that were seen, also those of the value.
    """

    _kind: ClassVar[str] = "secret"

    uri: str
    uuid: str
    usage_type: str
    usage_id: str
    ephemeral: bool
    private: bool
    description: str
    version: int = 0

    @property
    def name(self) -> str:
        """What people call it: what it is for, or its UUID."""
        return self.usage_id or self.uuid
