"""Where libosinfo's database lies, and which of its files count.

A file hides the one of the same name in an earlier folder; one in a folder that ends in ``.d`` adds
to the entry of that name.
https://gitlab.com/libosinfo/libosinfo/-/blob/main/docs/database-layout.txt
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

SYSTEM: Final = Path("/usr/share/osinfo")
LOCAL: Final = Path("/etc/osinfo")


def folders() -> tuple[Path, ...]:
    """Return the folders of the database in the order in which they are read: system first.

    ``OSINFO_SYSTEM_DIR``, ``OSINFO_LOCAL_DIR`` and ``OSINFO_USER_DIR`` stand in for them.
    """
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return (
        Path(os.environ.get("OSINFO_SYSTEM_DIR") or SYSTEM),
        Path(os.environ.get("OSINFO_LOCAL_DIR") or LOCAL),
        Path(os.environ.get("OSINFO_USER_DIR") or config / "osinfo"),
    )


def files(within: tuple[Path, ...], kind: str = "os") -> tuple[Path, ...]:
    """Return the files that count, those that only add to an entry last.

    Parameters
    ----------
    within
        The folders of the database.
    kind
        The folder in each of them: ``os``, ``device``.
    """
    found: dict[str, Path] = {}
    for folder in within:
        for path in sorted((folder / kind).rglob("*.xml")):
            found[str(path.relative_to(folder))] = path
    # An empty file, or a link to /dev/null, hides an entry and says nothing.
    present = [path for path in found.values() if path.stat().st_size]
    return tuple(sorted(present, key=lambda path: path.parent.suffix == ".d"))
