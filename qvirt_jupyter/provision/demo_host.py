"""A host to look at where there is no hypervisor."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

LAB_FILE = Path(__file__).parent.parent / "data" / "lab.xml"


def demo_host() -> str:
    """Return the URI of a made-up host with 48 virtual machines, networks, pools and devices.

    It is played by libvirt's test driver (https://libvirt.org/drvtest.html): nothing on the machine
    is touched, and each connection to it has a world of its own that is forgotten when it closes.

    Returns
    -------
    str
        A ``test:///`` URI for :func:`qvirt_jupyter.connect`.
    """
    return f"test://{quote(str(LAB_FILE))}"
