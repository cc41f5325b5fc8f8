"""Panels that come and go, and a long watch: what they took is given back."""

from __future__ import annotations

import gc
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import comm
import ipywidgets
import pytest
from a_fresh_store import make_fresh
from a_manager import domains, wait_for

import qvirt_jupyter
from qvirt_jupyter.hypervisor import connections, pool, publisher
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
from qvirt_jupyter.widgets.preferences import preferences

ALL_WIDGETS = ipywidgets.widgets.widget._instances
PAGES = ("overview", "details", "performance", "console")
PANELS = 200
ROUNDS = 4
TICKS = 1000
WARM_UP = 20
"""Panels until everything that is made once has been made."""
LONGEST_GRAPH = 330


class Use:
    """What this process holds now."""

    def __init__(self):
        publisher.flush()
        gc.collect()
        self.widgets = len(ALL_WIDGETS)
        self.comms = len(comm.get_comm_manager().comms)
        self.threads = {thread.name for thread in threading.enumerate()}
        self.blocks = sys.getallocatedblocks()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.resident = pages * os.sysconf("SC_PAGE_SIZE")

    def __sub__(self, before):
        return Growth(
            self.widgets - before.widgets,
            self.comms - before.comms,
            self.threads - before.threads,
            self.blocks - before.blocks,
            (self.resident - before.resident) // 2**20,
        )


@dataclass
class Growth:
    """What it holds more; blocks are Python's own of memory, of which each object takes some."""

    widgets: int
    comms: int
    threads: set[str]
    blocks: int
    mebibytes: int

    def is_flat(self, times):
        assert self.widgets == self.comms == 0, self
        assert not self.threads, self
        assert self.blocks < times, self
        # what the libraries in C take is seen from outside only, and is never quite still
        assert self.mebibytes < 32, self


@pytest.fixture(autouse=True)
def _a_user_without_a_past(monkeypatch):
    for store in (preferences, saved_connections):
        make_fresh(monkeypatch, store)
    yield
    for connection in connections():
        connection.close()


def is_seen(panel, *, seen=True):
    message = {"type": "visible", "view": "view-1", "visible": seen}
    panel._presence._handle_custom_msg(message, [])


def open_and_close(domain):
    """Open a machine's tab, look at each page, and close it."""
    panel = vm_panel(domain)
    is_seen(panel)
    for page in range(len(PAGES)):
        panel._tabs.selected_index = page
        publisher.flush()
    assert panel._record is not None
    assert panel._graphs is not None
    assert panel._console is not None
    panel.close()


def test_200_tabs_of_machines_leave_nothing(a_connection):
    domain = a_connection.domains["running"]
    for _number in range(WARM_UP):
        open_and_close(domain)
    # What grows with each panel grows in every round; a table that is enlarged once in a while, or
    # what another thread holds at that moment, does not.
    growths = []
    for _round in range(ROUNDS):
        before = Use()
        for _number in range(PANELS // ROUNDS):
            open_and_close(domain)
        growths.append(Use() - before)
    # not so much as one object for each panel
    min(growths, key=lambda growth: growth.blocks).is_flat(PANELS // ROUNDS)


def tick(connection, times):
    """Sample the machines so often; what comes of it is drawn each tenth time."""
    with pool.as_pool_thread():
        for number in range(times):
            connection.stats.sample()
            if number % 10 == 0:
                publisher.flush()


def test_1000_ticks_in_sight_leave_nothing(a_driver_file):
    uri = f"test://{a_driver_file}"
    saved_connections.add(SavedConnection(uri, autoconnect=True))
    manager = qvirt_jupyter.manager()
    assert wait_for(lambda: len(domains(manager)) == 10)
    (connection,) = (each for each in connections() if each.uri == uri)
    panel = vm_panel(connection.domains["running"])
    is_seen(panel)
    panel._tabs.selected_index = PAGES.index("performance")
    manager._list._receive(
        {
            "kind": "watching",
            "view": "view-1",
            "version": 0,
            "rows": [*domains(manager)],
            "all": True,
        }
    )
    # Its own thread rests: the ticks come from here, as fast as they can.
    connection.stats.tick = 3600.0
    try:
        # until the graphs have all the points that they can have
        tick(connection, LONGEST_GRAPH)
        before = Use()
        tick(connection, TICKS)
        (Use() - before).is_flat(TICKS)
    finally:
        manager.close()
        panel.close()
