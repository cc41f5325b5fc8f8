"""Machine, firmware, processor, clock: what suits a system before it has devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.sections.clock import Timer
from qvirt_jupyter.documents.sections.operating_system import FirmwareFeature
from qvirt_jupyter.provision.guest.needs import is_windows, runs_on_q35

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.documents.guest_capabilities import Guest
    from qvirt_jupyter.provision.guest.host_offer import HostOffer
    from qvirt_jupyter.provision.osinfo import OperatingSystem

X86: Final = ("x86_64", "i686")
_OWN_FIRMWARE: Final = frozenset({*X86, "ppc64", "ppc64le", "s390x"})
HYPERVISORS_OWN: Final = "hypervisor"
"""Asks for the processor that the hypervisor gives to whoever says nothing."""
NEAREST: Final = "nearest"
"""Asks for the model that libvirt says is closest to the host's."""
_SPIN_LOCK_RETRIES: Final = 8191
"""What Microsoft recommends (https://libvirt.org/formatdomain.html#hypervisor-features)."""
_RECOMMENDED: Final = {
    "ppc64": "pseries",
    "ppc64le": "pseries",
    "s390x": "s390-ccw-virtio",
    "aarch64": "virt",
    "armv7l": "virt",
    "riscv64": "virt",
    "loongarch64": "virt",
}


def best_machine(system: OperatingSystem, guest: Guest, type_: str) -> str | None:
    """Return the board that suits a system; None where the host names none."""
    names = [str(machine.name) for machine in guest.machines_of(type_)]
    if guest.arch in X86:
        if "q35" in names and runs_on_q35(system):
            return "q35"
        return names[0] if names else None
    wanted = _RECOMMENDED.get(str(guest.arch))
    return wanted if wanted in names else (names[0] if names else None)


def wants_uefi(system: OperatingSystem, architecture: str, machine: str | None) -> bool:
    """Tell whether a system starts from UEFI only, or its board knows nothing else."""
    if architecture not in X86:
        return (machine or "").startswith("virt")
    return (
        system.starts_from("efi", architecture) is True
        and system.starts_from("bios", architecture) is False
    )


def offers_uefi(offer: documents.DomainCapabilities) -> bool:
    """Whether a host has UEFI for such machines: chosen by libvirt, or as an image."""
    chosen = "efi" in (offer.choices("os/firmware") or ())
    return chosen or bool(offer.choices("os/loader/path"))


def takes_installers(architecture: str, *, has_uefi: bool | None) -> bool:
    """Whether installers for an architecture start by themselves from a medium or a tree.

    Parameters
    ----------
    architecture
        Of the machine. PCs, POWER and mainframes have firmware of their own.
    has_uefi
        Whether such machines can have UEFI; None where nobody knows.
    """
    return architecture in _OWN_FIRMWARE or has_uefi is not False


def set_firmware(
    domain: documents.Domain,
    system: OperatingSystem,
    offer: documents.DomainCapabilities | None,
    *,
    asked: str,
    secure_boot: str,
) -> None:
    """Choose the firmware that was asked for, or that a system needs.

    Raises
    ------
    ValueError
        UEFI is asked for, and the host has none.
    """
    needs = wants_uefi(system, str(domain.os.arch), domain.os.machine)
    if asked != "uefi" and (asked == "bios" or not needs):
        return
    offered = offer.choices("os/firmware") if offer is not None else None
    if offered is not None and "efi" in offered:
        domain.os.firmware = "efi"
        features = {"on": ("secure-boot", "enrolled-keys"), "off": ("secure-boot",)}
        for name in features.get(secure_boot, ()):
            domain.os.firmware_features.append(
                FirmwareFeature(name=name, enabled=secure_boot == "on")
            )
        return
    images = offer.choices("os/loader/path") if offer is not None else None
    if images:
        domain.os.use_firmware_image(images[0])
    elif asked == "uefi":
        raise ValueError(str(_("This host has no UEFI firmware. Install OVMF there.")))


def set_processor(
    domain: documents.Domain,
    host: HostOffer,
    offer: documents.DomainCapabilities | None,
    *,
    asked: str = "",
) -> None:
    """Give the guest the processor that was asked for, or else the one that runs it fastest.

    Parameters
    ----------
    domain, host, offer
        The definition, where it will run, and what such a machine can have there.
    asked
        As of a :class:`GuestRequest`; where the host cannot give it, it has what suits.
    """
    modes = offer.choices("cpu/mode") if offer is not None else None
    host_cpu = host.capabilities.host.cpu
    runs_directly = domain.type == "kvm" and domain.os.arch == host_cpu.arch
    if asked == HYPERVISORS_OWN or modes is None:
        return
    if asked == NEAREST and runs_directly and host_cpu.model:
        domain.cpu.mode, domain.cpu.match = "custom", "exact"
        domain.cpu.model = host_cpu.model
        return
    suits = ("host-passthrough", "host-model") if runs_directly else ("maximum",)
    domain.cpu.mode = next((mode for mode in (asked, *suits) if mode in modes), None)


def set_features(domain: documents.Domain, guest: Guest) -> None:
    """Switch on what the host says that such guests have."""
    domain.features.acpi = bool(guest.acpi)
    domain.features.apic = bool(guest.apic)
    domain.features.pae = guest.pae and not guest.acpi


def set_clock(domain: documents.Domain, system: OperatingSystem) -> None:
    """Let the guest's clock run as its system expects it."""
    domain.clock.offset = "localtime" if is_windows(system) else "utc"
    if domain.os.arch not in X86:
        return
    if domain.type in ("qemu", "kvm"):
        timers = domain.clock.timers
        timers.append(Timer(name="rtc", tick_policy="catchup"))
        timers.append(Timer(name="pit", tick_policy="delay"))
        timers.append(Timer(name="hpet", present=False))
    domain.power.suspend_to_memory = domain.power.suspend_to_disk = False


def set_hyperv(domain: documents.Domain) -> None:
    """Let Windows run as it does on Hyper-V, which only KVM can play."""
    if domain.type == "kvm":
        hyperv = domain.features.hyperv
        hyperv.relaxed = hyperv.vapic = hyperv.spin_locks = True
        hyperv.spin_lock_retries = _SPIN_LOCK_RETRIES
    domain.clock.timers.append(Timer(name="hypervclock", present=True))
