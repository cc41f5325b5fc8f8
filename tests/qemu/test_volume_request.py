"""Volumes that are asked for are made so, by a real libvirt; what fails leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from a_busy_machine import once_measured

from qvirt_jupyter.hypervisor import InvalidDefinition, JobState, QvirtError
from qvirt_jupyter.provision.volumes import VolumeRequest

pytestmark = pytest.mark.qemu
MIB = 1024**2


def test_all_that_qcow2_can(a_shelf, a_qemu_libvirtd):
    request = VolumeRequest(
        name="web", capacity=64 * MIB, cluster_size=131072, extended_l2=True, lazy_refcounts=True
    )
    volume = request.create(a_shelf)
    assert volume.name == "web.qcow2"
    told = a_qemu_libvirtd.run("qemu-img", "info", volume.path).stdout
    for words in ("cluster_size: 131072", "extended l2: true", "lazy refcounts: true"):
        assert words in told


def test_tables_are_made_at_once_where_that_is_wanted(a_shelf):
    sparse = VolumeRequest(name="a", capacity=256 * MIB).create(a_shelf)
    tables = VolumeRequest(name="b", capacity=256 * MIB, allocation="metadata").create(a_shelf)
    full = VolumeRequest(name="c", capacity=16 * MIB, allocation="full").create(a_shelf)
    a_shelf.refresh()
    assert Path(tables.path).stat().st_size > 256 * MIB > Path(sparse.path).stat().st_size
    assert tables.record.allocation < 4 * MIB
    assert full.record.allocation >= 16 * MIB


def test_raw_takes_all_of_it_at_once(a_shelf):
    volume = VolumeRequest(name="a", format="raw", capacity=16 * MIB).create(a_shelf)
    assert volume.name == "a.img"
    assert Path(volume.path).stat().st_blocks * 512 >= 16 * MIB


def test_the_format_of_a_backing_image_is_recorded(a_shelf):
    base = VolumeRequest(name="base", format="raw", capacity=16 * MIB).create(a_shelf)
    overlay = VolumeRequest(name="over", capacity=16 * MIB, backing=base.path).create(a_shelf)
    store = overlay.document().backing_store
    assert (store.path, store.format) == (base.path, "raw")


def test_an_overlay_has_the_size_of_its_base_which_may_lie_in_another_pool(a_shelf, another_shelf):
    base = VolumeRequest(name="base", capacity=48 * MIB).create(another_shelf)
    overlay = VolumeRequest(name="over", backing=base.path).create(a_shelf)
    assert overlay.document().backing_store.format == "qcow2"
    assert overlay.record.capacity == 48 * MIB


@pytest.mark.parametrize("form", ["raw", "qcow2"])
def test_an_encrypted_volume_opens_with_its_secret_only(
    a_shelf, a_qemu_libvirtd, a_passphrase, form
):
    request = VolumeRequest(name="a", format=form, capacity=8 * MIB, secret=a_passphrase)
    volume = once_measured(lambda: request.create(a_shelf))
    a_shelf.refresh()
    assert volume.document().encryption.format == "luks"
    told = a_qemu_libvirtd.run("qemu-img", "info", volume.path).stdout
    assert "luks" in told


def test_what_is_wrong_is_refused_before_libvirt_is_asked(a_shelf):
    VolumeRequest(name="a", capacity=MIB).create(a_shelf)
    with pytest.raises(InvalidDefinition, match=r"a\.qcow2 already"):
        VolumeRequest(name="a", capacity=MIB).create(a_shelf)
    with pytest.raises(InvalidDefinition, match="free, and all of"):
        VolumeRequest(name="b", format="raw", capacity=2**60).create(a_shelf)
    assert a_shelf.volumes.names == ("a.qcow2",)


def test_what_libvirt_refuses_leaves_nothing(a_shelf):
    nobody = "6d3f0000-0000-4000-8000-0000000000f5"
    request = VolumeRequest(name="a", capacity=8 * MIB, secret=nobody)
    with pytest.raises(QvirtError):
        request.create(a_shelf)
    a_shelf.refresh()
    assert a_shelf.volumes.names == ()


def test_a_job_makes_it_too(a_shelf):
    job = VolumeRequest(name="a", capacity=MIB).submit(a_shelf)
    assert job.result(60) == a_shelf.volumes["a.qcow2"]
    assert job.state is JobState.SUCCEEDED
    assert "VolumeRequest(name='a'" in job.code
