"""What the inventory takes from definitions (XML): read once, and again only when it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from qvirt_jupyter.documents import DOMAIN_METADATA_URI, parse_xml
from qvirt_jupyter.hypervisor.displays import displays_of
from qvirt_jupyter.hypervisor.guest_agent import is_agent_connected
from qvirt_jupyter.hypervisor.records import DisplayRecord

if TYPE_CHECKING:
    from lxml.etree import _Element

_OURS: Final = f"metadata/{{{DOMAIN_METADATA_URI}}}domain"
_OS: Final = (
    "metadata/{http://libosinfo.org/xmlns/libvirt/domain/1.0}libosinfo"
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
    """Of one network interface of a machine."""

    type: str
    target: str
    mac: str


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
    agent_connected: bool = False
    driver: str = ""
    disks: tuple[str, ...] = ()
    interfaces: tuple[InterfaceDefinition, ...] = ()
    balloon: str = ""


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
    """Read what the list shows of a ``<domain>``.

    Raises
    ------
    ValueError
        It is not a document that we accept, or a number in it is none.
    """
    root = parse_xml(xml)
    memory = _kib(root.find("memory"))
    vcpu = root.find("vcpu")
    ours = root.find(_OURS)
    system = root.find(_OS)
    balloon = root.find("devices/memballoon")
    return DomainDefinition(
        title=_text(root, "title"),
        description=_text(root, "description"),
        vcpus=int(vcpu.get("current") or vcpu.text or 1) if vcpu is not None else 1,
        memory=_kib(root.find("currentMemory")) or memory,
        max_memory=memory,
        tags=tuple(
            tag.text.strip()
            for tag in (() if ours is None else ours.iterfind(f"{{{DOMAIN_METADATA_URI}}}tag"))
            if tag.text and tag.text.strip()
        ),
        group="" if ours is None else _text(ours, f"{{{DOMAIN_METADATA_URI}}}group"),
        os_id="" if system is None else system.get("id", ""),
        displays=tuple(
            DisplayRecord(display.index, display.type, display.listen)
            for display in displays_of(root)
        ),
        agent_connected=is_agent_connected(root),
        driver=root.get("type", ""),
        disks=tuple(target.get("dev", "") for target in root.iterfind("devices/disk/target")),
        interfaces=tuple(_interface(found) for found in root.iterfind("devices/interface")),
        balloon="" if balloon is None else balloon.get("model", ""),
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


def _interface(element: _Element) -> InterfaceDefinition:
    target, mac = element.find("target"), element.find("mac")
    return InterfaceDefinition(
        type=element.get("type", ""),
        target="" if target is None else target.get("dev", ""),
        mac="" if mac is None else mac.get("address", "").lower(),
    )


def _text(element: _Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _kib(element: _Element | None) -> int:
    if element is None or not element.text:
        return 0
    return int(element.text) * _UNITS.get(element.get("unit", "KiB").lower(), 2**10) // 2**10
