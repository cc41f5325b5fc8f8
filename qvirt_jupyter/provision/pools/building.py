"""The definition that a request becomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter.provision.pools.request import PoolRequest

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


# What is written as it is given, by field of the request.
_PLAIN: Final = {
    "folder": "folder",
    "source_name": "name",
    "initiator": "initiator",
    "protocol_version": "protocol_version",
}


def definition_of(request: PoolRequest) -> documents.StoragePool:
    """Return the definition of a request whose defaults are filled in.

    What its kind of pools does not have is left out, whatever the request says of it.

    Raises
    ------
    ValueError
        A value is wrong; the text names the right ones.
    """
    pool = documents.StoragePool(type=request.type, name=request.name)
    _put_places(request, pool.source)
    _put_adapter(request, pool.source)
    _put_sign_in(request, pool.source)
    _put_folder(request, pool)
    fields = request.kind.fields
    if "mount_options" in fields:
        for each in words_in(request.mount_options):
            pool.mount_options.add(name=each)
    if "ceph_settings" in fields:
        for key, value in settings_in(request.ceph_settings).items():
            pool.rbd_options.add(name=key, value=value)
    return pool


def _put_places(request: PoolRequest, source: documents.PoolSource) -> None:
    fields = request.kind.fields
    if "host" in fields:
        for name, port in hosts_in(request.host):
            source.hosts.add(name=name, port=port)
    # A group that is there knows its devices itself.
    if "device" in fields and (request.preparation != "keep" or not request.kind.several):
        for path in words_in(request.device):
            source.devices.add(path=path)
    if "target_iqn" in fields:
        source.devices.add(path=request.target_iqn)
    for field, name in _PLAIN.items():
        if field in fields:
            setattr(source, name, getattr(request, field) or None)
    source.format = request.format or None


def _put_folder(request: PoolRequest, pool: documents.StoragePool) -> None:
    fields = request.kind.fields
    if "target" in fields:
        pool.path = request.target or None
    if "mode" in fields:
        pool.permissions.mode = request.mode or None
        pool.permissions.owner, pool.permissions.group = request.owner, request.group
    if "copy_on_write" in fields:
        pool.copy_on_write = request.copy_on_write


def _put_adapter(request: PoolRequest, source: documents.PoolSource) -> None:
    if "adapter_type" not in request.kind.fields:
        return
    source.adapter.type = request.adapter_type
    if request.adapter_type == "fc_host":
        source.adapter.parent = request.parent or None
        source.adapter.wwnn, source.adapter.wwpn = request.wwnn or None, request.wwpn or None
    else:
        source.adapter.name = request.adapter or None


def _put_sign_in(request: PoolRequest, source: documents.PoolSource) -> None:
    if not request.kind.auth or not request.username:
        return
    source.auth.type = request.kind.auth
    source.auth.username = request.username
    if _UUID.fullmatch(request.secret):
        source.auth.secret.uuid = request.secret
    elif request.secret:
        source.auth.secret.usage = request.secret


def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a text with commas, blanks or line breaks between them."""
    return tuple(word for word in re.split(r"[,\s]+", text) if word)


def hosts_in(text: str) -> tuple[tuple[str, int | None], ...]:
    """Return names and ports of servers: ``nas``, ``nas:2049``, ``[fd00::1]:3260``, ``fd00::1``.

    Raises
    ------
    ValueError
        A port is no number from 1 to 65535.
    """
    return tuple(_host_in(word) for word in words_in(text))


def _host_in(word: str) -> tuple[str, int | None]:
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::(.*))?", word)
    if bracketed:
        return bracketed[1], _port_in(bracketed[2])
    if word.count(":") == 1:
        name, _colon, port = word.partition(":")
        return name, _port_in(port)
    return word, None


def _port_in(text: str | None) -> int | None:
    if text is None:
        return None
    port = documents.Port()
    number = port.parse(text)
    port.check(number)
    return number


def settings_in(text: str) -> dict[str, str]:
    """Return the settings of ``a=1, b=2``.

    Raises
    ------
    ValueError
        One of them has no value.
    """
    found = {}
    for word in words_in(text):
        key, equals, value = word.partition("=")
        if not (key and equals and value):
            raise ValueError(
                str(_("{word} is no setting such as client_mount_timeout=30.").format(word=word))
            )
        found[key] = value
    return found
