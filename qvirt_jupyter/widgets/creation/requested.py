"""The request that a draft stands for, and the same as Python."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from qvirt_jupyter.provision import (
    CloudImage,
    CloudSeed,
    ContainerApplication,
    ContainerSystem,
    DiskRequest,
    GuestRequest,
    HostLink,
    ImportDisk,
    InstallFromMedia,
    InstallFromNetwork,
    InstallFromTree,
    NoInstall,
)
from qvirt_jupyter.provision.guest.places import DEFAULT_POOL
from qvirt_jupyter.provision.guest.platform import X86
from qvirt_jupyter.provision.guest.suggestions import suggested_name, suggested_network
from qvirt_jupyter.provision.osinfo import GENERIC
from qvirt_jupyter.widgets.creation.draft import BRIDGE, MACVTAP, NETWORK, NO_NETWORK, USER_NETWORK
from qvirt_jupyter.widgets.creation.facts import names_of, networks_of, pools_of
from qvirt_jupyter.widgets.creation.kinds import kind_of
from qvirt_jupyter.widgets.creation.ways import way_of
from qvirt_jupyter.widgets.preferences import preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision import InstallMethod
    from qvirt_jupyter.widgets.creation.draft import Draft
    from qvirt_jupyter.widgets.creation.facts import Facts


def request_of(draft: Draft, facts: Facts, connection: Connection) -> GuestRequest:
    """Return what is asked for; what nobody said is left to the request.

    Parameters
    ----------
    draft
        What was said.
    facts, connection
        The host.
    """
    said: dict[str, Any] = {
        "name": name_of(draft, facts, connection),
        "disks": _disks(draft, connection),
        "install": _install(draft),
        "network": _network(draft, facts, connection),
        **_preferred(draft, facts),
    }
    system = facts.system(draft.os)
    if system is not None and system is not GENERIC:
        said["os"] = system.short_id
    for name in ("memory", "vcpus", "architecture", "hypervisor", "machine"):
        value = getattr(draft, name)
        if value is not None:
            said[name] = value
    return GuestRequest(**said)


def name_of(draft: Draft, facts: Facts, connection: Connection) -> str:
    """Return the name that was given, or one that is free."""
    if draft.name is not None:
        return draft.name.strip()
    if draft.is_container:
        return suggested_name(None, names_of(connection), generic="container")
    return suggested_name(
        facts.system(draft.os),
        names_of(connection),
        architecture=draft.architecture or "",
        host_architecture=facts.offer.architecture,
    )


def pool_of(draft: Draft, connection: Connection) -> str | None:
    """Return the pool of a new disk; None where it is the one that is taken by itself."""
    if draft.pool is not None:
        return draft.pool
    first = next((pool.name for pool in pools_of(connection)), DEFAULT_POOL)
    return first if first != DEFAULT_POOL else None


def network_of(draft: Draft, facts: Facts, connection: Connection) -> str:
    """Return the choice of the network: what was chosen, or what suits the host."""
    if draft.network is not None:
        return draft.network
    if facts.default_bridge:
        return BRIDGE
    found = suggested_network(networks_of(connection))
    if found:
        return f"{NETWORK}{found}"
    return USER_NETWORK if has_user_network(facts, connection) else NO_NETWORK


def has_user_network(facts: Facts, connection: Connection) -> bool:
    """Whether machines of a host can have a network of the user's own programs; containers not."""
    return bool(facts.offer.architecture) and connection.parts.driver == "qemu"


def code_of(request: GuestRequest, connection: Connection) -> str:
    """Return Python that makes the same machine; passwords are asked for where it runs.

    Parameters
    ----------
    request
        What is asked for.
    connection
        Where.
    """
    names = sorted(_classes(request))
    lines = [
        "import qvirt_jupyter",
        f"from qvirt_jupyter.provision import {', '.join(names)}",
        "",
        f"conn = {connection.code}",
        f"request = {_source(request, '')}",
        "vm = request.create(conn)",
    ]
    if _has_secret(request):
        lines.insert(0, "from getpass import getpass\n")
    return "\n".join(lines)


def misses_uefi(draft: Draft, facts: Facts) -> bool:
    """Whether the user prefers UEFI, and the host has none for PCs of that kind."""
    if draft.is_container or not preferences.now.new_firmware:
        return False
    kind = kind_of(draft, facts.offer)
    return kind[0] in X86 and facts.uefi.get(kind) is False


