"""Waiting in tests for what a guest or libvirt does in its own time."""

from __future__ import annotations

import time


def until(question, seconds=180):
    """Ask until the answer is true, and return it; fail where it never is."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"not within {seconds} s: last answer {answer!r}"
        time.sleep(0.2)
    return answer
