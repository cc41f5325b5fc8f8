"""A pool with many volumes: several are asked for at a time, and names are shown before the rest."""

from __future__ import annotations

import threading

import libvirt
import pytest
from a_manager import wait_for

from qvirt_jupyter.hypervisor import WrongState, publisher
from qvirt_jupyter.hypervisor.storage.known_volumes import CHANGED, NOW, OPENED
from qvirt_jupyter.hypervisor.storage.volume_records import record_of, records_of
from qvirt_jupyter.widgets.storage import volume_looks
from qvirt_jupyter.widgets.storage.pool_page import PoolPage

MANY = 230
MIB = 1024**2
OTHER = "<pool type='dir'><name>{0}</name><target><path>/lab/{0}</path></target></pool>"


@pytest.fixture
def a_full_pool(a_connection):
    """A pool with more volumes than one thread asks for at once."""
    pool = a_connection.storage_pools["images"]
    text = "<volume><name>many-{}</name><capacity unit='MiB'>1</capacity><allocation>0</allocation></volume>"

    def fill(connection):
        found = connection.storagePoolLookupByName("images")
        for number in range(MANY):
            found.createXML(text.format(number), 0)

    a_connection.call(fill, subject=pool.subject)
    return pool


def in_pool(connection, function):
    return connection.call(function, subject=connection.storage_pools["images"].subject)


def test_many_are_read_in_their_order_as_each_alone(a_full_pool, a_connection):
    def look(connection):
        volumes = connection.storagePoolLookupByName("images").listAllVolumes(0)
        many = list(records_of(volumes, "uri", "pool", lambda _error: False))
        return many, [record_of(volume, "uri", "pool") for volume in volumes]

    many, alone = in_pool(a_connection, look)
    assert many == alone
    assert len(many) >= MANY
    assert {record.name for record in many} == set(a_full_pool.volumes.names)
    assert not [each for each in threading.enumerate() if "qvirt-volumes" in each.name]


def test_one_that_went_is_left_out_or_said(a_full_pool, a_connection):
    def look(connection):
        pool = connection.storagePoolLookupByName("images")
        volumes = pool.listAllVolumes(0)
        pool.storageVolLookupByName("many-150").delete(0)
        found = list(records_of(volumes, "uri", "pool", lambda _error: True))
        with pytest.raises(libvirt.libvirtError, match="many-150"):
            list(records_of(volumes, "uri", "pool", lambda _error: False))
        return len(volumes), [record.name for record in found]

    before, names = in_pool(a_connection, look)
    assert len(names) == before - 1
    assert "many-150" not in names
    assert len(a_full_pool.volumes.records) == before - 1


def test_names_are_shown_before_the_rest_is_known(a_full_pool, a_connection, monkeypatch):
    monkeypatch.setattr(volume_looks, "_MANY", MANY)
    monkeypatch.setattr(volume_looks, "_IN_SIGHT", 60)
    go_on = threading.Event()
    look = type(a_full_pool.volumes).survey

    def wait_and_look(volumes, **good_enough):
        assert go_on.wait(30)
        return look(volumes, **good_enough)

    monkeypatch.setattr(type(a_full_pool.volumes), "survey", wait_and_look)
    page = PoolPage(a_connection, lambda _record, _volumes: [], lambda *_said: None)
    try:
        publisher.post(None, lambda: page.show(a_full_pool.record))
        assert wait_for(lambda: "many-7" in page.volumes._rows)
        assert wait_for(lambda: "capacity" in page.volumes._rows._rows["many-7"].cells)
        # All but the users of what is in sight: the first sixty, many-7 before many-10.
        shown = page.volumes._rows._rows
        assert shown["many-7"].cells["capacity"].sort == MIB
        assert shown["many-7"].cells["users"] == "…"
        assert shown["many-99"].cells == {"name": "many-99"}
        known = [name for name, row in shown.items() if "capacity" in row.cells]
        assert len(known) == 60
        assert page.survey is None
        go_on.set()
        assert wait_for(lambda: page.survey is not None)
        publisher.flush()
        assert page.volumes._rows._rows["many-99"].cells["capacity"].sort == MIB
        assert page.volumes._rows._rows["many-7"].cells["users"] == ""
    finally:
        go_on.set()
        page.close()


class Gates:
    """Surveys of the pools of these names wait until they may go on."""

    def __init__(self, monkeypatch, volumes, *pools):
        self.asked = []
        self.may = {pool: threading.Event() for pool in pools}
        look = type(volumes).survey

        def wait_and_look(volumes, **good_enough):
            name = volumes.subject.name
            self.asked.append(name)
            assert self.may[name].wait(30)
            return look(volumes, **good_enough)

        monkeypatch.setattr(type(volumes), "survey", wait_and_look)

    def open(self):
        for event in self.may.values():
            event.set()


