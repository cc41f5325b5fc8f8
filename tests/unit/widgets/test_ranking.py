"""Which machine is eating the host: sorted, with units, and nothing that is not known as zero."""

from __future__ import annotations

import dataclasses

import pytest

from qvirt_jupyter.hypervisor import DomainRecord, DomainState, publisher
from qvirt_jupyter.hypervisor.host.record import HostRecord
from qvirt_jupyter.hypervisor.statistics.sample import Sample
from qvirt_jupyter.widgets.host_facts import topology
from qvirt_jupyter.widgets.ranking import SHOWN, Ranking


def a_record(name, state=DomainState.RUNNING):
    empty = {
        field.name: () if field.name in {"tags", "addresses", "displays"} else ""
        for field in dataclasses.fields(DomainRecord)
    }
    return DomainRecord(**{**empty, "uuid": name, "name": name, "state": state})


@pytest.fixture
def a_ranking():
    ranking = Ranking(lambda _uuid, _client: None)
    yield ranking
    ranking.close()


def names(ranking):
    return [row["name"] for row in ranking.shown["rows"]]


def cells(ranking, name):
    row = next(row for row in ranking.shown["rows"] if row["name"] == name)
    return [cell["text"] for cell in row["cells"]]


SAMPLES = {
    "small": Sample(0.0, cpu_host=1.0, memory_host=4096.0, disk_read=1024.0, disk_write=1024.0),
    "big": Sample(0.0, cpu_host=40.0, memory_host=1024.0, network_in=10.0),
}
RECORDS = [
    a_record("unknown"),
    a_record("small"),
    a_record("big"),
    a_record("off", DomainState.SHUTOFF),
]


def test_the_greediest_is_first_and_what_is_not_known_last(a_ranking):
    a_ranking.update(RECORDS, SAMPLES)
    assert names(a_ranking) == ["big", "small", "unknown"]
    assert cells(a_ranking, "big") == ["40 %", "1 MiB", "not available", "10 B/s"]
    assert cells(a_ranking, "small")[2] == "2 KiB/s"
    assert set(cells(a_ranking, "unknown")) == {"not available"}


def test_another_figure_is_chosen(a_ranking):
    a_ranking.update(RECORDS, SAMPLES)
    a_ranking._handle_custom_msg({"type": "sort", "id": "memory", "client": ""}, [])
    publisher.flush()
    assert a_ranking.shown["by"] == "memory"
    assert names(a_ranking) == ["small", "big", "unknown"]
    a_ranking._handle_custom_msg({"type": "sort", "id": "nonsense", "client": ""}, [])
    publisher.flush()
    assert a_ranking.shown["by"] == "memory"


def test_bars_are_of_the_whole_host_or_of_the_greediest(a_ranking):
    a_ranking.update(RECORDS, SAMPLES)
    shares = {
        row["name"]: [cell["share"] for cell in row["cells"]] for row in a_ranking.shown["rows"]
    }
    assert shares["big"][:2] == [0.4, 0.25]
    assert shares["small"][:2] == [0.01, 1.0]
    assert shares["unknown"] == [0, 0, 0, 0]


def test_many_machines_are_cut_with_a_word(a_ranking):
    a_ranking.update([a_record(f"m{number:03}") for number in range(SHOWN + 7)], {})
    assert len(names(a_ranking)) == SHOWN
    assert a_ranking.shown["more"] == "and 7 more"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((1, 1, 2, 1), "8 (1 NUMA node, 1 socket each, 2 cores each, 1 thread each)"),
        ((2, 1, 1, 2), "8 (2 NUMA nodes, 1 socket each, 1 core each, 2 threads each)"),
        ((0, 0, 0, 0), "8"),
    ],
)
def test_a_topology_is_said_in_words(numbers, words):
    assert topology(HostRecord("h", "x86_64", 8, 0, *numbers, 1, "QEMU")) == words
