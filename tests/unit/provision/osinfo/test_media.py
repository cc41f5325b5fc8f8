"""ISO images are known by their volume descriptors, as osinfo-detect knows them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from an_iso import DESCRIPTOR, SECTOR, an_iso

from qvirt_jupyter.provision.osinfo import Database, detect_media
from qvirt_jupyter.provision.osinfo.media import NotAnIso

DATA = Path(__file__).parents[3] / "data" / "iso"
RECIPES = {recipe["id"]: recipe for recipe in json.loads((DATA / "recipes.json").read_text())}
OTHERS = Path(__file__).parents[5] / "shared" / "data" / "thirdparty" / "isodata" / "recipes.json"
PLAIN = {"id": "plain", "volume": "PLAIN", "bootable": False}

pytestmark = pytest.mark.skipif(not shutil.which("xorriso"), reason="xorriso is not installed")


def is_known(recipe, folder, database):
    expected = recipe["expect"]
    found = detect_media(an_iso(folder, recipe), database=database)
    assert found.bootable is expected["bootable"]
    assert {each.id for each in found.candidates} == set(expected["all"])
    if expected["all"]:
        assert found.os.id in expected["all"]
        assert found.os.short_id in expected["short"]
        assert found.pattern.is_live is expected["live"]
        assert found.pattern.is_installer is expected["installer"]
    else:
        assert found.os is None


@pytest.mark.parametrize("name", RECIPES)
def test_media_are_known(the_systems_database, tmp_path, name):
    is_known(RECIPES[name], tmp_path, the_systems_database)


@pytest.mark.skipif(not OTHERS.exists(), reason="other people's records are not beside the project")
def test_real_media_are_known(the_systems_database, tmp_path):
    recipes = json.loads(OTHERS.read_text())
    assert len(recipes) > 30
    for recipe in recipes:
        is_known(recipe, tmp_path, the_systems_database)


@pytest.mark.skipif(not shutil.which("osinfo-detect"), reason="osinfo-detect is not installed")
def test_osinfo_detect_says_the_same(the_systems_database, tmp_path):
    path = an_iso(tmp_path, RECIPES["debian10-netinst"])
    said = subprocess.run(
        ["osinfo-detect", path],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    ).stdout
    found = detect_media(path, database=the_systems_database)
    assert "Media is bootable" in said
    assert f"'{found.os.name}" in said


def test_an_image_that_nobody_knows(tmp_path):
    found = detect_media(an_iso(tmp_path, PLAIN), database=Database([]))
    assert found.os is None
    assert found.candidates == ()
    assert found.volume == "PLAIN"
    assert found.bootable is False
    assert found.size > 0


def test_what_is_no_image_is_named(tmp_path):
    path = tmp_path / "holiday.iso"
    path.write_bytes(b"\0" * 100_000)
    with pytest.raises(NotAnIso, match=r"holiday\.iso is not an ISO image"):
        detect_media(path, database=Database([]))


@pytest.mark.parametrize("length", [0, DESCRIPTOR, DESCRIPTOR + SECTOR - 1])
def test_an_image_that_is_cut_off_is_named(tmp_path, length):
    path = an_iso(tmp_path, PLAIN)
    os.truncate(path, length)
    with pytest.raises(NotAnIso, match=r"plain\.iso"):
        detect_media(path, database=Database([]))


def test_a_descriptor_with_nonsense_is_no_traceback(tmp_path):
    path = an_iso(tmp_path, PLAIN)
    with path.open("r+b") as file:
        file.seek(DESCRIPTOR + 120)
        file.write(b"\x01\x02\x03\x04\x05\x06\x07\x08")
    with pytest.raises(NotAnIso, match=r"plain\.iso is no ISO image that can be read"):
        detect_media(path, database=Database([]))


def test_a_file_that_is_missing_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        detect_media(tmp_path / "none.iso", database=Database([]))
