"""A volume of a host is known by its first sectors, which come over libvirt."""

import shutil

import pytest
from an_iso import DESCRIPTOR, SECTOR, an_iso

from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.provision.osinfo import Database, detect_media

SYSTEM = """<libosinfo version="0.0.1"><os id="http://example.org/egg/1">
<short-id>egg1</short-id><name>Egg</name>
<media arch="x86_64"><iso><volume-id>^EGG 1$</volume-id></iso></media></os></libosinfo>"""
RECIPE = {"id": "egg", "volume": "EGG 1", "bootable": True}


@pytest.fixture
def a_volume(a_qemu_connection, tmp_path):
    """An image of an egg, in a pool."""
    folder = tmp_path / "pool"
    folder.mkdir()
    an_iso(folder, RECIPE)
    definition = StoragePool(type="dir", name="media", path=str(folder))
    pool = a_qemu_connection.storage_pools.define(str(definition))
    pool.start()
    yield pool.volumes["egg.iso"]
    pool.stop()
    pool.delete()


@pytest.mark.skipif(not shutil.which("xorriso"), reason="xorriso is not installed")
def test_the_system_on_a_volume_is_known_without_the_rest_of_it(a_volume, tmp_path):
    (tmp_path / "os").mkdir()
    (tmp_path / "os" / "egg.xml").write_text(SYSTEM)
    found = detect_media(a_volume, database=Database([tmp_path]))
    assert found.os.short_id == "egg1"
    assert found.bootable


@pytest.mark.skipif(not shutil.which("xorriso"), reason="xorriso is not installed")
def test_a_part_of_a_volume_is_what_lies_there(a_volume, tmp_path):
    content = (tmp_path / "pool" / "egg.iso").read_bytes()
    assert a_volume.read(DESCRIPTOR, SECTOR) == content[DESCRIPTOR : DESCRIPTOR + SECTOR]
    assert a_volume.read(len(content) - 5, SECTOR) == content[-5:]
    assert a_volume.read(len(content) + SECTOR, SECTOR) == b"", "nothing lies behind its end"
    with pytest.raises(ValueError, match="bytes at once"):
        a_volume.read(0, 2**40)
