"""Graphs: units, gaps, devices, and words where there are no figures."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pytest

from qvirt_jupyter.hypervisor import History
from qvirt_jupyter.widgets import performance, quantities
from qvirt_jupyter.widgets.graph_kinds import HOST_GRAPHS, MACHINE_GRAPHS
from qvirt_jupyter.widgets.graphs import Graph, nice_top
from qvirt_jupyter.widgets.panel import close_all
from qvirt_jupyter.widgets.performance import SPANS, Performance

CPU, MEMORY, DISKS, NETWORK = range(4)
NOW = 1_000_000.0
OFF = "It does not run."


def a_history(ages, *, step=1.0, disks=None, **figures):
    """Figures of so many seconds ago."""
    return History(
        NOW - np.array(ages, dtype=float),
        step,
        {name: np.array(values, dtype=float) for name, values in figures.items()},
        disks or {},
    )


def shown(graph):
    return graph._heading.value


def is_drawn(graph):
    return graph._figure in graph.children


@pytest.fixture
def draw():
    """Makes a graph and draws a history in it; another call draws in the same one."""
    made = {}

    def draw(number, history, *, newest=None, window=120.0, idle="", now=NOW):
        graph = made.setdefault(number, Graph(MACHINE_GRAPHS[number]))
        graph.update(history, newest or history, window=window, idle=idle, now=now)
        return graph

    yield draw
    for graph in made.values():
        graph.close()


def test_the_newest_values_are_said_with_their_unit(draw):
    graph = draw(CPU, a_history([2, 1, 0], cpu_guest=[1, 2, 12.3], cpu_host=[1, 1, 3]))
    assert "12 %" in shown(graph)
    assert "3 %" in shown(graph)
    # What a driver need not have is left out instead of said to be missing.
    assert "waiting" not in shown(graph)
    draw(CPU, a_history([0], cpu_guest=[1], cpu_host=[1], vcpu_wait=[7]))
    assert "waiting</span> 7 %" in shown(graph)


def test_an_old_value_is_not_said_of_now(draw):
    graph = draw(CPU, a_history([60, 59], cpu_guest=[41, 41], cpu_host=[1, 1]))
    assert "41 %" not in shown(graph)
    assert "not available" in shown(graph)


def test_a_line_has_a_gap_where_nothing_was_measured(draw):
    graph = draw(CPU, a_history([50, 49, 1, 0], cpu_guest=[1, 1, 1, 1], cpu_host=[1, 1, 1, 1]))
    line = graph._lines[0]
    # Each piece begins with what its first point stands for: the second before it.
    assert line.x.round().tolist() == [-51, -50, -49, -2, -2, -1, 0]
    assert np.isnan(line.y).tolist() == [False, False, False, True, False, False, False]


def test_a_point_that_is_alone_is_seen(draw):
    line = draw(CPU, a_history([7], step=300.0, cpu_guest=[5]), window=86400.0)._lines[0]
    assert line.x.tolist() == [-307.0, -7.0]
    assert line.y.tolist() == [5.0, 5.0]


def test_a_step_of_the_history_is_no_gap(draw):
    history = a_history([45, 30, 15, 0], step=15.0, cpu_guest=[1, 1, 1, 1], cpu_host=[1] * 4)
    assert not np.isnan(draw(CPU, history)._lines[0].y).any()


def test_what_is_older_than_the_window_is_not_drawn(draw):
    ages = np.arange(300.0, -1.0, -1.0)
    assert draw(CPU, a_history(ages, cpu_guest=ages * 0))._lines[0].x.min() > -125


def test_a_line_is_sent_again_only_when_it_would_be_seen_to_move(draw):
    history = a_history([3600, 0], step=300.0, cpu_guest=[1, 1], cpu_host=[1, 1])
    graph = draw(CPU, history, window=86400.0)
    before = graph._lines[0].x
    draw(CPU, history, window=86400.0, now=NOW + 60)
    assert graph._lines[0].x is before
    draw(CPU, history, window=86400.0, now=NOW + 150)
    assert graph._lines[0].x is not before
    # Another span is drawn at once.
    draw(CPU, history, window=3600.0, now=NOW + 150)
    assert graph._x.min == -3600.0
    assert graph._x_axis.tick_labels == {"-3600": "1 h ago", "-1800": "30 min ago", "0": "now"}


def test_missing_counters_are_said_and_are_never_zero(draw):
    graph = draw(NETWORK, a_history([1, 0], cpu_guest=[0, 0]))
    assert "Not available." in shown(graph)
    assert " 0 " not in shown(graph)
    assert not is_drawn(graph)
    draw(NETWORK, a_history([1, 0], network_in=[0, 2048], network_out=[0, 0]))
    assert is_drawn(graph)
    assert "2 KiB/s" in shown(graph)


def test_a_machine_that_is_off_says_so_and_keeps_its_past(draw):
    graph = draw(NETWORK, a_history([]), idle=OFF)
    assert OFF in shown(graph)
    assert "available" not in shown(graph)
    assert not is_drawn(graph)
    draw(NETWORK, a_history([90, 89], network_in=[1, 1], network_out=[1, 1]), idle=OFF)
    assert is_drawn(graph)
    assert "available" not in shown(graph)


def test_the_scale_of_a_rate_grows_and_is_never_below_ten_kibibytes(draw):
    both = {"disk_read": [100, 100], "disk_write": [0, 0]}
    graph = draw(DISKS, a_history([1, 0], **both))
    assert (graph._y.max, graph._y_axis.label) == (10.0, "KiB/s")
    both["disk_read"] = [3 * 1024**2, 0]
    draw(DISKS, a_history([1, 0], **both), now=NOW + 1)
    assert (graph._y.max, graph._y_axis.label) == (4.0, "MiB/s")
    both["disk_read"] = [100, 100]
    draw(DISKS, a_history([1, 0], **both), now=NOW + 2)
    assert graph._y_axis.label == "MiB/s"


def test_the_values_under_the_pointer_are_said(draw):
    graph = draw(CPU, a_history([60, 1, 0], cpu_guest=[77, 2, 3], cpu_host=[7, 2, 3]))
    graph.point(0.5)
    assert "77 %" in shown(graph)
    assert "1 min ago" in shown(graph)
    graph.point(0.75)
    assert "77 %" not in shown(graph)
    graph.point(None)
    assert "3 %" in shown(graph)


@pytest.fixture
def a_performance(monkeypatch):
    monkeypatch.setattr(performance.time, "time", lambda: NOW)
    made = Performance(MACHINE_GRAPHS)
    yield made
    close_all(made)


def titles(view):
    return [str(graph._kind.title) for graph in view._grid.children]


def two_disks(**figures):
    each = {"read": [1, 1], "write": [2, 2]}
    disks = {name: a_history([1, 0], **each) for name in ("vdb", "vda")}
    return a_history([1, 0], disks=disks, disk_read=[2, 2], disk_write=[4, 4], **figures)


def test_each_of_several_disks_has_a_graph_of_its_own(a_performance):
    whole = ["Processors", "Memory", "Disks", "Network"]
    a_performance.update(lambda _span: two_disks(), idle="", name="web")
    assert titles(a_performance) == [*whole[:3], "Disk vda", "Disk vdb", "Network"]
    assert "2 B/s" in shown(a_performance._grid.children[3])
    # A disk that is unplugged takes its graph away, with all that it is drawn of.
    before = set(ipywidgets.widgets.widget._instances)
    gone = a_performance._grid.children[4]
    one = {"vda": a_history([1, 0], read=[1, 1], write=[1, 1])}
    a_performance.update(lambda _span: a_history([1, 0], disks=one), idle="", name="web")
    assert titles(a_performance) == whole
    assert gone._figure.comm is None
    assert set(ipywidgets.widgets.widget._instances) < before


def test_what_the_preferences_leave_out_is_said_at_its_graph(a_performance):
    def graphs(measured, idle=""):
        a_performance.update(
            lambda _span: a_history([1, 0], cpu_guest=[2, 3]),
            idle=idle,
            name="web",
            measured=measured,
        )
        return [shown(graph) for graph in a_performance._grid.children]

    processors, memory, disks, _network = graphs({"cpu", "disk"})
    assert "3 %" in processors
    assert "preferences" in memory
    assert "preferences" not in disks
    assert "Not available" in disks
    # What does not run is not measured anyway.
    assert "preferences" not in "".join(graphs(set(), idle=OFF))


def test_a_span_is_chosen_and_exported_for_the_window_that_asked(a_performance, monkeypatch):
    asked, sent = [], []

    def history_of(span):
        asked.append(span)
        return two_disks(cpu_guest=[1, 2.5])

    a_performance.update(history_of, idle="", name="web/1 ü")
    bar = a_performance._bar
    monkeypatch.setattr(bar, "send", lambda content, _buffers=None: sent.append(content))
    bar._handle_custom_msg({"type": "span", "index": 2, "client": "w"}, [])
    performance.publisher.flush()
    assert asked[-1] == 3600.0
    assert bar.shown["chosen"] == 2
    assert a_performance._grid.children[0]._x.min == -3600.0
    bar._handle_custom_msg({"type": "export", "client": "w"}, [])
    performance.publisher.flush()
    (file,) = (content for content in sent if content["type"] == "file")
    assert (file["client"], file["name"]) == ("w", "web-1-ü-1h.csv")
    heading, first, _second = file["text"].splitlines()
    assert heading.startswith("time,")
    assert {"cpu_guest", "disk vda read"} <= set(heading.split(","))
    assert first.count(",") == heading.count(",")
    # What is exported is in no state that a notebook would keep.
    assert "cpu_guest" not in str(bar.get_state())


def test_a_span_that_is_not_there_is_ignored(a_performance):
    for index in (-1, len(SPANS), "1", None):
        a_performance._bar._handle_custom_msg({"type": "span", "index": index}, [])
    performance.publisher.flush()
    assert a_performance._bar.shown["chosen"] == 0


def test_every_line_of_a_graph_has_a_colour_and_a_style_of_its_own():
    for kind in (*MACHINE_GRAPHS, *HOST_GRAPHS):
        assert len({series.color for series in kind.series}) == len(kind.series)
        assert len({series.style for series in kind.series}) == len(kind.series)


def test_closing_leaves_no_widget():
    before = set(ipywidgets.widgets.widget._instances)
    view = Performance(MACHINE_GRAPHS)
    view.update(lambda _span: two_disks(), idle="", name="web")
    view._point(99, 0.5)
    close_all(view)
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
        (quantities.span(3600), "1 h"),
        (quantities.span(3700), "1 h 1 min"),
        (quantities.span(86400), "1 day"),
        (quantities.span(90000), "1 day 1 h"),
        (quantities.span(200000), "2 days 7 h"),
    ],
)
def test_quantities_have_units(text, expected):
    assert text == expected
