"""What Add Hardware makes, looked at by libvirt's own program for that."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from qvirt_jupyter.documents import Domain, Hostdev
from qvirt_jupyter.documents.devices.hostdev_sources import PciSource
from qvirt_jupyter.widgets.details.add_page import AddPage
from qvirt_jupyter.widgets.details.definitions import Definitions, kinds

PROGRAM = shutil.which("virt-xml-validate")
SCHEMA = Path("/usr/share/libvirt/schemas/domaincommon.rng")
GUEST = """<domain type='kvm'><name>a</name><memory>1</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os><devices/></domain>"""

pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="virt-xml-validate is not installed"),
    pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint is not installed"),
    pytest.mark.skipif(not SCHEMA.exists(), reason="libvirt's schemas are not installed"),
]


def choose(device):
    """Choose what the form does not add without."""
    match device.tag:
        case "hostdev":
            assert isinstance(device, Hostdev)
            device.type = "pci"
            assert isinstance(device.source, PciSource)
            address = device.source.address
            address.domain, address.bus, address.slot, address.function = 0, 3, 0, 0
        case "filesystem":
            device.source.folder, device.target = "/srv/shared", "shared"
        case "lease":
            device.lockspace, device.resource, device.path = "space", "web", "/srv/lease"
        case "disk":
            device.source.file = "/srv/disk.qcow2"
        case "interface":
            device.source.network = "default"


@pytest.mark.parametrize("tag", [kind.tag for kind in kinds()])
def test_libvirts_program_finds_it_valid(tag, tmp_path):
    if f'name="{tag}"' not in SCHEMA.read_text("utf-8"):
        pytest.skip(f"the schema of this libvirt knows no <{tag}>")
    page = AddPage(tag)
    domain = page.basis(Definitions(Domain.parse(GUEST), None, persistent=True))
    choose(page.device(domain))
    file = tmp_path / "domain.xml"
    file.write_text(str(domain), "utf-8")
    # Its time doubles with each attribute of an element; these have few.
    found = subprocess.run(
        [str(PROGRAM), str(file), "domain"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, found.stderr + str(page.device(domain))
    assert "validates" in found.stderr
