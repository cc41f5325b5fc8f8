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
HEAD: Final = 4096
"""Bytes at the beginning of an image in which the name of its data file stands."""
_WITH_FEATURES: Final = 3
"""The version from which on images have features."""
_FEATURES_AT: Final = 72
_HEADER_LENGTH_AT: Final = 100
_EXTERNAL_DATA: Final = 1 << 2
"""The incompatible feature of an image whose contents lie in another file."""
_EXTENSION: Final = struct.Struct(">II")
_DATA_FILE_NAME: Final = 0x44415441


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


def data_file_of(path: str, head: bytes | None = None) -> str | None:
    """Return the file in which an image keeps its contents; None where that is the image itself.

    Parameters
    ----------
    path
        The image.
    head
        Its first :data:`HEAD` bytes; None to read them from a file of this machine.
    """
    if head is None:
        try:
            if not Path(path).is_file():
                return None
            with Path(path).open("rb") as file:
                head = file.read(HEAD)
        except OSError:
            # As above.
            return None
    name = _data_file_in(head)
    named = None if name is None else file_of_name(name)
    return None if named is None else str(Path(path).parent / named)


def _data_file_in(head: bytes) -> str | None:
    if len(head) < _HEADER_LENGTH_AT + 4 or not head.startswith(_MAGIC):
        return None
    if int.from_bytes(head[4:8]) < _WITH_FEATURES:
        return None
    if not int.from_bytes(head[_FEATURES_AT : _FEATURES_AT + 8]) & _EXTERNAL_DATA:
        return None
    at = int.from_bytes(head[_HEADER_LENGTH_AT : _HEADER_LENGTH_AT + 4])
    while at + _EXTENSION.size <= len(head):
        kind, length = _EXTENSION.unpack_from(head, at)
        at += _EXTENSION.size
        if kind == 0:
            return None
        if kind == _DATA_FILE_NAME and at + length <= len(head):
            return head[at : at + length].decode("utf-8", "surrogateescape")
        # Each begins at a multiple of eight.
        at += -(-length // 8) * 8
    return None


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
        except (ValueError, RecursionError):
            # Whoever made the image wrote it: it may be a thousand brackets.
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
