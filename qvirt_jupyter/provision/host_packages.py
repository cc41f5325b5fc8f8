"""What is installed on this machine, and how to install what is not."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter._translation import LazyString

QUERY_TIMEOUT: Final = 20.0
"""Seconds that a package manager gets to answer a question about what is installed."""

# An ordinary user's PATH lacks the folders of the administrator's programs on Debian.
PROGRAM_PATH: Final = os.pathsep.join(
    ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
)


@dataclass(frozen=True, slots=True)
class HostPackage:
    """One need, and the name of the package that meets it on each family of distributions.

    Parameters
    ----------
    debian, fedora, arch
        Package names; several are separated by blanks.
    """

    debian: str
    fedora: str
    arch: str

    @property
    def name(self) -> str:
        """The name on this machine's distribution."""
        return str(getattr(self, distribution_family() or "debian"))


BUSYBOX: Final = HostPackage("busybox-static", "busybox", "busybox")
GUEST_AGENT: Final = HostPackage("qemu-guest-agent", "qemu-guest-agent", "qemu-guest-agent")
# Ubuntu's own small kernel is found too, see guest_kernel; this is the name to install.
KERNEL: Final = HostPackage("linux-image-cloud-amd64", "kernel-core", "linux")
UBUNTU_KERNEL: Final = HostPackage("linux-image-virtual", "kernel-core", "linux")
QEMU: Final = HostPackage("qemu-system-x86", "qemu-system-x86", "qemu-system-x86")
QEMU_IMG: Final = HostPackage("qemu-utils", "qemu-img", "qemu-img")
OSINFO: Final = HostPackage("osinfo-db", "osinfo-db", "osinfo-db")
SWTPM: Final = HostPackage("swtpm swtpm-tools", "swtpm swtpm-tools", "swtpm")
FIRMWARE: Final = HostPackage("ovmf", "edk2-ovmf", "edk2-ovmf")
LIBVIRT: Final = HostPackage(
    "libvirt-daemon libvirt-daemon-driver-qemu", "libvirt-daemon-kvm", "libvirt"
)


def guest_kernel_package() -> HostPackage:
    """Return the package of the kernel that suits the tiny guest on this distribution."""
    return UBUNTU_KERNEL if _os_release().get("ID") == "ubuntu" else KERNEL


def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:  # a system without the file says nothing about itself
        return {}


def distribution_family() -> str | None:
    """Return ``"debian"``, ``"fedora"`` or ``"arch"``, or None on another system."""
    release = _os_release()
    names = (release.get("ID", ""), *release.get("ID_LIKE", "").split())
    for name in names:
        if name in {"debian", "ubuntu"}:
            return "debian"
        if name in {"fedora", "rhel"}:
            return "fedora"
        if name == "arch":
            return "arch"
    return None


def install_command(packages: Iterable[HostPackage | str]) -> str:
    """Return the shell command that installs packages on this distribution.

    Parameters
    ----------
    packages
        Needs, or plain package names of this distribution.
    """
    names = " ".join(p.name if isinstance(p, HostPackage) else p for p in packages)
    match distribution_family():
        case "fedora":
            return f"sudo dnf install {names}"
        case "arch":
            return f"sudo pacman -S {names}"
        case _:
            return f"sudo apt-get install {names}"


class PackagesMissing(Unsupported):
    """The machine lacks packages; the message names them and the command that installs them.

    Parameters
    ----------
    purpose
        What they are needed for; starts the sentence.
    packages
        What is missing: needs, or plain package names of this distribution.
    """

    def __init__(self, purpose: str | LazyString, packages: Iterable[HostPackage | str]) -> None:
        missing = tuple(packages)
        self.packages = tuple(p.name if isinstance(p, HostPackage) else p for p in missing)
        self.command = install_command(missing)
        super().__init__(
            _("{purpose} needs packages that are not installed: {packages}.").format(
                purpose=purpose, packages=", ".join(self.packages)
            ),
            next_step=_("Install them: {command}").format(command=self.command),
        )


def find_program(*names: str) -> Path | None:
    """Return the first of some programs that is installed, or None.

    The user's ``PATH`` comes first, then the folders of the administrator's programs.
    """
    path = os.pathsep.join(part for part in (os.environ.get("PATH"), PROGRAM_PATH) if part)
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return Path(found)
    return None


def package_version(name: str) -> str | None:
    """Return the version of an installed package, or None where it is not installed."""
    match distribution_family():
        case "fedora":
            return _query("rpm", "-q", "--qf", "%{EVR}", name)
        case "arch":
            answer = _query("pacman", "-Q", name)
            return answer.split()[-1] if answer else None
        case _:
            answer = _query("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}\\n", name)
            # One line for each architecture on a system with several.
            for line in (answer or "").splitlines():
                status, _blank, version = line.partition(" ")
                if status == "installed":
                    return version
            return None


def package_files(name: str) -> tuple[Path, ...]:
    """Return the files of an installed package, without folders.

    Raises
    ------
    PackagesMissing
        The package is not installed.
    """
    match distribution_family():
        case "fedora":
            answer = _query("rpm", "-ql", name)
        case "arch":
            answer = _query("pacman", "-Qlq", name)
        case _:
            answer = _query("dpkg-query", "-L", name)
    if answer is None or package_version(name) is None:
        raise PackagesMissing(_("The tiny guest"), [name])
    paths = (Path(line) for line in answer.splitlines() if line.startswith("/"))
    return tuple(p for p in paths if p.is_symlink() or p.is_file())


def _query(*command: str) -> str | None:
    program = find_program(command[0])
    if program is None:
        return None
    done = subprocess.run(  # noqa: S603 - a package manager, asked for a package by name
        [program, *command[1:]],
        capture_output=True,
        text=True,
        check=False,
        timeout=QUERY_TIMEOUT,
        env={**os.environ, "LC_ALL": "C"},
    )
    return done.stdout if done.returncode == 0 else None
