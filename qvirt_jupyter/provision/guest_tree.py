"""What is in the tiny guest: busybox, the guest agent, kernel modules, and its few scripts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import Unsupported
from qvirt_jupyter.provision.elf_libraries import is_elf, libraries
from qvirt_jupyter.provision.guest_kernel import GuestKernel, module_bytes, plain_name
from qvirt_jupyter.provision.host_packages import (
    BUSYBOX,
    GUEST_AGENT,
    PackagesMissing,
    find_program,
    package_files,
)
from qvirt_jupyter.provision.initramfs import Initramfs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qvirt_jupyter.provision.host_packages import HostPackage

SCRIPTS: Final = Path(__file__).parent.parent / "data" / "tiny-guest"
BUSYBOX_TIMEOUT: Final = 10.0
"""Seconds."""

# In the order in which they are to be loaded; dependencies come by modules.dep. The virtio bus
# comes first, or the drivers after it find no devices.
BASE_MODULES: Final = (
    "virtio_ring",
    "virtio",
    "virtio_pci",
    "virtio_net",
    "virtio_blk",
    "virtio_console",
)
# Nice to have; a kernel may lack them. The power button needs both button and evdev.
OPTIONAL_MODULES: Final = ("button", "evdev", "virtio_input", "virtio_rng", "virtio_balloon")

# The root has merged folders: /bin is /usr/bin and so on.
MERGED: Final = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
# Of a package's files these make its programs work; manuals and units of systemd do not.
LEFT_OUT: Final = (
    "usr/share/man",
    "usr/share/doc",
    "usr/share/doc-base",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/lintian",
    "usr/share/bash-completion",
    "usr/share/initramfs-tools",
    "usr/share/bug",
    "usr/lib/systemd",
    "usr/lib/udev",
    "usr/lib/tmpfiles.d",
    "usr/lib/.build-id",
    "etc/init.d",
    "etc/cron.d",
    "etc/systemd",
)


def missing_packages() -> list[HostPackage]:
    """Return what the tiny guest needs from this machine and does not find, the kernel apart."""
    missing = []
    if busybox() is None:
        missing.append(BUSYBOX)
    if find_program("qemu-ga") is None:
        missing.append(GUEST_AGENT)
    return missing


def busybox() -> Path | None:
    """Return a static busybox, or None: a dynamic one has no libraries so early in a boot."""
    for program in (find_program("busybox.static"), find_program("busybox")):
        if program is not None and is_elf(program) and not libraries(program):
            return program
    return None


def small_tree(init: str) -> Initramfs:
    """Return an initramfs with nothing but busybox and a script that is run first.

    Raises
    ------
    PackagesMissing
        There is no static busybox.
    """
    program = busybox()
    if program is None:
        raise PackagesMissing(_("The tiny guest"), [BUSYBOX])
    tree = Initramfs()
    # The kernel opens this before it runs the first program, so a mount would come too late.
    tree.character_device("dev/console", 5, 1)
    tree.file("bin/busybox", program.read_bytes(), 0o755)
    tree.link("bin/sh", "busybox")
    tree.file("init", init, 0o755)
    return tree


def guest_tree(kernel: GuestKernel, extra: Sequence[str], modules: Sequence[str]) -> Initramfs:
    """Return the initramfs of the tiny guest.

    Parameters
    ----------
    kernel
        The kernel that will boot it.
    extra
        Installed packages whose programs go into the guest.
    modules
        Kernel modules that are loaded at boot, beside those for virtio.

    Raises
    ------
    PackagesMissing
        Something that it is built from is not installed.
    NotFound
        The kernel has no such module, or a program lacks a library.
    """
    missing = missing_packages()
    if missing:
        raise PackagesMissing(_("The tiny guest"), missing)
    tree = Initramfs()
    for name in MERGED:
        tree.folder(f"usr/{name}")
        tree.link(name, f"usr/{name}")
    for name in ("dev", "proc", "sys", "run", "tmp", "root", "mnt", "var/log", "etc"):
        tree.folder(name, 0o1777 if name == "tmp" else 0o755)
    tree.character_device("dev/console", 5, 1)
    tree.character_device("dev/null", 1, 3, 0o666)
    for path in sorted(SCRIPTS.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            name = path.relative_to(SCRIPTS).as_posix()
            # A wheel does not keep modes, so they are made here.
            mode = 0o755 if data.startswith(b"#!") else 0o644
            tree.file(name, data, 0o600 if name == "etc/shadow" else mode)
    for package in extra:
        _add_package(tree, package)
    if extra:
        _add_shell(tree)
    agent = find_program("qemu-ga")
    if agent is not None:  # missing_packages has looked
        add_program(tree, agent, "usr/sbin/qemu-ga")
    _add_modules(tree, kernel, modules)
    _add_busybox(tree)
    return tree


def guest_path(path: str | os.PathLike[str]) -> str:
    """Return where a file of this machine goes in the guest, whose ``/bin`` is ``/usr/bin``."""
    parts = PurePosixPath(os.path.normpath(path)).parts
    parts = parts[1:] if parts[:1] == ("/",) else parts
    return "/".join(("usr", *parts) if parts and parts[0] in MERGED else parts)


def add_program(tree: Initramfs, path: Path, name: str | None = None) -> None:
    """Add a program or library and all libraries that it needs.

    Parameters
    ----------
    tree
        Where to.
    path
        The file on this machine; of a link the file is taken that it leads to.
    name
        Its path in the guest, if not the same.
    """
    target = name or guest_path(path)
    if target in tree:
        return
    tree.file(target, path.read_bytes(), 0o755)
    if is_elf(path):
        for library in libraries(path):
            add_program(tree, library)


def _add_shell(tree: Initramfs) -> None:
    """Make bash the shell: busybox's own runs its applets before a program of the same name."""
    bash = find_program("bash")
    if bash is None:
        raise PackagesMissing(_("The tiny guest"), ["bash"])
    add_program(tree, bash, "usr/bin/bash")
    tree.link("usr/bin/sh", "bash")


