"""Which machines are given a device of the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter.documents.devices.hostdev_sources import PciSource, UsbSource
from qvirt_jupyter.documents.devices.interface_links import HostdevLink

if TYPE_CHECKING:
    from collections.abc import Iterator


def users_of(connection: libvirt.virConnect, device: documents.Hostdev) -> tuple[str, ...]:
    """Return the names of the machines that have a device, running or for the next start.

    Parameters
    ----------
    connection
        libvirt's object.
    device
        What gives a guest the device.
    """
    return tuple(
        sorted({name for name, given in given_devices(connection) if is_same(device, given)})
    )


def given_devices(connection: libvirt.virConnect) -> Iterator[tuple[str, documents.Hostdev]]:
    """Yield the devices of the host that machines are given, each with the machine's name.

    Parameters
    ----------
    connection
        libvirt's object.
    """
    for domain in connection.listAllDomains(0):
        try:
            texts = {domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)}
            if domain.isActive():
                # It may still have what it has not at its next start.
                texts.add(domain.XMLDesc(0))
            name = domain.name()
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise
            continue
        for text in texts:
            # Most machines have none, and whole definitions take long to read.
            if "<hostdev" in text or "type='hostdev'" in text:
                for given in _given(documents.Domain.parse(text)):
                    yield name, given


def _given(domain: documents.Domain) -> Iterator[documents.Hostdev]:
    yield from domain.devices.hostdevs
    for card in domain.devices.interfaces:
        link = card.source
        if isinstance(link, HostdevLink):
            given = documents.Hostdev(type="pci")
            place = given.source
            assert isinstance(place, PciSource)  # noqa: S101 - the type says so
            place.address.domain, place.address.bus = link.address.domain, link.address.bus
            place.address.slot, place.address.function = link.address.slot, link.address.function
            yield given


def is_same(one: documents.Hostdev, other: documents.Hostdev) -> bool:
    """Whether two say the same device of the host, as far as they say it.

    Parameters
    ----------
    one, other
        A USB device is named by its place, by its maker and product, or by both.
    """
    if one.type != other.type:
        return False
    first, second = one.source, other.source
    if isinstance(first, UsbSource) and isinstance(second, UsbSource):
        if first.device and second.device:
            return (first.bus, first.device) == (second.bus, second.device)
        kinds = [(each.vendor, each.product) for each in (first, second)]
        return kinds[0][0] is not None and kinds[0] == kinds[1]
    return bool(one.where) and one.where == other.where
