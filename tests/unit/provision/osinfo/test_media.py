"""ISO images are known by their volume descriptors, as osinfo-detect knows them."""

import json
import os
import re
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
# What packages of Debian put there, and which.
MEDIA = {
    "/usr/lib/grub-rescue/grub-rescue-cdrom.iso": "grub-rescue-pc",
    "/usr/lib/ipxe/ipxe.iso": "ipxe",
    "/usr/lib/memtest86+/memtest86+x64.iso": "memtest86+",
    "/usr/lib/memtest86+/memtest86+ia32.iso": "memtest86+",
}
INSTALLER = next(
    Path("/usr/lib/debian-installer/images").glob("*/amd64/text/debian-installer/amd64"), None
)
MODULES = Path("/usr/lib/grub/i386-pc")
MATCH = re.compile(r"^#(\d+): Media is (an installer|live media) for OS '(.*)'$", re.MULTILINE)
PLAIN = {"id": "plain", "volume": "PLAIN", "bootable": False}

pytestmark = pytest.mark.skipif(not shutil.which("xorriso"), reason="xorriso is not installed")
needs_osinfo_detect = pytest.mark.skipif(
    not shutil.which("osinfo-detect"), reason="osinfo-detect is not installed"
)


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


def agrees_with_osinfo_detect(path, database):
    """Compare what is bootable, which systems it may hold, and what the likeliest is for."""
    said = subprocess.run(
        ["osinfo-detect", "--all", path],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    ).stdout
    matches = MATCH.findall(said)
    found = detect_media(path, database=database)
    assert found.bootable is ("Media is bootable" in said)
    assert len(found.candidates) == len({number for number, _for, _system in matches})
    for number, _for, system in matches:
        # The name of a variant follows: "Fedora 35 Everything (x86_64)".
        assert system.startswith(found.candidates[int(number) - 1].name)
    assert (found.os is None) is (not matches)
    if found.pattern is not None:
        uses = {use for number, use, _system in matches if number == "1"}
        assert found.pattern.is_installer is ("an installer" in uses)
        assert found.pattern.is_live is ("live media" in uses)
    return found


@needs_osinfo_detect
@pytest.mark.parametrize("name", RECIPES)
def test_osinfo_detect_says_the_same(the_systems_database, tmp_path, name):
    agrees_with_osinfo_detect(an_iso(tmp_path, RECIPES[name]), the_systems_database)


@needs_osinfo_detect
@pytest.mark.parametrize("place", MEDIA)
def test_osinfo_detect_says_the_same_of_media_that_debian_packages(the_systems_database, place):
    if not Path(place).exists():
        pytest.skip(f"{MEDIA[place]} is not installed")
    found = agrees_with_osinfo_detect(place, the_systems_database)
    assert found.bootable
    assert found.os is None, "a tool is no system to install"


@needs_osinfo_detect
@pytest.mark.skipif(INSTALLER is None, reason="no debian-installer-*-netboot is installed")
@pytest.mark.skipif(
    not shutil.which("grub-mkrescue") or not MODULES.is_dir(),
    reason="grub-mkrescue or GRUB's modules for the BIOS are not installed",
)
def test_osinfo_detect_says_the_same_of_debians_installer_on_a_medium(
    the_systems_database, tmp_path
):
    content = tmp_path / "content"
    content.mkdir()
    for name in ("linux", "initrd.gz"):
        shutil.copyfile(INSTALLER / name, content / name)
    medium = tmp_path / "debian.iso"
    subprocess.run(
        [
            *("grub-mkrescue", "-d", MODULES, "-o", medium, content),
            # As Debian's own media are called; a release's own database does not know it yet.
            *("--", "-volid", "Debian 11.0.0 amd64 n"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert medium.stat().st_size > (INSTALLER / "initrd.gz").stat().st_size
    found = agrees_with_osinfo_detect(medium, the_systems_database)
    assert found.bootable
    assert found.os.short_id == "debian11"


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
