"""Documents of storage pools, and what a host answers about them."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import PoolCapabilities, PoolSources, StoragePool, parse

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def the_offer():
    """What the libvirt of Debian 12 says of pools."""
    return parse((DATA / "documents" / "pool-capabilities.xml").read_text())


def test_a_host_says_which_pools_it_has(the_offer):
    assert isinstance(the_offer, PoolCapabilities)
    assert the_offer.supports("netfs") is True
    assert the_offer.supports("sheepdog") is False
    assert the_offer.supports("of-tomorrow") is None


def test_a_host_says_which_formats_there_are(the_offer):
    assert the_offer.source_formats("netfs") == ("auto", "nfs", "glusterfs", "cifs")
    assert the_offer.kinds["logical"].default_source_format == "lvm2"
    assert "qcow2" in the_offer.volume_formats("dir")
    assert the_offer.source_formats("dir") is None
    assert the_offer.volume_formats("of-tomorrow") is None


def test_the_answer_on_places_has_them_in_order():
    answer = PoolSources.parse(
        "<sources><source><host name='nas'/><dir path='/a'/></source>"
        "<source><host name='nas'/><dir path='/b'/></source></sources>"
    )
    assert [source.words for source in answer.sources] == ["nas:/a", "nas:/b"]


def test_options_of_mounts_and_of_ceph_are_kept_in_their_namespaces():
    pool = StoragePool.parse((DATA / "documents" / "pool-mounted.xml").read_text())
    assert [option.name for option in pool.mount_options] == ["sync", "lazytime"]
    pool.mount_options.add(name="nodev")
    assert "<fs:option name='nodev'/>" in str(pool)
    ceph = StoragePool(type="rbd", name="ceph")
    ceph.rbd_options.add(name="client_mount_timeout", value="45")
    assert "xmlns:rbd='http://libvirt.org/schemas/storagepool/rbd/1.0'" in str(ceph)


def test_a_secret_is_named_in_one_way():
    pool = StoragePool.parse((DATA / "documents" / "pool-chap.xml").read_text())
    pool.source.auth.secret.uuid = "6d3f0000-0000-4000-8000-00000000e0a1"
    assert pool.source.auth.secret.usage is None
    pool.source.auth.type = None
    assert "<auth" not in str(pool)


def test_a_world_wide_name_has_sixteen_digits():
    pool = StoragePool(type="scsi", name="vhba")
    with pytest.raises(ValueError, match="16 hexadecimal digits"):
        pool.source.adapter.wwpn = "10:00"
