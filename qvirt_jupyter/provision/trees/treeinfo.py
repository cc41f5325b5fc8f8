"""Trees with a ``.treeinfo`` file: Fedora, Red Hat and what comes of them, openSUSE.

https://release-engineering.github.io/productmd/treeinfo-1.0.html
"""

from __future__ import annotations

import configparser
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import OperationFailed, Subject
from qvirt_jupyter.provision.trees.description import DetectedTree, Server, joined
from qvirt_jupyter.provision.trees.fetching import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES: Final = (".treeinfo", "treeinfo")
_SUSE: Final = ("suse", "sle")
_SINCE_FEDORA, _SINCE_RED_HAT = 19, 7
"""Versions since which Anaconda's own arguments begin with inst."""
_ALGORITHMS: Final = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512"})


def read(url: str, server: Server) -> DetectedTree | None:
    """Return the tree that a ``.treeinfo`` file describes; None where there is none.

    Raises
    ------
    OperationFailed
        The file makes no sense.
    """
    for name in _NAMES:
        try:
            text = server.text(url + name)
        except Missing:
            continue
        return _describe(url, name, text, server)
    return None


def _describe(url: str, name: str, text: str, server: Server) -> DetectedTree:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    # Paths are keys in [checksums], and their capitals matter.
    parser.optionxform = str  # type: ignore[method-assign, assignment]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise _nonsense(url, name, type(error).__name__) from error

    def first(*places: tuple[str, str]) -> str:
        found = (parser.get(section, key, fallback="").strip() for section, key in places)
        return next((value for value in found if value), "")

    architecture = first(("general", "arch"), ("tree", "arch"))
    said = {
        "family": first(("general", "family"), ("release", "name"), ("product", "name")),
        "variant": first(("general", "variant")),
        "version": first(("general", "version"), ("release", "version"), ("product", "version")),
        "arch": architecture,
    }
    if not said["family"] and not said["version"]:
        raise _nonsense(url, name, "no [general] and no [release]")
    found = server.database.of_tree(said)
    patterns = [pattern for _system, pattern in found]
    images = f"images-{architecture}"
    kernel = first((images, "kernel")) or next((one.kernel for one in patterns if one.kernel), "")
    initrd = first((images, "initrd")) or next((one.initrd for one in patterns if one.initrd), "")
    if not kernel or not initrd:
        raise _nonsense(url, name, f"no kernel in [{images}]")
    system = found[0][0] if found else None
    return DetectedTree(
        url=url,
        os=system,
        candidates=tuple(dict.fromkeys(each for each, _pattern in found)),
        label=first(("general", "name")) or f"{said['family']} {said['version']}".strip(),
        layout="treeinfo",
        architecture=architecture,
        kernel=joined(url, kernel),
        initrd=joined(url, initrd),
        arguments=f"{_argument(said['family'], said['version'])}={url}",
        checksums=dict(_checksums(url, parser)),
    )


def _argument(family: str, version: str) -> str:
    """Return what an installer calls the address of its tree: YaST, and Anaconda old and new."""
    if any(word in family.casefold() for word in _SUSE):
        return "install"
    major = version.partition(".")[0]
    since = _SINCE_FEDORA if family == "Fedora" else _SINCE_RED_HAT
    return "method" if major.isdigit() and int(major) < since else "inst.repo"


def _checksums(
    url: str, parser: configparser.ConfigParser
) -> Iterator[tuple[str, tuple[str, str]]]:
    if not parser.has_section("checksums"):
        return
    for path, value in parser.items("checksums"):
        algorithm, colon, digest = value.strip().partition(":")
        if colon and algorithm in _ALGORITHMS and ".." not in path:
            yield url + path.lstrip("/"), (algorithm, digest.strip().lower())


def _nonsense(url: str, name: str, why: str) -> OperationFailed:
    return OperationFailed(
        _("Its file {file} makes no sense ({why}).").format(file=name, why=why),
        subject=Subject("tree", url, url),
        next_step=_("Check that the address is that of an installation tree."),
    )
