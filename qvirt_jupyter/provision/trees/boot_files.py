"""The kernel and the initial RAM disk of a tree, fetched and checked."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, Literal

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import OperationFailed, Subject
from qvirt_jupyter.hypervisor.transfer import Course
from qvirt_jupyter.provision.trees.fetching import Body, fetch

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.transfer import Reporter
    from qvirt_jupyter.provision.trees.description import DetectedTree

LARGEST: Final = 1024**3
"""Bytes of a kernel or an initial RAM disk, at most; today's have some hundred MiB."""
_MIB: Final = 1024**2
_X86: Final = ("x86_64", "i686")
_BOOT_SECTOR: Final = slice(0x202, 0x206)
"""Where Linux on x86 says "HdrS" (https://docs.kernel.org/arch/x86/boot.html)."""


@dataclass(frozen=True, slots=True)
class BootFile:
    """A kernel or an initial RAM disk that was fetched.

    Parameters
    ----------
    file
        Its contents, open at their start; gone when it is closed.
    size
        In bytes.
    """

    file: IO[bytes]
    size: int


def fetch_boot_file(
    tree: DetectedTree,
    kind: Literal["kernel", "initrd"],
    *,
    reporter: Reporter,
) -> BootFile:
    """Fetch a file of a tree, and check that it is what it should be.

    Parameters
    ----------
    tree
        What was detected.
    kind
        Which of its files.
    reporter
        Told how far it is, and asked all the time whether to stop.

    Raises
    ------
    OperationFailed
        The server does not answer or stops in between, or what it sends is damaged or something
        else.
    """
    url = tree.kernel if kind == "kernel" else tree.initrd
    name = url.rpartition("/")[2]
    reporter.report(phase=_("Fetching {file}").format(file=name))
    body = fetch(url, reporter.check_cancelled)
    file = tempfile.TemporaryFile(prefix="qvirt-")  # noqa: SIM115 - who fetched it closes it
    try:
        size = _receive(url, body, file, tree.checksums.get(url), reporter)
        file.seek(0)
        _check_kind(url, kind, tree.architecture, file.read(4096), size)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return BootFile(file, size)


def _receive(
    url: str,
    body: Body,
    file: IO[bytes],
    checksum: tuple[str, str] | None,
    reporter: Reporter,
) -> int:
    """Write what arrives, and return how many bytes that was."""
    algorithm, digest = checksum or ("sha256", "")
    found = hashlib.new(algorithm, usedforsecurity=False)
    size = 0
    # Without a length nobody can say how far it is.
    course = Course(reporter if body.length else None, body.length or 0)
    for chunk in body.chunks:
        file.write(chunk)
        found.update(chunk)
        size += len(chunk)
        if size > LARGEST:
            raise _failed(url, _("It is larger than {size} MiB.").format(size=LARGEST // _MIB))
        course.at(size)
    if digest and found.hexdigest() != digest:
        raise _failed(url, _("It arrived damaged: its checksum is not that of the tree."))
    return size


def _check_kind(url: str, kind: str, architecture: str, head: bytes, size: int) -> None:
    is_page = head.lstrip()[:1] == b"<"
    if not size or is_page:
        # A page that says "not found", or that wants somebody to sign in first.
        raise _failed(url, _("The server sends something else than a {kind}.").format(kind=kind))
    if kind == "kernel" and architecture in _X86 and head[_BOOT_SECTOR] != b"HdrS":
        raise _failed(url, _("It is no Linux kernel."))


def _failed(url: str, reason: LazyString) -> OperationFailed:
    return OperationFailed(
        reason, subject=Subject("tree", url, url), next_step=_("Try another mirror.")
    )
