"""The lab of the test driver, in whose storage there is room for clones."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

import qvirt_jupyter

LAB = Path(qvirt_jupyter.__file__).parent / "data" / "lab.xml"
CLONED = ("win-01", "db-04", "gitlab-01", "legacy-01", "mail-01", "web-03", "base-image")


def write_lab(folder: Path) -> Path:
    """Write it into a folder and return the file.

    The driver gives every pool 100 GiB, which the lab's volumes take up: those of machines that
    nobody clones are left out.
    """
    tree = etree.parse(LAB)
    for volume in list(tree.getroot().iter("volume")):
        if not (volume.findtext("name") or "").startswith(CLONED):
            volume.getparent().remove(volume)
    file = folder / "lab.xml"
    tree.write(file)
    return file
