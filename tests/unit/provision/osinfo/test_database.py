"""Operating systems: what they inherit, how they are found, and what wrong entries cost."""

from datetime import date

import pytest

from qvirt_jupyter.provision.osinfo import GENERIC, Database

TODAY = date(2026, 1, 1)

FAMILY = """
<os id="http://example.org/egg/1">
  <short-id>egg1</short-id><name xml:lang="de">Ei 1</name><name>Egg 1</name>
  <codename>Sunny Side</codename><vendor>Hen Project</vendor><family>linux</family>
  <distro>egg</distro><version>1</version>
  <release-date>2015-05-01</release-date><eol-date>2020-05-01</eol-date>
  <resources arch="all"><minimum><ram>1048576</ram><n-cpus>1</n-cpus></minimum></resources>
  <resources arch="x86_64"><minimum><ram>2097152</ram></minimum>
    <recommended><ram>4194304</ram><storage>8</storage><cpu>9</cpu></recommended></resources>
  <devices><device id="http://pcisig.com/pci/1af4/1041"/>
    <device id="http://pcisig.com/pci/8086/10d3"/></devices>
  <firmware arch="x86_64" type="efi"/>
</os>
<os id="http://example.org/egg/2">
  <short-id>egg2</short-id><short-id>egg-latest</short-id><name>Egg 2</name>
  <derives-from id="http://example.org/egg/1"/><release-date>2024-05-01</release-date>
  <resources arch="all" inherit="true"/>
  <devices><device id="http://pcisig.com/pci/8086/10d3" supported="false"/>
    <device id="http://pcisig.com/pci/1af4/1050"/></devices>
  <firmware arch="x86_64" type="bios" supported="false"/>
</os>
<os id="http://example.org/roe/1">
  <short-id>roe1</short-id><name>Roe</name><clones id="http://example.org/egg/2"/>
</os>
<os id="http://example.org/omelette"><short-id>omelette</short-id><name>Omelette</name>
  <release-status>rolling</release-status><release-date>2001-01-01</release-date></os>
<os id="http://example.org/fossil"><short-id>fossil</short-id><name>Fossil</name>
  <release-date>2001-01-01</release-date></os>
"""


@pytest.fixture
def eggs(a_database):
    return Database([a_database(FAMILY)])


def test_an_entry_is_read(eggs):
    egg = eggs["egg1"]
    assert egg is eggs["http://example.org/egg/1"]
    assert (egg.name, egg.version, egg.family, egg.distribution) == ("Egg 1", "1", "linux", "egg")
    assert egg.label == "Egg 1 (egg1)"
    assert egg.release_date == date(2015, 5, 1)
    assert eggs["egg-latest"].short_id == "egg2"
    with pytest.raises(KeyError):
        eggs["egg3"]


def test_devices_and_firmware_come_from_parents_and_can_be_taken_away(eggs):
    virtio, e1000e, gpu = (
        f"http://pcisig.com/pci/{name}" for name in ("1af4/1041", "8086/10d3", "1af4/1050")
    )
    assert eggs["egg1"].devices == {virtio, e1000e}
    assert eggs["egg2"].devices == {virtio, gpu}
    assert eggs["roe1"].devices == {virtio, gpu}, "a clone has what its original has"
    assert eggs["egg2"].starts_from("efi") is True
    assert eggs["egg2"].starts_from("bios") is False
    assert eggs["egg1"].starts_from("bios") is None


def test_an_architectures_own_demands_come_before_those_for_all(eggs):
    egg = eggs["egg1"]
    assert egg.resources("minimum", "x86_64").memory == 2097152
    assert egg.resources("minimum", "aarch64").memory == 1048576
    assert egg.resources("minimum", "aarch64").cpus == 1
    assert egg.resources("recommended", "x86_64").storage == 8
    assert egg.resources("recommended", "aarch64") is None


def test_demands_are_inherited_where_the_entry_says_so(eggs):
    assert eggs["egg2"].resources("minimum") == eggs["egg1"].resources("minimum")
    assert eggs["roe1"].resources("minimum") is None


