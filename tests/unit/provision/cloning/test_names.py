"""What clones and their files are called."""

from __future__ import annotations

import pytest

from qvirt_jupyter.provision.cloning import names


@pytest.mark.parametrize(
    ("machine", "taken", "expected"),
    [
        ("web", (), "web-clone"),
        ("web", ("web-clone",), "web-clone1"),
        ("web", ("web-clone", "web-clone1"), "web-clone2"),
        ("web-clone", ("web-clone",), "web-clone1"),
        ("web-clone7", ("web-clone7", "web-clone"), "web-clone1"),
        ("-clone", (), "-clone-clone"),
        ("a <b>&'\"", (), "a <b>&'\"-clone"),
    ],
)
def test_the_name_of_an_only_clone(machine, taken, expected):
    assert names.suggested_name(machine, lambda name: name in taken) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("lab", ("lab-1", "lab-2", "lab-4")),
        ("lab-{n:02}", ("lab-01", "lab-02", "lab-03")),
        ("{n}.{n:3}", ("1.001", "2.002", "3.003")),
        # Not Python's own formatting: a name is data.
        ("{n.__class__}", ("{n.__class__}-1", "{n.__class__}-2", "{n.__class__}-3")),
    ],
)
def test_the_names_of_several_clones(pattern, expected):
    assert names.names(pattern, 3, lambda name: name == "lab-3") == expected


@pytest.mark.parametrize("count", [0, -1, 1001])
def test_how_many_clones_there_can_be(count):
    with pytest.raises(ValueError, match="1 to 1000"):
        names.names("lab", count, lambda _name: False)


def test_names_that_are_all_taken():
    with pytest.raises(ValueError, match="taken"):
        names.names("lab", 1, lambda _name: True)


@pytest.mark.parametrize(
    ("file", "one", "several"),
    [
        ("web.qcow2", "new.qcow2", "new.qcow2"),
        ("web-0.qcow2", "web-0-clone.qcow2", "new-0.qcow2"),
        ("data.img", "data-clone.img", "data-new.img"),
        ("web", "new", "new"),
        ("web.longsuffix", "web.longsuffix-clone", "new.longsuffix"),
        ("website.raw", "website-clone.raw", "website-new.raw"),
    ],
)
def test_the_names_of_files(file, one, several):
    assert names.file_name(file, "web", "new") == one
    assert names.several_file_name(file, "web", "new") == several


def test_a_file_that_is_there_is_not_taken_again():
    taken = {"new.qcow2", "new1.qcow2"}
    assert names.free_file_name("new.qcow2", taken.__contains__) == "new2.qcow2"
