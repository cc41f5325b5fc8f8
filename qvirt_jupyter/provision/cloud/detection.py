"""Which system a cloud image holds, by how it is called."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from qvirt_jupyter.provision.osinfo import osinfo

if TYPE_CHECKING:
    from qvirt_jupyter.provision.osinfo import Database, OperatingSystem

# What stands in names of images beside the system, and in names of systems beside the brand.
_FILLER_WORDS: Final = """
base bios cloud cloudimg generic genericcloud gpt image img jeos latest leap linux minimal nocloud
qcow2 raw server uefi vm
"""
_FILLERS: Final = frozenset(_FILLER_WORDS.split())
_ARCHITECTURE: Final = re.compile(r"x86[_-]64|amd64|aarch64|arm64|ppc64le|s390x|riscv64")
_STAND_INS: Final = ("linux2024", "linux2022", "linux2020", "linux2018")


def detect_image(name: str, *, database: Database | None = None) -> OperatingSystem | None:
    """Say which system a cloud image holds.

    Distributions name their images after system and version; libosinfo's database knows some of
    them. Nothing is read from the image.

    Parameters
    ----------
    name
        A path, a volume or an address on the web: ``debian-12-genericcloud-amd64.qcow2``.
    database
        The systems that are known; those of this machine where it is left out.

    Returns
    -------
    OperatingSystem or None
        None where the name says nothing.
    """
    known = database or osinfo()
    file = PurePosixPath(urlsplit(name).path).name or name
    for system in known:
        if any(PurePosixPath(urlsplit(image.url).path).name == file for image in system.images):
            return system
    words = [
        word
        for part in re.split(r"[^a-z0-9.]+", _ARCHITECTURE.sub(" ", file.casefold()))
        if (word := part.strip("."))
    ]
    return _by_name(words, known) or _by_codename(words, known)


def stand_in(database: Database | None = None) -> OperatingSystem | None:
    """Return what stands for a Linux that nobody knows, with the devices that all of them drive.

    A cloud image is made for virtual machines: its kernel may have nothing but VirtIO.
    """
    known = database or osinfo()
    return next((found for name in _STAND_INS if (found := known.get(name))), None)


def _by_name(words: list[str], known: Database) -> OperatingSystem | None:
    """Return the system whose short name the words begin with, the longest one."""
    words = [word.replace("linux", "") for word in words if word not in _FILLERS]
    whole = "".join(words)
    beginnings = {"".join(words[:number]) for number in range(1, len(words) + 1)}
    best: tuple[int, OperatingSystem] | None = None
    for system in known:
        if system.is_generic:
            continue
        for name in system.short_ids:
            key = name.replace("linux", "").replace("-", "")
            # "fedora4" is not what "fedora40" begins with, unless another word begins there.
            fits = key in beginnings or (
                whole.startswith(key) and not whole[len(key) :][:1].isdigit()
            )
            if key and fits and (best is None or len(key) > best[0]):
                best = len(key), system
    return None if best is None else best[1]


def _by_codename(words: list[str], known: Database) -> OperatingSystem | None:
    """Return the system whose code name stands at the beginning, as Ubuntu names its images."""
    if not words:
        return None
    found = [
        system
        for system in known
        if system.codename and system.codename.casefold().split()[0] == words[0]
    ]
    return found[0] if len(found) == 1 else None
