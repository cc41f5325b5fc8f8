"""What an image builds on, by its own header: for files that are in no storage pool.

https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.txt
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, Final

_MAGIC: Final = b"QFI\xfb"
_BACKING: Final = struct.Struct(">QI")
"""Where the name of the backing file stands, and its length, in bytes; behind magic and version."""
_NAME_AT_MOST: Final = 1023


def backing_of(path: str) -> str | None:
    """Return the file that an image is the differences to; None where there is none.

    Parameters
    ----------
    path
        A file of this machine. What cannot be read, and what is no qcow2 image, has none.
    """
    if not Path(path).is_file():
        # A pipe would keep us waiting.
        return None
    try:
        with Path(path).open("rb") as file:
            head = file.read(8 + _BACKING.size)
            if len(head) < 8 + _BACKING.size or not head.startswith(_MAGIC):
                return None
            offset, length = _BACKING.unpack_from(head, 8)
            if not offset or not 0 < length <= _NAME_AT_MOST:
                return None
            file.seek(offset)
            name = file.read(length).decode("utf-8", "surrogateescape")
    except (OSError, ValueError):
        # It is not ours to read, or it is a folder: nobody can say more.
        return None
    named = file_of_name(name)
    return None if named is None else str(Path(path).parent / named)


def file_of_name(name: str) -> str | None:
    """Return the file in QEMU's name of an image; None where that is no file.

    Parameters
    ----------
    name
        A path, ``file:`` and a path, or ``json:`` and QEMU's options.
    """
    if name.startswith("json:"):
        try:
            return _file_in(json.loads(name.removeprefix("json:")))
        except ValueError:
            return None
    if name.startswith("file:"):
        return name.removeprefix("file:")
    # "nbd://…" and the like are elsewhere; a colon behind a slash is a part of a path.
    before, colon, _rest = name.partition(":")
    return None if colon and "/" not in before else name


def _file_in(options: Any) -> str | None:  # noqa: ANN401 - of JSON
    if not isinstance(options, dict):
        return None
    for key in ("filename", "file.filename"):
        if isinstance(options.get(key), str):
            return str(options[key])
    return _file_in(options.get("file"))
