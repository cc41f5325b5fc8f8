"""Is this machine ready for virtual machines, and what to do about each "no"."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import event_loop
from qvirt_jupyter.hypervisor.errors import QvirtError, Subject
from qvirt_jupyter.hypervisor.libvirt_errors import from_libvirt
from qvirt_jupyter.provision.cache_folder import cache_folder
from qvirt_jupyter.provision.guest_kernel import guest_kernel
from qvirt_jupyter.provision.guest_tree import missing_packages
from qvirt_jupyter.provision.host_packages import (
    LIBVIRT,
    OSINFO,
    QEMU,
    QEMU_IMG,
    PackagesMissing,
    find_program,
    install_command,
    package_version,
)
from qvirt_jupyter.provision.kvm import KvmState, kvm_report
from qvirt_jupyter.provision.osinfo import osinfo
from qvirt_jupyter.provision.tiny_guest import image_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from qvirt_jupyter._translation import LazyString

SESSION_URI: Final = "qemu:///session"
SYSTEM_URI: Final = "qemu:///system"
ENOUGH_SPACE: Final = 512 * 1024**2
"""Bytes: a built guest takes 25 MiB, a disk as much as is written to it."""


@dataclass(frozen=True, slots=True)
class ReadinessRow:
    """One thing that was looked at.

    Parameters
    ----------
    what
        The thing.
    ok
        Whether it is as it should be; None where it is not needed.
    detail
        What was found.
    remedy
        What to do about it, where there is something to do.
    """

    what: str | LazyString
    ok: bool | None
    detail: str | LazyString = ""
    remedy: str | LazyString = ""


@dataclass(frozen=True, slots=True, repr=False)
class Readiness:
    """What :func:`readiness` found; shows itself as a table.

    Parameters
    ----------
    rows
        One for each thing that was looked at.
    accelerator
        ``"kvm"`` or ``"tcg"``: what a tiny guest would run with.
    """

    rows: tuple[ReadinessRow, ...]
    accelerator: str

    @property
    def ok(self) -> bool:
        """A tiny guest can be run here; without KVM too, only slower."""
        return all(row.ok is not False for row in self.rows)

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return as_text(self.rows)

    def _repr_html_(self) -> str:
        return as_html(self.rows)


def as_text(rows: Sequence[ReadinessRow]) -> str:
    """Return what was looked at for a terminal, each remedy below its row."""
    width = max((len(str(row.what)) for row in rows), default=0)
    lines = []
    for row in rows:
        lines.append(f"{_word(row):>4}  {row.what!s:<{width}}  {row.detail}".rstrip())
        lines += [f"{'':>4}  {'':<{width}}  -> {line}" for line in _lines(row.remedy)]
    return "\n".join(lines)


def as_html(rows: Sequence[ReadinessRow]) -> str:
    """Return what was looked at as a table for a notebook."""
    head = "".join(
        f"<th style='text-align:left'>{escape(str(title))}</th>"
        for title in (_("Ready?"), _("What"), _("Found"), _("What to do"))
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td style='text-align:left'>{escape(str(text))}</td>"
            for text in (_word(row), row.what, row.detail, row.remedy)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _word(row: ReadinessRow) -> str:
    return str({True: _("yes"), False: _("no"), None: "-"}[row.ok])


def _lines(text: str | LazyString) -> list[str]:
    return str(text).splitlines()


def readiness() -> Readiness:
    """Look whether this machine can run virtual machines, and what to do where it cannot.

    The first call after the machine has booted tries KVM with a real guest, which takes up to 15
    seconds where it does not work.
    """
    # Before the first connection of the process, or later ones would have no events.
    event_loop.start()
    kvm = _kvm()
    rows = (
        _libvirt_library(),
        _daemon(SESSION_URI, _("libvirt for this user (session)"), needed=True),
        _daemon(SYSTEM_URI, _("libvirt of the machine (system)"), needed=False),
        _qemu(),
        kvm,
        _guest_packages(),
        _systems(),
        _space(),
    )
    return Readiness(rows, "kvm" if kvm.ok else "tcg")


def _libvirt_library() -> ReadinessRow:
    number = libvirt.getVersion()
    version = f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"
    return ReadinessRow(_("libvirt library"), ok=True, detail=version)


def _daemon(uri: str, what: LazyString, *, needed: bool) -> ReadinessRow:
    try:
        connection = libvirt.open(uri)
    except libvirt.libvirtError as raw:
        error = from_libvirt(raw, Subject("connection", uri, uri))
        if error.next_step:
            remedy: str | LazyString = error.next_step
        else:
            remedy = _("Install it: {command}").format(command=install_command([LIBVIRT]))
        if needed:
            return ReadinessRow(what, ok=False, detail=error.reason, remedy=remedy)
        return ReadinessRow(
            what, ok=None, detail=_("Not needed. {reason}").format(reason=error.reason)
        )
    try:
        detail: str | LazyString = _("reachable at {uri}").format(uri=uri)
        if uri == SESSION_URI and os.geteuid() == 0:
            # https://libvirt.org/drvqemu.html: root has one daemon for both.
            detail = _("reachable, but for root it is the same as that of the machine")
        return ReadinessRow(what, ok=True, detail=detail)
    finally:
        connection.close()


def _qemu() -> ReadinessRow:
    program = find_program("qemu-system-x86_64", "qemu-kvm")
    images = find_program("qemu-img")
    if program is not None and images is not None:
        version = package_version(QEMU.name) or ""
        return ReadinessRow(_("QEMU"), ok=True, detail=f"{program} {version}".rstrip())
    missing = [QEMU] * (program is None) + [QEMU_IMG] * (images is None)
    return ReadinessRow(
        _("QEMU"),
        ok=False,
        detail=_("not installed: {packages}").format(packages=", ".join(p.name for p in missing)),
        remedy=_("Install it: {command}").format(command=install_command(missing)),
    )


KVM_REMEDIES: Final[dict[KvmState, LazyString]] = {
    KvmState.HANGS: _(
        "Guests run with QEMU's own translator (TCG), which is slower. If this machine is virtual "
        "itself, its host has to allow nested virtualisation that works."
    ),
    KvmState.FAILS: _("Guests run with QEMU's own translator (TCG), which is slower."),
    KvmState.NO_ACCESS: _(
        "Join the group kvm and log in again: sudo usermod --append --groups kvm {user}"
    ),
    KvmState.NO_DEVICE: _(
        "Switch virtualisation on in the firmware (VT-x, AMD-V) or load its module: sudo modprobe "
        "kvm_intel, or kvm_amd. Until then guests run with QEMU's own translator (TCG)."
    ),
}


def _kvm() -> ReadinessRow:
    report = kvm_report()
    remedy = KVM_REMEDIES.get(report.state)
    return ReadinessRow(
        _("KVM"),
        # Slower is not broken, so its absence is no "no".
        ok=True if report.works else None,
        detail=f"{report} {report.detail if report.state is KvmState.UNKNOWN else ''}".rstrip(),
        remedy=remedy.format(user=_user()) if remedy is not None else "",
    )


def _user() -> str:
    return os.environ.get("USER") or str(os.getuid())


def _guest_packages() -> ReadinessRow:
    what = _("Packages for the tiny guest")
    missing = list(missing_packages())
    try:
        kernel = guest_kernel()
    except PackagesMissing as error:
        names = [*(package.name for package in missing), *error.packages]
        return ReadinessRow(
            what,
            ok=False,
            detail=_("not installed: {packages}").format(packages=", ".join(names)),
            remedy=_("Install them: {command}").format(command=install_command(names)),
        )
    except QvirtError as error:
        return ReadinessRow(what, ok=False, detail=error.reason, remedy=error.next_step)
    if missing:
        return ReadinessRow(
            what,
            ok=False,
            detail=_("not installed: {packages}").format(
                packages=", ".join(package.name for package in missing)
            ),
            remedy=_("Install them: {command}").format(command=install_command(missing)),
        )
    return ReadinessRow(what, ok=True, detail=_("kernel {name}").format(name=kernel.release))


def _systems() -> ReadinessRow:
    what = _("Operating systems")
    database = osinfo()
    if database.is_installed:
        found = _("{number} are known").format(number=len(database))
        return ReadinessRow(what, ok=True, detail=found)
    return ReadinessRow(
        what,
        # New machines then get the settings that suit any system.
        ok=None,
        detail=_("Not needed. Nothing is known of what suits each."),
        remedy=_("Install it: {command}").format(command=install_command([OSINFO])),
    )


def _space() -> ReadinessRow:
    what = _("Disk space")
    short = []
    for folder in (cache_folder(), image_folder()):
        place = next(parent for parent in _upwards(folder) if parent.is_dir())
        free = shutil.disk_usage(place).free
        if free < ENOUGH_SPACE:
            short.append(f"{place}: {free // 1024**2} MiB")
    if not short:
        return ReadinessRow(what, ok=True, detail=_("enough for guests"))
    return ReadinessRow(
        what,
        ok=False,
        detail="\n".join(short),
        remedy=_("Make room: at least {size} MiB.").format(size=ENOUGH_SPACE // 1024**2),
    )


def _upwards(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.parents
