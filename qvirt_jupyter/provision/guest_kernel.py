"""The kernel that the tiny guest boots: one that is installed on this machine, and its modules."""

from __future__ import annotations

import gzip
import lzma
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import AccessDenied, NotFound
from qvirt_jupyter.provision.host_packages import (
    PackagesMissing,
    find_program,
    guest_kernel_package,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BOOT_FOLDER: Final = Path("/boot")
MODULES_FOLDER: Final = Path("/lib/modules")
COMPRESSIONS: Final = (".xz", ".zst", ".gz")
# The small kernels made for guests: Debian's cloud, Ubuntu's kvm and virtual, Alpine's virt.
SMALL_KERNELS: Final = ("cloud", "kvm", "virt")
DECOMPRESS_TIMEOUT: Final = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class GuestKernel:
    """An installed kernel.

    Parameters
    ----------
    release
        Its name, as ``uname -r`` gives it.
    image
        What QEMU boots.
    modules
        The folder with its modules and their index.
    """

    release: str
    image: Path
    modules: Path
    _dependencies: dict[str, tuple[str, tuple[str, ...]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def identity(self) -> str:
        """What changes when the kernel is replaced by another build of the same release."""
        status = self.image.stat()
        return f"{self.release} {status.st_size} {status.st_mtime_ns}"

    def load_order(self, names: Iterable[str]) -> list[Path]:
        """Return the files of modules, each after those that it depends on.

        Modules that are built into the kernel have no file and need none.

        Parameters
        ----------
        names
            Module names; ``-`` and ``_`` are the same, as for modprobe.

        Raises
        ------
        NotFound
            The kernel has no such module.
        """
        index = self._index()
        built_in = self._built_in()
        order: dict[str, None] = {}
        for name in names:
            key = module_key(name)
            if key in index:
                path, dependencies = index[key]
                # modules.dep lists them nearest first, so the last one has to be loaded first.
                order.update(dict.fromkeys((*reversed(dependencies), path)))
            elif key not in built_in:
                raise NotFound(
                    _("The kernel {release} has no module {name}.").format(
                        release=self.release, name=name
                    ),
                    next_step=_("Look for it below {folder}.").format(folder=self.modules),
                )
        return [self.modules / path for path in order]

    def has(self, name: str) -> bool:
        """Say whether the kernel has a module, as a file or built in."""
        return module_key(name) in self._index() or module_key(name) in self._built_in()

    def index_lines(self, files: Iterable[Path]) -> str:
        """Return the part of ``modules.dep`` about some files, with uncompressed names."""
        kept = {plain_name(str(path.relative_to(self.modules))) for path in files}
        lines = []
        for path, dependencies in self._index().values():
            if plain_name(path) in kept:
                names = " ".join(plain_name(d) for d in dependencies)
                lines.append(f"{plain_name(path)}: {names}".rstrip())
        return "\n".join(sorted(lines)) + "\n"

    def alias_lines(self, files: Iterable[Path]) -> str:
        """Return the part of ``modules.alias`` about some files: how the kernel asks for them."""
        kept = {module_key(path.name) for path in files}
        source = self.modules / "modules.alias"
        lines = source.read_text().splitlines() if source.is_file() else []
        return "".join(
            f"{line}\n" for line in lines if line and module_key(line.rsplit(" ", 1)[-1]) in kept
        )

    def _index(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        if not self._dependencies:
            for line in (self.modules / "modules.dep").read_text().splitlines():
                path, colon, dependencies = line.partition(":")
                if colon:
                    self._dependencies[module_key(path)] = (path, tuple(dependencies.split()))
        return self._dependencies

    def _built_in(self) -> set[str]:
        source = self.modules / "modules.builtin"
        lines = source.read_text().splitlines() if source.is_file() else []
        return {module_key(line) for line in lines}


def module_key(path: str) -> str:
    """Return a module's name in the one spelling that the kernel itself uses."""
    name = plain_name(path).rsplit("/", 1)[-1].removesuffix(".ko")
    return name.replace("-", "_")


def plain_name(path: str) -> str:
    """Return a module's file name without the ending of its compression."""
    for ending in COMPRESSIONS:
        path = path.removesuffix(ending)
    return path


def module_bytes(path: Path) -> bytes:
    """Return a module as the kernel wants it, unpacked.

    Raises
    ------
    PackagesMissing
        It is packed with zstd and there is no program for that.
    """
    data = path.read_bytes()
    match path.suffix:
        case ".xz":
            return lzma.decompress(data)
        case ".gz":
            return gzip.decompress(data)
        case ".zst":
            program = find_program("zstd", "unzstd")
            if program is None:
                raise PackagesMissing(_("Unpacking kernel modules"), ["zstd"])
            done = subprocess.run(  # noqa: S603 - zstd itself, on the bytes of a module
                [program, "-dcq"],
                input=data,
                capture_output=True,
                check=True,
                timeout=DECOMPRESS_TIMEOUT,
            )
            return done.stdout
        case _:
            return data


def guest_kernel(boot: Path = BOOT_FOLDER, modules: Path = MODULES_FOLDER) -> GuestKernel:
    """Return the installed kernel that suits a small guest best.

    A kernel made for guests comes first, then the newest one.

    Parameters
    ----------
    boot, modules
        Where kernels and their modules are.

    Raises
    ------
    PackagesMissing
        There is none.
    AccessDenied
        There is one, but this user may not read it (Ubuntu installs them so).
    """
    candidates = sorted(_installed(boot, modules), key=_preference, reverse=True)
    for candidate in candidates:
        if os.access(candidate.image, os.R_OK):
            return candidate
    if candidates:
        image = candidates[0].image
        raise AccessDenied(
            _("The kernel {image} can be read by root only.").format(image=image),
            next_step=_("Allow it: {command}").format(command=f"sudo chmod a+r {image}"),
        )
    raise PackagesMissing(_("The tiny guest"), [guest_kernel_package()])


def _installed(boot: Path, modules: Path) -> Iterator[GuestKernel]:
    for folder in modules.glob("*") if modules.is_dir() else ():
        # Fedora and Arch keep the image beside the modules.
        for image in (boot / f"vmlinuz-{folder.name}", folder / "vmlinuz"):
            if image.is_file() and (folder / "modules.dep").is_file():
                yield GuestKernel(folder.name, image, folder)
                break


def _preference(kernel: GuestKernel) -> tuple[bool, bool, list[int]]:
    readable = os.access(kernel.image, os.R_OK)
    small = any(word in kernel.release for word in SMALL_KERNELS)
    return readable, small, [int(number) for number in re.findall(r"\d+", kernel.release)]
