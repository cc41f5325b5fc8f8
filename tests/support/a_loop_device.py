"""Block devices that are files: a disk for tests to format, partition and fill."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

MIB = 1024**2
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def missing(*programs: str) -> str:
    """Return what this machine lacks for a loop device and programs to use it, or an empty text."""
    if os.geteuid() != 0:
        return "loop devices need root"
    if not Path("/dev/loop-control").exists():
        return "the kernel has no loop devices (/dev/loop-control)"
    for program in ("losetup", "wipefs", "partx", *programs):
        if shutil.which(program, path=_PATH) is None:
            return f"{program} is not installed"
    return ""


def has_device_mapper() -> bool:
    """Whether the kernel can make logical volumes."""
    return "device-mapper" in Path("/proc/misc").read_text(encoding="ascii")


def run(*command: str) -> str:
    """Run a program of the administrator's, and return what it prints."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={"PATH": _PATH}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextlib.contextmanager
def a_loop_device(file: Path, size: int):
    """Make a file of so many bytes, and yield the block device that it is."""
    with file.open("wb") as image:
        image.truncate(size)
    device = run("losetup", "--find", "--show", str(file))
    try:
        yield device
    finally:
        run("wipefs", "--all", "--force", device)
        for partition in Path("/sys/class/block").glob(f"{device.rpartition('/')[2]}p*"):
            # The kernel forgets them only when it is told to.
            run("partx", "--delete", "--nr", partition.name.rpartition("p")[2], device)
        run("losetup", "--detach", device)
        file.unlink()
