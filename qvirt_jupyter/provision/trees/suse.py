"""Trees of SUSE without a ``.treeinfo`` file: ``content`` or ``media.1/products`` names them.

https://doc.opensuse.org/documentation/leap/startup/html/book-startup/cha-boot-parameters.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.provision.trees.description import DetectedTree, Server, joined
from qvirt_jupyter.provision.trees.fetching import Missing

if TYPE_CHECKING:
    from qvirt_jupyter.provision.osinfo import OperatingSystem

_CPE: Final = re.compile(r"^DISTRO\s+cpe:/o:([\w-]+):([\w-]+):([\w.]+)", re.MULTILINE)
_LABEL: Final = re.compile(r"^LABEL\s+(.+?)\s*$", re.MULTILINE)
_PRODUCT: Final = re.compile(r"^/\s+([\w-]+)\s+([\w.]+?)(?:-[\w.]+)?\s*$", re.MULTILINE)
_ARCHITECTURE: Final = re.compile(r"^BASEARCHS\s+(\w+)", re.MULTILINE)
_IN_FILE: Final = re.compile(r"boot/(x86_64|aarch64|ppc64le|s390x|i386)/")
_FILES: Final = {
    "x86_64": ("boot/x86_64/loader/linux", "boot/x86_64/loader/initrd"),
    "i386": ("boot/i386/loader/linux", "boot/i386/loader/initrd"),
    "aarch64": ("boot/aarch64/linux", "boot/aarch64/initrd"),
    "ppc64le": ("boot/ppc64le/linux", "boot/ppc64le/initrd"),
    "s390x": ("boot/s390x/linux", "boot/s390x/initrd"),
}
_SUM: Final = re.compile(
    r"^(?:HASH )?(?:sha256 +)?([0-9a-fA-F]{64})\s+(\S+)\s*$", re.IGNORECASE | re.MULTILINE
)


def read(url: str, server: Server) -> DetectedTree | None:
    """Return the tree that SUSE's own files describe; None where there are none."""
    content = _text(f"{url}content", server)
    products = "" if _CPE.search(content) else _text(f"{url}media.1/products", server)
    cpe, product = _CPE.search(content), _PRODUCT.search(products)
    if cpe is None and product is None:
        return None
    sums = _text(f"{url}CHECKSUMS", server) + content
    named = _ARCHITECTURE.search(content) or _IN_FILE.search(sums)
    architecture = named.group(1) if named is not None else "x86_64"
    kernel, initrd = _FILES.get(architecture, _FILES["x86_64"])
    label = _LABEL.search(content)
    if cpe is not None:
        name, version = cpe.group(2), cpe.group(3)
    else:
        assert product is not None  # noqa: S101 - one of them was found
        name, version = product.group(1), product.group(2)
    system = _system(name, version, server)
    return DetectedTree(
        url=url,
        os=system,
        candidates=() if system is None else (system,),
        label=label.group(1) if label is not None else f"{name} {version}",
        layout="suse",
        architecture="i686" if architecture == "i386" else architecture,
        kernel=joined(url, kernel),
        initrd=joined(url, initrd),
        arguments=f"install={url}",
        checksums={url + path: ("sha256", digest.lower()) for digest, path in _SUM.findall(sums)},
    )


def _system(name: str, version: str, server: Server) -> OperatingSystem | None:
    words = name.casefold()
    wanted: tuple[str, ...]
    if "tumbleweed" in words:
        wanted = ("opensusetumbleweed",)
    elif "opensuse" in words or "leap" in words:
        wanted = (f"opensuse{version}",)
    else:
        major, _dot, pack = version.partition(".")
        wanted = (f"sle{major}sp{pack}" if pack not in ("", "0") else f"sle{major}",)
        wanted += (f"sles{wanted[0].removeprefix('sle')}",)
    found = (server.database.get(each) for each in wanted)
    return next((each for each in found if each is not None), None)


def _text(url: str, server: Server) -> str:
    try:
        return server.text(url)
    except Missing:
        return ""
