"""Small panels in place of the package's own: they need no libvirt and note what is asked of them.

The kernels of the tests import this in place of ``qvirt_jupyter.widgets.panels``; a test reaches
into it by the names that it puts into the kernel's builtins.
"""

import builtins
import dataclasses
import math
import time

import ipywidgets
import numpy as np

from qvirt_jupyter.documents import Change
from qvirt_jupyter.hypervisor import DomainRecord, DomainState, RecordKey
from qvirt_jupyter.hypervisor.statistics.sample import Samples
from qvirt_jupyter.hypervisor.storage.room import TightDisk
from qvirt_jupyter.widgets.machine_list.rows import ConnectionRow
from qvirt_jupyter.widgets.machine_list.vm_list import VmList
from qvirt_jupyter.widgets.shell import open_tab, rename_tab

URI = "test:///default"
STATES = list(DomainState)


def record(number, **changes):
    state = changes.pop("state", STATES[number % len(STATES)])
    values = {
        "uri": URI,
        "uuid": f"00000000-0000-0000-0000-{number:012d}",
        "name": f"machine-{number}",
        "id": number if state.is_active else -1,
        "state": state,
        "reason": "started by a user" if state is DomainState.RUNNING else "",
        "title": "",
        "description": "",
        "vcpus": 2,
        "memory": 524288 * (1 + number % 8),
        "max_memory": 8388608,
        "persistent": True,
        "autostart": False,
        "managed_save": state is DomainState.SAVED,
        "tags": (),
        "group": "",
        "addresses": (f"192.0.2.{number % 250}",) if state is DomainState.RUNNING else (),
        "os_id": "",
        "displays": (),
        "started_at": None,
        "xml_version": 1,
    }
    return DomainRecord(**{**values, **changes})


class Manager(ipywidgets.VBox):
    """The list on its own, and a record of what was asked of it."""

    def __init__(self):
        self.actions = []
        self.opened = []
        self.watched = []
        self.arranged = []
        self.shown = []
        self.list = VmList(
            on_action=self._act,
            on_open=self._open,
            on_watch=self.watched.append,
            on_arrange=self.arranged.append,
            on_select=self.shown.append,
        )
        builtins.panel = self
        builtins.panels = [*getattr(builtins, "panels", []), self]
        self.heard = ipywidgets.HTML()
        super().__init__([self.list, self.heard])
        self.fill(7)

    def fill(self, count):
        self.list.reset(
            [
                ConnectionRow(URI, "QEMU on this host", "connected"),
                ConnectionRow("qemu+ssh://far/system", "far", "failed", "No route to host."),
            ],
            [
                record(0, title="Web server", description="Serves the <b>web</b> pages"),
                *(record(number) for number in range(1, count)),
            ],
        )

    def measure(self, seconds, figures):
        """Show processor use by number of the machine, as if measured so many seconds from now."""
        columns = {record(number).uuid: place for place, number in enumerate(figures)}
        values = [math.nan if figure is None else figure for figure in figures.values()]
        self.list.samples(
            URI, Samples(time.time() + seconds, columns, {"cpu_guest": np.array(values)})
        )

    def rearrange(self, **changes):
        self.list.arrange(dataclasses.replace(self.list._choice.arrangement, **changes))

    def _act(self, action, keys, client):
        self.actions.append((action, keys, client))
        names = " ".join(key.id[-2:] for key in keys)
        self.heard.value = f"<span class='heard'>{action} {names}</span>"
        if action == "open_console":
            self._tab("console", keys[0], client)

    def _open(self, kind, key, client):
        self.opened.append((kind, key, client))
        self.heard.value = f"<span class='heard'>open {kind} {key.id}</span>"
        if kind == "domain":
            self._tab("vm", key, client)

    def _tab(self, kind, key, client):
        title = f"{kind} {int(key.id[-12:])}"
        open_tab(kind, {"uri": key.uri, "uuid": key.id}, title, client)

    def close(self):
        self.list.close()
        self.heard.close()
        super().close()


def show_panel(kind, **arguments):
    if kind == "manager":
        return Manager()
    if arguments.get("uuid", "").endswith("4"):
        raise LookupError("There is no such machine.")
    return ipywidgets.HTML(f"<p class='shown'>{kind} {arguments['uuid'][-2:]}</p>")


for value in (record, Change, TightDisk, RecordKey, DomainState, open_tab, rename_tab):
    setattr(builtins, value.__name__, value)
