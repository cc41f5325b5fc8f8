"""Who needs a secret: machines, storage pools, and the encrypted volume that it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libvirt

from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.definition_names import NOT_THERE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

    from qvirt_jupyter.hypervisor.survey import RawSecret


@dataclass(frozen=True, slots=True)
class SecretUser:
    """What needs a secret.

    Parameters
    ----------
    kind
        What it is: ``"domain"``, ``"pool"`` or ``"volume"``.
    name
        Its name; of a volume its path.
    uuid
        Its UUID; empty for a volume.
    """

    kind: str
    name: str
    uuid: str = ""


def users_of(
    connection: libvirt.virConnect, secrets: Mapping[str, RawSecret]
) -> dict[str, tuple[SecretUser, ...]]:
    """Return who needs each of some secrets, now or from the next start; one look for all.

    Parameters
    ----------
    connection
        What libvirt opened.
    secrets
        What each is for, by UUID.

    Raises
    ------
    libvirt.libvirtError
        The machines cannot be listed.
    """
    found: dict[str, set[SecretUser]] = {uuid: set() for uuid in secrets}
    for kind, listed, texts in (
        ("domain", connection.listAllDomains(0), _texts_of_machine),
        ("pool", _pools(connection), _texts_of_pool),
    ):
        for one in listed:
            try:
                needed = {
                    uuid
                    for text in texts(one)
                    for uuid, usage in secrets.items()
                    if _names(text, uuid, usage)
                }
                user = SecretUser(kind, one.name(), one.UUIDString())
            except libvirt.libvirtError as error:
                # It went while the list was read.
                if error.get_error_code() not in NOT_THERE:
                    raise
                continue
            for uuid in needed:
                found[uuid].add(user)
    for uuid, usage in secrets.items():
        if usage.usage_type == "volume" and _is_volume(connection, usage.usage_id):
            found[uuid].add(SecretUser("volume", usage.usage_id))
    return {uuid: tuple(sorted(users, key=_order)) for uuid, users in found.items()}


def _order(user: SecretUser) -> tuple[str, str, str]:
    return (user.kind, user.name.casefold(), user.uuid)


def _texts_of_machine(machine: libvirt.virDomain) -> Iterator[str]:
    yield machine.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    if machine.isActive():
        # It may still have what it has not at its next start.
        yield machine.XMLDesc(0)


def _texts_of_pool(pool: libvirt.virStoragePool) -> Iterator[str]:
    yield pool.XMLDesc(libvirt.VIR_STORAGE_XML_INACTIVE if pool.isPersistent() else 0)


def _pools(connection: libvirt.virConnect) -> list[Any]:
    try:
        return list(connection.listAllStoragePools(0))
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
            raise
        return []


def _is_volume(connection: libvirt.virConnect, path: str) -> bool:
    try:
        connection.storageVolLookupByPath(path)
    except libvirt.libvirtError as error:
        if error.get_error_code() not in {*NOT_THERE, libvirt.VIR_ERR_NO_SUPPORT}:
            raise
        return False
    return True


def _names(text: str, uuid: str, usage: RawSecret) -> bool:
    # Most definitions have none, and whole ones take long to read.
    if "secret" not in text:
        return False
    return any(_is_named(element, uuid, usage) for element in parse_xml(text).iter("*"))


def _is_named(element: _Element, uuid: str, usage: RawSecret) -> bool:
    """Whether an element says this secret, in one of the ways that libvirt has.

    ``<secret uuid=… usage=…/>`` of disks, pools and encryption
    (https://libvirt.org/formatstorageencryption.html), ``<encryption secret=…/>`` of an emulated
    TPM (https://libvirt.org/formatdomain.html#tpm-device).
    """
    if element.tag == "encryption":
        return element.get("secret") == uuid
    if element.tag != "secret":
        return False
    if element.get("uuid"):
        return element.get("uuid") == uuid
    name = element.get("usage")
    # In <auth> the type is that of the secret; in <encryption> it is always "passphrase".
    kind = element.get("type") or _attribute(element.getparent(), "type")
    return (
        bool(name) and name == usage.usage_id and kind in {usage.usage_type, "passphrase", "chap"}
    )


def _attribute(element: _Element | None, name: str) -> str | None:
    return None if element is None else element.get(name)
