"""What is shown of pools and volumes, and when what can be done with a pool."""

from __future__ import annotations

import dataclasses

import pytest

from qvirt_jupyter.hypervisor.records import StoragePoolRecord, StorageVolumeRecord
from qvirt_jupyter.hypervisor.storage.volume_survey import SurveyedVolume, VolumeSurvey
from qvirt_jupyter.provision.pools import POOL_TYPES
from qvirt_jupyter.widgets.storage import pool_view, volume_view
from qvirt_jupyter.widgets.storage.pool_actions import ACTIONS

GIB = 1024**3
POOL = StoragePoolRecord(
    uri="test:///default",
    uuid="35bb2ad9-388a-cdfe-461a-b8907f6e53fe",
    name="images",
    active=True,
    persistent=True,
    autostart=True,
    type="dir",
    path="/lab/<images>",
    capacity=100 * GIB,
    allocation=40 * GIB,
    available=60 * GIB,
)
VOLUME = StorageVolumeRecord(
    uri="test:///default",
    pool=POOL.uuid,
    name="web.qcow2",
    type="file",
    path="/lab/images/web.qcow2",
    format="qcow2",
    capacity=80 * GIB,
    allocation=8 * GIB,
    backing="/lab/images/base.qcow2",
)


def survey(*volumes):
    return VolumeSurvey(tuple(volumes))


def test_growth_beyond_what_is_free_is_over_committed():
    fits = pool_view.Space.of(
        POOL, survey(SurveyedVolume(dataclasses.replace(VOLUME, allocation=20 * GIB)))
    )
    assert (fits.excess, fits.warning) == (0, "")
    space = pool_view.Space.of(POOL, survey(SurveyedVolume(VOLUME)))
    assert space.growth == 72 * GIB
    assert space.excess == 12 * GIB
    assert "12 GiB more than" in space.warning
    assert "volumes may grow by 72 GiB" in space.text


def test_free_space_below_zero_is_none():
    wrong = dataclasses.replace(POOL, available=2**64 - 1)
    assert pool_view.Space.of(wrong).free == 0


def test_markup_in_names_is_text():
    text = pool_view.details(dataclasses.replace(POOL, name="<b>x</b>"), None)
    assert "<b>" not in text
    assert "&lt;images&gt;" in text


def test_details_say_how_many_volumes_there_are():
    assert "1 volume<" in pool_view.details(POOL, survey(SurveyedVolume(VOLUME)))
    assert "0 volumes<" in pool_view.details(POOL, survey())


@pytest.mark.parametrize(
    ("change", "reachable", "dimmed", "used"),
    [({}, True, False, "40 %"), ({"active": False}, True, True, "off"), ({}, False, True, "40 %")],
)
def test_a_pool_that_is_off_or_out_of_reach_is_dimmed(change, reachable, dimmed, used):
    row = pool_view.row(dataclasses.replace(POOL, **change), is_reachable=reachable)
    assert (row.dimmed, row.cells["used"].text) == (dimmed, used)


def reasons(**change):
    record = dataclasses.replace(POOL, **change)
    return {each.id: bool(str(each.reason(record))) for each in ACTIONS}


def test_what_can_be_done_goes_by_the_state():
    on = reasons(active=True)
    assert {name for name, is_refused in on.items() if not is_refused} == {
        "stop",
        "refresh",
        "autostart",
    }
    off = reasons(active=False)
    assert {name for name, is_refused in off.items() if is_refused} == {"stop", "refresh"}
    transient = reasons(active=True, persistent=False)
    assert {name for name, is_refused in transient.items() if not is_refused} == {"stop", "refresh"}


def test_a_volume_says_who_needs_it():
    volume = SurveyedVolume(
        VOLUME,
        users=("web",),
        users_above=("clone", "web"),
        chain=("/lab/images/base.qcow2",),
        built_on_by=("/lab/images/top.qcow2",),
    )
    (row,) = volume_view.rows(survey(volume), "dir")
    assert row.cells["users"].text == "clone, web"
    assert row.cells["users"].title.splitlines() == [
        "web has it as a disk",
        "a disk of clone builds on it",
        "/lab/images/top.qcow2 builds on it",
    ]
    assert row.cells["backing"].text == "base.qcow2"
    assert row.cells["allocation"].bar == pytest.approx(0.1)


@pytest.mark.parametrize(("kind", "name"), [("iscsi", "unit:0:0:1 (wwn-1)"), ("dir", "unit:0:0:1")])
def test_luns_have_their_key(kind, name):
    lun = dataclasses.replace(VOLUME, name="unit:0:0:1", id="wwn-1")
    (row,) = volume_view.rows(survey(SurveyedVolume(lun)), kind)
    assert row.id == "unit:0:0:1"
    assert row.cells["name"].text == name


def test_names_are_in_the_order_in_which_people_read_them():
    names = ["disk-10", "Disk-2", "disk-1", "a.img", "10", "9"]
    assert volume_view.in_order(names) == ["9", "10", "a.img", "disk-1", "Disk-2", "disk-10"]


def test_a_kind_of_pool_has_a_short_and_a_long_name():
    assert pool_view._SHORT.keys() == POOL_TYPES.keys()
    share = pool_view.row(dataclasses.replace(POOL, type="netfs"), is_reachable=True).cells["type"]
    assert (share.text, share.title) == ("Share", str(POOL_TYPES["netfs"].label))
    # What a newer libvirt has is called as libvirt calls it.
    other = pool_view.row(dataclasses.replace(POOL, type="cloud"), is_reachable=True).cells["type"]
    assert (other.text, other.title) == ("cloud", "cloud")
