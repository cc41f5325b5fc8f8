"""What the inventory takes from definitions (XML): read once, and again only when it changed."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from qvirt_jupyter.documents import DOMAIN_METADATA_URI, INSTALLATION_METADATA_URI, parse_xml
from qvirt_jupyter.documents.storage_pool import StoragePool
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.hypervisor.records import DisplayRecord
from qvirt_jupyter.hypervisor.screen.displays import displays_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_INSTALLATION: Final = f"{{{INSTALLATION_METADATA_URI}}}installation"
_OURS: Final = f"{{{DOMAIN_METADATA_URI}}}domain"
_OS: Final = (
    "{http://libosinfo.org/xmlns/libvirt/domain/1.0}libosinfo"
    "/{http://libosinfo.org/xmlns/libvirt/domain/1.0}os"
)
# https://libvirt.org/formatdomain.html#memory-allocation: powers of 1000 and of 1024, in bytes.
_UNITS: Final = {
    "b": 1,
    "bytes": 1,
    "kb": 10**3,
    "k": 2**10,
    "kib": 2**10,
    "mb": 10**6,
    "m": 2**20,
    "mib": 2**20,
    "gb": 10**9,
    "g": 2**30,
    "gib": 2**30,
    "tb": 10**12,
    "t": 2**40,
    "tib": 2**40,
}

# https://libvirt.org/formatdomain.html#network-interfaces: what names the other end of each type.
_BY_DEVICE: Final = frozenset({"direct", "vdpa"})
_BY_ADDRESS: Final = frozenset({"mcast", "server", "client", "udp"})


class InterfaceDefinition(NamedTuple):
    """Of a network interface: its hardware address in lower case, type, and what it is on.

    ``target`` is its device on the host while the machine runs, by which traffic is counted.
    """

    mac: str
    type: str
    source: str
    target: str = ""
    model: str = ""
    link_up: bool = True


class DiskDefinition(NamedTuple):
    """Of a disk that can be written: its name in the machine, and its file, or its pool."""

    target: str
    path: str = ""
    pool: str = ""


class DomainDefinition(NamedTuple):
    """Of a virtual machine; memory in KiB."""

    title: str = ""
    description: str = ""
    vcpus: int = 0
    memory: int = 0
    max_memory: int = 0
    tags: tuple[str, ...] = ()
    group: str = ""
    os_id: str = ""
    displays: tuple[DisplayRecord, ...] = ()
    interfaces: tuple[InterfaceDefinition, ...] = ()
    agent_connected: bool = False
    driver: str = ""
    is_template: bool = False
    is_installing: bool = False
    disks: tuple[DiskDefinition, ...] = ()


class NetworkDefinition(NamedTuple):
    """Of a network; ``devices`` are those of the host that its traffic goes out by."""

    forward: str = ""
    bridge: str = ""
    devices: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()


class PoolDefinition(NamedTuple):
    """Of a storage pool."""

    type: str = ""
    path: str = ""
    source: str = ""


class DeviceDefinition(NamedTuple):
    """Of a device of the host."""

    parent: str = ""
    capability: str = ""
    vendor: str = ""
    product: str = ""
    driver: str = ""
    iommu_group: str = ""
    device: str = ""


class SecretDefinition(NamedTuple):
    """Of a secret."""

    ephemeral: bool = False
    private: bool = False
    description: str = ""


def domain_definition(xml: str) -> DomainDefinition:
    """Read what the list shows of a ``<domain>``; one pass, for there may be thousands.

    Raises
    ------
    ValueError
        It is not a document that we accept, or a number in it is none.
    """
    root = parse_xml(xml)
    # Comments have a function as their tag; nobody asks for that key.
    parts = {child.tag: child for child in reversed(root)}
    devices: defaultdict[object, list[_Element]] = defaultdict(list)
    for device in parts.get("devices", ()):
        devices[device.tag].append(device)
    memory = _kib(parts.get("memory"))
    vcpu = parts.get("vcpu")
    tags, group, os_id, is_template, is_installing = _metadata(parts.get("metadata"))
    return DomainDefinition(
        title=_own_text(parts.get("title")),
        description=_own_text(parts.get("description")),
        vcpus=int(vcpu.get("current") or vcpu.text or 1) if vcpu is not None else 1,
        memory=_kib(parts.get("currentMemory")) or memory,
        max_memory=memory,
        tags=tags,
        group=group,
        os_id=os_id,
        displays=tuple(
            DisplayRecord(display.index, display.type, display.listen)
            for display in (displays_of(root) if devices["graphics"] else ())
        ),
        interfaces=tuple(_interface(found) for found in devices["interface"]),
        agent_connected=bool(devices["channel"]) and is_agent_connected(root),
        driver=root.get("type", ""),
        is_template=is_template,
        is_installing=is_installing,
        disks=tuple(found for found in map(_disk, devices["disk"]) if found is not None),
    )


def _disk(element: _Element) -> DiskDefinition | None:
    """Return what fills a pool; None for media, block devices and what is only read."""
    source = element.find("source")
    is_disk = element.get("device", "disk") == "disk" and element.find("readonly") is None
    if source is None or not is_disk:
        return None
    path, pool = source.get("file", ""), source.get("pool", "")
    target = _attribute(element.find("target"), "dev")
    return DiskDefinition(target, path, pool) if path or pool else None


def _interface(element: _Element) -> InterfaceDefinition:
    kind = element.get("type", "")
    source = element.find("source")
    return InterfaceDefinition(
        mac=_attribute(element.find("mac"), "address").lower(),
        type=kind,
        source="" if source is None else _interface_source(kind, source),
        target=_attribute(element.find("target"), "dev"),
        model=_attribute(element.find("model"), "type"),
        # https://libvirt.org/formatdomain.html#modifying-virtual-link-state
        link_up=_attribute(element.find("link"), "state") != "down",
    )


def _interface_source(kind: str, source: _Element) -> str:
    if kind in _BY_DEVICE:
        return source.get("dev", "")
    if kind in _BY_ADDRESS:
        return f"{source.get('address', '')}:{source.get('port', '')}"
    # The attribute has the name of the type for those that are on something of libvirt's.
    return source.get(kind, "")


def _attribute(element: _Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "")


def _metadata(element: _Element | None) -> tuple[tuple[str, ...], str, str, bool, bool]:
    """Return tags, group, libosinfo's identifier, whether it is a template, and installs."""
    if element is None:
        return (), "", "", False, False
    ours = element.find(_OURS)
    system = element.find(_OS)
    return (
        tuple(
            tag.text.strip()
            for tag in (() if ours is None else ours.iterfind(f"{{{DOMAIN_METADATA_URI}}}tag"))
            if tag.text and tag.text.strip()
        ),
        "" if ours is None else _text(ours, f"{{{DOMAIN_METADATA_URI}}}group"),
        "" if system is None else system.get("id", ""),
        ours is not None and ours.find(f"{{{DOMAIN_METADATA_URI}}}template") is not None,
        element.find(_INSTALLATION) is not None,
    )


