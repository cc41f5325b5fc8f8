"""The histories that a connection keeps: of its machines, their devices, and its host."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from qvirt_jupyter.hypervisor.statistics.meter import Columns
from qvirt_jupyter.hypervisor.statistics.sample import (
    DEVICE_COUNTERS,
    FIGURES,
    HOST_FIGURES,
    DeviceKey,
)
from qvirt_jupyter.hypervisor.statistics.sample_history import History, SampleTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

HOST_COLUMN: Final = 0
_HOST: Final = "host"
_DEVICE_FIGURES: Final = {
    group: tuple(counter.name for counter in counters)
    for group, counters in DEVICE_COUNTERS.items()
}


class KeptSamples:
    """What was measured in the last 24 hours; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.machines: Columns[str] = Columns()
        self.devices: Columns[DeviceKey] = Columns()
        self.hosts: Columns[str] = Columns(1)
        self.hosts.add(_HOST)
        every_device = [name for names in _DEVICE_FIGURES.values() for name in names]
        self._of_machines = SampleTable(self.machines, FIGURES)
        self._of_devices = SampleTable(self.devices, every_device)
        self._of_host = SampleTable(self.hosts, HOST_FIGURES)

    def add(
        self,
        moment: float,
        machines: Mapping[str, NDArray[np.float64]],
        devices: Mapping[str, NDArray[np.float64]],
        host: Mapping[str, float],
        *,
        fine: bool,
    ) -> None:
        """Keep what one tick measured.

        Parameters
        ----------
        moment
            In seconds since the epoch.
        machines, devices
            Figures by name, a value for each column.
        host
            Figures by name.
        fine
            Whether somebody looks; otherwise it is only kept for the longer spans.
        """
        of_host = {name: np.array([value]) for name, value in host.items()}
        with self._lock:
            self._of_machines.add(moment, machines, fine=fine)
            self._of_devices.add(moment, devices, fine=fine)
            self._of_host.add(moment, of_host, fine=fine)

    def history(self, uuid: str, span: float, tick: float) -> History:
        """Return what is kept of a machine.

        Parameters
        ----------
        uuid
            Which.
        span
            Seconds until now.
        tick
            Seconds between two samples while somebody looks.
        """
        now = time.time()
        devices: dict[str, dict[str, History]] = {group: {} for group in _DEVICE_FIGURES}
        with self._lock:
            machine = self._of_machines.history(uuid, span, tick, now)
            for key in tuple(self.devices.keys):
                of, group, name = key
                if of != uuid:
                    continue
                found = self._of_devices.history(key, span, tick, now)
                if not found.is_empty:
                    own = {figure: found.figures[figure] for figure in _DEVICE_FIGURES[group]}
                    devices[group][name] = replace(found, figures=own)
        return replace(machine, disks=devices["disk"], interfaces=devices["network"])

    def host_history(self, span: float, tick: float) -> History:
        """Return what is kept of the host; the parameters are those of :meth:`history`."""
        with self._lock:
            return self._of_host.history(_HOST, span, tick, time.time())

    def drop_others(self, defined: AbstractSet[str], running: AbstractSet[str]) -> list[int]:
        """Forget machines that are gone, and devices of which nothing is known any more.

        Parameters
        ----------
        defined, running
            UUIDs of the machines that there are, and of those that run.

        Returns
        -------
        list of int
            The columns of the devices that were dropped.
        """
        dropped = []
        with self._lock:
            for uuid in self.machines.keys - defined - running:
                self._of_machines.erase(self.machines.remove(uuid))
            for key in tuple(self.devices.keys):
                uuid, column = key[0], self.devices[key]
                # Interfaces of the host get new names with each start of a machine.
                if uuid not in running and (
                    uuid not in defined or self._of_devices.is_empty(column)
                ):
                    dropped.append(self.devices.remove(key))
                    self._of_devices.erase(dropped[-1])
        return dropped
