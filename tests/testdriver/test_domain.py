"""Machines as handles: definition, metadata, names, picture, addresses, what a notebook shows."""

from __future__ import annotations

import dataclasses
import io
from html.parser import HTMLParser

import pytest
from PIL import Image

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    Domain,
    InvalidDefinition,
    NotFound,
    OperationFailed,
    WrongState,
)
from qvirt_jupyter.hypervisor.editing import renaming
from qvirt_jupyter.hypervisor.inventory import Snapshot

ODD = "<b>odd<i> & \"q\" 'a' ü"


class Tags(HTMLParser):
    """Collects what a browser would take for elements."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, _attributes):
        self.found.append(tag)

    def handle_data(self, data):
        self.text += data


def test_state_is_read_afresh(a_connection):
    machine = a_connection.domains["running"]
    machine.suspend()
    # Another handle, or another client, changes it: no inventory in between.
    a_connection.domains["running"].resume()
    assert machine.is_active
    assert machine.state.value == "running"


def test_title_and_description(a_connection):
    machine = a_connection.domains["running"]
    assert machine.title == "The <running> one"
    assert machine.description == "line one\nline & two"
    machine.set_title("Fish & <chips>")
    machine.set_description("1\n2 ü")
    assert (machine.title, machine.description) == ("Fish & <chips>", "1\n2 ü")
    # Live and kept together.
    for inactive in (False, True):
        document = machine.document(inactive=inactive)
        assert (document.title, document.description) == ("Fish & <chips>", "1\n2 ü")
    machine.set_title("")
    machine.set_description("")
    assert (machine.title, machine.description) == ("", "")
    for inactive in (False, True):
        assert "<title>" not in machine.xml(inactive=inactive)
        assert "<description>" not in machine.xml(inactive=inactive)


def test_a_title_has_one_line(a_connection):
    with pytest.raises(InvalidDefinition, match="one line"):
        a_connection.domains["running"].set_title("a\nb")


@pytest.mark.parametrize("name", ["running", "shutoff", "transient"])
def test_tags_and_group(a_connection, name):
    machine = a_connection.domains[name]
    assert (machine.tags, machine.group) == ((), "")
    machine.set_tags(["web", " a <b> & c ", "web", ""])
    machine.set_group('Room "1"')
    assert machine.tags == ("web", "a <b> & c")
    assert machine.group == 'Room "1"'
    if machine.persistent:
        assert machine.document(inactive=True).metadata.tags == ("web", "a <b> & c")
    assert [found.name for found in a_connection.domains.tagged("web")] == [name]
    machine.set_tags([])
    assert (machine.tags, machine.group) == ((), 'Room "1"')
    machine.set_group("")
    assert documents.DOMAIN_METADATA_URI not in machine.xml()


def test_tags_are_found_without_reading_every_definition(a_connection, monkeypatch):
    a_connection.domains["running"].set_tags(["lab1"])
    read = []
    original = Domain.tags.fget

    def reading(domain):
        # Not of virDomain.XMLDesc: the inventory reads definitions of its own accord meanwhile.
        read.append(domain.name)
        return original(domain)

    monkeypatch.setattr(Domain, "tags", property(reading))
    assert [found.name for found in a_connection.domains.tagged("lab1")] == ["running"]
    assert a_connection.domains.tagged("lab") == ()
    assert read == []


def test_tags_of_definitions_that_wait_to_be_read_are_found_too(a_connection, monkeypatch):
    a_connection.domains["running"].set_tags(["lab1"])
    unread = [
        dataclasses.replace(record, tags=(), xml_version=0)
        for record in a_connection.inventory.snapshot().domains
    ]
    monkeypatch.setattr(Snapshot, "domains", unread)
    assert [found.name for found in a_connection.domains.tagged("lab1")] == ["running"]


def test_tags_leave_foreign_metadata_alone(a_connection):
    machine = a_connection.domains.define(
        "<domain type='test'><name>m</name><metadata><x:keep xmlns:x='urn:x' a='1'/></metadata>"
        "<memory>1024</memory><os><type>hvm</type></os></domain>"
    )
    machine.set_tags(["a"])
    machine.set_tags([])
    assert "<x:keep" in machine.xml()


def test_one_text_is_not_a_list_of_tags(a_connection):
    with pytest.raises(InvalidDefinition, match=r"\['web'\]"):
        a_connection.domains["running"].set_tags("web")


def test_a_tag_too_long_is_refused(a_connection):
    with pytest.raises(InvalidDefinition, match="64"):
        a_connection.domains["running"].set_tags(["x" * 65])


def test_autostart(a_connection):
    machine = a_connection.domains["shutoff"]
    machine.set_autostart(True)
    assert machine.autostart
    machine.set_autostart(False)
    assert not machine.autostart


def test_rename_keeps_all_but_the_name(a_connection):
    machine = a_connection.domains["shutoff"]
    machine.set_autostart(True)
    machine.rename(ODD + " 2")
    assert machine.name == ODD + " 2"
    assert machine.autostart
    assert "shutoff" not in a_connection.domains
    assert a_connection.domains[ODD + " 2"] == machine
    assert machine.subject.name == ODD + " 2"


@pytest.mark.parametrize("name", ["", "  ", "a/b", "/", ".", "..", "a\nb", "a\x00b", "a\x1bb"])
def test_names_that_are_not_allowed(a_connection, name):
    machine = a_connection.domains["shutoff"]
    with pytest.raises(InvalidDefinition):
        machine.rename(name)
    assert machine.name == "shutoff"


def test_a_slash_is_refused_by_name(a_connection):
    with pytest.raises(InvalidDefinition, match="must not have a / in it"):
        a_connection.domains["shutoff"].rename("a/b")
    definition = documents.parse(a_connection.domains["shutoff"].xml())
    text = str(definition).replace("<name>shutoff", "<name>a/b")
    with pytest.raises(InvalidDefinition, match="must not have a / in it"):
        a_connection.domains.define(text)


def test_rename_to_a_name_that_is_taken(a_connection):
    with pytest.raises(AlreadyExists, match="taken"):
        a_connection.domains["shutoff"].rename("running")


class TestRedefine:
    """The way to rename for drivers that have no call for it."""

    @pytest.fixture
    def a_machine(self, a_connection):
        machine = a_connection.domains["shutoff"]
        machine.set_autostart(True)
        return machine

    def redefine(self, machine, new, define=None):
        subject = machine.subject
        machine.connection.call(
            lambda connection: renaming.redefine(
                connection,
                connection.lookupByUUIDString(machine.uuid),
                new,
                subject,
                define=define and (lambda text: define(connection, text)),
            ),
            subject=subject,
        )

    def test_the_machine_has_its_new_name_and_the_rest(self, a_machine):
        before = a_machine.xml(inactive=True)
        self.redefine(a_machine, ODD + "!")
        assert a_machine.name == ODD + "!"
        assert a_machine.autostart
        after = documents.parse(a_machine.xml(inactive=True))
        assert documents.parse(before).diff(after).paths == ("name",)

    def test_the_old_definition_comes_back_if_the_new_one_fails(self, a_machine):
        before = a_machine.xml(inactive=True)

        def define(connection, text):
            # libvirt refuses the new definition for a reason of its own.
            return connection.defineXML(text.replace("<name>bad", "<name>b/ad"))

        with pytest.raises(InvalidDefinition):
            self.redefine(a_machine, "bad", define)
        assert a_machine.xml(inactive=True) == before
        assert a_machine.autostart

    def test_both_errors_are_said_if_that_fails_too(self, a_machine):
        before = a_machine.xml(inactive=True, secure=True)

        def define(connection, text):
            return connection.defineXML(text.replace("<name>", "<name>b/"))

        with pytest.raises(OperationFailed, match="nor get its old definition back") as caught:
            self.redefine(a_machine, "bad", define)
        assert "b/bad" in str(caught.value)
        assert "b/shutoff" in str(caught.value)
        # Nothing is lost: the error says where the old definition is.
        kept = a_machine.history[0]
        assert str(kept.path) in caught.value.next_step
        assert kept.xml == before


def test_screenshot(a_connection, tmp_path):
    picture = a_connection.domains["running"].screenshot()
    with Image.open(io.BytesIO(picture._repr_png_())) as image:
        assert image.format == "PNG"
        assert image.size == (picture.width, picture.height)
    assert "\\x" not in repr(picture)
    assert picture.save(tmp_path / "screen.png").read_bytes() == picture.png


def test_a_machine_that_is_off_has_no_screenshot(a_connection):
    with pytest.raises(WrongState, match="off"):
        a_connection.domains["shutoff"].screenshot()


def test_addresses(a_connection):
    machine = a_connection.domains["running"]
    (address,) = machine.addresses()
    assert address.source == "lease"
    assert address.family == "ipv4"
    assert address.mac == "52:54:00:00:00:01"
    assert str(address).startswith("10.7.0.")
    assert machine.addresses("lease") == (address,)
    assert a_connection.domains["shutoff"].addresses() == ()
    with pytest.raises(InvalidDefinition, match="'agent', 'lease', 'arp'"):
        machine.addresses("dns")


def test_displays(a_connection):
    (display,) = a_connection.domains["running"].displays()
    assert (display.index, display.type, display.listen) == (0, "vnc", "address")
    assert (display.address, display.port) == ("127.0.0.1", 5901)


def test_repr_of_a_machine(a_connection):
    machine = a_connection.domains[ODD]
    assert repr(ODD) in repr(machine)
    assert "Shut off" in repr(machine)
    shown = Tags(machine._repr_html_())
    assert not {"b", "i", "script"} & set(shown.found)
    assert ODD in shown.text
    assert "Shut off" in shown.text


def test_repr_of_all_machines(a_connection):
    shown = Tags(a_connection.domains._repr_html_())
    assert not {"b", "i", "script", "running"} & set(shown.found)
    assert ODD in shown.text
    assert "The <running> one" in shown.text
    text = repr(a_connection.domains)
    assert ODD in text
    assert "\x1b" not in text


def test_a_secret_is_in_no_repr(a_connection):
    machine = a_connection.domains["running"]
    assert "hunter2" not in machine._repr_html_() + repr(machine) + machine.xml()


def test_find_by_name_and_uuid(a_connection):
    domains = a_connection.domains
    machine = domains["running"]
    assert domains[machine.uuid] == machine
    assert machine in domains
    assert "running" in domains
    assert "nobody" not in domains
    assert domains.get("nobody") is None
    assert len({domains["running"], domains["running"]}) == 1
    assert len(domains) == len(list(domains)) == 10
    assert list(domains.names) == sorted(domains.names, key=str.casefold)
    assert ODD in domains._ipython_key_completions_()


def test_a_machine_that_is_named_like_a_uuid_hides_none(a_connection):
    victim = a_connection.domains["running"]
    a_connection.domains["shutoff"].rename(victim.uuid)
    assert a_connection.domains[victim.uuid] == victim


def test_a_name_that_is_not_there_names_what_is_close(a_connection):
    with pytest.raises(KeyError, match="Did you mean 'running'"):
        a_connection.domains["runing"]
    with pytest.raises(KeyError, match="There are "):
        a_connection.domains["zzzzz"]
    with pytest.raises(TypeError, match="by name or UUID"):
        a_connection.domains[0]


def test_define_and_create(a_connection):
    text = "<domain type='test'><name>new</name><memory>1024</memory><os><type>hvm</type></os></domain>"
    machine = a_connection.domains.define(documents.parse(text))
    assert not machine.is_active
    with pytest.raises(AlreadyExists):
        a_connection.domains.define(text)
    passing = a_connection.domains.create(text.replace("new", "passing"))
    assert passing.is_active
    assert not passing.persistent


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<domain", "cannot be read"),
        ("<network><name>n</name></network>", "not a <domain>"),
        ("<domain type='test'/>", "must not be empty"),
        ("<!DOCTYPE x><domain type='test'/>", "DTD"),
        ("<domain type='test'><name>n</name></domain>", "must be specified"),
    ],
)
def test_definitions_that_are_refused(a_connection, text, reason):
    with pytest.raises(InvalidDefinition, match=reason):
        a_connection.domains.define(text)


def test_a_password_in_a_definition_is_not_logged(a_connection):
    job = a_connection.domains.submit.define(
        "<domain type='test'><name>p</name><memory>1024</memory><os><type>hvm</type></os>"
        "<devices><graphics type='vnc' passwd='hunter2'/></devices></domain>"
    )
    job.result(30)
    assert "hunter2" not in job.code
    assert "passwd=" in job.code


def test_the_inventory_knows_when_an_action_returns(a_connection):
    machine = a_connection.domains["shutoff"]
    machine.set_autostart(True)
    machine.set_title("known")
    machine.set_tags(["at once"])
    record = machine.record
    assert (record.autostart, record.title, record.tags) == (True, "known", ("at once",))
    machine.start()
    assert machine.record.is_active
    machine.destroy()
    machine.rename("known too")
    assert machine.record.name == "known too"
    machine.undefine()
    with pytest.raises(NotFound):
        _ = machine.record
    text = "<domain type='test'><name>new</name><memory>1024</memory><os><type>hvm</type></os></domain>"
    assert a_connection.domains.define(text).record.name == "new"