def network_definition(xml: str) -> NetworkDefinition:
    """Read what the list shows of a ``<network>``.

    Raises
    ------
    ValueError
        It is not a document that we accept.
    """
    root = parse_xml(xml)
    forward = root.find("forward")
    return NetworkDefinition(
        # A <forward> without a mode is NAT: https://libvirt.org/formatnetwork.html#connectivity
        forward="" if forward is None else forward.get("mode", "nat"),
        bridge=_attribute(root.find("bridge"), "name"),
        devices=() if forward is None else _outgoing(forward),
        subnets=tuple(subnet for subnet in map(_subnet, root.iterfind("ip")) if subnet),
    )


def _outgoing(forward: _Element) -> tuple[str, ...]:
    named = (forward.get("dev", ""), *(each.get("dev", "") for each in forward))
    return tuple(dict.fromkeys(name for name in named if name))


def _subnet(element: _Element) -> str:
    """Return what an ``<ip>`` spans, as ``192.168.122.0/24``; empty where that cannot be read."""
    length = element.get("prefix") or element.get("netmask", "")
    address = element.get("address", "")
    try:
        return str(ipaddress.ip_network(f"{address}/{length}" if length else address, strict=False))
    except ValueError:
        return ""


def pool_definition(xml: str) -> PoolDefinition:
    """Read what the list shows of a ``<pool>``.

    Raises
    ------
    ValueError
        It is not a document that we accept.
    """
    pool = StoragePool.parse(xml)
    return PoolDefinition(type=pool.type or "", path=pool.path or "", source=pool.source.words)


def device_definition(xml: str) -> DeviceDefinition:
    """Read what the list shows of a ``<device>``.

    Raises
    ------
    ValueError
        It is not a document that we accept.
    """
    root = parse_xml(xml)
    capability = root.find("capability")
    if capability is None:
        return DeviceDefinition(parent=_text(root, "parent"))
    return DeviceDefinition(
        parent=_text(root, "parent"),
        capability=capability.get("type", ""),
        vendor=_text(capability, "vendor") or _text(capability, "hardware/vendor"),
        product=_text(capability, "product")
        or _text(capability, "model")
        or _text(capability, "interface")
        or _text(capability, "hardware/product"),
        driver=_text(root, "driver/name"),
        iommu_group=_attribute(capability.find("iommuGroup"), "number"),
        device=_text(capability, "interface") or _text(capability, "block"),
    )


def secret_definition(xml: str) -> SecretDefinition:
    """Read what the list shows of a ``<secret>``.

    Raises
    ------
    ValueError
        It is not a document that we accept.
    """
    root = parse_xml(xml)
    return SecretDefinition(
        ephemeral=root.get("ephemeral") == "yes",
        private=root.get("private") == "yes",
        description=_text(root, "description"),
    )


def _text(element: _Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _own_text(element: _Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _kib(element: _Element | None) -> int:
    if element is None or not element.text:
        return 0
    return int(element.text) * _UNITS.get(element.get("unit", "KiB").lower(), 2**10) // 2**10
