"""What the kernel's half of the VM list is given and sends, heard in place of a browser."""

from __future__ import annotations

import dataclasses
import json
import math
import zlib

import numpy as np

from qvirt_jupyter.hypervisor import DomainRecord, DomainState, History, publisher
from qvirt_jupyter.hypervisor.statistics.sample import Samples
from qvirt_jupyter.widgets.machine_list.rows import ConnectionRow

URI = "test:///default"
HERE = ConnectionRow(URI, "Test", "connected")
WEB = DomainRecord(
    uri=URI,
    uuid="6695eb01-f6a4-8304-79aa-97f2502e193f",
    name="web",
    id=1,
    state=DomainState.RUNNING,
    reason="booted",
    title="Web server",
    description="",
    vcpus=2,
    memory=524288,
    max_memory=1048576,
    persistent=True,
    autostart=False,
    managed_save=False,
    tags=(),
    group="",
    addresses=("192.0.2.1", "2001:db8::1"),
    os_id="",
    displays=(),
    started_at=None,
    xml_version=1,
)
DB = dataclasses.replace(WEB, uuid="5695eb01-f6a4-8304-79aa-97f2502e193f", name="db", title="")
WEB_KEY, DB_KEY = "0", "1"


def samples(at, figures):
    """What one tick measured: processor use by UUID."""
    columns = {uuid: place for place, uuid in enumerate(figures)}
    values = [math.nan if figure is None else figure for figure in figures.values()]
    return Samples(at, columns, {"cpu_guest": np.array(values, dtype=float)})


def a_history(times, values):
    return History(np.array(times), 1.0, {"cpu_guest": np.array(values, dtype=float)})


class Heard:
    """What a list sent, and what it asked of its owner."""

    def __init__(self):
        self.sent = []
        self.actions = []
        self.opened = []
        self.watched = []
        self.arranged = []
        self.histories = []
        self.past = a_history([], [])

    def send(self, message, buffers=None):
        """Stand for the way to the browser, which unpacks what is packed."""
        self.sent.append(message if buffers is None else json.loads(zlib.decompress(buffers[0])))

    def history(self, key, span):
        self.histories.append((key, span))
        return self.past


def say(widget, **message):
    widget._handle_custom_msg(message, [])
    publisher.flush()


def look(widget, heard, rows=()):
    """A browser comes, gets everything, and says that it has it."""
    say(widget, kind="watching", view="a", version=0, rows=[], asked=[])
    reset = heard.sent[-1]
    say(widget, kind="watching", view="a", version=reset["version"], rows=list(rows), asked=[])
    heard.sent.clear()
    return reset
