"""By what installation media, installation trees and ready-made images are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.provision.osinfo.resources import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

_TRUE: Final = frozenset({"true", "yes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPattern:
    """One medium of an operating system.

    Parameters
    ----------
    architecture
        Whose it is, or ``all``.
    texts
        Regular expressions by what they are searched in: ``volume``, ``system``, ``publisher``,
        ``application``.
    size
        Bytes of the volume; None where any will do.
    is_live, is_installer
        What it can be used for.
    kernel, initrd
        Files on it that an installation can be started from, or empty.
    """

    architecture: str
    texts: tuple[tuple[str, str], ...]
    size: int | None
    is_live: bool
    is_installer: bool
    kernel: str = ""
    initrd: str = ""

    def matches(self, said: Mapping[str, str], size: int) -> bool:
        """Tell whether a medium is this one.

        Parameters
        ----------
        said
            What it says of itself, as in `texts`.
        size
            Bytes of its volume.
        """
        if not self.texts and self.size is None:
            return False
        if self.size is not None and self.size != size:
            return False
        return all(_is_found(pattern, said.get(name, "")) for name, pattern in self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePattern:
    """One installation tree of an operating system, as its ``.treeinfo`` file says.

    Parameters
    ----------
    architecture
        Whose it is, or ``all``.
    texts
        Regular expressions by what they are searched in: ``family``, ``variant``, ``version``,
        ``arch``.
    url
        Where it can be found, or empty.
    kernel, initrd
        Files in it that an installation can be started from, or empty.
    """

    architecture: str
    texts: tuple[tuple[str, str], ...]
    url: str = ""
    kernel: str = ""
    initrd: str = ""

    def matches(self, said: Mapping[str, str]) -> bool:
        """Tell whether a tree is this one, by what its ``.treeinfo`` says."""
        return bool(self.texts) and all(
            _is_found(pattern, said.get(name, "")) for name, pattern in self.texts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudImage:
    """A disk with an installed system.

    Parameters
    ----------
    architecture
        Whose it is.
    format
        ``qcow2``, ``raw``, ``vmdk`` or ``containerdisk``.
    url
        Where it can be found.
    cloud_init
        Whether it takes its settings from cloud-init; None where the database does not say.
    user
        Who is made by it to sign in, or empty.
    """

    architecture: str
    format: str
    url: str
    cloud_init: bool | None
    user: str = ""


def read_media(node: etree._Element) -> MediaPattern:
    """Read a ``media`` element.

    Raises
    ------
    ValueError
        The size is no number.
    """
    iso = node.find("iso")
    size = None if iso is None else (iso.findtext("volume-size") or "").strip()
    return MediaPattern(
        architecture=node.get("arch", ALL),
        texts=_texts(
            iso,
            volume="volume-id",
            system="system-id",
            publisher="publisher-id",
            application="application-id",
        ),
        size=int(size) if size else None,
        is_live=node.get("live") in _TRUE,
        is_installer=node.get("installer", "true") in _TRUE,
        kernel=_text(node, "kernel"),
        initrd=_text(node, "initrd"),
    )


def read_tree(node: etree._Element) -> TreePattern:
    """Read a ``tree`` element."""
    return TreePattern(
        architecture=node.get("arch", ALL),
        texts=_texts(
            node.find("treeinfo"),
            family="family",
            variant="variant",
            version="version",
            arch="arch",
        ),
        url=_text(node, "url"),
        kernel=_text(node, "kernel"),
        initrd=_text(node, "initrd"),
    )


def read_image(node: etree._Element) -> CloudImage:
    """Read an ``image`` element."""
    cloud_init = node.get("cloud-init")
    return CloudImage(
        architecture=node.get("arch", ALL),
        format=node.get("format", ""),
        url=_text(node, "url"),
        cloud_init=None if cloud_init is None else cloud_init in _TRUE,
        user=_text(node, "cloud-image-username"),
    )


def _texts(node: etree._Element | None, **elements: str) -> tuple[tuple[str, str], ...]:
    if node is None:
        return ()
    return tuple(
        (name, text) for name, element in elements.items() if (text := _text(node, element))
    )


def _text(node: etree._Element, name: str) -> str:
    return (node.findtext(name) or "").strip()


def _is_found(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        # The database is written for another engine; what ours does not understand is no match.
        return False
