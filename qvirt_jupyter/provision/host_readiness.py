"""Is the host of a connection ready for virtual machines, and what to do about each "no"."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision.host_packages import FIRMWARE, OSINFO, SWTPM, install_command
from qvirt_jupyter.provision.kvm import KvmState, kvm_report
from qvirt_jupyter.provision.osinfo import osinfo
from qvirt_jupyter.provision.readiness import KVM_REMEDIES, ReadinessRow, as_html, as_text

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import HostDetails
    from qvirt_jupyter.hypervisor.connection import Connection

MODULES: Final = Path("/sys/module")
SCHEMAS: Final = Path("/usr/share/libvirt/schemas")
_NESTED: Final = ("kvm_intel", "kvm_amd")
_YES: Final = frozenset({"Y", "1"})


class HostReadiness(tuple[ReadinessRow, ...]):
    """What :func:`host_readiness` found; a table where it is the last value of a cell."""

    __slots__ = ()

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def host_readiness(
    connection: Connection,
    details: HostDetails,
    *,
    modules: Path = MODULES,
    schemas: Path = SCHEMAS,
) -> HostReadiness:
    """Look what the host of a connection lacks for virtual machines.

    What only the machine itself can tell is asked where the connection is local. The first call
    after this machine has booted tries KVM with a real guest, which takes up to 15 seconds.

    Parameters
    ----------
    connection
        One that is open.
    details
        What the host says of itself.
    modules, schemas
        Where Linux has the settings of its modules, and libvirt its schemas.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    is_here = connection.parts.is_here
    asked = documents.Domain(type="kvm" if _offers_kvm(details) else "qemu")
    offered = connection.domain_capabilities(asked)
    rows = [
        _kvm(details, is_here=is_here),
        *([_nesting(modules)] if is_here else []),
        _iommu(details),
        *([] if offered is None else [_sev(details, offered), _firmware(offered), _tpm(offered)]),
        *([_schemas(schemas)] if is_here else []),
        _systems(),
    ]
    return HostReadiness(rows)


def _offers_kvm(details: HostDetails) -> bool:
    return any("kvm" in guest.types for guest in details.capabilities.guests)


def _is_virtual(details: HostDetails) -> bool:
    """Whether the host is a virtual machine itself: then its processor says so."""
    return any(each.name == "hypervisor" for each in details.capabilities.host.cpu.features)


def _kvm(details: HostDetails, *, is_here: bool) -> ReadinessRow:
    what = _("KVM")
    offers = _offers_kvm(details)
    offered = str(_("libvirt offers it.") if offers else _("libvirt does not offer it."))
    if not is_here:
        remedy = "" if offers else _without_kvm(details)
        return ReadinessRow(what, ok=True if offers else None, detail=offered, remedy=remedy)
    report = kvm_report()
    if report.works and not offers:
        return ReadinessRow(
            what,
            ok=None,
            detail=f"{report} {offered}",
            remedy=_(
                "libvirt's service may not open /dev/kvm, or was started before it was there: give "
                "its user the group kvm, and restart it."
            ),
        )
    found = str(report) if offers else f"{report} {offered}"
    if report.state is KvmState.NO_DEVICE:
        return ReadinessRow(what, ok=None, detail=found, remedy=_without_kvm(details))
    return ReadinessRow(
        what,
        ok=True if report.works else None,
        detail=found,
        remedy=KVM_REMEDIES.get(report.state, LazyString("")).format(user="$USER"),
    )


def _without_kvm(details: HostDetails) -> LazyString:
    if _is_virtual(details):
        return _(
            "This host is a virtual machine itself: the host below it has to allow nested "
            "virtualisation. Until then guests run with QEMU's own translator, which is slower."
        )
    return _(
        "Switch virtualisation on in the firmware of the host (VT-x, AMD-V), and load its module: "
        "sudo modprobe kvm_intel, or kvm_amd. Until then guests run with QEMU's own translator, "
        "which is slower."
    )


def _nesting(modules: Path) -> ReadinessRow:
    what = _("Machines in machines (nesting)")
    for name in _NESTED:
        setting = modules / name / "parameters" / "nested"
        if setting.is_file():
            if setting.read_text(encoding="ascii").strip() in _YES:
                return ReadinessRow(what, ok=True, detail=_("switched on"))
            command = f"echo options {name} nested=1 | sudo tee /etc/modprobe.d/{name}.conf"
            return ReadinessRow(
                what,
                ok=None,
                detail=_("switched off"),
                remedy=_("Switch it on and restart the host: {command}").format(command=command),
            )
    return ReadinessRow(
        what,
        ok=None,
        detail=_("Neither kvm_intel nor kvm_amd is loaded."),
        remedy=_("It needs KVM of the processor itself."),
    )


def _iommu(details: HostDetails) -> ReadinessRow:
    if details.capabilities.has_iommu:
        return ReadinessRow(_("IOMMU"), ok=True, detail=_("PCI devices can be handed through."))
    return ReadinessRow(
        _("IOMMU"),
        ok=None,
        detail=_("PCI devices cannot be handed through."),
        remedy=_(
            "This host is a virtual machine itself: the host below it has to give it an IOMMU."
        )
        if _is_virtual(details)
        else _(
            "Switch it on in the firmware (VT-d, AMD-Vi), and start an Intel host's kernel with "
            "intel_iommu=on."
        ),
    )


def _sev(details: HostDetails, offered: documents.DomainCapabilities) -> ReadinessRow:
    what = _("Encrypted memory (SEV)")
    if offered.supports("sev"):
        return ReadinessRow(what, ok=True, detail=_("offered"))
    return ReadinessRow(
        what,
        ok=None,
        detail=_("not offered"),
        remedy=_("A host that is a virtual machine itself has none.")
        if _is_virtual(details)
        else _("It needs an AMD EPYC processor, with SEV switched on in the firmware."),
    )


def _firmware(offered: documents.DomainCapabilities) -> ReadinessRow:
    what = _("UEFI firmware")
    images = offered.firmware_images
    if images or "efi" in (offered.choices("os/firmware") or ()):
        return ReadinessRow(what, ok=True, detail="\n".join(images) or _("offered"))
    return ReadinessRow(
        what,
        ok=False,
        detail=_("none is installed"),
        remedy=_("Install it on the host: {command}").format(command=install_command([FIRMWARE])),
    )


def _tpm(offered: documents.DomainCapabilities) -> ReadinessRow:
    what = _("Emulated TPM")
    if "emulator" in (offered.choices("tpm/backendModel") or ()):
        return ReadinessRow(what, ok=True, detail=_("offered"))
    return ReadinessRow(
        what,
        ok=None,
        detail=_("not offered"),
        remedy=_("Install it on the host: {command}").format(command=install_command([SWTPM])),
    )


def _schemas(schemas: Path) -> ReadinessRow:
    what = _("libvirt's schemas")
    if (schemas / "domain.rng").is_file():
        return ReadinessRow(what, ok=True, detail=str(schemas))
    return ReadinessRow(
        what,
        ok=None,
        detail=_("not installed"),
        remedy=_("They come with libvirt's service. Without them, mistakes in XML have no line."),
    )


def _systems() -> ReadinessRow:
    what = _("Operating systems")
    if osinfo().is_installed:
        found = _("{number} are known").format(number=len(osinfo()))
        return ReadinessRow(what, ok=True, detail=found)
    return ReadinessRow(
        what,
        ok=None,
        detail=_("Nothing is known of what suits each."),
        remedy=_("Install it where the kernel runs: {command}").format(
            command=install_command([OSINFO])
        ),
    )