def _add_package(tree: Initramfs, package: str) -> None:
    for path in package_files(package):
        target = guest_path(path)
        if target in tree or any(target.startswith(f"{folder}/") for folder in LEFT_OUT):
            continue
        if path.is_symlink():
            tree.link(target, _guest_link(path))
            # The file that it leads to may be another package's: libraries mostly.
            real = path.resolve()
            if real.is_file():
                add_program(tree, real)
        elif not os.access(path, os.R_OK):
            # Such as a file with passwords below /etc: none of a guest's business.
            continue
        elif os.access(path, os.X_OK) or ".so" in path.name:
            add_program(tree, path)
        else:
            tree.file(target, path.read_bytes())


def _guest_link(path: Path) -> str:
    target = path.readlink()
    return f"/{guest_path(target)}" if target.is_absolute() else str(target)


def _add_modules(tree: Initramfs, kernel: GuestKernel, modules: Iterable[str]) -> None:
    optional = [name for name in OPTIONAL_MODULES if kernel.has(name)]
    files = kernel.load_order([*BASE_MODULES, *optional, *modules])
    folder = f"usr/lib/modules/{kernel.release}"
    for path in files:
        name = plain_name(str(path.relative_to(kernel.modules)))
        tree.file(f"{folder}/{name}", module_bytes(path))
    order = [f"/{folder}/{plain_name(str(p.relative_to(kernel.modules)))}\n" for p in files]
    tree.file("etc/modules.order", "".join(order))
    # For modprobe, and for the kernel itself when it asks for a module.
    tree.file(f"{folder}/modules.dep", kernel.index_lines(files))
    tree.file(f"{folder}/modules.alias", kernel.alias_lines(files))


def _add_busybox(tree: Initramfs) -> None:
    program = busybox()
    if program is None:
        raise PackagesMissing(_("The tiny guest"), [BUSYBOX])
    tree.file("usr/bin/busybox", program.read_bytes(), 0o755)
    tree.link("init", "usr/bin/busybox")
    done = subprocess.run(  # noqa: S603 - the busybox of an installed package
        [program, "--list-full"],
        capture_output=True,
        text=True,
        check=True,
        timeout=BUSYBOX_TIMEOUT,
    )
    applets = {guest_path(f"/{line}") for line in done.stdout.split()}
    lacking = {"init", "getty", "login", "udhcpc", "insmod", "poweroff"} - {
        applet.rsplit("/", 1)[-1] for applet in applets
    }
    if lacking:
        raise Unsupported(
            _("The busybox {program} lacks {applets}.").format(
                program=program, applets=", ".join(sorted(lacking))
            ),
            next_step=_("Install the distribution's own static busybox."),
        )
    for applet in sorted(applets):
        name = applet.rsplit("/", 1)[-1]
        # A real program that came with a package is better than the applet.
        if not any(f"usr/{folder}/{name}" in tree for folder in ("bin", "sbin")):
            tree.link(applet, "/usr/bin/busybox")
