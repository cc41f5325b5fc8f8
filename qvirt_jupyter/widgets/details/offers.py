"""What can be chosen just now for a value of a device: networks, bridges, discs that were used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.host.links import read_drives, read_links
from qvirt_jupyter.widgets.recent_media import recent_media

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents import Element
    from qvirt_jupyter.hypervisor import Connection, NetworkRecord

Offers: TypeAlias = "Mapping[str, Mapping[str, str]]"
"""Labels by value, by the name of the field; an empty label is the value itself."""
REMOVABLE: Final = frozenset({"cdrom", "floppy"})
"""The kinds of disks whose medium is changed."""
MEDIUM: Final = ("source.file", "source.device")
"""The values that are the medium of a drive, by the type of its source."""
MEDIA: Final = "media"
"""Under this, the discs that can be put into a drive."""
_PORT_GROUPS: Final = "port groups of "
_NODES: Final = {"graphics": "source.render_node", "video": "render_node"}
"""The fields that name a render node, by the tags of their devices."""


def offers_for(connection: Connection, tag: str) -> Offers:
    """Return what can be chosen for the values of a kind of device; in the pool.

    Parameters
    ----------
    connection
        Whose host.
    tag
        The kind.

    Returns
    -------
    Offers
        What there is for :func:`offered`.
    """
    if tag in _NODES:
        return {_NODES[tag]: dict.fromkeys(connection.node_devices.render_nodes, "")}
    if tag == "disk":
        return {MEDIA: _media(connection)}
    if tag != "interface":
        return {}
    found = connection.call(read_links, subject=connection.subject)
    groups = found.port_groups or {}
    return {
        "source.network": {
            record.name: _network(record) for record in connection.inventory.snapshot().networks
        },
        "source.bridge": dict.fromkeys(found.bridges, ""),
        "source.device": dict.fromkeys(found.devices, ""),
        "vdpa": dict.fromkeys(found.vdpa, ""),
        **{f"{_PORT_GROUPS}{name}": dict.fromkeys(names, "") for name, names in groups.items()},
    }


def offered(offers: Offers, element: Element, name: str) -> Mapping[str, str]:
    """Return what of it can be chosen for a value of an element as it is filled in.

    Parameters
    ----------
    offers
        What there is.
    element, name
        The device or the domain, and the value.
    """
    if isinstance(element, documents.Disk):
        is_medium = element.device in REMOVABLE and name in MEDIUM
        drives = offers.get(MEDIA, {}) if is_medium else {}
        if element.device == "floppy":
            return {path: label for path, label in drives.items() if not path.startswith("/dev/")}
        return drives
    if not isinstance(element, documents.Interface):
        return offers.get(name, {})
    source = element.source
    if name == "source.port_group" and isinstance(source, documents.NetworkLink):
        return offers.get(f"{_PORT_GROUPS}{source.network}", {})
    if name == "source.device" and element.type != "direct":
        return offers.get(element.type or "", {})
    return offers.get(name, {})


def _network(record: NetworkRecord) -> str:
    kind = record.forward or str(_("isolated"))
    label = _("{name} ({kind})") if record.active else _("{name} ({kind}, off)")
    return str(label.format(name=record.name, kind=kind))


def _media(connection: Connection) -> dict[str, str]:
    drives = connection.call(read_drives, subject=connection.subject)
    labels = {
        path: str(_("{path}: {label}").format(path=path, label=label or _("no medium")))
        for path, label in drives.items()
    }
    return {**dict.fromkeys(recent_media.of(connection.uri), ""), **labels}