@pytest.fixture
def a_page(a_connection):
    page = PoolPage(a_connection, lambda _record, _volumes: [], lambda *_said: None)
    yield page
    page.close()


def show(page, pool):
    publisher.post(None, lambda: page.show(pool))


def test_a_pool_does_not_wait_for_the_one_before_it(a_full_pool, a_connection, a_page, monkeypatch):
    monkeypatch.setattr(volume_looks, "_MANY", MANY)
    gates = Gates(monkeypatch, a_full_pool.volumes, "isos", "images")
    try:
        show(a_page, a_connection.storage_pools.create(OTHER.format("isos")).record)
        assert wait_for(lambda: gates.asked == ["isos"])
        gates.may["images"].set()
        show(a_page, a_full_pool.record)
        assert wait_for(lambda: a_page.survey is not None)
        publisher.flush()
        listed = [name for name in a_page.volumes._rows._rows if name.startswith("many-")]
        assert listed == [f"many-{number}" for number in range(MANY)]
        survey = a_page.survey
        gates.open()
        # What comes late of the pool before is not shown.
        assert wait_for(lambda: not a_page._looks._running)
        publisher.flush()
        assert a_page.survey is survey
        assert "many-7" in a_page.volumes._rows
    finally:
        gates.open()


def test_names_are_shown_while_two_other_pools_are_still_read(
    a_full_pool, a_connection, a_page, monkeypatch
):
    monkeypatch.setattr(volume_looks, "_MANY", MANY)
    gates = Gates(monkeypatch, a_full_pool.volumes, "isos", "seeds", "images")
    others = [a_connection.storage_pools.create(OTHER.format(name)) for name in ("isos", "seeds")]
    try:
        for number, other in enumerate(others, start=1):
            show(a_page, other.record)
            assert wait_for(lambda number=number: len(gates.asked) == number)
        show(a_page, a_full_pool.record)
        assert wait_for(lambda: "many-7" in a_page.volumes._rows)
        assert wait_for(lambda: "capacity" in a_page.volumes._rows._rows["many-7"].cells)
        # The host is read for two lists at a time, not for any number that somebody clicks on.
        assert gates.asked == ["isos", "seeds"]
        gates.may["images"].set()
        gates.may["isos"].set()
        assert wait_for(lambda: a_page.survey is not None)
        assert gates.asked == ["isos", "seeds", "images"]
        assert a_page.volumes._rows._rows["many-99"].cells["capacity"].sort == MIB
    finally:
        gates.open()


def test_wishes_while_a_pool_is_read_are_one_look_more_and_only_where_it_is_not_good_enough(
    a_full_pool, a_page, monkeypatch
):
    gates = Gates(monkeypatch, a_full_pool.volumes, "images")
    try:
        show(a_page, a_full_pool.record)
        assert wait_for(lambda: gates.asked == ["images"])
        # The frame that shows the page says so once more.
        publisher.post(None, lambda: a_page.list_again(OPENED))
        publisher.flush()
        assert a_page._looks._next is None
        for max_age in (CHANGED, NOW, CHANGED):
            publisher.post(None, lambda max_age=max_age: a_page.list_again(max_age))
        publisher.flush()
        assert a_page._looks._next.max_age == NOW
        gates.open()
        assert wait_for(lambda: not a_page._looks._running and a_page._looks._next is None)
        assert gates.asked == ["images", "images"]
    finally:
        gates.open()


def test_what_fails_is_said_unless_a_look_follows(a_full_pool, a_page, monkeypatch):
    def fail(_volumes, **_good_enough):
        assert go_on.wait(30)
        raise WrongState("It is gone.")

    go_on = threading.Event()
    look = type(a_full_pool.volumes).survey
    monkeypatch.setattr(type(a_full_pool.volumes), "survey", fail)
    try:
        show(a_page, a_full_pool.record)
        assert wait_for(lambda: a_page._looks._running)
        go_on.set()
        assert wait_for(lambda: "It is gone." in str(a_page.volumes._empty))
        assert a_page.survey is None
        go_on.clear()
        publisher.post(None, a_page.list_again)
        publisher.post(None, lambda: a_page.list_again(NOW))
        publisher.flush()
        monkeypatch.setattr(type(a_full_pool.volumes), "survey", look)
        go_on.set()
        assert wait_for(lambda: a_page.survey is not None)
        assert "It is gone." not in str(a_page.volumes._empty)
    finally:
        go_on.set()


def test_some_are_looked_at_by_name(a_full_pool):
    found = a_full_pool.volumes.records_named(["many-9", "gone", "many-10"])
    assert [record.name for record in found] == ["many-9", "many-10"]
    assert found[0] == a_full_pool.volumes["many-9"].record
