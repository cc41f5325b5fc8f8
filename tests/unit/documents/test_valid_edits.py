"""What is done to a real definition in one word leaves one that libvirt's schema allows."""

from pathlib import Path

import pytest
from lxml import etree
from sample_documents import DATA

from qvirt_jupyter.documents import Domain

SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")

pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason="libvirt's schemas are not installed")

FILES = sorted((DATA / "domains").glob("*.xml"))


def other_board(domain):
    domain.os.machine = "pc" if "q35" in (domain.os.machine or "") else "q35"


def arranged(domain):
    topology = domain.cpu.topology
    topology.sockets, topology.cores, topology.threads = 1, 2, 2


def with_nodes(domain):
    domain.vcpus = 2
    domain.cpu.numa.cells.add(id=0, cpus="0", memory=512 * 1024)
    domain.cpu.numa.cells.add(id=1, cpus="1", memory=512 * 1024)
    domain.memory = 2048 * 1024


EDITS = {
    "another board": other_board,
    "secure boot": lambda domain: domain.os.use_firmware_image("/OVMF.fd", secure=True),
    "firmware by itself": lambda domain: setattr(domain.os, "firmware", "efi"),
    "default firmware": lambda domain: domain.os.use_default_firmware(),
    "boot order": lambda domain: setattr(domain, "boot_order", domain.bootable),
    "shared memory": lambda domain: setattr(domain, "shared_memory", True),
    "copy of the host": lambda domain: setattr(domain.cpu, "copies_host", True),
    "a named model": lambda domain: setattr(domain.cpu, "model", "qemu64"),
    "topology": arranged,
    "NUMA nodes": with_nodes,
}


@pytest.fixture(scope="module")
def rules():
    return etree.RelaxNG(etree.parse(SCHEMA))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("name", EDITS)
def test_it_is_still_valid(file, name, rules):
    domain = Domain.parse(file.read_text())
    before = str(domain)
    EDITS[name](domain)
    assert rules.validate(etree.fromstring(str(domain))), rules.error_log
    if name in ("another board", "NUMA nodes", "boot order"):
        assert str(domain) != before


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_all_of_them_after_one_another_too(file, rules):
    domain = Domain.parse(file.read_text())
    for name, edit in EDITS.items():
        edit(domain)
        assert rules.validate(etree.fromstring(str(domain))), (name, rules.error_log)