def _preferred(draft: Draft, facts: Facts) -> dict[str, Any]:
    """Return what the user prefers of all new machines, as far as it fits this one."""
    if draft.is_container:
        return {}
    now = preferences.now
    architecture, type_ = kind_of(draft, facts.offer)
    said = {
        "display": now.new_display,
        "firmware": now.new_firmware
        if architecture in X86 and not misses_uefi(draft, facts)
        else "",
        "processor": now.new_processor if type_ == "kvm" else "",
    }
    return {name: value for name, value in said.items() if value}


def _disks(draft: Draft, connection: Connection) -> tuple[DiskRequest, ...]:
    if draft.uses_disk:
        return (DiskRequest(path=draft.disk),)
    if draft.is_container or (draft.storage == "none" and draft.asks_for_storage):
        return ()
    said: dict[str, Any] = {
        "size": draft.size,
        "pool": pool_of(draft, connection),
        "name": draft.volume or None,
        "format": draft.format or preferences.now.new_format or None,
    }
    return (DiskRequest(**{name: value for name, value in said.items() if value is not None}),)


def install_problem(draft: Draft) -> str:
    """Return what is wrong with where the system comes from; empty where nothing is."""
    try:
        _said_install(draft)
    except ValueError as error:
        return str(error)
    return ""


def _install(draft: Draft) -> InstallMethod:
    try:
        return _said_install(draft)
    except ValueError:
        # A path of which half is typed is no part of a request; the page says so.
        return NoInstall()


def _said_install(draft: Draft) -> InstallMethod:
    source = way_of(draft.method).source
    own_init = {} if draft.init is None else {"init": draft.init}
    makers: dict[str, Callable[[], InstallMethod]] = {
        "media": lambda: InstallFromMedia(draft.media),
        "tree": lambda: InstallFromTree(draft.url, arguments=draft.arguments),
        "cloud": lambda: CloudImage(draft.image, seed=draft.seed, copy=draft.copy),
        "import": ImportDisk,
        "network": InstallFromNetwork,
        "manual": NoInstall,
        "application": lambda: ContainerApplication(**own_init),
        "container": lambda: ContainerSystem(draft.root, **own_init),
    }
    # What is not said yet can be no part of a request.
    return makers[draft.method]() if not source or getattr(draft, source) else NoInstall()


def bridge_of(draft: Draft, facts: Facts) -> str:
    """Return the bridge that was named, or the one that the host reaches others by."""
    return draft.bridge or facts.default_bridge


def _network(draft: Draft, facts: Facts, connection: Connection) -> str | HostLink | None:
    chosen = network_of(draft, facts, connection)
    if chosen == BRIDGE:
        return HostLink(bridge=bridge_of(draft, facts))
    if chosen == MACVTAP:
        return HostLink(device=draft.device)
    if chosen.startswith(NETWORK):
        return chosen.removeprefix(NETWORK)
    return "" if chosen == USER_NETWORK else None


def _said(value: Any) -> list[tuple[dataclasses.Field[Any], Any]]:  # noqa: ANN401 - of any request
    """Return the fields of a dataclass that are not as they are by default."""
    return [
        (field, getattr(value, field.name))
        for field in dataclasses.fields(value)
        if field.init and getattr(value, field.name) != field.default
    ]


def _classes(value: object) -> set[str]:
    if isinstance(value, tuple):
        return set().union(*(_classes(each) for each in value))
    if not dataclasses.is_dataclass(value):
        return set()
    return {type(value).__name__}.union(*(_classes(each) for _field, each in _said(value)))


def _has_secret(value: object) -> bool:
    if isinstance(value, tuple):
        return any(_has_secret(each) for each in value)
    if not dataclasses.is_dataclass(value):
        return False
    return any(not field.repr or _has_secret(each) for field, each in _said(value))


def _source(value: object, indent: str) -> str:
    inner = f"{indent}    "
    if isinstance(value, tuple) and value:
        return f"({', '.join(_source(each, indent) for each in value)},)"
    if not dataclasses.is_dataclass(value):
        return repr(value)
    if isinstance(value, CloudSeed):
        # It hides what is secret in what was written by hand, too.
        own = repr(dataclasses.replace(value, password=None))
        return own if value.password is None else own.replace("(", "(password=getpass(), ", 1)
    parts = [
        f"{field.name}={_source(each, inner)}" if field.repr else f"{field.name}=getpass()"
        for field, each in _said(value)
    ]
    name = type(value).__name__
    if name != "GuestRequest":
        return f"{name}({', '.join(parts)})"
    lines = "".join(f"{inner}{part},\n" for part in parts)
    return f"{name}(\n{lines}{indent})"
