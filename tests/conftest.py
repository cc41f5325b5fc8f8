"""For all tests: what they open is closed, and no thread of ours is left behind."""

from __future__ import annotations

import sys
import threading
import time

import pytest

# For the life of a process: one of each, and the few of a Jupyter server's console pool.
LASTING = ("qvirt-events", "qvirt-publisher", "qvirt-calls", "qvirt-transfers", "qvirt-console_")


def our_threads():
    return [
        thread
        for thread in threading.enumerate()
        if thread.name.startswith("qvirt-") and not thread.name.startswith(LASTING)
    ]


@pytest.fixture(scope="session", autouse=True)
def _no_thread_is_left():
    yield
    hypervisor = sys.modules.get("qvirt_jupyter.hypervisor")
    if hypervisor is None:
        return
    for connection in hypervisor.connections():
        connection.close()
    # Threads of a pool end some seconds after their last task.
    end = time.monotonic() + 60
    while our_threads() and time.monotonic() < end:
        time.sleep(0.1)
    assert not our_threads()
