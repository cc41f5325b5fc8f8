"""The devices of a host as rows of a tree: each stands under the device that it hangs on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets.confirmations import joined
from qvirt_jupyter.widgets.table import Cell, Column, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from qvirt_jupyter.hypervisor import DeviceCondition, NodeDeviceRecord

COLUMNS: Final = (
    Column("device", _("Device"), least=190),
    Column("kind", _("Kind"), width=120, least=80),
    Column("host", _("On the host"), width=90, least=66),
    Column("users", _("Used by"), width=100, least=76),
    Column("driver", _("Driver"), width=86, least=76),
    Column(
        "iommu",
        _("Group"),
        width=60,
        align="end",
        description=_("The IOMMU group: a machine gets all PCI devices of one, or none."),
    ),
    Column("name", _("Name in libvirt"), width=120),
)
KINDS: Final[Mapping[str, LazyString]] = {
    "system": _("computer"),
    "pci": _("PCI device"),
    "usb_device": _("USB device"),
    "usb": _("USB interface"),
    "net": _("network device"),
    "scsi_host": _("SCSI adapter"),
    "scsi_target": _("SCSI target"),
    "scsi": _("SCSI unit"),
    "scsi_generic": _("SCSI access"),
    "storage": _("disk or drive"),
    "mdev": _("mediated device"),
    "mdev_types": _("divisible card"),
    "drm": _("graphics node"),
    "ccw": _("channel device"),
    "css": _("subchannel"),
    "vdpa": _("vDPA device"),
    "ap_card": _("crypto card"),
    "ap_queue": _("crypto queue"),
    "ap_matrix": _("crypto matrix"),
    "vport_ops": _("storage network port"),
    "fc_host": _("Fibre Channel adapter"),
}
"""What libvirt's capabilities are called: https://libvirt.org/formatnode.html"""


def rows(
    records: Iterable[NodeDeviceRecord], conditions: Mapping[str, DeviceCondition]
) -> Iterator[Row]:
    """Return the rows in their order, parents before children.

    Parameters
    ----------
    records
        All devices of the host.
    conditions
        Who uses them, by name, as far as it is known.
    """
    by_name = {record.name: record for record in records}
    children: defaultdict[str, list[NodeDeviceRecord]] = defaultdict(list)
    for record in by_name.values():
        # One whose parent is not there stands at the top: nothing must be lost.
        above = record.parent if record.parent in by_name and record.parent != record.name else ""
        children[above].append(record)
    seen: set[str] = set()

    def below(parent: str, level: int) -> Iterator[Row]:
        for record in sorted(children[parent], key=_order):
            seen.add(record.name)
            yield _row(record, level, conditions.get(record.name))
            yield from below(record.name, level + 1)

    yield from below("", 0)
    # Two that say that each hangs on the other would be seen nowhere.
    for record in sorted(by_name.values(), key=_order):
        if record.name not in seen:
            yield _row(record, 0, conditions.get(record.name))


def label(record: NodeDeviceRecord) -> str:
    """Return what people call a device.

    Parameters
    ----------
    record
        The device.
    """
    if record.capability == "system":
        return " ".join(filter(None, (record.vendor, record.product))) or str(_("This computer"))
    product = record.product if record.product != record.device else ""
    # Some drivers have numbers where others have names.
    vendor = "" if record.vendor.startswith("0x") else record.vendor
    if product and vendor and not product.startswith(vendor):
        # What it is says more than who made it, and is what is left of a long name.
        return str(_("{product} ({vendor})").format(product=product, vendor=vendor))
    return product or record.device or _by_vendor(record, vendor) or record.name


def _by_vendor(record: NodeDeviceRecord, vendor: str) -> str:
    if not vendor:
        return ""
    return str(_("{kind} of {vendor}").format(kind=kind(record), vendor=vendor))


def kind(record: NodeDeviceRecord) -> str:
    """Return in words what a device is.

    Parameters
    ----------
    record
        The device.
    """
    return str(KINDS.get(record.capability, record.capability))


def _order(record: NodeDeviceRecord) -> tuple[str, str]:
    return (record.capability, record.name)


def _row(record: NodeDeviceRecord, level: int, condition: DeviceCondition | None) -> Row:
    group = record.iommu_group
    return Row(
        record.name,
        {
            "device": label(record),
            "kind": kind(record),
            "host": record.device,
            "driver": record.driver,
            "iommu": Cell(group, sort=int(group)) if group.isdecimal() else group,
            "users": _users(condition),
            "name": record.name,
        },
        dimmed=not record.active,
        level=level,
    )


def _users(condition: DeviceCondition | None) -> Cell | str:
    if condition is None:
        return ""
    if condition.users:
        return joined(condition.users)
    if condition.held:
        return Cell(str(_("the host")), title=condition.held)
    return ""