@pytest.mark.parametrize(
    ("text", "old", "found"),
    [
        ("egg", False, ["egg2"]),
        ("EGG", True, ["egg2", "egg1"]),
        ("egg1", True, ["egg1"]),
        ("sunny hen", True, ["egg1"]),
        ("", False, ["egg2", "omelette", "roe1"]),
        ("fossil", False, []),
        ("fossil", True, ["fossil"]),
        ("spam", True, []),
        ("(.*", True, []),
    ],
)
def test_a_search_finds_words_and_hides_what_is_no_longer_maintained(eggs, text, old, found):
    assert [each.short_id for each in eggs.search(text, old=old, today=TODAY)] == [
        *found,
        GENERIC.short_id,
    ]


def test_without_a_database_there_is_the_generic_system(tmp_path):
    nothing = Database([tmp_path])
    assert not nothing.is_installed
    assert nothing.search("debian") == (GENERIC,)
    assert nothing["generic"] is GENERIC


def test_later_folders_hide_and_add(a_database):
    def entry(short_id, rest=""):
        return f"<os id='http://example.org/{short_id}'><short-id>{short_id}</short-id>{rest}</os>"

    system = a_database(
        {"os/a.org/one.xml": entry("one"), "os/a.org/two.xml": entry("two")}, "system"
    )
    local = a_database({"os/a.org/one.xml": "", "os/a.org/three.xml": entry("three")}, "local")
    own = a_database(
        {"os/a.org/two.d/more.xml": entry("deux", "").replace("org/deux", "org/two")}, "own"
    )
    found = Database([system, local, own])
    assert {each.short_id for each in found} == {"two", "three", GENERIC.short_id}
    assert found["deux"] is found["two"]


def test_the_environment_names_the_folders(a_database, monkeypatch, tmp_path):
    monkeypatch.setenv("OSINFO_SYSTEM_DIR", str(a_database(FAMILY)))
    monkeypatch.setenv("OSINFO_LOCAL_DIR", str(tmp_path / "none"))
    monkeypatch.delenv("OSINFO_USER_DIR", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    mine = "<os id='http://example.org/mine'><short-id>mine</short-id></os>"
    user = a_database({"os/example.org/mine.xml": mine}, "config/osinfo")
    assert user == tmp_path / "config" / "osinfo"
    assert {"egg1", "mine"} <= {each.short_id for each in Database()}


def test_wrong_entries_are_left_out_and_named(a_database, caplog):
    folder = a_database(
        {
            "os/a.org/broken.xml": "<os id='x'>",
            "os/a.org/number.xml": "<os id='http://a.org/n'><resources arch='all'><minimum>"
            "<ram>much</ram></minimum></resources></os>",
            "os/a.org/right.xml": "<os id='http://a.org/r'><short-id>r</short-id>"
            "<release-date>soon</release-date></os>",
        }
    )
    found = Database([folder])
    assert [each.id for each in found] == ["http://a.org/r", GENERIC.id]
    assert found["r"].release_date is None
    assert "broken.xml" in caplog.text
    assert "http://a.org/n" in caplog.text


def test_parents_that_are_not_there_are_no_parents(a_database):
    folder = a_database("<os id='http://a.org/1'><derives-from id='http://a.org/0'/></os>")
    assert Database([folder])["http://a.org/1"].devices == frozenset()


def test_systems_that_derive_from_each_other_end(a_database):
    folder = a_database(
        "<os id='http://a.org/1'><derives-from id='http://a.org/2'/>"
        "<resources arch='all' inherit='true'/><devices><device id='d'/></devices></os>"
        "<os id='http://a.org/2'><clones id='http://a.org/1'/>"
        "<resources arch='all' inherit='true'/></os>"
    )
    found = Database([folder])
    assert found["http://a.org/2"].devices == {"d"}
    assert found["http://a.org/2"].resources("minimum") is None
    assert found["http://a.org/2"].firmware == ()


def test_the_packaged_database_is_understood(the_systems_database, caplog):
    debian = the_systems_database["debian11"]
    assert debian.family == "linux"
    assert debian.starts_from("efi") is not False
    assert "http://pcisig.com/pci/1af4/1041" in debian.devices, "VirtIO network, inherited"
    assert debian.resources("recommended").memory >= 2**30
    assert len(the_systems_database) > 500
    assert all(each.short_ids for each in the_systems_database)
    assert not caplog.records
