"""What of a host a machine's network card can be connected to, and the drives for its media."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter.documents.host_interface import HostBridge
from qvirt_jupyter.documents.node_device import NetworkDevice
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.survey import UNSUPPORTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_GONE: Final = frozenset(
    {
        libvirt.VIR_ERR_NO_NODE_DEVICE,
        libvirt.VIR_ERR_NO_INTERFACE,
        libvirt.VIR_ERR_NO_NETWORK,
    }
)
# https://libvirt.org/html/libvirt-libvirt-nodedev.html#virConnectListAllNodeDeviceFlags
_NET: Final = libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET
_STORAGE: Final = libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_STORAGE
_VDPA: Final = getattr(libvirt, "VIR_CONNECT_LIST_NODE_DEVICES_CAP_VDPA", 0)
_OWN: Final = ("vnet", "macvtap", "tap")
"""How the devices are called that libvirt itself makes for machines."""


@dataclass(frozen=True, slots=True)
class HostLinks:
    """Names of the host's side of network cards.

    Parameters
    ----------
    bridges
        Bridges, those of libvirt's own networks left out.
    devices
        Network devices that can be shared by macvtap.
    vdpa
        The paths of vDPA devices.
    port_groups
        The port groups of virtual networks, that by default first, by the network's name.
    """

    bridges: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    vdpa: tuple[str, ...] = ()
    port_groups: Mapping[str, tuple[str, ...]] | None = None


def read_links(connection: libvirt.virConnect) -> HostLinks:
    """Ask a host for them; what its driver does not know is left empty.

    Parameters
    ----------
    connection
        libvirt's object.
    """
    networks = [
        documents.Network.parse(text)
        for text in texts_of(lambda: connection.listAllNetworks(0), lambda one: one.XMLDesc(0))
    ]
    of_networks = {str(network.bridge.name or "") for network in networks}
    interfaces = [
        documents.HostInterface.parse(text)
        for text in texts_of(lambda: connection.listAllInterfaces(0), lambda one: one.XMLDesc(0))
    ]
    bridges = {
        str(each.name) for each in interfaces if each.type == "bridge" and each.name
    } - of_networks
    devices = {str(each.name) for each in interfaces if each.name}
    for text in texts_of(lambda: connection.listAllDevices(_NET), lambda one: one.XMLDesc(0)):
        card = documents.NodeDevice.parse(text).capability
        if isinstance(card, NetworkDevice) and card.interface:
            devices.add(card.interface)
    devices -= {*bridges, *of_networks, "lo"}
    devices = {name for name in devices if not name.startswith(_OWN)}
    return HostLinks(
        tuple(sorted(bridges)),
        tuple(sorted(devices)),
        tuple(sorted(_vdpa_paths(connection))),
        {str(network.name): _port_groups(network) for network in networks},
    )


def read_members(connection: libvirt.virConnect) -> dict[str, tuple[str, ...]]:
    """Return the host's own devices in its bridges, by the bridge; machines' cards are left out.

    Parameters
    ----------
    connection
        libvirt's object.
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in texts_of(lambda: connection.listAllInterfaces(0), lambda one: one.XMLDesc(0)):
        interface = documents.HostInterface.parse(text)
        bridge = interface.source
        if not isinstance(bridge, HostBridge) or not interface.name:
            continue
        names = (str(part.name) for part in bridge.parts if part.name)
        members = tuple(sorted(name for name in names if not name.startswith(_OWN)))
        if members:
            found[interface.name] = members
    return found


def read_drives(connection: libvirt.virConnect) -> dict[str, str]:
    """Return the labels of the media in a host's CD-ROM drives, by the drives' paths.

    Parameters
    ----------
    connection
        libvirt's object.
    """
    found: dict[str, str] = {}
    for text in texts_of(lambda: connection.listAllDevices(_STORAGE), lambda one: one.XMLDesc(0)):
        drive = parse_xml(text).find("capability[@type='storage']")
        if drive is None or drive.findtext("drive_type") != "cdrom":
            continue
        path = drive.findtext("block")
        media = drive.find("capability[@type='removable']")
        if path:
            found[path] = "" if media is None else media.findtext("media_label") or ""
    return found


def _vdpa_paths(connection: libvirt.virConnect) -> Iterable[str]:
    if not _VDPA:
        return
    for text in texts_of(lambda: connection.listAllDevices(_VDPA), lambda one: one.XMLDesc(0)):
        path = parse_xml(text).findtext("capability[@type='vdpa']/chardev")
        if path:
            yield path


def _port_groups(network: documents.Network) -> tuple[str, ...]:
    # Stable: the default one first, the others as they stand.
    groups = sorted(network.port_groups, key=lambda group: not group.is_default)
    return tuple(group.name or "" for group in groups)


def texts_of(list_all: Callable[[], Iterable[Any]], text_of: Callable[[Any], str]) -> list[str]:
    """Return the descriptions of all; none where the driver does not know such objects.

    Parameters
    ----------
    list_all
        Lists libvirt's objects.
    text_of
        Returns the XML of one.
    """
    try:
        listed = list(list_all())
    except libvirt.libvirtError as error:
        if error.get_error_code() not in UNSUPPORTED:
            raise
        return []
    texts = []
    for one in listed:
        try:
            texts.append(text_of(one))
        except libvirt.libvirtError as error:
            # It went while the list was read.
            if error.get_error_code() not in _GONE:
                raise
    return texts
