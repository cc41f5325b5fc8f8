"""Trees of Debian and of what comes of it: ``dists/bookworm/main/installer-amd64/``.

https://www.debian.org/releases/stable/amd64/ch04s04 and
https://wiki.debian.org/DebianRepository/Format
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.provision.trees.description import DetectedTree, Server, joined
from qvirt_jupyter.provision.trees.fetching import Missing

if TYPE_CHECKING:
    from qvirt_jupyter.provision.osinfo import OperatingSystem

_IMAGES: Final = ("current/images/", "current/legacy-images/", "images/", "daily/", "")
"""Where the installer's images may be, below the address of the tree."""
_KERNEL: Final = re.compile(
    r"^(?:\./)?(netboot/(?:[a-z]+/)?(?:debian|ubuntu)-installer/([a-z0-9]+)/linux)\b", re.MULTILINE
)
_RELEASE_HEAD: Final = 4096
"""Bytes of a Release file in which all is said that is asked here."""
_RELEASE: Final = re.compile(r"^(Origin|Label|Version|Codename|Suite): *(.+?) *$", re.MULTILINE)
_DISTRIBUTION: Final = re.compile(r"^(.*/dists/[^/]+/)")
_ARCHITECTURES: Final = {"amd64": "x86_64", "arm64": "aarch64", "i386": "i686", "armhf": "armv7l"}


def read(url: str, server: Server) -> DetectedTree | None:
    """Return the tree whose installer's images are listed in a MANIFEST; None where none are."""
    bases = [url]
    named = _DISTRIBUTION.match(url)
    if named is not None and named.group(1) == url:
        # Somebody gave the address of the distribution instead of that of the installer.
        bases = [f"{url}main/installer-amd64/"]
    for base in bases:
        for folder in _IMAGES:
            try:
                manifest = server.text(f"{base}{folder}MANIFEST")
            except Missing:
                continue
            found = _KERNEL.search(manifest)
            if found is not None:
                return _describe(base, f"{base}{folder}", found.group(1), found.group(2), server)
    return None


def _describe(base: str, images: str, kernel: str, port: str, server: Server) -> DetectedTree:
    release: dict[str, str] = {}
    distribution = _DISTRIBUTION.match(base)
    if distribution is not None:
        try:
            text = server.text(f"{distribution.group(1)}Release", most=_RELEASE_HEAD)
        except Missing:
            # Which system it is stays open; it can be installed all the same.
            text = ""
        release = dict(_RELEASE.findall(text))
    system = _system(release, server)
    said = (release.get("Label", "Debian"), release.get("Version", ""), release.get("Codename", ""))
    initrd = f"{kernel.removesuffix('linux')}initrd.gz"
    return DetectedTree(
        url=base,
        os=system,
        candidates=() if system is None else (system,),
        label=" ".join(part for part in said if part),
        layout="debian",
        architecture=_ARCHITECTURES.get(port, port),
        kernel=joined(images, kernel),
        initrd=joined(images, initrd),
        checksums=_checksums(images, server),
    )


def _system(release: dict[str, str], server: Server) -> OperatingSystem | None:
    """Return the system of a Release file: by its version, and where it has none by its name."""
    vendor = release.get("Origin", "").casefold()
    version = release.get("Version", "")
    suite = release.get("Suite", "")
    # Debian counts point releases, Ubuntu says the whole version.
    versions = {version, version.partition(".")[0]} if vendor == "debian" else {version}
    if not version:
        versions = {suite, "testing" if suite == "unstable" else suite}
    found = [
        system
        for system in server.database
        if system.distribution == vendor and system.version in versions
    ]
    return found[0] if vendor and found else None


def _checksums(images: str, server: Server) -> dict[str, tuple[str, str]]:
    try:
        text = server.text(f"{images}SHA256SUMS")
    except Missing:
        return {}
    pairs = (line.split(maxsplit=1) for line in text.splitlines() if line)
    return {
        images + pair[1].strip().removeprefix("./"): ("sha256", pair[0].lower())
        for pair in pairs
        if len(pair) == 2  # noqa: PLR2004 - a digest and a path
    }
