"""Traffic as the guest counts it, asked beside the tick so that a slow guest delays nobody."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Final

import libvirt

from qvirt_jupyter.hypervisor import pool
from qvirt_jupyter.hypervisor.guest.agent_answers import agent_interface_statistics

_LOG = logging.getLogger(__name__)
_PATIENCE: Final = 2
"""Seconds that an agent may take."""
_AFTER_SILENCE: Final = 15.0
"""Seconds for which an agent that did not answer is left alone."""
_STALE: Final = 5.0
"""Seconds after which an answer says nothing about now."""


@dataclass(slots=True)
class _Reading:
    asking: bool = False
    not_before: float = 0.0
    at: float = 0.0
    traffic: dict[str, tuple[int, int]] = field(default_factory=dict)


class AgentCounters:
    """The newest answers of guest agents."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings: dict[tuple[str, int], _Reading] = {}
        self._workers = pool.WorkerPool("agents", size=4)

    def newest(self, domain: libvirt.virDomain) -> dict[str, tuple[int, int]]:
        """Return bytes received and sent by interface, and ask again for the next time.

        Parameters
        ----------
        domain
            A running machine with an agent.

        Returns
        -------
        dict
            By the guest's name of the interface; empty while there is no answer of the last
            seconds.
        """
        now = time.monotonic()
        with self._lock:
            reading = self._readings.setdefault((domain.UUIDString(), domain.ID()), _Reading())
            ask = not reading.asking and now >= reading.not_before
            reading.asking = reading.asking or ask
            fresh = now - reading.at < _STALE
            traffic = reading.traffic if fresh else {}
        if ask:
            self._workers.submit(lambda: self._ask(domain, reading))
        return traffic

    def _ask(self, domain: libvirt.virDomain, reading: _Reading) -> None:
        traffic: dict[str, tuple[int, int]] = {}
        try:
            cards = agent_interface_statistics(domain, _PATIENCE)
            traffic = {card.interface: (card.rx_bytes, card.tx_bytes) for card in cards}
        except libvirt.libvirtError as error:
            _LOG.debug("The agent of %s tells no traffic: %s", domain.name(), error)
        finally:
            with self._lock:
                now = time.monotonic()
                reading.asking = False
                reading.traffic = traffic
                reading.at = now
                reading.not_before = now if traffic else now + _AFTER_SILENCE
