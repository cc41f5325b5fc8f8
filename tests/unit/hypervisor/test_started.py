"""When a machine was started: the age of its process, or what was known before."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from qvirt_jupyter.hypervisor.started import known_starts, process_starts

UUID = "6513270e-269e-4d37-b2a7-4de452e6b438"


@pytest.fixture
def a_process():
    """A process that carries the UUID as QEMU does, under a name that is hard to read past."""
    started = time.time()
    command = ["sleep) 9 (x", "-c", "import time; time.sleep(60)", "-uuid", UUID]
    with subprocess.Popen(command, executable=sys.executable) as process:
        # Popen returns a moment before the kernel shows the new command line.
        while UUID not in Path(f"/proc/{process.pid}/cmdline").read_text():
            time.sleep(0.01)
        yield started
        process.kill()


def test_the_age_of_a_process(a_process):
    time.sleep(0.1)
    assert process_starts([UUID]) == {UUID: pytest.approx(a_process, abs=2)}


def test_others_are_not_looked_at(a_process):
    assert a_process
    assert process_starts(["00000000-269e-4d37-b2a7-4de452e6b438"]) == {}
    assert process_starts([]) == {}


@pytest.mark.parametrize(("uri", "known"), [("qemu:///system", True), ("test:///default", False)])
def test_only_qemu_on_this_machine_has_processes_here(a_process, uri, known):
    assert a_process
    assert bool(known_starts(uri, [], {UUID: 1})) is known
    assert known_starts("qemu+ssh://far/system", [], {UUID: 1}) == {}


def test_what_was_known_before_counts_while_it_is_the_same_run():
    before = [SimpleNamespace(uuid=UUID, id=7, started_at=5.0)]
    assert known_starts("qemu+ssh://far/system", before, {UUID: 7}) == {UUID: 5.0}
    assert known_starts("qemu+ssh://far/system", before, {UUID: 8}) == {}
    assert known_starts("qemu+ssh://far/system", before, {}) == {}
