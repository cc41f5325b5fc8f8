"""What a new volume is by default, what is wrong with it, and what one should know of it."""

from __future__ import annotations

import dataclasses

import pytest

from qvirt_jupyter.documents import Size, StorageVolume, declarations
from qvirt_jupyter.provision.volumes import PoolFacts, VolumeRequest

GIB = 1024**3
SECRET = "6d3f0000-0000-4000-8000-0000000000f5"  # noqa: S105 - the name of one
FOLDER = PoolFacts(
    name="images",
    capacity=100 * GIB,
    available=50 * GIB,
    promised=60 * GIB,
    images={"/images/base.img": "raw", "/images/gold.qcow2": "qcow2", "/images/a.iso": "iso"},
    names=frozenset({"base.img", "gold.qcow2", "vol.qcow2", "vol-1.qcow2", "web.img"}),
)
GROUP = PoolFacts(name="vg", type="logical", capacity=100 * GIB, available=50 * GIB)


def asked(facts=FOLDER, **values):
    return VolumeRequest(facts=facts, **values)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "vol-2.qcow2"),
        ({"format": "raw"}, "vol.img"),
        ({"machine": "web"}, "web.qcow2"),
        ({"machine": "web", "format": "raw"}, "web-1.img"),
        ({"name": "data"}, "data.qcow2"),
        ({"name": "data", "format": "raw"}, "data.img"),
        ({"name": "data.v1"}, "data.v1"),
        ({"facts": GROUP}, "vol"),
        ({"facts": GROUP, "name": "data"}, "data"),
    ],
)
def test_a_volume_gets_a_name_and_a_suffix(values, name):
    assert VolumeRequest(**{"facts": FOLDER, **values}).completed().name == name


@pytest.mark.parametrize(
    ("values", "allocation"),
    [
        ({}, "sparse"),
        ({"format": "raw"}, "full"),
        ({"format": "raw", "allocation": "sparse"}, "sparse"),
        ({"format": "raw", "allocation": "metadata"}, "full"),
        ({"allocation": "metadata"}, "metadata"),
        ({"facts": GROUP}, "full"),
        ({"facts": GROUP, "allocation": "sparse"}, "full"),
        ({"facts": PoolFacts(type="zfs"), "allocation": "sparse"}, "sparse"),
    ],
)
def test_qcow2_is_sparse_and_raw_is_full_and_lvm_always(values, allocation):
    assert VolumeRequest(**{"facts": FOLDER, **values}).completed().allocation == allocation


def test_twenty_gigabytes_or_what_is_free():
    assert asked().completed().capacity == 20 * GIB
    tight = PoolFacts(capacity=100 * GIB, available=5 * GIB + 4097)
    assert asked(tight).completed().capacity == 5 * GIB
    tiny = PoolFacts(capacity=GIB, available=4097)
    assert asked(tiny).completed().capacity == 4097
    full = PoolFacts(capacity=100 * GIB, available=0)
    assert "nothing is free" in str(asked(full).problems()["capacity"])


@pytest.mark.parametrize(
    ("path", "form"),
    [("/images/base.img", "raw"), ("/images/gold.qcow2", "qcow2"), ("/images/a.iso", "raw")],
)
def test_the_format_of_a_backing_image_is_found_and_recorded(path, form):
    definition = asked(backing=path).build()
    assert (definition.backing_store.path, definition.backing_store.format) == (path, form)


def test_a_backing_image_that_nobody_knows_needs_a_format():
    assert "which format" in str(asked(backing="/other/x").problems()["backing_format"])
    assert asked(backing="/other/x", backing_format="raw").problems() == {}


def test_an_overlay_has_the_size_of_its_base_unless_another_is_said():
    facts = dataclasses.replace(FOLDER, sizes={"/images/gold.qcow2": 3 * GIB})
    base = "/images/gold.qcow2"
    assert asked(facts, backing=base).completed().capacity == 3 * GIB
    assert asked(facts, backing=base, capacity=5 * GIB).completed().capacity == 5 * GIB
    # In a form, where a size is typed already, it follows the image that is chosen.
    assert asked(facts, backing=base, capacity=20 * GIB).coupled("backing").capacity == 3 * GIB
    assert asked(facts, backing=base, capacity=20 * GIB).coupled("name").capacity == 20 * GIB


