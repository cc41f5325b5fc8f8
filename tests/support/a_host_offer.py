"""A host as libvirt describes it, and definitions as facts that can be compared."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from qvirt_jupyter import documents

_CAPABILITIES = Path(__file__).parents[1] / "data" / "capabilities"
_DEBIAN_12 = "debian12-qemu72"
# Ports are libvirt's where a display listens at all.
_UNSAID = {
    ("controller", "index"),
    ("memory", "unit"),
    ("currentMemory", "unit"),
    *(("graphics", name) for name in ("port", "tlsPort", "autoport")),
}


def capabilities(name):
    """Return what a Debian 12 host says of itself, or of one kind of machine."""
    return documents.parse((_CAPABILITIES / f"{_DEBIAN_12}-{name}.xml").read_text())


def offer_to(domain):
    """Return what that host offers to a machine."""
    if domain.type not in ("qemu", "kvm"):
        return None
    board = "q35" if "q35" in domain.os.machine else "pc"
    return capabilities(f"{board}-{domain.type}-domcapabilities")


def facts(text):
    """Return what a definition says, without what is random or libvirt's to choose."""
    found = []

    def walk(node, way):
        way = (*way, etree.QName(node).localname)
        said = {k: v for k, v in node.attrib.items() if (way[-1], k) not in _UNSAID}
        if way[-1] in {"mac", "uuid"} or way[-2:] == ("graphics", "listen"):
            return
        said = " ".join(f"{name}={value}" for name, value in sorted(said.items()))
        found.append(f"{'/'.join(way)} {said} {(node.text or '').strip()}".strip())
        for child in node.iterchildren(tag=etree.Element):
            walk(child, way)

    walk(etree.fromstring(text), ())
    return found
