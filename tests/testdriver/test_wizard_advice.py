"""What the wizard says to odd input: of files, systems, memory, processors and names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from a_manager import wait_for
from a_wizard import Wizard
from an_iso import an_iso

from qvirt_jupyter.provision import osinfo

pytestmark = pytest.mark.usefixtures("a_user_without_a_past")
TODAY = datetime.now(UTC).date()
needs_osinfo = pytest.mark.skipif(not osinfo().is_installed, reason="osinfo-db is not installed")


@pytest.fixture
def a_wizard(a_uri):
    wizard = Wizard(a_uri)
    yield wizard
    wizard.panel.close()


def known(wizard):
    """Wait until the medium was looked at, and return what is said beside the systems."""
    assert wait_for(lambda: not wizard.state["systems"]["busy"]), wizard.state
    return wizard.state["systems"]["note"]


def test_of_a_medium_that_is_not_there_nothing_is_claimed(a_wizard):
    a_wizard.go_to("medium")
    a_wizard.type("media", "/nowhere/at/all.iso")
    assert known(a_wizard) == "The medium could not be looked at. Choose its system here."


def test_all_that_is_wrong_on_a_page_is_said_at_once(a_wizard):
    a_wizard.go_to("medium")
    a_wizard.type("media", "/nowhere/at/all.iso")
    known(a_wizard)
    a_wizard.press("next")
    assert "Choose the operating system" in a_wizard.state["systems"]["error"]
    assert "No storage pool of the host has" in a_wizard.field("media")["error"]
    assert (a_wizard.state["page"], a_wizard.state["attempt"]) == ("medium", 1)


def test_what_was_said_of_an_earlier_file_goes_with_it(a_wizard, tmp_path):
    a_wizard.go_to("medium")
    a_wizard.type("media", str(an_iso(tmp_path, {"id": "x", "bootable": True, "volume": "X"})))
    assert "does not say which system" in known(a_wizard)
    a_wizard.type("media", "http://example.org/a.iso")
    assert "absolute path" in a_wizard.field("media")["error"]
    assert not known(a_wizard)


@needs_osinfo
def test_who_types_the_name_of_an_old_system_finds_it(a_wizard):
    old = next(each for each in osinfo() if each.short_id == "fedora20")
    assert old.is_old(TODAY)
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.say(type="system", wish="search", text="fedora 20")
    first = a_wizard.state["systems"]["options"][0]
    assert first["id"] == old.id
    assert first["note"].startswith("No longer maintained since")
    # Where there are others by that name, the tick decides.
    a_wizard.say(type="system", wish="search", text="fedora")
    shown = {each["id"] for each in a_wizard.state["systems"]["options"]}
    assert old.id not in shown


@needs_osinfo
def test_more_than_the_host_has_and_less_than_the_system_needs_is_said(a_wizard):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("debian11")
    a_wizard.go_to("resources")
    assert not a_wizard.state["warnings"], "what is chosen by itself suits"
    a_wizard.type("memory", "99999999")
    assert "more than the whole host" in a_wizard.state["warnings"][0]
    a_wizard.type("memory", "16")
    assert "at least, and the machine has 16 MiB" in a_wizard.state["warnings"][0]
    a_wizard.type("memory", "1024")
    a_wizard.type("vcpus", "4096")
    assert "4096 CPUs, more than the host" in a_wizard.state["warnings"][0]
    # Said, and not forbidden: it stands on the summary once more.
    a_wizard.go_to("summary")
    assert "4096 CPUs" in a_wizard.state["warnings"][0]


def test_a_name_too_long_for_its_files_is_refused_at_its_field(a_wizard):
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.choose_system("generic")
    a_wizard.go_to("summary")
    a_wizard.type("name", "\u00fc" * 150)
    a_wizard.press("create")
    assert "300 bytes" in a_wizard.field("name")["error"]
    assert a_wizard.state["page"] == "summary"
