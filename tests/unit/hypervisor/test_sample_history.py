"""What is kept of a day: three resolutions, gaps, and the way out as CSV and pandas."""

from __future__ import annotations

import csv
import io
import sys

import numpy as np
import pytest

from qvirt_jupyter.hypervisor.errors import Unsupported
from qvirt_jupyter.hypervisor.statistics.meter import Columns
from qvirt_jupyter.hypervisor.statistics.sample_history import History, SampleTable

BEGIN = 1_700_000_000.0 - 1_700_000_000.0 % 300


@pytest.fixture
def columns():
    found = Columns()
    found.add("one")
    return found


@pytest.fixture
def table(columns):
    return SampleTable(columns, ("cpu", "disk"))


def row(columns, **figures):
    return {
        name: np.full(columns.capacity, np.nan if value is None else float(value))
        for name, value in figures.items()
    }


def test_each_tick_is_kept_for_five_minutes(table, columns):
    for second in range(400):
        table.add(BEGIN + second, row(columns, cpu=second % 100, disk=None))
    history = table.history("one", 300.0, 1.0, BEGIN + 399)
    assert history.step == 1.0
    assert len(history) == 301
    assert list(history.time) == [BEGIN + second for second in range(99, 400)]
    assert list(history.cpu[:3]) == [99.0, 0.0, 1.0]
    # What was never measured is there, without a figure.
    assert np.isnan(history.disk).all()
    assert len(table.history("one", 60.0, 1.0, BEGIN + 399)) == 62


def test_longer_spans_have_means(table, columns):
    for second in range(4000):
        table.add(BEGIN + second, row(columns, cpu=second // 15, disk=10))
    hour = table.history("one", 3600.0, 1.0, BEGIN + 3999)
    assert hour.step == 15.0
    assert np.allclose(np.diff(hour.time)[:-1], 15.0)
    assert list(hour.cpu[-3:]) == [264.0, 265.0, 266.0]
    day = table.history("one", 86400.0, 1.0, BEGIN + 3999)
    assert day.step == 300.0
    assert len(day) == 14
    assert day.cpu[0] == pytest.approx(np.mean(np.arange(20)))
    assert set(day.disk) == {10.0}


def test_nothing_is_made_up_where_nothing_was_measured(table, columns):
    for second in (*range(60), *range(600, 660)):
        table.add(BEGIN + second, row(columns, cpu=5))
    history = table.history("one", 3600.0, 1.0, BEGIN + 660)
    gaps = np.flatnonzero(np.diff(history.time) > 2.5 * history.step)
    assert len(gaps) == 1
    assert np.diff(history.time)[gaps[0]] == pytest.approx(555, abs=15)
    assert set(history.cpu) == {5.0}


def test_a_figure_that_is_missing_meanwhile_is_a_gap(table, columns):
    table.add(BEGIN, row(columns, cpu=1))
    table.add(BEGIN + 1, row(columns, cpu=None))
    table.add(BEGIN + 2, {})
    table.add(BEGIN + 3, row(columns, cpu=2))
    history = table.history("one", 60.0, 1.0, BEGIN + 3)
    assert np.array_equal(history.cpu, [1.0, np.nan, np.nan, 2.0], equal_nan=True)


def test_where_nobody_looks_only_the_longer_spans_are_kept(table, columns):
    for second in range(0, 60, 10):
        table.add(BEGIN + second, row(columns, cpu=7), fine=False)
    assert len(table.history("one", 60.0, 1.0, BEGIN + 50)) == 0
    assert list(table.history("one", 3600.0, 1.0, BEGIN + 50).cpu) == [7.0] * 4


def test_a_day_takes_no_more_room_than_an_hour(table, columns):
    def room():
        return sum(array.nbytes for ring in table._rings for array in ring._rows.values())

    for second in range(0, 7200, 5):
        table.add(BEGIN + second, row(columns, cpu=1, disk=1))
    after_an_hour = room()
    for second in range(7200, 100_000, 60):
        table.add(BEGIN + second, row(columns, cpu=1, disk=1))
    assert room() == after_an_hour
    # For each machine and figure: 4 bytes for each of the points that are kept.
    assert after_an_hour / columns.capacity / 2 == 4 * (301 + 241 + 289)
    day = table.history("one", 86400.0, 1.0, BEGIN + 100_000)
    assert day.time[-1] - day.time[0] == pytest.approx(86400, abs=600)


def test_shares_are_kept_as_exactly_as_they_are_read(columns):
    table = SampleTable(columns, ("cpu_guest",))
    shares = [0.0, 0.37, 12.5, 33.3, 99.96, 100.0]
    for second, share in enumerate(shares):
        table.add(BEGIN + second, row(columns, cpu_guest=share))
    assert table.history("one", 60.0, 1.0, BEGIN + 6).cpu_guest == pytest.approx(shares, abs=0.03)


def test_machines_that_come_later_have_no_past(table, columns):
    table.add(BEGIN, row(columns, cpu=1))
    for number in range(40):
        columns.add(f"later {number}")
    for second in range(1, 20):
        table.add(BEGIN + second, row(columns, cpu=2))
    for span in (60.0, 3600.0):
        history = table.history("later 39", span, 1.0, BEGIN + 19)
        assert set(history.cpu[~np.isnan(history.cpu)]) == {2.0}
    assert table.history("one", 60.0, 1.0, BEGIN + 19).cpu[0] == 1.0


def test_a_column_that_is_erased_is_empty(table, columns):
    for second in range(40):
        table.add(BEGIN + second, row(columns, cpu=1))
    assert not table.is_empty(columns["one"])
    table.erase(columns["one"])
    assert table.is_empty(columns["one"])
    assert len(table.history("never seen", 60.0, 1.0, BEGIN + 40)) == 0


def a_history():
    disk = History(np.array([BEGIN, BEGIN + 1]), 1.0, {"read": np.array([0.0, 2048.0])})
    return History(disk.time, 1.0, {"cpu": np.array([np.nan, 12.5])}, {"vda": disk})


def test_csv_has_a_line_for_each_time_and_nothing_where_there_is_no_figure():
    lines = list(csv.reader(io.StringIO(a_history().csv())))
    assert lines == [
        ["time", "cpu", "disk vda read"],
        ["2023-11-14T22:10:00.000+00:00", "", "0"],
        ["2023-11-14T22:10:01.000+00:00", "12.5", "2048"],
    ]


def test_an_unknown_figure_is_no_attribute():
    with pytest.raises(AttributeError, match="'colour'"):
        _ = a_history().colour


def test_pandas():
    table = a_history().to_pandas()
    assert list(table.columns) == ["cpu", "disk vda read"]
    assert str(table.index.tz) == "UTC"
    assert table["cpu"].iloc[1] == 12.5


def test_without_pandas_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(Unsupported, match="pandas is not installed"):
        a_history().to_pandas()
