"""What was read of volumes lately serves the next list; which there are is asked each time."""

from __future__ import annotations

import gc
import threading
import weakref

import libvirt
import pytest

from qvirt_jupyter.hypervisor.storage import known_volumes as module
from qvirt_jupyter.hypervisor.storage import volume_survey
from qvirt_jupyter.hypervisor.storage.known_volumes import NOW, KnownVolumes, MaxAge, known_volumes
from qvirt_jupyter.hypervisor.storage.volume_records import records_of

VOLUME = "<volume><name>{}</name><capacity>{}</capacity><allocation>0</allocation></volume>"
OTHER = "<pool type='dir'><name>isos</name><target><path>/lab/isos</path></target></pool>"
MINUTE = 60.0


@pytest.fixture
def raw(tmp_path):
    """A connection of libvirt to a world of its own."""
    world = tmp_path / "world.xml"
    world.write_text(
        "<node><pool type='dir'><name>images</name><target><path>/lab</path></target></pool></node>"
    )
    connection = libvirt.open(f"test://{world}")
    yield connection
    connection.close()


@pytest.fixture
def a_raw_pool(raw):
    pool = raw.storagePoolLookupByName("images")
    for name in ("one", "two"):
        pool.createXML(VOLUME.format(name, 1024), 0)
    return pool


@pytest.fixture
def asked(monkeypatch):
    """The names of the volumes that are read, in the order in which it happens."""
    names = []

    def read(volumes, *others):
        names.extend(volume.name() for volume in volumes)
        return records_of(volumes, *others)

    monkeypatch.setattr(module, "records_of", read)
    return names


def read(known, pool, max_age):
    return sorted(record.name for record in known.read(pool, lambda _error: False, max_age))


def test_what_was_read_serves_again_while_it_is_good_enough(a_raw_pool, asked):
    known = KnownVolumes("uri")
    assert read(known, a_raw_pool, 0) == ["one", "two"]
    assert read(known, a_raw_pool, MINUTE) == ["one", "two"]
    assert sorted(asked) == ["one", "two"]
    assert read(known, a_raw_pool, 0) == ["one", "two"]
    assert len(asked) == 4


def test_what_came_and_went_is_seen_each_time(a_raw_pool, asked):
    known = KnownVolumes("uri")
    read(known, a_raw_pool, 0)
    a_raw_pool.storageVolLookupByName("one").delete(0)
    a_raw_pool.createXML(VOLUME.format("three", 2048), 0)
    assert read(known, a_raw_pool, MINUTE) == ["three", "two"]
    # Only what is new was read.
    assert sorted(asked[:2]) == ["one", "two"]
    assert asked[2:] == ["three"]
    assert read(known, a_raw_pool, MINUTE) == ["three", "two"]
    assert len(asked) == 3


def test_what_was_added_to_does_not_become_younger(a_raw_pool, asked, monkeypatch):
    known, now = KnownVolumes("uri"), [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    read(known, a_raw_pool, 0)
    now[0] += 40
    a_raw_pool.createXML(VOLUME.format("three", 2048), 0)
    read(known, a_raw_pool, MINUTE)
    now[0] += 40
    # Of most it was 80 seconds ago.
    read(known, a_raw_pool, MINUTE)
    assert sorted(asked[3:]) == ["one", "three", "two"]


def test_who_comes_while_another_reads_gets_what_that_one_reads(a_raw_pool, asked, monkeypatch):
    known, found = KnownVolumes("uri"), []
    begun, go_on = threading.Event(), threading.Event()
    slow = module.records_of

    def wait_and_read(*arguments):
        begun.set()
        assert go_on.wait(30)
        return slow(*arguments)

    monkeypatch.setattr(module, "records_of", wait_and_read)
    threads = [
        threading.Thread(target=lambda: found.append(read(known, a_raw_pool, MINUTE)))
        for _ in range(2)
    ]
    threads[0].start()
    assert begun.wait(30)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert found == [["one", "two"]] * 2
    assert len(asked) == 2


def test_it_is_kept_for_each_connection_and_goes_with_it(raw):
    known = known_volumes(raw, "uri")
    assert known_volumes(raw, "uri") is known
    second = libvirt.open("test:///default")
    other = known_volumes(second, "uri")
    assert other is not known
    gone = weakref.ref(other)
    second.close()
    del second, other
    gc.collect()
    assert gone() is None


def test_those_still_to_be_read_are_counted(raw, a_raw_pool):
    known = KnownVolumes("uri")
    other = raw.storagePoolCreateXML(OTHER, 0)
    other.createXML(VOLUME.format("iso", 1024), 0)
    assert known.unread(raw, MINUTE, without="") == 3
    assert known.unread(raw, MINUTE, without=a_raw_pool.UUIDString()) == 1
    read(known, a_raw_pool, 0)
    assert known.unread(raw, MINUTE, without="") == 1
    assert known.unread(raw, -1, without="") == 3
    other.destroy()
    assert known.unread(raw, MINUTE, without="") == 0


def test_pools_that_are_gone_or_off_are_forgotten(raw, a_raw_pool, asked):
    other = raw.storagePoolDefineXML(OTHER, 0)
    other.create(0)
    other.createXML(VOLUME.format("iso", 1024), 0)

    def look():
        asked.clear()
        age = MaxAge(MINUTE, MINUTE)
        survey = volume_survey.survey(raw, "uri", a_raw_pool.UUIDString(), max_age=age)
        assert [volume.record.name for volume in survey.volumes] == ["one", "two"]
        return sorted(asked)

    assert look() == ["iso", "one", "two"]
    assert look() == []
    other.destroy()
    assert look() == []
    assert known_volumes(raw, "uri")._reads.keys() == {a_raw_pool.UUIDString()}
    # It may be another disk that is mounted there now.
    other.create(0)
    assert look() == sorted(volume.name() for volume in other.listAllVolumes(0))


@pytest.mark.parametrize("many", [0, 10])
def test_own_volumes_are_told_before_those_of_many_others_are_read(
    raw, a_raw_pool, asked, monkeypatch, many
):
    monkeypatch.setattr(volume_survey, "_MANY", many)
    other = raw.storagePoolCreateXML(OTHER, 0)
    for number in range(3):
        other.createXML(VOLUME.format(f"iso-{number}", 1024), 0)
    told = []

    def look():
        survey = volume_survey.survey(
            raw,
            "uri",
            a_raw_pool.UUIDString(),
            max_age=MaxAge(0, MINUTE),
            on_records=lambda records: told.append(
                (sorted(record.name for record in records), len(asked))
            ),
        )
        return [volume.record.name for volume in survey.volumes]

    assert look() == ["one", "two"]
    # Three others are many only where many are none.
    is_told = many == 0
    assert told == ([(["one", "two"], 2)] if is_told else [])
    assert len(asked) == 5
    # The others are known now: there is nothing to wait for.
    assert look() == ["one", "two"]
    assert len(told) == int(is_told)
    assert sorted(asked[5:]) == ["one", "two"]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (MaxAge(0, 60), None, MaxAge(0, 60)),
        (MaxAge(10, 60), MaxAge(0, 60), MaxAge(0, 60)),
        (MaxAge(10, 0), MaxAge(0, 60), NOW),
    ],
)
def test_what_is_good_enough_for_both_is_the_younger_of_each(one, other, both):
    assert one.stricter(other) == both
