"""What the inventory takes from definitions (XML): read once, and again only when it changed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from qvirt_jupyter.documents import DOMAIN_METADATA_URI, parse_xml
from qvirt_jupyter.hypervisor.displays import displays_of
from qvirt_jupyter.hypervisor.guest_agent import is_agent_connected
from qvirt_jupyter.hypervisor.records import DisplayRecord

if TYPE_CHECKING:
    from lxml.etree import _Element

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


class InterfaceDefinition(NamedTuple):
    """Of a network interface: its hardware address in lower case, type, and what it is on."""

    mac: str
    type: str
    source: str


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


class NetworkDefinition(NamedTuple):
    """Of a network."""

    forward: str = ""
    bridge: str = ""


class PoolDefinition(NamedTuple):
    """Of a storage pool."""

    type: str = ""
    path: str = ""


class DeviceDefinition(NamedTuple):
    """Of a device of the host."""

    parent: str = ""
    capability: str = ""
    vendor: str = ""
    product: str = ""


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
    tags, group, os_id, is_template = _metadata(parts.get("metadata"))
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
    )


def _interface(element: _Element) -> InterfaceDefinition:
    mac, source = element.find("mac"), element.find("source")
    kind = element.get("type", "")
    return InterfaceDefinition(
        mac="" if mac is None else mac.get("address", "").lower(),
        type=kind,
        # The attribute has the name of the type for those that are on something of libvirt's.
        source="" if source is None else source.get(kind, ""),
    )


def _metadata(element: _Element | None) -> tuple[tuple[str, ...], str, str, bool]:
    """Return tags, group, libosinfo's identifier, and whether it is a template."""
    if element is None:
        return (), "", "", False
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
    bridge = root.find("bridge")
    return NetworkDefinition(
        # A <forward> without a mode is NAT: https://libvirt.org/formatnetwork.html#connectivity
        forward="" if forward is None else forward.get("mode", "nat"),
        bridge="" if bridge is None else bridge.get("name", ""),
    )


def pool_definition(xml: str) -> PoolDefinition:
    """Read what the list shows of a ``<pool>``.

    Raises
    ------
    ValueError
        It is not a document that we accept.
    """
    root = parse_xml(xml)
    return PoolDefinition(type=root.get("type", ""), path=_text(root, "target/path"))


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
    )


def _text(element: _Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _own_text(element: _Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _kib(element: _Element | None) -> int:
    if element is None or not element.text:
        return 0
    return int(element.text) * _UNITS.get(element.get("unit", "KiB").lower(), 2**10) // 2**10
