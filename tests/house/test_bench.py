"""`make bench` ends: one that takes too long, or that somebody interrupts, may clean up."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench.py"
CLEANS_UP = """
import pathlib, time
here = pathlib.Path(__file__)
here.with_suffix(".running").touch()
try:
    time.sleep(600)
finally:
    here.with_suffix(".cleaned").touch()
"""
STUBBORN = """
import pathlib, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
pathlib.Path(__file__).with_suffix(".running").touch()
time.sleep(600)
"""


@pytest.fixture
def bench():
    specification = importlib.util.spec_from_file_location("bench", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    handler = signal.getsignal(signal.SIGINT)
    yield module
    signal.signal(signal.SIGINT, handler)


def test_one_that_takes_too_long_cleans_up_and_the_next_one_runs(bench, tmp_path, capfd):
    (tmp_path / "bench_long.py").write_text(CLEANS_UP)
    (tmp_path / "bench_short.py").write_text("print('a figure')")
    # Long enough for an interpreter to start on a busy machine, or nothing is there to clean up.
    assert bench.main(["--limit", "20"], tmp_path) == 1
    assert (tmp_path / "bench_long.cleaned").exists()
    out, _errors = capfd.readouterr()
    assert "a figure" in out
    assert "bench_long: not ended within 20 s" in out
    assert "bench_short:" not in out


def test_one_that_heeds_no_interrupt_is_killed(bench, tmp_path):
    script = tmp_path / "bench_stubborn.py"
    script.write_text(STUBBORN)
    assert bench.run(script, limit=20, grace=0.5) == "not ended within 20 s"
    assert script.with_suffix(".running").exists()


def test_one_that_fails_is_named_and_names_choose(bench, tmp_path, capfd):
    (tmp_path / "bench_bad.py").write_text("raise SystemExit(3)")
    (tmp_path / "bench_other.py").write_text("print('never')")
    assert bench.main(["bad"], tmp_path) == 1
    out, _errors = capfd.readouterr()
    assert "bench_bad: failed with code 3" in out
    assert "never" not in out


def test_an_interrupt_ends_the_one_that_runs_and_goes_no_further(tmp_path):
    (tmp_path / "bench_a.py").write_text(CLEANS_UP)
    (tmp_path / "bench_b.py").write_text("print('never')")
    code = (
        f"import sys, pathlib; sys.path.insert(0, {str(SCRIPT.parent)!r}); import bench;"
        f"sys.exit(bench.main([], pathlib.Path({str(tmp_path)!r})))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as runs:
        end = time.monotonic() + 60
        while not (tmp_path / "bench_a.running").exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        os.kill(runs.pid, signal.SIGINT)
        out, _nothing = runs.communicate(timeout=60)
    assert runs.returncode == 130
    assert (tmp_path / "bench_a.cleaned").exists()
    assert "never" not in out
