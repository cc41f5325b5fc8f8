"""The shared libraries that a program needs, as the dynamic loader finds them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import NotFound

ELF_MAGIC: Final = b"\x7fELF"
LDD_TIMEOUT: Final = 20.0
"""Seconds."""
# "libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x...)" or "/lib64/ld-linux-x86-64.so.2 (0x...)"
LIBRARY_LINE: Final = re.compile(r"^\s*(?:(?P<name>\S+)\s+=>\s+)?(?P<path>/\S+|not found)")


def is_elf(path: Path) -> bool:
    """Say whether a file is a program or a library."""
    with path.open("rb") as file:
        return file.read(len(ELF_MAGIC)) == ELF_MAGIC


def libraries(path: Path) -> tuple[Path, ...]:
    """Return the libraries of a program or library and the loader, at the paths looked for.

    Parameters
    ----------
    path
        A file of an installed package: ``ldd`` may run what it looks at, so never give it a
        stranger's file (see its manual page).

    Returns
    -------
    tuple[Path, ...]
        Empty for a static program.

    Raises
    ------
    NotFound
        A library is missing on this machine.
    """
    done = subprocess.run(  # noqa: S603 - a file of an installed package
        ["/usr/bin/ldd", path],
        capture_output=True,
        text=True,
        check=False,
        timeout=LDD_TIMEOUT,
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode != 0:  # "not a dynamic executable"
        return ()
    found = []
    for line in done.stdout.splitlines():
        match = LIBRARY_LINE.match(line)
        if match is None:
            continue
        if match["path"] == "not found":
            raise NotFound(
                _("{program} needs the library {name}, which is not on this machine.").format(
                    program=path, name=match["name"]
                )
            )
        found.append(Path(match["path"]))
    return tuple(found)