def test_only_qcow2_and_lvm_build_on_others():
    assert asked(backing="/images/base.img", format="raw").completed().backing is None
    definition = asked(GROUP, backing="/dev/vg/gold", capacity=GIB).build()
    assert definition.backing_store.path == "/dev/vg/gold"
    assert definition.format is None


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"name": "web.img"}, "name", "web.img already"),
        ({"name": "a/b"}, "name", "must not have a /"),
        ({"name": ".."}, "name", "means a folder"),
        ({"name": "a\nb"}, "name", "control character"),
        ({"facts": PoolFacts(type="iscsi")}, "name", "no volumes are made"),
        ({"facts": PoolFacts(is_active=False)}, "name", "is off"),
        ({"format": "raw", "capacity": 51 * GIB}, "capacity", "50 GiB free"),
        ({"facts": GROUP, "capacity": 51 * GIB}, "capacity", "50 GiB free"),
        ({"format": "vdi"}, "format", "not one of qcow2, raw"),
        ({"capacity": "20G"}, "capacity", "not a size"),
        ({"cluster_size": 1000}, "cluster_size", "power of two"),
        ({"cluster_size": 4096, "extended_l2": True}, "cluster_size", "16 KiB"),
        ({"secret": "mine"}, "secret", "UUID"),
    ],
)
def test_what_is_wrong_is_said_by_field(values, field, words):
    request = VolumeRequest(**{"facts": FOLDER, **values})
    assert words in str(request.problems()[field])
    with pytest.raises(ValueError, match=r"."):
        request.check()


def test_a_pool_that_promises_more_than_it_has_is_warned_about():
    assert asked(capacity=40 * GIB).problems() == {}
    assert asked(capacity=40 * GIB).warnings() == {}
    assert "promise 101 GiB" in str(asked(capacity=41 * GIB).warnings()["capacity"])
    assert "50 GiB free" in str(asked(capacity=51 * GIB).warnings()["capacity"])
    assert asked(format="raw", capacity=45 * GIB).warnings() == {}


def test_the_definition_says_all_of_it():
    definition = asked(
        name="a",
        capacity=GIB,
        cluster_size=131072,
        extended_l2=True,
        lazy_refcounts=True,
        no_copy_on_write=True,
        secret=SECRET,
        allocation="metadata",
    ).build()
    assert (definition.name, definition.capacity, definition.allocation) == ("a.qcow2", GIB, 0)
    assert (definition.cluster_size, definition.compatibility) == (131072, "1.1")
    assert definition.extended_l2
    assert definition.lazy_refcounts
    assert definition.no_copy_on_write
    assert (definition.encryption.format, definition.encryption.secret.uuid) == ("luks", SECRET)
    named = asked(secret=f"for images ({SECRET})").build()
    assert named.encryption.secret.uuid == SECRET, "so a form shows it"
    raw = asked(format="raw", capacity=GIB).build()
    assert (raw.format, raw.allocation, raw.compatibility) == ("raw", GIB, None)
    assert isinstance(raw, StorageVolume)


def test_a_form_shows_what_the_pool_and_the_format_have():
    def shown(request):
        return {each.name for each in declarations(request) if each.is_shown(request)}

    assert "cluster_size" in shown(asked())
    assert "cluster_size" not in shown(asked(format="raw"))
    assert shown(asked(GROUP)) == {"name", "capacity", "backing"}
    assert shown(asked(PoolFacts(type="rbd"))) == {"name", "capacity"}
    capacity = next(each for each in declarations(asked()) if each.name == "capacity")
    assert isinstance(capacity.type, Size)


def test_the_code_says_what_is_not_as_usual():
    assert asked(name="a", capacity=GIB).code == f"VolumeRequest(name='a', capacity={GIB})"
