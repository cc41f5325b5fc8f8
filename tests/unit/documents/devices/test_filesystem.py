"""Shared folders: virtiofs where it can work, 9p elsewhere, mounts of containers."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import Domain, Filesystem, parse

DATA = Path(__file__).parents[3] / "data" / "capabilities"
SHARED = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"
SHARED_CELL = "<cpu><numa><cell id='0' cpus='0' memory='1' memAccess='shared'/></numa></cpu>"


def a_guest(memory="", devices="", kind="kvm"):
    return Domain.parse(f"<domain type='{kind}'>{memory}<devices>{devices}</devices></domain>")


@pytest.fixture(scope="module")
def a_host():
    return parse((DATA / "debian12-qemu72-q35-qemu-domcapabilities.xml").read_text())


@pytest.mark.parametrize(
    ("memory", "kind", "suggested"),
    [
        ("", "kvm", ("path", "mapped", "shared")),
        (SHARED, "kvm", ("virtiofs", None, "shared")),
        (SHARED_CELL, "kvm", ("virtiofs", None, "shared")),
        ("", "lxc", (None, None, "/mnt/shared")),
    ],
)
def test_what_suits_a_guest(a_host, memory, kind, suggested):
    new = Filesystem.suggested(a_guest(memory, kind=kind), a_host)
    assert (new.driver, new.access_mode, new.target) == suggested


def test_a_name_that_is_taken_is_not_suggested():
    domain = a_guest(devices="<filesystem><target dir='shared'/></filesystem>")
    assert Filesystem.suggested(domain, None).target == "shared2"


FOLDER = "<source dir='/srv'/>"


@pytest.mark.parametrize(
    ("memory", "kind", "text", "words"),
    [
        ("", "kvm", f"{FOLDER}<target dir='a'/>", ""),
        ("", "kvm", "<target dir='a'/>", "needs a source"),
        ("", "kvm", FOLDER, "needs a name"),
        ("", "kvm", f"{FOLDER}<target dir='there'/>", "the name there"),
        ("", "lxc", f"{FOLDER}<target dir='a'/>", "full path"),
        ("", "lxc", f"{FOLDER}<target dir='/a'/>", ""),
        ("", "kvm", f"<driver type='virtiofs'/>{FOLDER}<target dir='a'/>", "shares with the host"),
        (SHARED, "kvm", f"<driver type='virtiofs'/>{FOLDER}<target dir='a'/>", ""),
    ],
)
def test_what_cannot_be_added_says_why(memory, kind, text, words):
    domain = a_guest(memory, "<filesystem><target dir='there'/></filesystem>", kind)
    reason = str(Filesystem.parse(f"<filesystem>{text}</filesystem>").refused(domain, None))
    assert (words in reason) if words else not reason


def test_a_driver_has_its_options():
    shared = Filesystem(driver="path", access_mode="passthrough", write_policy="immediate")
    shared.driver = "virtiofs"
    assert (shared.access_mode, shared.write_policy) == (None, None)
    shared.queue = 1024
    shared.driver = "path"
    assert (shared.access_mode, shared.queue) == ("mapped", None)


def test_another_type_takes_its_source():
    shared = Filesystem.parse(
        "<filesystem type='mount'><binary path='/b'><cache mode='always'/></binary>"
        "<source dir='/srv'/><target dir='a'/></filesystem>"
    )
    shared.type = "ram"
    assert str(shared) == "<filesystem type='ram'><source/><target dir='a'/></filesystem>"


@pytest.mark.parametrize(
    ("text", "name", "summary"),
    [
        (
            "<filesystem><driver type='virtiofs'/><source dir='/srv'/><target dir='a'/></filesystem>",
            "Shared folder a",
            "virtiofs · /srv",
        ),
        ("<filesystem type='file'><source file='/i'/></filesystem>", "Shared folder 1", "/i"),
        ("<filesystem type='block'><source dev='/d'/></filesystem>", "Shared folder 1", "/d"),
        ("<filesystem type='bind'><source dir='/o'/></filesystem>", "Shared folder 1", "/o"),
        ("<filesystem type='template'><source name='t'/></filesystem>", "Shared folder 1", "t"),
    ],
)
def test_a_list_says_name_driver_and_source(text, name, summary):
    shared = Filesystem.parse(text)
    assert (shared.display_name, shared.summary) == (name, summary)


def test_identity_is_the_name_in_the_guest():
    assert Filesystem(target="a").identity == ("filesystem", "a")
