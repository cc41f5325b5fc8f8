"""Find out by a real boot whether KVM works here.

``/dev/kvm`` may open, libvirt may list KVM, and a guest may still hang before its first message, as
it happens on machines that are virtual themselves. So a kernel is booted with it that says one word
and turns itself off.
"""

from __future__ import annotations

import enum
import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._private_files import write_private
from qvirt_jupyter._temporary_folders import temporary_folder
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import QvirtError
from qvirt_jupyter.provision.cache_folder import cache_folder
from qvirt_jupyter.provision.guest_kernel import guest_kernel
from qvirt_jupyter.provision.guest_tree import small_tree
from qvirt_jupyter.provision.host_packages import find_program

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString

KVM_DEVICE: Final = Path("/dev/kvm")
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
DEADLINE: Final = 15.0
"""Seconds that the boot may take; where KVM works it takes one or two."""
MARKER: Final = "qvirt-kvm-works"
INIT: Final = f"""#!/bin/sh
echo {MARKER}
/bin/busybox poweroff -f
"""
DETAIL_LENGTH: Final = 300


class KvmState(enum.Enum):
    """What became of trying KVM."""

    WORKS = "works"
    """A guest booted with it."""
    HANGS = "hangs"
    """It opens, and the guest never gets past early boot."""
    FAILS = "fails"
    """QEMU ends with an error when it uses it."""
    NO_ACCESS = "no-access"
    """There is a device that this user may not open."""
    NO_DEVICE = "no-device"
    """The machine has none."""
    UNKNOWN = "unknown"
    """There is nothing to try it with: no QEMU, kernel or busybox."""


STATE_TEXTS: Final[dict[KvmState, LazyString]] = {
    KvmState.WORKS: _("KVM works: a guest booted with it."),
    KvmState.HANGS: _("KVM opens, but a guest never gets past early boot."),
    KvmState.FAILS: _("QEMU ends with an error when it uses KVM."),
    KvmState.NO_ACCESS: _("This user may not open /dev/kvm."),
    KvmState.NO_DEVICE: _("This machine has no /dev/kvm."),
    KvmState.UNKNOWN: _("KVM could not be tried."),
}


@dataclass(frozen=True, slots=True)
class KvmReport:
    """The outcome of :func:`kvm_report`.

    Parameters
    ----------
    state
        What became of it.
    seconds
        How long the boot took, or was waited for; zero where none was tried.
    detail
        The last that was heard of it, for those who look for the cause.
    """

    state: KvmState
    seconds: float = 0.0
    detail: str = ""

    @property
    def works(self) -> bool:
        """Guests may be run with KVM."""
        return self.state is KvmState.WORKS

    def __str__(self) -> str:
        return str(STATE_TEXTS[self.state])


def kvm_works() -> bool:
    """Say whether a guest really boots with KVM, trying it once for each boot of the machine."""
    return kvm_report().works


def kvm_report(*, again: bool = False, deadline: float = DEADLINE) -> KvmReport:
    """Boot a minimal guest with KVM, and say what became of it.

    The result is kept in the cache until the machine boots, or QEMU or the kernel changes.

    Parameters
    ----------
    again
        Try even if there is a result.
    deadline
        Seconds to wait for the guest.
    """
    if not KVM_DEVICE.exists():
        return KvmReport(KvmState.NO_DEVICE)
    if not os.access(KVM_DEVICE, os.R_OK | os.W_OK):
        return KvmReport(KvmState.NO_ACCESS)
    qemu = find_program("qemu-system-x86_64", "qemu-kvm")
    if qemu is None:
        return KvmReport(KvmState.UNKNOWN, detail=str(_("QEMU is not installed.")))
    try:
        kernel = guest_kernel()
        key = _key(qemu, kernel.identity)
        place = cache_folder() / "kvm-probe.json"
        known = None if again else _read(place, key)
        if known is not None:
            return known
        initramfs = small_tree(INIT).compressed()
    except QvirtError as error:
        return KvmReport(KvmState.UNKNOWN, detail=str(error))
    report = _boot(qemu, kernel.image, initramfs, deadline)
    found = {"key": key, "state": report.state.value, "detail": report.detail}
    write_private(place, json.dumps(found | {"seconds": round(report.seconds, 2)}))
    return report


def _key(qemu: Path, kernel: str) -> str:
    status = qemu.resolve().stat()
    parts = (
        BOOT_ID.read_text().strip(),
        os.uname().release,
        f"{qemu.resolve()} {status.st_size} {status.st_mtime_ns}",
        kernel,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read(place: Path, key: str) -> KvmReport | None:
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
        if found["key"] != key:
            return None
        return KvmReport(KvmState(found["state"]), float(found["seconds"]), str(found["detail"]))
    except (OSError, ValueError, KeyError, TypeError):
        # No result, or one of another version of this file's format: it is made again.
        return None


def _boot(qemu: Path, kernel: Path, initramfs: bytes, deadline: float) -> KvmReport:
    with temporary_folder("kvm") as folder:
        image = folder / "initramfs.img"
        image.write_bytes(initramfs)
        command: list[str | Path] = [
            *(qemu, "-accel", "kvm", "-machine", "q35", "-m", "128", "-no-reboot"),
            *("-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none"),
            *("-serial", "stdio", "-kernel", kernel, "-initrd", image),
            # A kernel that gives up restarts, which -no-reboot turns into an end.
            *("-append", "console=ttyS0 panic=-1"),
        ]
        started = monotonic()
        with subprocess.Popen(  # noqa: S603 - QEMU, with files of our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                output, _errors = process.communicate(timeout=deadline)
                ended = True
            except subprocess.TimeoutExpired:
                process.kill()
                output, _errors = process.communicate()
                ended = False
            seconds = monotonic() - started
    text = output.decode(errors="replace").strip()
    detail = "\n".join(text.splitlines()[-3:])[-DETAIL_LENGTH:]
    if MARKER in text:
        return KvmReport(KvmState.WORKS, seconds)
    return KvmReport(KvmState.FAILS if ended else KvmState.HANGS, seconds, detail)
