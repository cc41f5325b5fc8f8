"""Clones on libvirt's test driver, compared with what virt-clone makes of the same machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from a_lab_with_room import write_lab
from lxml import etree

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    QvirtError,
    WrongState,
    action_log,
    connect,
)
from qvirt_jupyter.provision import CloneRequest, DiskClone

DATA = Path(__file__).parents[1] / "data" / "clone"
CASES = {case["id"]: case for case in json.loads((DATA / "cases.json").read_text())}


@pytest.fixture
def a_lab(tmp_path):
    """A world with the machines that virt-clone was asked to clone."""
    connection = connect(f"test://{write_lab(tmp_path)}")
    yield connection
    connection.close()


def facets(text):
    """Return what a definition says, without what is random or written in another way."""
    found = set()
    root = etree.fromstring(text)
    for element in root.iter(etree.Element):
        way = "/".join(
            (*(each.tag for each in reversed(list(element.iterancestors()))), element.tag)
        )
        if element.tag in ("uuid", "mac") or "runstate" in element.tag:
            continue
        said = (element.text or "").strip()
        found.add((way, said, tuple(sorted(element.attrib.items()))))
    return found


@pytest.mark.parametrize("case", ["auto-number", "two-disks", "named"])
def test_it_is_what_virt_clone_makes(a_lab, case):
    known = CASES[case]
    (made,) = CloneRequest(
        source=known["original"],
        name=known.get("name"),
        # virt-clone was told the whole file name in this case.
        disks={"vda": DiskClone(name="web-copy.qcow2")} if "files" in known else {},
    ).build(a_lab)
    # What libvirt fills in (listen, RELAX NG's order) is in both: it has defined the original.
    ours = facets(str(made))
    theirs = facets((DATA / "expected" / f"{case}.xml").read_bytes())
    assert ours == theirs


def test_a_disk_on_the_network_is_shared_where_virt_clone_gives_up(a_lab):
    assert "not yet supported" in (DATA / "expected" / "network-disk.error").read_text()
    plan = CloneRequest(source="gitlab-01").plan(a_lab)
    assert plan.is_possible
    shared = [disk for disk in plan.clones[0].disks if disk.how == "share"]
    assert [disk.original.target for disk in shared] == ["sdc"]
    assert "cannot copy a disk of this kind" in str(shared[0].original.reason)
    # It is asked about all the same: both guests would write to it.
    assert plan.unsafe == tuple(shared)
    assert any("destroy" in str(text) for text in plan.warnings)


def test_the_clone_is_made_with_its_disk(a_lab):
    (made,) = CloneRequest(source=a_lab.domains["win-01"]).create()
    assert made.name == "win-01-clone"
    volume = a_lab.storage_pools["images"].volumes["win-01-0-clone.qcow2"]
    assert made.document().devices.disks[0].path == volume.path
    assert volume.record.capacity == 20 * 1024**3
    entry = action_log.entries[-1]
    assert str(entry.what) == "Clone win-01"
    assert "CloneRequest(source='win-01').create(" in entry.code
    (second,) = CloneRequest(source="win-01-clone").create(a_lab)
    assert second.name == "win-01-clone1"


def test_a_name_that_no_file_can_have_is_refused_before_anything_is_copied(a_lab):
    plan = CloneRequest(source="win-01", name="ü" * 150).plan(a_lab)
    assert not plan.is_possible
    assert any("300 bytes long" in str(text) for text in plan.refusals)


def test_several_clones_have_numbers(a_lab):
    made = CloneRequest(source="win-01", name="pupil-{n:02}", count=3).create(a_lab)
    assert [one.name for one in made] == ["pupil-01", "pupil-02", "pupil-03"]
    names = a_lab.storage_pools["images"].volumes.names
    assert {f"win-01-0-pupil-0{n}.qcow2" for n in (1, 2, 3)}.isdisjoint(names)
    assert {f"pupil-0{n}-0.qcow2" for n in (1, 2, 3)} <= set(names)
    assert len({card.mac for one in made for card in one.document().devices.interfaces}) == 3


def test_disks_are_shared_or_left_out_as_is_wanted(a_lab):
    before = a_lab.storage_pools["images"].volumes.names
    disks = {"sda": DiskClone(how="leave"), "vdb": DiskClone(how="share")}
    (made,) = CloneRequest(source="db-04", disks=disks).create(a_lab)
    assert [disk.target for disk in made.document().devices.disks] == ["vdb"]
    assert a_lab.storage_pools["images"].volumes.names == before


def test_a_machine_that_runs_is_not_cloned(a_lab):
    running = next(one for one in a_lab.domains if one.is_active)
    request = CloneRequest(source=running)
    assert any("not off" in str(text) for text in request.plan().refusals)
    with pytest.raises(WrongState, match="Shut it down"):
        request.create()


def test_what_cannot_be_made_says_why(a_lab):
    with pytest.raises(ValueError, match="has no disk vdz"):
        CloneRequest(source="win-01", disks={"vdz": DiskClone(how="share")}).plan(a_lab)
    with pytest.raises(ValueError, match="cannot copy a disk of this kind"):
        CloneRequest(source="gitlab-01", disks={"sdc": DiskClone(how="clone")}).plan(a_lab)
    with pytest.raises(TypeError, match="needs a connection"):
        CloneRequest(source="win-01").plan()
    refusals = CloneRequest(source="win-01", name="db-04", pool="nowhere").plan(a_lab).refusals
    assert any("taken" in str(text) for text in refusals)
    assert any("no storage pool nowhere" in str(text) for text in refusals)


def test_a_name_that_was_taken_meanwhile_leaves_nothing(a_lab):
    before = (a_lab.domains.names, a_lab.storage_pools["images"].volumes.names)
    with pytest.raises(AlreadyExists, match="taken"):
        CloneRequest(source="win-01", name="db-04").create(a_lab)
    assert (a_lab.domains.names, a_lab.storage_pools["images"].volumes.names) == before


def test_a_volume_that_was_taken_meanwhile_leaves_nothing(a_lab):
    before = (a_lab.domains.names, a_lab.storage_pools["images"].volumes.names)
    disks = {"vda": DiskClone(name="base-image.qcow2")}
    request = CloneRequest(source="win-01", name="new", disks=disks)
    assert any("base-image.qcow2" in str(text) for text in request.plan(a_lab).refusals)
    with pytest.raises(AlreadyExists, match="taken"):
        request.create(a_lab)
    assert (a_lab.domains.names, a_lab.storage_pools["images"].volumes.names) == before


def test_two_disks_do_not_get_one_volume(a_lab):
    same = DiskClone(how="clone", name="same.qcow2", overwrite=True)
    request = CloneRequest(source="db-04", disks={"sda": same, "vdb": same})
    (refusal,) = request.plan(a_lab).refusals
    assert str(refusal) == "Two new volumes would be called same.qcow2."
    with pytest.raises(WrongState, match="Two new volumes"):
        request.create(a_lab)
    assert "db-04-clone" not in a_lab.domains


def test_the_names_of_a_plan_do_not_shift(a_lab):
    request = CloneRequest(source=a_lab.domains["win-01"], name="pupil-{n}", count=2)
    plan = request.plan()
    a_lab.domains.define(
        "<domain type='test'><name>pupil-1</name><memory>1</memory><os><type>hvm</type></os></domain>"
    )
    with pytest.raises(AlreadyExists, match="pupil-1"):
        request.create(plan=plan)
    assert "pupil-2" not in a_lab.domains
    assert [one.name for one in request.create(plan=request.plan())] == ["pupil-2", "pupil-3"]
    old = request.plan()
    with a_lab.domains["win-01"].edit() as definition:
        del definition.devices.disks[:]
    with pytest.raises(WrongState, match="not those of the plan"):
        request.create(plan=old)


def test_a_disk_that_another_machine_writes_to_is_no_base(a_lab):
    machine = a_lab.domains["win-01"]
    disk = machine.document().devices.disks[0]
    definition = documents.Domain.parse(
        "<domain type='test'><name>twin</name><memory>1</memory><os><type>hvm</type></os></domain>"
    )
    definition.devices.disks.append(disk.copy())
    twin = a_lab.domains.define(definition)
    request = CloneRequest(source=machine, linked=True)
    plan = request.plan()
    assert plan.is_possible
    assert any("twin has the disk" in str(text) for text in plan.warnings)
    twin.start()
    (refusal,) = request.plan().refusals
    assert "twin runs and writes to the disk" in str(refusal)
    with pytest.raises(WrongState, match="twin runs"):
        request.create(plan=plan)
    assert not machine.is_template
    # A full copy would be torn, too.
    assert not CloneRequest(source=machine).plan().is_possible
    twin.destroy()
    assert CloneRequest(source=machine).plan().is_possible


def test_linked_clones_make_their_original_a_template(a_lab):
    request = CloneRequest(source="win-01", count=2, linked=True)
    plan = request.plan(a_lab)
    assert plan.protects
    assert "becomes a template" in str(plan.warnings[0])
    made = request.create(a_lab)
    source = a_lab.domains["win-01"]
    assert source.is_template
    with pytest.raises(WrongState, match="template"):
        source.start()
    assert [one.is_template for one in made] == [False, False]
    assert not CloneRequest(source="win-01", count=2, linked=True).plan(a_lab).protects


def test_what_fails_takes_the_template_back_too(a_lab):
    disks = {"vda": DiskClone(how="linked", name="base-image.qcow2")}
    with pytest.raises(QvirtError):
        CloneRequest(source="win-01", name="new", disks=disks).create(a_lab)
    assert not a_lab.domains["win-01"].is_template
    assert "new" not in a_lab.domains


def test_a_strange_name_is_data(a_lab):
    name = "a <b>&\"'"
    (made,) = CloneRequest(source="win-01", name=name).create(a_lab)
    assert made.name == name
    assert name in a_lab.domains
    with pytest.raises(ValueError, match="no slash"):
        CloneRequest(source="win-01", name="a/b").create(a_lab)
