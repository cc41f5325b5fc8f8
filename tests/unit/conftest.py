"""For unit tests: many make a job and never run it, which no other test's tasks are to count."""

from __future__ import annotations

from collections import deque

import pytest

from qvirt_jupyter.hypervisor.job import REMEMBERED, jobs


@pytest.fixture(autouse=True)
def _jobs_of_the_test_alone(monkeypatch):
    """The registry is one a process, and so one for all tests of it."""
    monkeypatch.setattr(jobs, "_jobs", deque(maxlen=REMEMBERED))
