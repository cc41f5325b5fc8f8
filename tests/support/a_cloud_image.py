"""A cloud image as distributions make them: Debian with cloud-init and the guest agent.

It is put together from packages once and kept in the cache folder of the project. It boots by GRUB
from its own disk; nothing is mounted for that, so it needs root only where apt does.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from qvirt_jupyter.provision.cache_folder import cache_folder

NAME = "debian-12-genericcloud-amd64-2.qcow2"
"""The last number is the recipe's: raise it with every change, so that no cache is kept."""
_SUITE = "bookworm"
_PROGRAMS = ("mmdebstrap", "mkfs.ext4", "grub-mkimage", "qemu-img")
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_GRUB = Path("/usr/lib/grub/i386-pc")
_PACKAGES = (
    "linux-image-cloud-amd64",
    "cloud-init",
    # These two grow the partition.
    "cloud-guest-utils",
    "fdisk",
    "qemu-guest-agent",
    "systemd-sysv",
    "udev",
    "dbus",
    "sudo",
)
_NOT_NEEDED = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
# It has neither locales nor an SSH server, which cloud-init sees to unless it is told not to.
_SETTINGS = "locale: false\nssh_deletekeys: false\nssh_genkeytypes: []\n"
_LABEL = "cloudroot"
_START = f"""
search --no-floppy --label {_LABEL} --set=root
linux /vmlinuz root=LABEL={_LABEL} ro console=ttyS0
initrd /initrd.img
boot
"""
_SECTOR = 512
_GAP = 2048
"""Sectors before the file system: the boot sector, then GRUB."""
_SIZE = 900 * 2**20
_LIMIT = 900
"""Seconds that fetching and unpacking may take."""


def missing() -> str:
    """Return why it cannot be made here, or an empty text."""
    if (cache_folder() / NAME).exists():
        return ""
    for program in _PROGRAMS:
        if shutil.which(program, path=_PATH) is None:
            return f"{program} is not installed"
    if not (_GRUB / "boot.img").exists():
        return "grub-pc-bin is not installed"
    return "" if os.geteuid() == 0 else "making a root file system needs root"


def a_cloud_image() -> Path:
    """Return the image, made now where it is not there yet.

    Raises
    ------
    RuntimeError
        Packages cannot be fetched, or something else fails; the text says what.
    """
    place = cache_folder() / NAME
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        made = _image(Path(folder))
        # What another process has made meanwhile is as good.
        made.replace(place)
    for old in place.parent.glob(f"{NAME.rpartition('-')[0]}-*"):
        if old != place:
            old.unlink(missing_ok=True)
    return place


def _image(folder: Path) -> Path:
    root = folder / "root"
    _run(
        *("mmdebstrap", "--mode=root", "--variant=minbase", "--quiet"),
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Retries "2"',
        '--aptopt=Acquire::http::Timeout "30"',
        *(f"--dpkgopt=path-exclude={path}" for path in _NOT_NEEDED),
        f"--include={','.join(_PACKAGES)}",
        f'--customize-hook=echo LABEL={_LABEL} / ext4 defaults 0 0 > "$1/etc/fstab"',
        '--customize-hook=chroot "$1" systemctl enable systemd-networkd',
        f'--customize-hook=printf {_SETTINGS!r} > "$1"/etc/cloud/cloud.cfg.d/99-tests.cfg',
        _SUITE,
        str(root),
    )
    disk, system = folder / "disk.raw", folder / "system.img"
    with system.open("wb") as file:
        file.truncate(_SIZE)
    _run("mkfs.ext4", "-q", "-F", "-L", _LABEL, "-d", str(root), str(system))
    (folder / "start.cfg").write_text(_START)
    _run(
        *("grub-mkimage", "-O", "i386-pc", "-p", "/boot/grub", "-c", str(folder / "start.cfg")),
        *("-o", str(folder / "core.img")),
        *("biosdisk", "part_msdos", "ext2", "linux", "search", "search_label", "normal"),
    )
    with disk.open("wb") as file:
        file.write((_GRUB / "boot.img").read_bytes()[:440])
        file.seek(446)
        # One bootable partition of Linux; old addresses by cylinders count no more.
        file.write(
            struct.pack(
                "<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x83, b"\xfe\xff\xff", _GAP, _SIZE // _SECTOR
            )
        )
        file.seek(510)
        file.write(b"\x55\xaa")
        file.write((folder / "core.img").read_bytes())
        assert file.tell() < _GAP * _SECTOR, "GRUB does not fit before the file system"
    _run(
        "dd", f"if={system}", f"of={disk}", "bs=1M", "seek=1", "conv=notrunc,sparse", "status=none"
    )
    made = folder / NAME
    _run("qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", str(disk), str(made))
    return made


def _run(*command: str) -> None:
    environment = {"PATH": _PATH, "LC_ALL": "C", "HOME": "/root"}
    for name in ("http_proxy", "https_proxy", "no_proxy", "SOURCE_DATE_EPOCH"):
        with contextlib.suppress(KeyError):
            environment[name] = os.environ[name]
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_LIMIT,
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"{command[0]} took more than {_LIMIT} seconds") from error
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-1000:]}")


if __name__ == "__main__":
    # Before the tests of QEMU, which have a network of their own.
    sys.stdout.write(f"{missing() or a_cloud_image()}\n")
