"""A guest that boots in seconds, built from packages on the machine."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import Unsupported
from qvirt_jupyter.provision.cache_folder import cache_folder
from qvirt_jupyter.provision.guest_definition import GuestDefinition, GuestFiles, what_it_is
from qvirt_jupyter.provision.guest_kernel import GuestKernel, guest_kernel
from qvirt_jupyter.provision.guest_tree import SCRIPTS, guest_tree, missing_packages
from qvirt_jupyter.provision.guest_volumes import guest_volumes, own_files_reach
from qvirt_jupyter.provision.host_packages import (
    BUSYBOX,
    GUEST_AGENT,
    QEMU_IMG,
    HostPackage,
    PackagesMissing,
    find_program,
    guest_kernel_package,
    package_version,
)
from qvirt_jupyter.provision.kvm import kvm_works

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from qvirt_jupyter.hypervisor import Connection, Domain

BUILDER_VERSION: Final = 2
"""Counted up when the builder makes something else of the same packages."""
DISK_SIZE: Final = re.compile(r"[1-9][0-9]{0,6}[KMGT]?")
QEMU_IMG_TIMEOUT: Final = 30.0
"""Seconds."""
DIGEST_LENGTH: Final = 16
KERNEL_FILE: Final = "vmlinuz"
INITRAMFS_FILE: Final = "initramfs.img"

Accelerator = Literal["auto", "kvm", "tcg"]


@dataclass(frozen=True, slots=True)
class TinyGuest:
    """A built guest: files that any number of virtual machines boot from.

    Parameters
    ----------
    kernel, initramfs
        The files to boot, in the cache.
    disk
        The size of the disk that each machine gets, as ``qemu-img`` takes it; None for none.
    digest
        What the files were built from, in short: the same digest means the same guest.
    kernel_release
        The kernel's name, as ``uname -r`` gives it in the guest.
    """

    kernel: Path
    initramfs: Path
    disk: str | None
    digest: str
    kernel_release: str

    def definition(
        self,
        name: str = "tiny",
        *,
        memory: int = 192 * 1024,
        vcpus: int = 1,
        display: Literal["vnc", "spice", "none"] = "vnc",
        network: str | None = None,
        forwards: Sequence[tuple[int, int]] = (),
        accelerator: Accelerator = "auto",
        disk: Path | None = None,
        passt: bool = False,
        uuid: UUID | None = None,
        title: str = "",
        description: str | None = None,
        files: GuestFiles | None = None,
    ) -> str:
        """Return the libvirt XML of a machine; its disk is made if it is not there yet.

        Parameters
        ----------
        name
            The machine's name.
        memory
            In KiB.
        vcpus
            Virtual processors.
        display
            ``"vnc"`` or ``"spice"``, reached through libvirt only, or ``"none"``.
        network
            A libvirt network such as ``"default"``; None for user networking, which needs no
            rights.
        forwards
            Pairs of a TCP port on this machine's loopback (0: any free one) and a port of the
            guest, such as ``(0, 80)`` for its web page. Other users of this machine can reach a
            forwarded port too.
        accelerator
            ``"kvm"``, ``"tcg"``, or ``"auto"``: KVM where a guest really boots with it.
        disk
            Where its disk is, or is to be; by default beside those of libvirt's session daemon.
        passt
            Forward by passt; :meth:`define` finds out whether libvirt can.
        uuid
            To define an existing machine anew.
        title, description
            Shown in the list; None for a description that says what it is.
        files
            Where the machine's host finds its files, if that is not this machine's cache.

        Raises
        ------
        ValueError
            An argument is out of range; the message names the right ones.
        PackagesMissing
            There is no ``qemu-img`` to make the disk.
        """
        if files is None:
            if self.disk is not None:
                disk = self.make_disk(disk or image_folder() / _disk_name(name))
            files = GuestFiles(self.kernel, self.initramfs, disk)
        return GuestDefinition(
            name,
            files,
            kvm=accelerator == "kvm" or (accelerator == "auto" and kvm_works()),
            memory=memory,
            vcpus=vcpus,
            display=display,
            network=network,
            forwards=tuple(forwards),
            passt=passt,
            uuid=uuid,
            title=title,
            description=what_it_is() if description is None else description,
        ).xml()

    def define(self, connection: Connection, name: str = "tiny", **options: Any) -> Domain:  # noqa: ANN401 - those of definition
        """Define a machine on a connection, and return it; it is not started.

        On this user's own session daemon it boots from the cache. Elsewhere (the system instance,
        a remote host) its files are uploaded into the storage pool ``default``, which is made
        where there is none.

        Parameters
        ----------
        connection
            An open QEMU connection.
        name
            The machine's name.
        **options
            As for :meth:`definition`.

        Raises
        ------
        AlreadyExists, AccessDenied, OperationFailed
            As :meth:`Connection.domains.define` does.
        """
        from qvirt_jupyter.provision.guest_definition import passt_forwards  # noqa: PLC0415

        if "passt" not in options and options.get("forwards"):
            options["passt"] = connection.call(
                lambda c: passt_forwards(c.getDomainCapabilities(None, "x86_64", "q35", "qemu"))
            )
        if not own_files_reach(connection) and "files" not in options:
            options["files"] = guest_volumes(
                connection,
                kernel=self.kernel,
                initramfs=self.initramfs,
                digest=self.digest,
                disk=(_disk_name(name), disk_bytes(self.disk)) if self.disk else None,
            )
        return connection.domains.define(self.definition(name, **options))

    def make_disk(self, path: Path) -> Path:
        """Make an empty qcow2 disk, unless the file is there; return its path.

        Raises
        ------
        PackagesMissing
            There is no ``qemu-img``.
        """
        if self.disk is not None and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            make_qcow2(path, self.disk)
        return path


def tiny_guest(
    disk: str | None = "64M",
    *,
    extra: Iterable[str] = (),
    modules: Iterable[str] = (),
    folder: Path | None = None,
) -> TinyGuest:
    """Build a Linux guest that boots in seconds from packages of this machine, or find it built.

    It has a login on screen and serial (root, no password), DHCP on each network card, QEMU's
    guest agent, a web page on port 80, and obeys the power button. It lives in memory: only its
    disk keeps anything over a shutdown.

    Parameters
    ----------
    disk
        Size of an empty qcow2 disk (``/dev/vda``), such as ``"64M"`` or ``"1G"``; None for none.
        Without a disk libvirt refuses internal snapshots.
    extra
        Installed packages whose programs it shall have, such as ``"lvm2"`` or ``"nftables"``. A
        package's dependencies are not followed, its libraries are.
    modules
        Kernel modules to load at boot, such as ``"dm_mod"``.
    folder
        Where to keep it; by default the user's cache.

    Returns
    -------
    TinyGuest
        Cached by the versions of the packages, the kernel and these options.

    Raises
    ------
    PackagesMissing
        A package is not installed; the message has the command that installs it.
    AccessDenied
        The installed kernel may be read by root only.
    NotFound
        The kernel has no such module.
    ValueError
        The size of the disk is not one.
    """
    if disk is not None and not DISK_SIZE.fullmatch(disk):
        raise ValueError(f"disk={disk!r}: write a size such as '64M' or '1G'.")
    _check_machine()
    missing: list[HostPackage] = missing_packages()
    try:
        kernel = guest_kernel()
    except PackagesMissing as error:
        missing.append(guest_kernel_package())
        raise PackagesMissing(_("The tiny guest"), missing) from error
    if missing:
        raise PackagesMissing(_("The tiny guest"), missing)
    packages, names = tuple(sorted(set(extra))), tuple(dict.fromkeys(modules))
    digest = _digest(kernel, packages, names)
    place = (folder or cache_folder() / "tiny-guest") / digest
    if not place.is_dir():
        _build(place, kernel, packages, names)
    return TinyGuest(place / KERNEL_FILE, place / INITRAMFS_FILE, disk, digest, kernel.release)


def _check_machine() -> None:
    if platform.machine() not in {"x86_64", "AMD64"}:
        raise Unsupported(
            _(
                "The tiny guest is made of this machine's programs, and they are for {machine}."
            ).format(machine=platform.machine()),
            next_step=_("It can be built on x86_64 machines only."),
        )


def _digest(kernel: GuestKernel, extra: tuple[str, ...], modules: tuple[str, ...]) -> str:
    versions = {}
    for package in (BUSYBOX.name, GUEST_AGENT.name, *extra):
        version = package_version(package)
        if version is None and package in extra:
            raise PackagesMissing(_("The tiny guest"), [package])
        # Programs may also have come without a package: then their files stand for them.
        versions[package] = version or _program_stamp()
    scripts = hashlib.sha256()
    for path in sorted(SCRIPTS.rglob("*")):
        if path.is_file():
            scripts.update(path.relative_to(SCRIPTS).as_posix().encode() + path.read_bytes())
    made_of = {
        "builder": BUILDER_VERSION,
        "scripts": scripts.hexdigest(),
        "kernel": kernel.identity,
        "packages": versions,
        "modules": modules,
    }
    text = json.dumps(made_of, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def _program_stamp() -> str:
    programs = (find_program("busybox.static", "busybox"), find_program("qemu-ga"))
    return " ".join(f"{p} {p.stat().st_mtime_ns}" for p in programs if p is not None)


def _build(
    place: Path, kernel: GuestKernel, extra: tuple[str, ...], modules: tuple[str, ...]
) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}."))
    try:
        (unfinished / INITRAMFS_FILE).write_bytes(guest_tree(kernel, extra, modules).compressed())
        # A copy, because the machine's next kernel upgrade takes the original away.
        shutil.copyfile(kernel.image, unfinished / KERNEL_FILE)
        # mkdtemp makes private folders; QEMU of the system instance is another user.
        unfinished.chmod(0o755)
        try:
            unfinished.rename(place)
        except OSError:
            if not place.is_dir():
                raise
            # Somebody else built the same at the same time: theirs is as good.
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def image_folder() -> Path:
    """Return the folder where libvirt's session daemon keeps disks by default."""
    base = os.environ.get("XDG_DATA_HOME", "")
    data = Path(base) if base.startswith("/") else Path.home() / ".local" / "share"
    return data / "libvirt" / "images"


def _disk_name(name: str) -> str:
    # A name of its own kind: a disk "web.qcow2" may be that of somebody's real machine.
    return f"qvirt-tiny-{name.replace('/', '_')}.qcow2"


def make_qcow2(path: Path, size: str) -> None:
    """Make an empty qcow2 file.

    Raises
    ------
    PackagesMissing
        There is no ``qemu-img``.
    subprocess.CalledProcessError
        It failed, for instance on a full disk.
    """
    program = find_program("qemu-img")
    if program is None:
        raise PackagesMissing(_("A disk for the tiny guest"), [QEMU_IMG])
    subprocess.run(  # noqa: S603 - qemu-img, with a checked size
        [program, "create", "-q", "-f", "qcow2", path, size],
        check=True,
        capture_output=True,
        timeout=QEMU_IMG_TIMEOUT,
    )


def disk_bytes(size: str) -> int:
    """Return a size such as ``"64M"`` in bytes."""
    factor = {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}.get(size[-1], 1)
    return int(size.rstrip("KMGT")) * factor
