"""Graphs: units, gaps, and words where there are no figures."""

from __future__ import annotations

from types import SimpleNamespace

import ipywidgets
import numpy as np
import pytest

from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.graphs import GRAPHS, Graph, Graphs, nice_top
from qvirt_jupyter.widgets.panel import close_all

NAN = float("nan")


def a_history(times, **values):
    names = [series.attribute for kind in GRAPHS for series in kind.series]
    filled = {name: np.full(len(times), NAN) for name in names}
    filled.update({name: np.array(value, dtype=float) for name, value in values.items()})
    return SimpleNamespace(time=np.array(times, dtype=float), **filled)


def a_sample(**values):
    names = [series.attribute for kind in GRAPHS for series in kind.series]
    return SimpleNamespace(
        **{**dict.fromkeys(names), "time": 100.0, "memory_total": None, **values}
    )


def the_graph(number):
    return Graph(GRAPHS[number])


def test_the_newest_values_are_said_with_their_unit():
    graph = the_graph(0)
    graph.update(
        a_history([98, 99, 100], cpu_guest=[1, 2, 12.3], cpu_host=[1, 1, 3]),
        a_sample(cpu_guest=12.3, cpu_host=3.0),
        is_active=True,
        now=100.0,
    )
    assert "12 %" in graph._heading.value
    assert "3 %" in graph._heading.value
    graph.close()


def test_a_line_has_a_gap_where_nothing_was_measured():
    graph = the_graph(0)
    graph.update(
        a_history([50, 51, 99, 100], cpu_guest=[1, 1, 1, 1], cpu_host=[1, 1, 1, 1]),
        a_sample(cpu_guest=1.0, cpu_host=1.0),
        is_active=True,
        now=100.0,
    )
    line = graph._lines[0]
    assert np.isnan(line.y).tolist() == [False, False, True, False, False]
    assert line.x[-1] == 0.0
    graph.close()


def test_what_is_older_than_the_window_is_not_drawn():
    graph = the_graph(0)
    times = np.arange(0.0, 300.0)
    graph.update(a_history(times, cpu_guest=times * 0), a_sample(), is_active=True, now=299.0)
    assert graph._lines[0].x.min() > -125
    graph.close()


def test_missing_counters_are_said_and_are_never_zero():
    graph = the_graph(3)
    graph.update(a_history([99, 100]), a_sample(), is_active=True, now=100.0)
    assert "Not available." in graph._heading.value
    assert " 0 " not in graph._heading.value
    assert graph._figure.layout.display == "none"
    graph.update(
        a_history([99, 100], network_in=[0, 2048], network_out=[0, 0]),
        a_sample(network_in=2048.0, network_out=0.0),
        is_active=True,
        now=100.0,
    )
    assert graph._figure.layout.display is None
    assert "2 KiB/s" in graph._heading.value
    graph.close()


def test_a_machine_that_is_off_has_neither_figures_nor_complaints():
    graph = the_graph(3)
    graph.update(a_history([]), None, is_active=False, now=100.0)
    assert "available" not in graph._heading.value
    assert graph._figure.layout.display is None
    graph.close()


def test_the_scale_of_a_rate_grows_and_is_never_below_ten_kibibytes():
    graph = the_graph(2)
    both = {"disk_read": [100, 100], "disk_write": [0, 0]}
    graph.update(a_history([99, 100], **both), a_sample(disk_read=100.0), is_active=True, now=100.0)
    assert (graph._y.max, graph._y_axis.label) == (10.0, "KiB/s")
    both["disk_read"] = [3 * 1024**2, 0]
    graph.update(a_history([99, 100], **both), a_sample(disk_read=0.0), is_active=True, now=100.0)
    assert (graph._y.max, graph._y_axis.label) == (4.0, "MiB/s")
    graph.close()


def test_the_values_under_the_pointer_are_said():
    graph = the_graph(0)
    history = a_history([40, 99, 100], cpu_guest=[77, 2, 3], cpu_host=[7, 2, 3])
    graph.update(history, a_sample(cpu_guest=3.0, cpu_host=3.0), is_active=True, now=100.0)
    graph.point(0.5)
    assert "77 %" in graph._heading.value
    assert "1 min ago" in graph._heading.value
    graph.point(0.75)
    assert "77 %" not in graph._heading.value
    graph.point(None)
    assert "3 %" in graph._heading.value
    graph.close()


def test_closing_leaves_no_widget():
    before = set(ipywidgets.widgets.widget._instances)
    graphs = Graphs()
    graphs.point(99, 0.5)
    close_all(graphs)
    left = [
        type(widget).__name__
        for key, widget in ipywidgets.widgets.widget._instances.items()
        if key not in before
    ]
    assert left == []


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (1, 1), (1.1, 2), (3, 4), (5, 8), (9, 10), (100, 100), (147, 200), (0.3, 0.4)],
)
def test_scales_end_at_round_numbers(value, top):
    assert nice_top(value) == pytest.approx(top)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (quantities.percent(None), "not available"),
        (quantities.percent(0), "0 %"),
        (quantities.percent(0.25), "0.2 %"),
        (quantities.percent(99.6), "100 %"),
        (quantities.size(524288, unit="KiB"), "512 MiB"),
        (quantities.size(1536, unit="KiB"), "1.5 MiB"),
        (quantities.size(None), "not available"),
        (quantities.rate(100), "100 B/s"),
        (quantities.rate(150 * 1024), "150 KiB/s"),
        (quantities.span(5), "5 s"),
        (quantities.span(600), "10 min"),
        (quantities.span(3700), "1 h 1 min"),
        (quantities.span(90000), "1 day 1 h"),
        (quantities.span(200000), "2 days 7 h"),
    ],
)
def test_quantities_have_units(text, expected):
    assert text == expected
